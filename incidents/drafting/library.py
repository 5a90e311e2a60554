"""What the words lean on besides sentences: offices, measures by purpose, what would tell what."""

from collections.abc import Iterable

from pydantic import Field

from incidents.models.base import Value
from incidents.models.vocabulary import ContentKey


class Bureau(Value):
    """A credit reporting agency (asked for by US state laws)."""

    name: str
    address: str
    phone: str
    source: str
    read_on: str


class Agency(Value):
    """An office that helps people against identity theft, and where that was read."""

    name: str
    place: str = Field(description="ISO 3166: it serves the people there, such as US or US-NY.")
    address: str = ""
    phone: str
    website: str
    source: str
    read_on: str

    def serves(self, places: Iterable[str]) -> bool:
        """Return whether people of any of these places can turn to it."""
        return any(f"{place}-".startswith(f"{self.place}-") for place in places)


class Rights(Value):
    """Which sentence on rights belongs to which law."""

    by_regime: dict[str, str]
    general: str


class MeasureKinds(Value):
    """Measures with a purpose of their own, by their keys."""

    before: list[str]
    """In place before the breach."""
    offers: dict[str, int]
    """Offered to people, with the months it runs."""
    prevents: list[str]
    """Meant to keep a breach from happening again."""


class Reveals(Value):
    """What would tell a forbidden content although it has another name."""

    contents: list[ContentKey] = []
    measures: list[str] = []
    unknown: list[str] = []
    """Keys of facts not known yet whose very mention tells it."""
