"""How the terminal shows things; shared by the command and the demo."""
