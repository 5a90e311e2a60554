"""What the law, or an own promise, asks: facts in; duties, reasons and questions out."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from incidents.models.base import Instant, Value, Zone
from incidents.models.report import Protection, Range, Timeline
from incidents.models.risk import Level
from incidents.models.vocabulary import ContentKey, ElementKey, MomentKey, RoleKey

Truth = Literal["yes", "no", "unknown"]
Confidence = Literal["primary", "quoted", "secondary", "mixed", "memory", "own"]


class Facts(Value):
    """All a law may ask of a case. Nothing here is a person.

    Places are ISO 3166 codes: `CN`, `DE`, `US-CA`; people without a country stand under
    `unknown`.
    """

    kinds: list[str] | None = None
    certainty: str = "suspected"
    cause: str = "unknown"
    malicious: Truth = "unknown"
    people: dict[str, Range] = {}
    children: dict[str, Range] = {}
    minors: dict[str, Range] = {}
    elements: dict[ElementKey, Protection] | None = None
    risk: Level = "unknown"
    harm_likely: Truth = "unknown"
    unintelligible: Truth = "unknown"
    harm_averted: Truth = "unknown"
    crime_suspected: Truth = "unknown"
    important_data: Truth = "unknown"
    direct_loss_cny: Range = Range()
    roles: list[RoleKey] | None = None
    established_in: list[str] | None = None
    place: str = ""
    """The organisation's home place; empty where it is not known."""
    promise: Truth = "unknown"
    promise_version: str = ""
    timeline: Timeline = Timeline()
    zone: Zone = "UTC"
    """The organisation's zone."""
    targets_hours: dict[str, int] = {}


class DutyStatus(StrEnum):
    """How sure it is that a duty exists."""

    OWED = "owed"
    MAY_BE_OWED = "may_be_owed"
    OWED_IF = "owed_if"


class Recipient(Value):
    """Whom a duty speaks to."""

    kind: Literal[
        "authority",
        "individual",
        "guardian",
        "bureau",
        "media",
        "controller",
        "public",
        "police",
        "record",
    ]
    ref: str = ""
    name: str = ""
    place: str = ""


class ClockReading(Value):
    """From which moment a clock runs, and by which rule it was counted."""

    start: MomentKey
    at: Instant | None = None
    rule: str = ""
    fallback: bool = False
    """True where the law's own start is not known and an earlier moment stands in for it."""


class RelativeTo(Value):
    """A deadline tied to another notice."""

    duty: str
    relation: Literal["before", "not_later_than", "same_time", "within_after"]
    days: int | None = None


class Citation(Value):
    """Where a rule is written, and how sure we are of it."""

    article: str
    url: str = ""
    read_on: str
    confidence: Confidence
    note: str = ""


class TraceStep(Value):
    """One condition, the fact it looked at, and what came out."""

    condition: str
    fact: str
    result: Truth


class Duty(Value):
    """Somebody must be told something by some time."""

    id: str
    """`<regime>/<duty>` plus `/<place>` where a duty fans out over authorities."""
    regime: str
    regime_name: str
    duty: str
    name: str
    status: DutyStatus
    recipient: Recipient
    phase: str = "initial"
    due_by: Instant | None = None
    due_local: str = ""
    legal_limit: Instant | None = None
    phrase: str = ""
    target_by: Instant | None = None
    relative_to: RelativeTo | None = None
    clock: ClockReading
    must_say: list[ContentKey] = []
    must_not_say: list[ContentKey] = []
    offers: list[str] = []
    title: str = ""
    headings: list[str] = []
    announcement_allowed: str = ""
    """The rule under which an announcement may replace this notice; empty where none does."""
    places: list[str] = []
    """Places of the people it concerns; empty where it concerns all."""
    zone: Zone = "UTC"
    citation: Citation
    trace: list[TraceStep] = []

    @property
    def act_by(self) -> Instant | None:
        """The moment to act by: the law's, or the operator's own target where it names none."""
        return self.due_by or self.target_by


class NotOwed(Value):
    """Why a duty that was looked at does not exist."""

    regime: str
    duty: str
    reason: str
    trace: list[TraceStep] = []


class UnknownLaw(Value):
    """People for whom no law is loaded: never `not owed`."""

    place: str
    people: Range


class Question(Value):
    """A fact that is missing and what its answer would change."""

    fact: str
    text: str
    changes: list[str] = Field(description="Ids of the duties that hang on it.")


class DutyList(Value):
    """All that follows from the facts, at one version of the law."""

    law_version: str
    duties: list[Duty]
    not_owed: list[NotOwed]
    unknown_law: list[UnknownLaw]
    questions: list[Question]
    notice: str = "This informs counsel; it does not replace counsel."
