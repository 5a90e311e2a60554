"""What was touched, where the report and the inventory disagree, and whom it concerns."""

from enum import StrEnum
from typing import Literal

from incidents.models.base import Value
from incidents.models.inventory import Day
from incidents.models.report import PeopleFilter, Protection, Window
from incidents.models.vocabulary import ElementKey


class Exposure(Value):
    """One store's part in the breach."""

    store: str
    name: str
    names: dict[str, str] = {}
    elements: dict[ElementKey, Protection]
    added: list[ElementKey] = []
    """Elements the inventory knows and the report left out."""
    window: Window | None = None
    only: PeopleFilter = PeopleFilter()
    person_ids: list[str] | None = None
    copies: list[str] = []
    recipients: list[str] = []


class Contradiction(Value):
    """Where the report and the inventory do not agree, and how it was read for safety."""

    slug: Literal[
        "unknown-store",
        "element-missed",
        "element-not-held",
        "stores-unknown",
        "elements-unknown",
        "window-unknown",
        "window-before-retention",
        "review-overdue",
        "copy-not-reported",
        "linked-store",
    ]
    store: str = ""
    what: str
    read_as: str
    """How it is read until a person decides; always the wider reading."""
    ask: str = ""


class Preservation(Value):
    """Evidence that will be masked or deleted soon (S93, S94)."""

    store: str
    name: str
    happens: Literal["masked", "deleted"]
    on: Day
    what: str


class ScopePart(Value):
    """One exposure as a condition on links."""

    bit: int
    store: str
    window: Window | None
    only: PeopleFilter
    person_ids: list[str] | None = None


class ScopeQuery(Value):
    """Whom the breach touches, as a small value that the store executes as one statement."""

    parts: list[ScopePart]
    regional_countries: list[str] = ["US"]
    """Countries whose regions have laws of their own, so that people count per region."""
    born_after: dict[str, Day]
    """Per age (`14`, `16`, `18`): the day; whoever was born after it is younger than that age."""


class AgeGroup(StrEnum):
    """Age groups laws and the promise tell apart (S7, S96, S98)."""

    UNDER_14 = "under_14"
    FROM_14_TO_15 = "14_15"
    FROM_16_TO_17 = "16_17"
    ADULT = "adult"
    UNKNOWN = "unknown"


class Reach(StrEnum):
    """The first way by which somebody can be told."""

    EMAIL = "email"
    LETTER = "letter"
    CALL = "call"
    HAND = "hand"
    NONE = "none"


class Form(StrEnum):
    """Which wording a person needs."""

    ACCOUNT = "account"
    NO_ACCOUNT = "no_account"
    GUARDIAN = "guardian"


class ScopeSummary(Value):
    """The frozen list in figures; the list itself stays in the store."""

    version: int
    total: int
    digest: str
    by_place: dict[str, int]
    by_age: dict[str, int]
    by_reach: dict[str, int]
    by_exposure: dict[int, int]
    minors_by_place: dict[str, int]
    children_by_place: dict[str, int]
    stores: list[str]
    """Store of each bit of an exposure mask."""


class ScopeFinding(Value):
    """The report held against the inventory."""

    exposures: list[Exposure]
    contradictions: list[Contradiction]
    preservation: list[Preservation]
