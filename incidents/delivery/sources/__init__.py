"""Reads from the world: what people wrote down, and who is still running."""
