"""Writes to the world: mail relays, folders, the web, alarms."""
