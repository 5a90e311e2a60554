"""One finding about the words of a message."""

from typing import Literal

from incidents.models.base import Value

Level = Literal["blocking", "warning"]


class Flaw(Value):
    """One thing that is wrong with a message. Blocking ones keep it from being sealed."""

    slug: str
    level: Level
    where: str
    what: str
    repair: str


def blocking(slug: str, where: str, what: str, repair: str) -> Flaw:
    """Return a finding that keeps a set from being sealed."""
    return Flaw(slug=slug, level="blocking", where=where, what=what, repair=repair)


def warning(slug: str, where: str, what: str, repair: str) -> Flaw:
    """Return a finding that is shown to those who approve."""
    return Flaw(slug=slug, level="warning", where=where, what=what, repair=repair)
