"""The `forthwith` command."""
