"""Worked cases beside each law: a sentence, a situation, an outcome; a lawyer can read them."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from incidents.duties.conditions import yes_or_no
from incidents.duties.engine import duties_owed
from incidents.duties.regime import Catalogue
from incidents.models.base import Instant, Value
from incidents.models.duty import Duty, DutyList, Facts, Truth
from incidents.models.report import Count, Range
from incidents.models.vocabulary import HarmKey

TRUTHS = (
    "malicious",
    "harm_likely",
    "unintelligible",
    "harm_averted",
    "crime_suspected",
    "important_data",
    "promise",
    "acquired",
    "internal_only",
    "was_source",
)
PlainTruth = Annotated[Truth, BeforeValidator(yes_or_no)]
Plain = Annotated[str | int | None, BeforeValidator(yes_or_no)]


class Situation(Facts):
    """Facts as a lawyer writes them: a number for a range, yes and no without quotes.

    Answers, filings and holds name questions and duties of the example's own law without its id.
    """

    people: dict[str, Count] = {}
    children: dict[str, Count] = {}
    minors: dict[str, Count] = {}
    without_contact: dict[str, Count] = {}
    direct_loss_cny: Count = Range()
    notice_cost_usd: Count = Range()
    employees: Count = Range()
    harms: dict[HarmKey, PlainTruth] = {}
    answers: dict[str, PlainTruth] = {}

    @model_validator(mode="before")
    @classmethod
    def _plain_words(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: yes_or_no(value) if key in TRUTHS else value for key, value in data.items()}

    def facts(self, regime: str, loaded: Iterable[str]) -> Facts:
        """Return the facts, with the law's id put before what the example writes without one.

        Args:
            regime: Id of the example's law.
            loaded: Ids of all laws at hand; a name that begins with one of them is left as it is.
        """
        heads = set(loaded)
        plain = dict(self)
        plain["answers"] = {_full(k, regime, ".", heads): v for k, v in self.answers.items()}
        plain["filings"] = {_full(k, regime, "/", heads): v for k, v in self.filings.items()}
        plain["holds"] = [
            hold.model_copy(update={"duties": [_full(k, regime, "/", heads) for k in hold.duties]})
            for hold in self.holds
        ]
        return Facts.model_validate(plain)


def _full(key: str, regime: str, mark: str, loaded: set[str]) -> str:
    return key if key.partition(mark)[0] in loaded else f"{regime}{mark}{key}"


class Outcome(Value):
    """What must come out. Duties are named by their id within the law; others are left open."""

    owed: list[str] = []
    may_be_owed: list[str] = []
    owed_if: list[str] = []
    not_owed: list[str] = []
    coming: list[str] = []
    """Duties that do not stand yet on the day of the case."""
    due_by: dict[str, Instant | None] = {}
    legal_limit: dict[str, Instant | None] = {}
    target_by: dict[str, Instant | None] = {}
    must_say: dict[str, list[str]] = {}
    """Keys that are among what the notice must say."""
    need_not_say: dict[str, list[str]] = {}
    """Keys that are not."""
    must_not_say: dict[str, list[str]] = {}
    offers: dict[str, dict[str, int | None]] = {}
    """Exactly the offers by kind, with their months."""
    shows: dict[str, dict[str, Plain]] = {}
    """Further values of a duty: see `SHOWN`."""
    asks: list[str] = []
    """Facts that must be asked for."""
    unknown_law: list[str] = []

    @model_validator(mode="after")
    def _known_values(self) -> "Outcome":
        unknown = {name for values in self.shows.values() for name in values} - set(SHOWN)
        if unknown:
            known = ", ".join(sorted(SHOWN))
            raise ValueError(f"shows knows no {', '.join(sorted(unknown))}; it knows {known}")
        return self

    def fires(self) -> set[str]:
        """Return the duties that come out in one way or another, without their place."""
        return {_base(name) for name in (*self.owed, *self.may_be_owed, *self.owed_if)}


class Example(Value):
    """One case, worked by hand from the source."""

    sentence: Annotated[str, Field(min_length=20)]
    article: Annotated[str, Field(min_length=3)]
    situation: Situation
    outcome: Outcome

    def duties_named(self, loaded: Collection[str]) -> set[str]:
        """Return the law's own duties that the case names, without their place."""
        outcome = self.outcome
        listed = [*outcome.owed, *outcome.may_be_owed, *outcome.owed_if]
        listed += [*outcome.not_owed, *outcome.coming]
        for values in (
            outcome.due_by,
            outcome.legal_limit,
            outcome.target_by,
            outcome.must_say,
            outcome.need_not_say,
            outcome.must_not_say,
            outcome.offers,
            outcome.shows,
            self.situation.filings,
        ):
            listed += values
        listed += [duty for hold in self.situation.holds for duty in hold.duties]
        return {_base(name) for name in listed if _base(name) not in loaded}

    def questions_named(self, loaded: Collection[str]) -> set[str]:
        """Return the law's own questions that the case answers."""
        answers = self.situation.answers
        return {name for name in answers if name.partition(".")[0] not in loaded}


class Survivor(Value):
    """A change to the law that no case can notice, and why."""

    mutant: str
    reason: Annotated[str, Field(min_length=20)]


class ExampleFile(Value):
    """All examples of one law."""

    examples: Annotated[list[Example], Field(min_length=1)]
    survivors: list[Survivor] = []


def mismatches(example: Example, law: Catalogue, regime: str) -> list[str]:
    """Return each way in which the engine's answer differs from the outcome worked by hand.

    Args:
        example: The case.
        law: A catalogue with the law, the laws it leans on, and the authorities it needs.
        regime: Id of the example's law; duties of others are left aside.
    """
    answer = duties_owed(example.situation.facts(regime, (one.id for one in law.regimes)), law)
    duties = {duty.id.partition("/")[2]: duty for duty in answer.duties if duty.regime == regime}
    outcome = example.outcome
    return [
        *_status_mismatches(outcome, answer, duties, regime),
        *_times(outcome, duties),
        *_contents(outcome, duties),
        *_gaps(outcome, answer),
    ]


def _base(name: str) -> str:
    return name.partition("/")[0]


def _status_mismatches(
    outcome: Outcome, answer: DutyList, duties: dict[str, Duty], regime: str
) -> Iterator[str]:
    for status in ("owed", "may_be_owed", "owed_if"):
        for name in getattr(outcome, status):
            found = duties[name].status if name in duties else "not owed"
            if found != status:
                yield f"{name} is {found}, the example says {status}"
    refused = {no.duty for no in answer.not_owed if no.regime == regime}
    standing = {_base(name) for name in duties}
    for name in outcome.not_owed:
        if name in standing or not {name, ""} & refused:
            yield f"{name} is owed or unknown here, the example says not_owed"
    coming = {one.duty for one in answer.coming if one.regime == regime}
    for name in outcome.coming:
        if name not in coming:
            yield f"{name} is not shown as coming"


def _times(outcome: Outcome, duties: dict[str, Duty]) -> Iterator[str]:
    for field in ("due_by", "legal_limit", "target_by"):
        for name, moment in getattr(outcome, field).items():
            found = getattr(duties[name], field) if name in duties else "absent"
            if found != moment:
                yield f"{field} of {name} is {found}, the example says {moment}"


def _contents(outcome: Outcome, duties: dict[str, Duty]) -> Iterator[str]:
    for name, keys in outcome.must_say.items():
        missing = set(keys) - set(duties[name].must_say if name in duties else [])
        yield from (f"{name} does not require {key}" for key in sorted(missing))
    for name, keys in outcome.need_not_say.items():
        said = set(keys) & set(duties[name].must_say if name in duties else keys)
        yield from (f"{name} requires {key}" for key in sorted(said))
    for name, keys in outcome.must_not_say.items():
        allowed = set(keys) - set(duties[name].must_not_say if name in duties else [])
        yield from (f"{name} does not forbid {key}" for key in sorted(allowed))
    yield from _values(outcome, duties)


def _values(outcome: Outcome, duties: dict[str, Duty]) -> Iterator[str]:
    for name, offers in outcome.offers.items():
        made = {one.kind: one.months for one in duties[name].offers} if name in duties else None
        if made != offers:
            yield f"{name} offers {made}, the example says {offers}"
    for name, values in outcome.shows.items():
        for what, value in values.items():
            shown = SHOWN[what](duties[name]) if name in duties else "absent"
            if shown != value:
                yield f"{what} of {name} is {shown}, the example says {value}"


def _gaps(outcome: Outcome, answer: DutyList) -> Iterator[str]:
    asked = {question.fact for question in answer.questions}
    yield from (f"{fact} is not asked for" for fact in outcome.asks if fact not in asked)
    gaps = {gap.place for gap in answer.unknown_law}
    yield from (
        f"{place} counts as known law" for place in outcome.unknown_law if place not in gaps
    )


def _of_announcement(name: str) -> Callable[[Duty], str | int | None]:
    return lambda duty: getattr(duty.announcement, name) if duty.announcement else None


def _instant(at: Any) -> str | None:
    return at.isoformat() if at else None


SHOWN: dict[str, Callable[[Duty], str | int | None]] = {
    "announcement": _of_announcement("allowed"),
    "announcement_for": _of_announcement("people"),
    "means_needed": _of_announcement("means_needed"),
    "posted_days": _of_announcement("posted_days"),
    "means": lambda duty: len(duty.announcement.means) if duty.announcement else None,
    "lasts_days": lambda duty: duty.lasts_days,
    "lasts_until": lambda duty: _instant(duty.lasts_until),
    "keep_years": lambda duty: duty.keep_years,
    "repeats": lambda duty: duty.repeats,
    "held_until": lambda duty: _instant(duty.held.until) if duty.held else None,
    "held_by": lambda duty: duty.held.by if duty.held else None,
    "title": lambda duty: duty.title,
    "headings": lambda duty: len(duty.headings),
    "phase": lambda duty: duty.phase,
    "recipient": lambda duty: duty.recipient.ref or duty.recipient.kind,
    "relation": lambda duty: duty.relative_to.relation if duty.relative_to else None,
    "relation_days": lambda duty: duty.relative_to.days if duty.relative_to else None,
    "not_before": lambda duty: _instant(duty.not_before),
    "start": lambda duty: duty.clock.start,
}
"""Values an example may ask for; moments are ISO 8601 in UTC, such as 2026-03-01T04:59:59+00:00."""
