"""Memory: the only place with database sessions. Rows in, values out."""
