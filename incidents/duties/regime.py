"""The shape of a law file: duties under their dates, each with its source. Code holds no law."""

from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from incidents.duties.authority import AddressBook, Authority
from incidents.duties.conditions import Condition
from incidents.duties.rule import DutyRule, InForce, Slug
from incidents.duties.working_days import Calendar
from incidents.models.base import Value
from incidents.models.duty import Citation
from incidents.models.vocabulary import MomentKey

Place = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3}){0,2}$")]


class LawPlace(InForce):
    """A place of the law, with dates of its own where it joined later or left."""

    place: Place


def _law_place(value: Any) -> Any:
    return {"place": value} if isinstance(value, str) else value


class Reach(Value):
    """What ties the law to a case."""

    residents: bool = True
    """Somebody affected lives in its places."""
    established: bool = False
    """The organisation is established there, wherever the people live."""
    without_people: bool = False
    """An establishment ties it even where nobody is affected: it is about incidents, not people."""

    @model_validator(mode="after")
    def _some_tie(self) -> Self:
        if not (self.residents or self.established):
            raise ValueError("a law reaches a case by residents, by establishment, or by both")
        if self.without_people and not self.established:
            raise ValueError("only an establishment ties a law to a case without people")
        return self


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
    kind: Literal["law", "promise", "contract"] = "law"
    """A promise and a contract are the organisation's own word, not law."""
    where: str
    """Its territory as a sentence calls it: `mainland China`."""
    places: list[Annotated[LawPlace, BeforeValidator(_law_place)]] = []
    """Empty only for a promise or contract, which speaks of people everywhere."""
    reach: Reach = Reach()
    binds: Condition | None = None
    """Whom the law binds, such as banks; None where it binds everybody within its reach."""
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
            raise ValueError("a law names its places; a promise or contract names none")
        known = {duty.id for duty in self.duties}
        for duty in self.duties:
            missing = {ref for ref in own_references(duty) if ref not in known}
            if missing:
                raise ValueError(f"duty {duty.id} leans on {sorted(missing)}, not in this law")
        return self

    def areas_on(self, day: str) -> tuple[str, ...]:
        """Return the places where the law stands on an ISO day, as far as places differ."""
        if self._steady:
            return self.areas
        return tuple(
            law_place.place
            for law_place in self.places
            if (law_place.from_ or "") <= day <= (law_place.to or "9999")
        )

    @cached_property
    def versions(self) -> list[tuple[list[DutyRule], bool]]:
        """The rules of each duty, in the file's order, and whether one looks at other duties."""
        found: dict[str, list[DutyRule]] = {}
        for rule in self.duties:
            found.setdefault(rule.id, []).append(rule)
        return [(rules, any(rule.leans_on for rule in rules)) for rules in found.values()]

    @cached_property
    def _steady(self) -> bool:
        return not any(law_place.from_ or law_place.to for law_place in self.places)

    @cached_property
    def ties(self) -> str:
        """What ties the law to a case, in words."""
        ties = [f"somebody affected lives in {self.where}"] if self.reach.residents else []
        if self.reach.established:
            ties.append(f"the organisation is established in {self.where}")
        return ", or ".join(ties)

    @property
    def is_general(self) -> bool:
        """Whether it speaks for its places: a law that binds everybody within its reach."""
        return self.kind == "law" and self.binds is None

    @cached_property
    def areas(self) -> tuple[str, ...]:
        """Return every place the law has ever had."""
        return tuple(law_place.place for law_place in self.places)


def foreign_references(duty: DutyRule) -> list[str]:
    """Return the duties of other laws that a duty waits for, is tied to or looks at."""
    return [*(ref for ref in duty.references if "/" in ref), *sorted(duty.leans_on)]


def own_references(duty: DutyRule) -> list[str]:
    """Return those of the references that name a duty of the same law."""
    return [ref for ref in duty.references if "/" not in ref]


class Catalogue(Value):
    """All law that is loaded, with what it leans on."""

    version: str
    """Short SHA-256 over the canonical content; a case keeps it."""
    regimes: list[Regime]
    authorities: dict[str, Authority]
    calendars: dict[str, Calendar]

    @cached_property
    def book(self) -> AddressBook:
        """The authorities, looked up by what the rules name."""
        return AddressBook(self.authorities)
