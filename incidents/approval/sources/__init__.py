"""Where the rules of approval are read from."""
