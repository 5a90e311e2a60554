"""The shape of a law file: values under their dates, each with its source. Code holds no law."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from incidents.duties.authority import Authority, RecipientRule
from incidents.duties.conditions import Condition
from incidents.duties.working_days import Calendar
from incidents.models.base import Value
from incidents.models.duty import Citation, RelativeTo
from incidents.models.inventory import Day
from incidents.models.vocabulary import ContentKey, MomentKey

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Place = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3}){0,2}$")]


class InForce(Value):
    """From which day to which a rule stands, both included.

    No `from` means the rule is only proposed: it never applies. No `to` means no end is known.
    """

    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.to and self.from_ > self.to:
            raise ValueError("from lies after to")
        return self

    def holds_on(self, day: str) -> bool:
        """Return whether the rule stands on an ISO day."""
        return self.from_ is not None and self.from_ <= day and (self.to is None or day <= self.to)

    def overlaps(self, other: "InForce") -> bool:
        """Return whether both stand on some day."""
        if self.from_ is None or other.from_ is None:
            return False
        return self.from_ <= (other.to or "9999") and other.from_ <= (self.to or "9999")


class LawPlace(InForce):
    """A place of the law, with dates of its own where it joined later or left."""

    place: Place


def _law_place(value: Any) -> Any:
    return {"place": value} if isinstance(value, str) else value


class Span(Value):
    """A length of time in exactly one unit."""

    hours: int | None = Field(default=None, gt=0)
    days: int | None = Field(default=None, gt=0)
    business_days: int | None = Field(default=None, gt=0)
    months: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if len([n for n in (self.hours, self.days, self.business_days, self.months) if n]) != 1:
            raise ValueError("write exactly one of hours, days, business_days, months")
        return self


class ClockRule(Value):
    """From which moment a limit runs and how it is counted."""

    start: MomentKey
    otherwise: list[MomentKey] = ["first_alert", "suspected", "processor_told_us"]
    """Moments that stand in while the start is not known; the earliest known one is taken."""
    within: Span | None = None
    counting: Literal["plain", "reg1182"] = "plain"
    """`plain`: hours run on; days begin the day after and end at 23:59:59 local time.
    `reg1182`: Regulation 1182/71, which puts a later legal limit beside the plain count."""
    zone: str = "organisation"
    """`authority`, `organisation` or an IANA name: whose midnight ends a day."""
    roll: Literal["none", "next_working_day"] = "none"
    calendar: str = "authority"
    """`authority` or a place whose working days count."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        hours = self.within is not None and self.within.hours is not None
        if self.roll != "none" and (self.within is None or hours):
            raise ValueError("roll needs a limit in days or months; hours never roll")
        return self


class Offer(Value):
    """Something to be offered to people."""

    text: str
    when: Condition | None = None


class AlsoSay(Value):
    """Content that is required only under a condition; unknown counts as required."""

    say: ContentKey
    when: Condition


class Ground(Value):
    """One ground on which an announcement may take the place of single notices."""

    kind: Literal[
        "cost_over", "people_over", "contact_missing", "disproportionate", "hard_one_by_one", "free"
    ]
    number: int | None = None
    currency: str = ""


class Announcement(Value):
    """When and how an announcement may replace single notices."""

    rule: str
    grounds: Annotated[list[Ground], Field(min_length=1)]
    how: list[str] = []
    posted_days: int | None = None
    """Days for which it has to stay up at least."""


class Contingent(Value):
    """A duty that comes into being only with something that has not happened yet."""

    once: str
    happened: MomentKey | None = None
    """Moment whose presence shows that it happened."""


class Exemption(Value):
    """A ground the organisation has to show; while it is unknown the duty stands."""

    text: str
    when: Condition


class Hold(Value):
    """Who may ask that a notice waits, and under which article."""

    by: Literal["law_enforcement", "authority"]
    article: str
    written: bool | None = None


class DutyRule(Value):
    """One duty of a law in one version."""

    id: Slug
    name: str
    recipient: RecipientRule
    phase: Literal["initial", "supplement", "update", "intermediate", "final", "record"] = "initial"
    in_force: InForce | None = None
    selected_by: MomentKey | None = None
    """Moment whose date picks the version; None takes the law's."""
    when: Condition | None = None
    """None where every breach within the law's reach counts."""
    unless: list[Exemption] = []
    contingent: Contingent | None = None
    clocks: Annotated[list[ClockRule], Field(min_length=1)]
    """Several clocks: the earliest counts."""
    relative_to: RelativeTo | None = None
    """Names a duty of the same law by its id."""
    phrase: str
    """The law's idea of time, in our own words."""
    must_say: list[ContentKey] = []
    also_say: list[AlsoSay] = []
    good_to_say: list[ContentKey] = []
    """Recommended, not required."""
    if_late_say: list[ContentKey] = []
    must_not_say: list[ContentKey] = []
    title: str = ""
    headings: list[str] = []
    offers: list[Offer] = []
    announcement: Announcement | None = None
    hold: Hold | None = None
    repeats: Literal["when_facts_change", "yearly"] | None = None
    lasts_days: int | None = None
    citation: Citation


class Reach(Value):
    """What ties the law to a case."""

    residents: bool = True
    """Somebody affected lives in its places."""
    established: bool = False
    """The organisation is established there, wherever the people live."""


def _with_terms(data: Any, terms: dict[str, Any]) -> Any:
    """Return law data in which each `{term: <name>}` is replaced by the condition it names."""
    if isinstance(data, dict):
        if set(data) == {"term"}:
            if data["term"] not in terms:
                raise ValueError(f"no term {data['term']!r} is defined in this law")
            return terms[data["term"]]
        return {key: _with_terms(value, terms) for key, value in data.items()}
    if isinstance(data, list):
        return [_with_terms(value, terms) for value in data]
    return data


class Regime(Value):
    """A law, or an own promise, with all its duties.

    A file may define conditions once under `terms` and refer to them as `{term: <name>}`; a term
    may lean on those defined before it. They are put in place when the file is read.
    """

    id: Slug
    name: str
    kind: Literal["law", "promise"] = "law"
    where: str
    """Its territory as a sentence calls it: `mainland China`."""
    places: list[Annotated[LawPlace, BeforeValidator(_law_place)]] = []
    """Empty only for a promise, which speaks to people everywhere."""
    reach: Reach = Reach()
    zone: str = "organisation"
    """Zone in which the law reads dates: `organisation` or an IANA name."""
    in_force: InForce
    selected_by: MomentKey = "aware"
    citation: Citation
    duties: Annotated[list[DutyRule], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _terms(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("terms"), dict):
            return data
        terms: dict[str, Any] = {}
        for name, condition in data["terms"].items():
            terms[name] = _with_terms(condition, terms)
        rest = {key: value for key, value in data.items() if key != "terms"}
        return _with_terms(rest, terms)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.kind == "law") != bool(self.places):
            raise ValueError("a law names its places; a promise names none")
        known = {duty.id for duty in self.duties}
        for duty in self.duties:
            if duty.relative_to and duty.relative_to.duty not in known:
                raise ValueError(f"duty {duty.id} is relative to a duty this law does not have")
        return self

    def areas_on(self, day: str) -> tuple[str, ...]:
        """Return the places where the law stands on an ISO day, as far as places differ."""
        return tuple(
            law_place.place
            for law_place in self.places
            if (law_place.from_ or "") <= day <= (law_place.to or "9999")
        )

    @property
    def areas(self) -> tuple[str, ...]:
        """Return every place the law has ever had."""
        return tuple(law_place.place for law_place in self.places)


class Catalogue(Value):
    """All law that is loaded, with what it leans on."""

    version: str
    """Short SHA-256 over the canonical content; a case keeps it."""
    regimes: list[Regime]
    authorities: dict[str, Authority]
    calendars: dict[str, Calendar]
