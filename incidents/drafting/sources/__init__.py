"""Reads the words from where they lie."""
