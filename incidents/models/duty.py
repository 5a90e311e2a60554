"""What the law, or an own promise, asks: facts in; duties, reasons and questions out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from pydantic import Field

from incidents.models.base import Instant, Value, Zone
from incidents.models.report import LawEnforcementHold, Protection, Range, Timeline
from incidents.models.risk import Level
from incidents.models.vocabulary import ContentKey, ElementKey, HarmKey, RoleKey

Truth = Literal["yes", "no", "unknown"]
Confidence = Literal["primary", "quoted", "secondary", "mixed", "memory", "own"]


Phase = Literal[
    "initial",
    "supplement",
    "update",
    "intermediate",
    "final",
    "record",
    "determination",
    "yearly",
    "proof",
]
"""`determination`: a written reason for not telling; `proof`: that people were told."""
Relation = Literal[
    "before", "not_later_than", "same_time", "within_after", "after", "without_delaying"
]


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
    more_elements: bool = False
    """Whether others than those may be among the data."""
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
    acquired: Truth = "unknown"
    internal_only: Truth = "unknown"
    was_source: Truth = "unknown"
    media: list[str] | None = None
    harms: dict[HarmKey, Truth] = {}
    """Grades of harm that laws ask about; one that is missing is unknown."""
    employees: Range = Range()
    notice_cost_usd: Range = Range()
    without_contact: dict[str, Range] = {}
    contracts: list[str] | None = None
    answers: dict[str, Truth] = {}
    """What a person answered to a law's own question, by `<regime>.<question>`."""
    holds: list[LawEnforcementHold] = []
    filings: dict[str, list[Instant]] = {}
    """When a duty was met, by its id (`<regime>/<duty>`), oldest first."""
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

    start: str
    """Word of a moment, or `filing of <duty>`."""
    at: Instant | None = None
    rule: str = ""
    fallback: bool = False
    """True where the law's own start is not known and an earlier moment stands in for it."""


class RelativeTo(Value):
    """A deadline tied to another notice."""

    duty: str
    relation: Relation
    days: int | None = None
    wait: str = ""
    """How long it has to wait after the other notice, in words; empty where it need not."""


class Offer(Value):
    """Something to be offered to people."""

    kind: str
    text: str
    months: int | None = None


class Held(Value):
    """An authority asked that this notice waits."""

    by: str
    reference: str
    since: Instant
    until: Instant | None = None
    """None while the end is open; somebody has to ask."""
    article: str = ""


class AnnouncementMeans(Value):
    """One way of announcing, and for how many days it has to stand."""

    text: str
    days: int | None = None


class AnnouncementOption(Value):
    """Whether an announcement may take the place of this notice, for whom and how."""

    allowed: Truth
    rule: str
    people: Literal["all", "without_contact"]
    means: list[AnnouncementMeans]
    means_needed: int | None = None
    """None for all of them."""
    also: list[str] = []
    posted_days: int | None = None
    """Longest time any of the means has to stand."""


class Channels(Value):
    """By which ways a law lets people be told."""

    allowed: list[str] = []
    only_if: dict[str, str] = {}
    forbidden: list[str] = []
    not_to_breached_mailbox: bool = False
    note: str = ""


class Citation(Value):
    """Where a rule is written, and how sure we are of it."""

    article: str
    url: str = ""
    read_on: str
    confidence: Confidence
    note: str = ""


@dataclass(slots=True)
class TraceStep:
    """One condition, the fact it looked at, and what came out.

    A plain class, since a case makes hundreds of them.
    """

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
    phase: Phase = "initial"
    due_by: Instant | None = None
    due_local: str = ""
    legal_limit: Instant | None = None
    phrase: str = ""
    target_by: Instant | None = None
    relative_to: RelativeTo | None = None
    clock: ClockReading
    must_say: list[ContentKey] = []
    must_not_say: list[ContentKey] = []
    good_to_say: list[ContentKey] = []
    if_late_say: list[ContentKey] = []
    offers: list[Offer] = []
    title: str = ""
    headings: list[str] = []
    form: list[str] = []
    languages: list[str] = []
    channels: Channels | None = None
    announcement: AnnouncementOption | None = None
    announcement_allowed: str = ""
    """The rule under which an announcement may replace this notice; empty where none does."""
    held: Held | None = None
    not_before: Instant | None = None
    """The end of the wait after another notice; None where there is none, or that notice was not
    sent."""
    repeats: str = ""
    """When it comes back: `facts_change`, `year`, `request` or `stage`."""
    lasts_days: int | None = None
    lasts_until: Instant | None = None
    """Until when what was done has to stand; None before it was done."""
    keep_years: int | None = None
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
    duty: str = ""
    """Empty where the reason holds for every duty of the law."""
    reason: str
    trace: list[TraceStep] = []


class Coming(Value):
    """A rule that would concern the case but does not stand yet."""

    regime: str
    duty: str
    name: str
    begins: str | None
    """ISO day; None for a proposal."""
    phrase: str


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
    coming: list[Coming] = []
    notice: str = "This informs counsel; it does not replace counsel."
