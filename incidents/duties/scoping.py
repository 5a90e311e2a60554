"""Whether a law reaches a case at all: its dates, its places, and who lives or sits there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from incidents.duties import places
from incidents.duties.judgement import Judgement, look, single
from incidents.duties.regime import Regime
from incidents.duties.rule import InForce
from incidents.models.base import zone_info
from incidents.models.duty import Facts, Truth, UnknownLaw
from incidents.models.report import Range

STAND_INS = (
    "aware",
    "first_alert",
    "suspected",
    "processor_told_us",
    "occurred_to",
    "occurred_from",
)
"""Moments that tell the date of a case where the one that the law names is not known."""


@dataclass(frozen=True)
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


def scope_of(regime: Regime, facts: Facts) -> Scope:
    """Return whether a law reaches the case, and whom it concerns."""
    day = day_of(regime.selected_by, facts, regime)
    areas = regime.areas_on(day)
    established = places.establishments(facts)
    if regime.kind != "law":
        seen = look("people", f"the {regime.kind} speaks of people everywhere", "it does", "yes")
        if _nobody(facts):
            seen = look("people", "somebody is affected", "nobody is", "no")
        living = tuple(sorted(facts.people))
        return Scope(single(seen), areas, (), living, day, established)
    return _law_scope(regime, facts, areas, day, established)


def _nobody(facts: Facts) -> bool:
    return bool(facts.people) and not places.is_possible(places.total(facts.people))


def _law_scope(
    regime: Regime,
    facts: Facts,
    areas: tuple[str, ...],
    day: str,
    established: tuple[str, ...] | None,
) -> Scope:
    at_home = regime.reach.established and any(
        places.is_within_any(place, areas) for place in established or ()
    )
    living = tuple(
        sorted(
            place
            for place, people in facts.people.items()
            if (places.is_within_any(place, areas) or places.may_be_within(place, areas))
            and places.is_possible(people)
        )
    )
    truth = _lives_there(facts, areas, living)
    found = _found(regime, facts, areas, living)
    if not regime.reach.residents:
        truth = "unknown" if established is None else "no"
    concerned = living
    if at_home and (not regime.reach.residents or not _nobody(facts)):
        truth, found = "yes", f"{found}; the organisation is established there"
        concerned = ()
    ties = [f"somebody affected lives in {regime.where}"] if regime.reach.residents else []
    if regime.reach.established:
        ties.append(f"the organisation is established in {regime.where}")
    wants = ", or ".join(ties)
    return Scope(
        reached=single(look("people", wants, found, truth)),
        areas=areas,
        people_in=concerned,
        living=living,
        day=day,
        established=established,
        ask_establishment=truth == "no" and regime.reach.established and established is None,
    )


def _lives_there(facts: Facts, areas: Sequence[str], living: Sequence[str]) -> Truth:
    if not facts.people:
        return "unknown"
    if not living:
        return "no"
    certain = any(
        facts.people[place].low > 0 and places.is_within_any(place, areas) for place in living
    )
    return "yes" if certain else "unknown"


def _found(regime: Regime, facts: Facts, areas: Sequence[str], living: Sequence[str]) -> str:
    if not facts.people:
        return "where people live is not known"
    if not living:
        elsewhere = facts.people.get(places.UNKNOWN_PLACE)
        words = f"nobody affected is known to live in {regime.where}"
        if elsewhere and places.is_possible(elsewhere):
            words += f"; of {places.words_for(elsewhere)} people the place is not known"
        return words
    here: Range = places.count_here(
        {place: people for place, people in facts.people.items() if place in living}, areas
    )
    return f"{places.words_for(here)} people in {', '.join(living)}"


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
