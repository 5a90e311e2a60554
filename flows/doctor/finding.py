"""One line of the doctor's report."""

from typing import Literal

from incidents.models.base import Value


class Finding(Value):
    """What was looked at, how it stands, and what to do about it."""

    level: Literal["ok", "warning", "error"]
    what: str
    repair: str = ""


def ok(what: str) -> Finding:
    """Return a line on something that works."""
    return Finding(level="ok", what=what)


def warning(what: str, repair: str = "") -> Finding:
    """Return a line on something that will hurt one day."""
    return Finding(level="warning", what=what, repair=repair)


def error(what: str, repair: str = "") -> Finding:
    """Return a line on something that endangers people or secrets."""
    return Finding(level="error", what=what, repair=repair)
