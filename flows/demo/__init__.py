"""The demo: one whole case on an invented shop, with everything it needs, on one machine."""
