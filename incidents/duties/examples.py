"""Worked cases beside each law: a sentence, a situation, an outcome; a lawyer can read them."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from incidents.duties.conditions import yes_or_no
from incidents.duties.engine import duties_owed
from incidents.duties.regime import Catalogue
from incidents.models.base import Instant, Value
from incidents.models.duty import Duty, DutyList, Facts
from incidents.models.report import Count, Range

TRUTHS = (
    "malicious",
    "harm_likely",
    "unintelligible",
    "harm_averted",
    "crime_suspected",
    "important_data",
    "promise",
)


class Situation(Facts):
    """Facts as a lawyer writes them: a number for a range, yes and no without quotes."""

    people: dict[str, Count] = {}
    children: dict[str, Count] = {}
    minors: dict[str, Count] = {}
    direct_loss_cny: Count = Range()

    @model_validator(mode="before")
    @classmethod
    def _plain_words(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: yes_or_no(value) if key in TRUTHS else value for key, value in data.items()}


class Outcome(Value):
    """What must come out. Duties are named by their id within the law; others are left open."""

    owed: list[str] = []
    may_be_owed: list[str] = []
    owed_if: list[str] = []
    not_owed: list[str] = []
    due_by: dict[str, Instant | None] = {}
    legal_limit: dict[str, Instant | None] = {}
    target_by: dict[str, Instant | None] = {}
    must_say: dict[str, list[str]] = {}
    offers: dict[str, int] = {}
    asks: list[str] = []
    """Facts that must be asked for."""
    unknown_law: list[str] = []

    def fires(self) -> set[str]:
        """Return the duties that come out in one way or another, without their place."""
        return {_base(name) for name in (*self.owed, *self.may_be_owed, *self.owed_if)}


class Example(Value):
    """One case, worked by hand from the source."""

    sentence: Annotated[str, Field(min_length=20)]
    article: Annotated[str, Field(min_length=3)]
    situation: Situation
    outcome: Outcome


class ExampleFile(Value):
    """All examples of one law."""

    examples: Annotated[list[Example], Field(min_length=1)]


def mismatches(example: Example, law: Catalogue) -> list[str]:
    """Return each way in which the engine's answer differs from the outcome worked by hand.

    Args:
        example: The case.
        law: A catalogue that holds the one law, with the authorities it needs.
    """
    answer = duties_owed(Facts.model_validate(dict(example.situation)), law)
    duties = {duty.id.partition("/")[2]: duty for duty in answer.duties}
    return [*_status_mismatches(example.outcome, answer, duties), *_values(example, answer, duties)]


def _base(name: str) -> str:
    return name.partition("/")[0]


def _status_mismatches(outcome: Outcome, answer: DutyList, duties: dict[str, Duty]) -> list[str]:
    wrong = []
    for status in ("owed", "may_be_owed", "owed_if"):
        for name in getattr(outcome, status):
            found = duties[name].status if name in duties else "not owed"
            if found != status:
                wrong.append(f"{name} is {found}, the example says {status}")
    refused = {no.duty for no in answer.not_owed}
    wrong += [
        f"{name} is owed or unknown here, the example says not_owed"
        for name in outcome.not_owed
        if name not in refused
    ]
    return wrong


def _values(example: Example, answer: DutyList, duties: dict[str, Duty]) -> list[str]:
    outcome = example.outcome
    wrong = []
    for field in ("due_by", "legal_limit", "target_by"):
        for name, moment in getattr(outcome, field).items():
            found = getattr(duties[name], field) if name in duties else "absent"
            if found != moment:
                wrong.append(f"{field} of {name} is {found}, the example says {moment}")
    for name, keys in outcome.must_say.items():
        missing = set(keys) - set(duties[name].must_say if name in duties else [])
        if missing:
            wrong.append(f"{name} does not require {', '.join(sorted(missing))}")
    for name, number in outcome.offers.items():
        found = len(duties[name].offers) if name in duties else 0
        if found != number:
            wrong.append(f"{name} makes {found} offers, the example says {number}")
    asked = {question.fact for question in answer.questions}
    wrong += [f"{fact} is not asked for" for fact in outcome.asks if fact not in asked]
    gaps = {gap.place for gap in answer.unknown_law}
    wrong += [f"{place} counts as known law" for place in outcome.unknown_law if place not in gaps]
    return wrong
