"""Breach response as a domain: nouns, questions, memory, verbs. Never imports Prefect."""
