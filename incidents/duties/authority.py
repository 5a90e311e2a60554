"""Who receives filings, and which of several authorities a filing goes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from incidents.duties import places
from incidents.models.base import Value, Zone
from incidents.models.duty import Citation, Facts, Recipient


class Authority(Value):
    """An authority: what it is called, where it sits, how it is reached."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    name: str
    place: str
    laws: list[str] = []
    """Ids of the laws it serves; empty for a data protection authority, which serves those laws
    that route by place and have no authority of their own."""
    covers: list[str] = []
    """Further places it is competent for, such as overseas territories with codes of their own."""
    zone: Zone
    languages: Annotated[list[str], Field(min_length=1)]
    portal: str = ""
    portal_seen: bool = False
    """True where the filing address was read on an official page or in two sources."""
    routing: str = ""
    """Which office exactly, where one name stands for several."""
    citation: Citation

    @property
    def areas(self) -> tuple[str, ...]:
        """Return every place it is competent for."""
        return (self.place, *self.covers)


class RecipientRule(Value):
    """To whom a duty speaks, as a law file says it."""

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
    """Id of an authority; empty for kinds without one, or where the route finds it."""
    also: list[str] = []
    """Ids of further authorities that get the same; each becomes a duty of its own."""
    name: str = ""
    of: Literal["children", "minors"] = "children"
    """Whose guardians: of children under 14, or of everybody under 18."""
    route: Literal["named", "lead_or_each", "each_region"] = "named"
    """`lead_or_each`: the authority of the main establishment within the law's places, or every
    authority where affected people live if the organisation has no establishment there.
    `each_region`: one for each state or region with people, judged by the people there."""


@dataclass(frozen=True)
class Route:
    """One filing: to whom, about people where, and whether it is certain that it is needed."""

    recipient: Recipient
    zone: str
    place: str
    """What the duty's id ends in: a place or an authority's id; empty where it does not fan out."""
    people_in: tuple[str, ...] = ()
    certain: bool = True


class AddressBook:
    """All authorities of a catalogue, with what was looked up before."""

    def __init__(self, authorities: dict[str, Authority]) -> None:
        self._authorities = authorities
        self._competent: dict[tuple[str, ...], list[Authority]] = {}
        self._index: dict[tuple[str, ...], dict[str, Authority]] = {}
        self._named: dict[tuple[str, ...], list[Route]] = {}

    def competent(self, law: str, areas: Sequence[str]) -> list[Authority]:
        """Return the authorities that sit in some areas and serve a law there."""
        key = (law, *areas)
        if key not in self._competent:
            there = [
                one
                for one in self._authorities.values()
                if places.is_within_any(one.place, areas) and (not one.laws or law in one.laws)
            ]
            own = [one for one in there if one.laws]
            self._competent[key] = own or there
        return self._competent[key]

    def index(self, law: str, areas: Sequence[str]) -> dict[str, Authority]:
        """Return the competent authority of each place in some areas."""
        key = (law, *areas)
        if key not in self._index:
            serving = reversed(self.competent(law, areas))
            self._index[key] = {area: one for one in serving for area in one.areas}
        return self._index[key]

    def named(self, rule: RecipientRule) -> list[Route]:
        """Return the filings to the recipients a rule names itself."""
        key = (rule.kind, rule.name, rule.ref, *rule.also)
        if key not in self._named:
            self._named[key] = _named(rule, self._authorities)
        return self._named[key]


def routes_for(
    rule: RecipientRule,
    facts: Facts,
    areas: Sequence[str],
    book: "AddressBook",
    established: Sequence[str] | None,
    law: str,
) -> list[Route]:
    """Return the filings a duty comes to.

    Args:
        rule: The recipient as the law file names it.
        facts: The case.
        areas: Places of the law in force.
        book: All known authorities.
        established: Places of establishment; None where not known.
        law: Id of the law, which may have authorities of its own.
    """
    if rule.route != "lead_or_each":
        return book.named(rule)
    competent = book.competent(law, areas)
    at_home = [place for place in established or [] if places.is_within_any(place, areas)]
    if at_home:  # the first establishment named is read as the main one (GDPR Art 56)
        for authority in competent:
            if places.is_within_any(at_home[0], authority.areas):
                return [_route(rule, authority, (), certain=True)]
    routes = [
        _route(rule, authority, tuple(sorted(living)), certain=certain)
        for authority, living, certain in _where_people_live(book.index(law, areas), facts)
    ]
    return routes or [Route(Recipient(kind=rule.kind, name=rule.name), "", "", certain=False)]


def _where_people_live(
    index: dict[str, Authority], facts: Facts
) -> list[tuple[Authority, list[str], bool]]:
    """Return each authority with its people's places, and whether somebody surely lives there."""
    found: dict[str, tuple[Authority, list[str], bool]] = {}
    for place, people in facts.people.items():
        area = max((one for one in places.holders(place) if one in index), key=len, default="")
        if area and places.is_possible(people):
            authority = index[area]
            _, living, certain = found.get(authority.id, (authority, [], False))
            found[authority.id] = (authority, [*living, place], certain or people.low > 0)
    return [found[key] for key in sorted(found)]


def _named(rule: RecipientRule, authorities: dict[str, Authority]) -> list[Route]:
    routes = []
    for ref in (rule.ref, *rule.also):
        authority = authorities.get(ref)
        recipient = Recipient(
            kind=rule.kind,
            ref=ref,
            name=(rule.name if not rule.also else "") or (authority.name if authority else ""),
            place=authority.place if authority else "",
        )
        suffix = ref if rule.also else ""
        routes.append(Route(recipient, authority.zone if authority else "", suffix))
    return routes


def _route(
    rule: RecipientRule, authority: Authority, people_in: tuple[str, ...], *, certain: bool
) -> Route:
    recipient = Recipient(
        kind=rule.kind,
        ref=authority.id,
        name=authority.name + (f" ({authority.routing})" if authority.routing else ""),
        place=authority.place,
    )
    return Route(recipient, authority.zone, authority.place, people_in, certain)
