"""One duty as a law file writes it: who, when, what, by which channel, under which exceptions."""

from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from incidents.duties.authority import RecipientRule
from incidents.duties.clock_rule import ClockRule, DutyRef, Span
from incidents.duties.conditions import Condition, asks_of, duties_named
from incidents.models.base import Value
from incidents.models.duty import AnnouncementMeans, Channels, Citation, Phase, Relation
from incidents.models.inventory import Day
from incidents.models.vocabulary import ContentKey, MomentKey

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Channel = Literal["email", "letter", "telephone", "sms", "push", "fax", "site", "in_person"]


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

    def comes_after(self, day: str) -> bool:
        """Return whether the rule is still to come on an ISO day; a proposal always is."""
        return self.from_ is None or day < self.from_

    def overlaps(self, other: "InForce") -> bool:
        """Return whether both stand on some day."""
        if self.from_ is None or other.from_ is None:
            return False
        return self.from_ <= (other.to or "9999") and other.from_ <= (self.to or "9999")


class OfferRule(Value):
    """Something to be offered to people."""

    kind: Literal[
        "credit_monitoring",
        "identity_theft_services",
        "security_freeze",
        "free_telephone",
        "compensation",
        "other",
    ]
    text: str
    months: int | None = Field(default=None, gt=0)
    when: Condition | None = None


class AlsoSay(Value):
    """Content that is required only under a condition; unknown counts as required."""

    say: ContentKey
    when: Condition


class ChannelRules(Value):
    """By which ways people may be told."""

    allowed: list[Channel] = []
    """Empty where the law names none."""
    only_if: dict[Channel, str] = {}
    """What has to be so before a channel may be used, such as consent to e-mail."""
    forbidden: list[Channel] = []
    not_to_breached_mailbox: bool = False
    """A mailbox whose own login was exposed must not be written to."""
    note: str = ""


class Means(Value):
    """One way of announcing."""

    text: str
    days: int | None = Field(default=None, gt=0)
    """For which it has to stay up at least."""


class Announcement(Value):
    """When and how an announcement may replace, or has to stand beside, single notices."""

    rule: str
    when: Condition | None = None
    """Grounds; None where the law leaves it to the organisation."""
    people: Literal["all", "without_contact"] = "all"
    """Whom it can stand for: everybody, or only those whom no address reaches."""
    means: Annotated[list[Means], Field(min_length=1)]
    means_needed: int | None = Field(default=None, gt=0)
    """How many of the means are enough; None for all of them."""
    also: list[str] = []
    """What has to go with it, such as a letter to an authority."""

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if self.means_needed and self.means_needed > len(self.means):
            raise ValueError("means_needed asks for more means than are named")
        return self

    @cached_property
    def unchanging(self) -> dict[str, Any]:
        """What an `AnnouncementOption` takes from the rule as it stands."""
        return {
            "rule": self.rule,
            "people": self.people,
            "means": [AnnouncementMeans(text=one.text, days=one.days) for one in self.means],
            "means_needed": self.means_needed,
            "also": self.also,
            "posted_days": max((one.days for one in self.means if one.days), default=None),
        }


class Contingent(Value):
    """A duty that comes into being only with something that has not happened yet."""

    once: str
    happened: MomentKey | None = None
    """Moment whose presence shows that it happened."""
    met: DutyRef | None = None
    """Duty whose filing shows that it happened."""


class Exemption(Value):
    """A ground the organisation has to show; while it is unknown the duty stands."""

    text: str
    when: Condition


class HoldRule(Value):
    """Who may ask that a notice waits, under which article, and what runs once it ends."""

    by: Literal["law_enforcement", "authority"]
    article: str
    written: bool = False
    """Only a written request stops the notice."""
    oral_days: int | None = Field(default=None, gt=0)
    """How many days an oral request lasts at most."""
    then: Span | None = None
    """Time the law gives after the hold has ended; None where it names no number."""


class Lasts(Value):
    """How long what was done has to stand, such as a page or a telephone line."""

    days: int = Field(gt=0)
    text: str


class Repeats(Value):
    """A duty that comes back."""

    when: Literal["facts_change", "year", "request", "stage"]
    text: str = ""


class TieRule(Value):
    """A deadline tied to another notice."""

    duty: DutyRef
    relation: Relation
    days: int | None = Field(default=None, gt=0)
    wait: Span | None = None
    """With `after`: so long after the other notice this one may not go out yet."""
    calendar: str = "authority"
    """Whose working days a wait counts: `authority`, or a place."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.wait is not None and self.relation != "after":
            raise ValueError("a wait goes with the relation after")
        return self


class DutyRule(Value):
    """One duty of a law in one version."""

    id: Slug
    name: str
    recipient: RecipientRule
    phase: Phase = "initial"
    in_force: InForce | None = None
    selected_by: MomentKey | None = None
    """Moment whose date picks the version; None takes the law's."""
    when: Condition | None = None
    """None where every breach within the law's reach counts."""
    unless: list[Exemption] = []
    contingent: Contingent | None = None
    clocks: Annotated[list[ClockRule], Field(min_length=1)]
    """Several clocks: the earliest counts."""
    relative_to: TieRule | None = None
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
    form: list[str] = []
    """What the law prescribes of the form, such as a size of type or one page."""
    languages: list[str] = []
    """BCP 47 codes the notice has to be in; empty where the law names none."""
    offers: list[OfferRule] = []
    channels: ChannelRules | None = None
    announcement: Announcement | None = None
    hold: HoldRule | None = None
    repeats: Repeats | None = None
    lasts: Lasts | None = None
    keep_years: int | None = Field(default=None, gt=0)
    """How long a record under this duty is kept."""
    citation: Citation

    @cached_property
    def leans_on(self) -> frozenset[str]:
        """Duties whose existence this one's conditions look at, as `<regime>/<duty>`."""
        conditions = [self.when, *(one.when for one in self.unless)]
        return frozenset().union(*(duties_named(condition) for condition in conditions))

    @cached_property
    def asks(self) -> frozenset[str]:
        """Questions to a person that anything of the duty hangs on."""
        conditions = [
            self.when,
            *(one.when for one in self.unless),
            *(one.when for one in self.also_say),
            *(one.when for one in self.offers),
            self.announcement.when if self.announcement else None,
            *self.clock_conditions,
        ]
        return frozenset().union(*(asks_of(condition) for condition in conditions))

    @cached_property
    def references(self) -> list[str]:
        """Duties whose filing this one waits for or is tied to, as the file writes them."""
        tie = [self.relative_to.duty] if self.relative_to else []
        met = [self.contingent.met] if self.contingent and self.contingent.met else []
        return [*tie, *met, *(clock.after for clock in self.clocks if clock.after)]

    @cached_property
    def clock_conditions(self) -> list[Condition]:
        """Conditions that move a deadline."""
        rolls = [clock.roll_when for clock in self.clocks if clock.roll_when is not None]
        return [*rolls, *(one.when for clock in self.clocks for one in clock.extensions)]

    @cached_property
    def side_conditions(self) -> list[Condition]:
        """Conditions that change what a duty asks, not whether it exists: each is asked about.

        Of the grounds of an announcement only those are asked for that are questions of the law;
        its numbers matter when somebody wants to announce.
        """
        conditions = [*self.clock_conditions, *(one.when for one in self.also_say)]
        grounds = self.announcement.when if self.announcement else None
        return [*conditions, grounds] if grounds and asks_of(grounds) else conditions

    @cached_property
    def unchanging(self) -> dict[str, Any]:
        """What a `Duty` takes from its rule as it stands, whatever the facts."""
        later = self.contingent
        return {
            "name": self.name,
            "phase": self.phase,
            "phrase": f"{self.phrase}, once {later.once}" if later else self.phrase,
            "must_not_say": self.must_not_say,
            "good_to_say": self.good_to_say,
            "if_late_say": self.if_late_say,
            "title": self.title,
            "headings": self.headings,
            "form": self.form,
            "languages": self.languages,
            "channels": Channels(**self.channels.model_dump()) if self.channels else None,
            "repeats": self.repeats.when if self.repeats else "",
            "lasts_days": self.lasts.days if self.lasts else None,
            "keep_years": self.keep_years,
            "citation": self.citation,
            "held": None,
            "lasts_until": None,
        }
