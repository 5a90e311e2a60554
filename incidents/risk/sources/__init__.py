"""Reads the severity scales from their data file."""
