"""Whether a law reaches a case at all: its dates, its places, and who lives or sits there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from incidents.duties import places
from incidents.duties.crowd import Crowd
from incidents.duties.judgement import Judgement, look, single
from incidents.duties.regime import Regime
from incidents.duties.rule import InForce
from incidents.models.base import zone_info
from incidents.models.duty import Facts, UnknownLaw

STAND_INS = (
    "aware",
    "first_alert",
    "suspected",
    "processor_told_us",
    "occurred_to",
    "occurred_from",
)
"""Moments that tell the date of a case where the one that the law names is not known."""


@dataclass(slots=True)
class Scope:
    """How far a law reaches a case."""

    reached: Judgement
    areas: tuple[str, ...]
    people_in: tuple[str, ...]
    """Places of the people it may concern; empty where it concerns all."""
    living: tuple[str, ...]
    """Places of the law where people may live, whomever it concerns."""
    day: str
    established: tuple[str, ...] | None
    seat: str
    """Place whose working days are the organisation's own under this law."""
    why_not: str
    """Why the law as a whole does not stand on that day; empty where it does."""
    ask_establishment: bool = False
    """Nobody affected lives there, and whether the organisation sits there is not known."""


def day_of(moment: str, facts: Facts, regime: Regime) -> str:
    """Return the ISO day by which versions of a law are chosen.

    Without any moment, the law is read as it stood on the day its file was read.
    """
    zone = facts.zone if regime.zone == "organisation" else regime.zone
    for word in (moment, *STAND_INS):
        known = facts.timeline.moment(word)
        if known:
            return _day(known.at, zone)
    return regime.citation.read_on


@lru_cache(maxsize=1024)
def _day(at: datetime, zone: str) -> str:
    return at.astimezone(zone_info(zone)).date().isoformat()


def scope_of(regime: Regime, facts: Facts, crowd: Crowd) -> Scope:
    """Return whether a law reaches the case, and whom it concerns."""
    day = day_of(regime.selected_by, facts, regime)
    areas = regime.areas_on(day)
    why = standing(regime.in_force, None, day)
    if regime.kind != "law":
        seen = look("people", f"the {regime.kind} speaks of people everywhere", "it does", "yes")
        if crowd.nobody:
            seen = look("people", "somebody is affected", "nobody is", "no")
        return Scope(
            reached=single(seen),
            areas=areas,
            people_in=(),
            living=tuple(sorted(facts.people)),
            day=day,
            established=crowd.established,
            seat=crowd.here(areas).seat,
            why_not=why,
        )
    return _law_scope(regime, crowd, areas, day, why)


def _law_scope(regime: Regime, crowd: Crowd, areas: tuple[str, ...], day: str, why: str) -> Scope:
    reach, here = regime.reach, crowd.here(areas)
    concerned, truth = here.living, here.lives
    found = here.found.replace("{where}", regime.where)
    if not reach.residents:
        truth = "unknown" if crowd.established is None else "no"
    by_seat = reach.established and (reach.without_people or not (reach.residents and crowd.nobody))
    if by_seat and here.sits:
        truth, found = "yes", f"{found}; the organisation is established there"
        concerned = ()
    elif by_seat and truth == "no" and here.may_sit:
        truth, found = "unknown", f"{found}; the organisation may be established there"
    return Scope(
        reached=single(look("people", regime.ties, found, truth)),
        areas=areas,
        people_in=concerned,
        living=here.living,
        day=day,
        established=crowd.established,
        seat=here.seat,
        why_not=why,
        ask_establishment=truth == "no" and reach.established and crowd.established is None,
    )


def standing(in_force: InForce, own: InForce | None, day: str) -> str:
    """Return why a rule does not stand on a day, or nothing where it does."""
    for span in (in_force, own):
        if span is None or span.holds_on(day):
            continue
        if span.from_ is None:
            return "is only proposed and not in force"
        if day < span.from_:
            return f"was not in force on {day}; it is in force from {span.from_}"
        return f"was not in force on {day}; it ended on {span.to}"
    return ""


def unknown_law(facts: Facts, regimes: Sequence[Regime]) -> list[UnknownLaw]:
    """Return the places with people for which no law is loaded, with their numbers.

    A promise is no law, and a law that binds only some, such as banks, says nothing of what else
    holds there. A law that is loaded but was not in force then still counts as known.
    """
    known = {area for regime in regimes if regime.is_general for area in regime.areas}
    return [
        UnknownLaw(place=place, people=people)
        for place, people in sorted(facts.people.items())
        if places.is_possible(people) and not places.is_within_any(place, known)
    ]
