"""Incidents written in VERIS, the vocabulary for event recording and incident sharing."""
