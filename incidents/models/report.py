"""The breach report: one document for `triage` and `report`; unknown is a value."""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from incidents.models.base import Instant, Value, Zone, trusted
from incidents.models.vocabulary import CauseKey, ElementKey, RoleKey

Unknown = Literal["unknown"]
UNKNOWN: Unknown = "unknown"
REPORT_FORMAT: Literal["forthwith/report/1"] = "forthwith/report/1"


class Kind(StrEnum):
    """What was done to the data (the policy's two lists of incident kinds)."""

    ACCESSED = "accessed"
    PUBLISHED = "published"
    ALTERED = "altered"
    DESTROYED = "destroyed"
    LOST = "lost"


class Failure(StrEnum):
    """Which kind of protection failed."""

    PHYSICAL = "physical"
    TECHNICAL = "technical"
    ORGANISATIONAL = "organisational"
    UNKNOWN = "unknown"


class Certainty(StrEnum):
    """How sure one is."""

    CERTAIN = "certain"
    SUSPECTED = "suspected"


class Moment(Value):
    """A point in time with the zone it was read in and how sure it is."""

    at: Instant = Field(description="ISO 8601 with its offset, such as 2026-03-02T09:30:00+08:00.")
    zone: Zone = Field(default="UTC", description="IANA zone in which it was read.")
    certainty: Literal["exact", "estimated"] = "exact"
    note: str = ""


def _moment(value: Any) -> Any:
    return {"at": value} if isinstance(value, str) and value != UNKNOWN else value


MomentOrUnknown = Annotated[Moment | Unknown, BeforeValidator(_moment)]


class Timeline(Value):
    """Separate moments, because laws start their clocks from different ones."""

    occurred_from: MomentOrUnknown = UNKNOWN
    occurred_to: MomentOrUnknown = UNKNOWN
    first_alert: MomentOrUnknown = UNKNOWN
    suspected: MomentOrUnknown = UNKNOWN
    aware: MomentOrUnknown = UNKNOWN
    processor_aware: MomentOrUnknown = UNKNOWN
    processor_told_us: MomentOrUnknown = UNKNOWN
    classified: MomentOrUnknown = UNKNOWN
    determined: MomentOrUnknown = UNKNOWN
    contained: MomentOrUnknown = UNKNOWN
    handling_closed: MomentOrUnknown = UNKNOWN
    individuals_told: MomentOrUnknown = UNKNOWN
    evidence_seen: MomentOrUnknown = UNKNOWN
    detected: MomentOrUnknown = UNKNOWN
    assessed: MomentOrUnknown = UNKNOWN
    confirmed: MomentOrUnknown = UNKNOWN
    scope_known: MomentOrUnknown = UNKNOWN
    harm_determined: MomentOrUnknown = UNKNOWN
    materiality_determined: MomentOrUnknown = UNKNOWN
    significant_known: MomentOrUnknown = UNKNOWN
    corrective_measure_available: MomentOrUnknown = UNKNOWN
    payment_made: MomentOrUnknown = UNKNOWN
    authority_asked: MomentOrUnknown = UNKNOWN
    facts_changed: MomentOrUnknown = UNKNOWN
    announced: MomentOrUnknown = UNKNOWN
    normal_restored: MomentOrUnknown = UNKNOWN
    aware_reason: str = Field(
        default="", description="Why awareness is set to this moment; needed when it is moved."
    )

    def moment(self, key: str) -> Moment | None:
        """Return a moment by its word, or None where it is not known."""
        value = getattr(self, key)
        return value if isinstance(value, Moment) else None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        pairs = [("occurred_from", "occurred_to"), ("first_alert", "aware")]
        for first, second in pairs:
            a, b = self.moment(first), self.moment(second)
            if a and b and a.at > b.at:
                raise ValueError(f"{first} lies after {second}")
        return self


class Window(Value):
    """The span in which the data that was touched was made or kept, both days included."""

    first_on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    last_on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first_on > self.last_on:
            raise ValueError("first_on lies after last_on")
        return self


class PeopleFilter(Value):
    """Narrows a store's people to some of them; an empty list narrows nothing."""

    countries: list[str] = []
    regions: list[str] = []
    locales: list[str] = []


class StoreClaim(Value):
    """One store the report says was touched."""

    store: str = Field(description="Id of the store as the reporter knows it.")
    elements: list[ElementKey] | Unknown = Field(
        default=UNKNOWN, description="Data elements seen touched; unknown means all it holds."
    )
    window: Window | Unknown = UNKNOWN
    only: PeopleFilter = PeopleFilter()
    people_file: str = Field(
        default="", description="A file beside the report with one person id a line."
    )


class Claim(Value):
    """What is claimed to have happened, by whoever reports it."""

    kinds: list[Kind] | Unknown = UNKNOWN
    cause: CauseKey = "unknown"
    failure: list[Failure] = [Failure.UNKNOWN]
    certainty: Certainty = Certainty.SUSPECTED
    malicious: bool | Unknown = UNKNOWN
    stores: list[StoreClaim] = []
    narrative: str = Field(default="", description="Prose for the case file; never leaves it.")


class Range(Value):
    """A number known only within bounds; None is no bound known."""

    low: int = Field(default=0, ge=0)
    best: int | None = Field(default=None, ge=0)
    high: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        best = self.low if self.best is None else self.best
        if best < self.low or (self.high is not None and self.high < best):
            raise ValueError("low, best and high must rise")
        return self

    @classmethod
    def exactly(cls, number: int) -> "Range":
        """Return the range that holds one number."""
        return cls(low=number, best=number, high=number)

    def __add__(self, other: "Range") -> "Range":
        """Return the sum; a bound that one of the two lacks is lacking."""
        best = None if self.best is None or other.best is None else self.best + other.best
        high = None if self.high is None or other.high is None else self.high + other.high
        # Counts are added up by the thousand, and sums of ranges that rise do rise.
        return trusted(Range, {"low": self.low + other.low, "best": best, "high": high})


def _range(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return {"low": value, "best": value, "high": value}
    return {} if value == UNKNOWN else value


Count = Annotated[Range, BeforeValidator(_range)]


class Protection(Value):
    """How an element was protected, and what became of the key."""

    state: Literal["clear", "encrypted", "hashed", "redacted", "unknown"] = "unknown"
    key: Literal["safe", "taken", "believed_taken", "unknown"] = "unknown"

    @property
    def unintelligible(self) -> bool | None:
        """Return whether a taker can make nothing of it; None where that is not known."""
        if self.state in {"clear", "hashed"}:
            return False  # a hash of a short or known value is guessed; it protects nobody
        if self.state == "redacted":
            return True
        if self.state == "unknown" or self.key == "unknown":
            return None
        return self.key == "safe"


class Medium(StrEnum):
    """On what data stands."""

    ELECTRONIC = "electronic"
    PAPER = "paper"


class LawEnforcementHold(Value):
    """A request that notices wait: it stops those it names and no other."""

    by: Annotated[str, Field(min_length=1)]
    reference: Annotated[str, Field(min_length=1)]
    duties: Annotated[list[str], Field(min_length=1)] = Field(
        description="Ids of the notices it stops, such as `us-ca-1798-82/individuals-initial`."
    )
    since: Instant
    until: Instant | Unknown = UNKNOWN
    written: bool = True


class ReportedFacts(Value):
    """What is known without an inventory; enough for triage."""

    people: dict[str, Count] = Field(
        default={}, description="People per place: ISO 3166 such as CN, DE, US-CA, or `unknown`."
    )
    children: dict[str, Count] = Field(default={}, description="Under 14, per place.")
    minors: dict[str, Count] = Field(default={}, description="Under 18, per place.")
    elements: dict[ElementKey, Protection] | Unknown = UNKNOWN
    more_elements: bool = Field(
        default=False,
        description="Other elements may be among the data too: what is not listed is then open.",
    )
    holder: Literal[
        "unknown", "known_trusted", "known_untrusted", "public", "criminal", "returned"
    ] = "unknown"
    misuse_seen: bool | Unknown = UNKNOWN
    harm_averted: bool | Unknown = Field(
        default=UNKNOWN, description="Measures taken make harm no longer likely."
    )
    recoverable: bool | Unknown = UNKNOWN
    vulnerable_people: bool | Unknown = UNKNOWN
    crime_suspected: bool | Unknown = UNKNOWN
    direct_loss_cny: Count = Range()
    important_data: bool | Unknown = UNKNOWN
    roles: list[RoleKey] | Unknown = UNKNOWN
    established_in: list[str] | Unknown = UNKNOWN
    promise: bool | Unknown = Field(
        default=UNKNOWN, description="A published promise to tell people was in force."
    )
    acquired: bool | Unknown = Field(
        default=UNKNOWN, description="Somebody took a copy, or could keep what was seen."
    )
    internal_only: bool | Unknown = Field(
        default=UNKNOWN, description="It never left the organisation."
    )
    deletion_confirmed: bool | Unknown = Field(
        default=UNKNOWN, description="Whoever had it has given it back or deleted it, believably."
    )
    targeted: bool | Unknown = Field(
        default=UNKNOWN, description="Particular people were singled out."
    )
    depended_on: bool | Unknown = Field(
        default=UNKNOWN,
        description="People depend on the data or service: care, pay, safety, a deadline.",
    )
    unavailable_hours: Count = Field(
        default=Range(), description="For how long people could not use data or service."
    )
    was_source: bool | Unknown = Field(
        default=UNKNOWN, description="The breach was at the organisation itself, not at a supplier."
    )
    media: list[Medium] | Unknown = Field(
        default=UNKNOWN, description="On what the data stood; unknown is read from the cause."
    )
    employees: Count = Field(default=Range(), description="People the organisation employs.")
    notice_cost_usd: Count = Field(
        default=Range(), description="What telling everybody one by one would cost, in USD."
    )
    without_contact: dict[str, Count] = Field(
        default={}, description="People per place whom no address reaches."
    )
    contracts: list[str] | Unknown = Field(
        default=UNKNOWN, description="Ids of contracts with own clocks that the data falls under."
    )
    answers: dict[str, bool | Unknown] = Field(
        default={},
        description="Answers to questions of the law, by the name that `questions` shows.",
    )
    holds: list[LawEnforcementHold] = Field(
        default=[], description="Requests of an authority that notices wait."
    )
    filings: dict[str, list[Instant]] = Field(
        default={}, description="When a duty's filing or notice went out, by the duty's id."
    )


class BreachReport(Value):
    """One report of a breach; later knowledge makes a new version of the whole."""

    format: Literal["forthwith/report/1"] = REPORT_FORMAT
    reported_by: str = Field(default="", description="Role or team, not a name.")
    channel: str = Field(default="", description="How the report came in (S3: any channel may).")
    claim: Claim = Claim()
    timeline: Timeline = Timeline()
    facts: ReportedFacts = ReportedFacts()
    measures: dict[str, Literal["done", "planned"]] = Field(
        default={},
        description="What was done or will be done, as keys of the catalogue of sentences.",
    )
    next_update_on: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = Field(
        default="", description="Day by which people are written to again; a promise."
    )
    amendment: str = Field(
        default="", description="What changed since the version before, and why."
    )
