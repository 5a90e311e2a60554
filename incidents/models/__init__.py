"""The nouns: frozen values without I/O, shared by every room. `tables` holds the rows."""
