"""Where people live, and which of them a law's places hold.

Places are ISO 3166 codes from coarse to fine: `US` holds `US-CA`, `CN` holds `CN-GD-SZ`.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from incidents.models.base import trusted
from incidents.models.duty import Facts
from incidents.models.report import Range

UNKNOWN_PLACE = "unknown"
NOBODY = Range.exactly(0)
TERRITORIES = frozenset({"PR", "GU", "VI", "AS", "MP"})
"""Regions of the United States to which ISO 3166 gives country codes."""


@lru_cache(maxsize=4096)
def holders(place: str) -> frozenset[str]:
    """Return the place and every coarser area that holds it."""
    parts = place.split("-")
    return frozenset("-".join(parts[:length]) for length in range(1, len(parts) + 1))


def is_within_any(place: str, areas: Iterable[str]) -> bool:
    """Return whether a place is one of the areas or part of one."""
    return not holders(place).isdisjoint(areas)


def may_be_within(place: str, areas: Iterable[str]) -> bool:
    """Return whether a coarse place, such as `US`, could hold people of a finer area."""
    return place in _coarser(tuple(areas))


@lru_cache(maxsize=4096)
def _coarser(areas: tuple[str, ...]) -> frozenset[str]:
    """Return every area that holds one of the areas and is none itself."""
    return frozenset().union(*(holders(area) - {area} for area in areas))


def is_region(place: str) -> bool:
    """Return whether a place is finer than a country, or a territory with a code of its own."""
    return "-" in place or place in TERRITORIES


def is_possible(people: Range) -> bool:
    """Return whether the range allows for at least one person."""
    return people.high is None or people.high > 0


def total(counts: Mapping[str, Range]) -> Range:
    """Return the number of people in all places; no bound known where nothing is counted."""
    return _sum(counts.values()) if counts else Range()


def count_here(counts: Mapping[str, Range], areas: Iterable[str]) -> Range:
    """Return how many people live in the areas.

    People of an unknown or coarser place may live there too: they widen the upper bound and
    leave the lower one alone.
    """
    if not counts:
        return Range()
    areas = tuple(areas)
    here = []
    for place, people in counts.items():
        if is_within_any(place, areas):
            here.append(people)
        elif place == UNKNOWN_PLACE or may_be_within(place, areas):
            here.append(Range(low=0, best=0, high=people.high))
    return _sum(here)


def _sum(counts: Iterable[Range]) -> Range:
    """Return the sum; a bound that one of them lacks is lacking."""
    low = 0
    best: int | None = 0
    high: int | None = 0
    for one in counts:
        low += one.low
        best = None if best is None or one.best is None else best + one.best
        high = None if high is None or one.high is None else high + one.high
    return trusted(Range, {"low": low, "best": best, "high": high})


def subgroup_here(
    part: Mapping[str, Range], whole: Mapping[str, Range], areas: Iterable[str]
) -> Range:
    """Return how many of a group, such as children, live in the areas.

    Where the group was not counted at all, it is anything from nobody to everybody there.
    """
    areas = tuple(areas)
    if part:
        return count_here(part, areas)
    return Range(low=0, best=None, high=count_here(whole, areas).high)


def words_for(people: Range) -> str:
    """Return a range as people write it, such as `500` or `between 400 and 600`."""
    if people.high is not None and people.low == people.high:
        return str(people.low)
    if people.high is None:
        return "not known" if people.low == 0 else f"at least {people.low}"
    return f"between {people.low} and {people.high}"


def establishments(facts: Facts) -> tuple[str, ...] | None:
    """Return where the organisation sits, its home place last; None where not known."""
    if facts.established_in is None:
        return (facts.place,) if facts.place else None
    home = [facts.place] if facts.place and facts.place not in facts.established_in else []
    return (*facts.established_in, *home)
