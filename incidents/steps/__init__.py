"""Verbs. A step loads, asks one question, saves with its audit entry: one transaction."""
