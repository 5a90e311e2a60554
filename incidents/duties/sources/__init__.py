"""Reads law files from a folder; the only place of this room that touches the disk."""
