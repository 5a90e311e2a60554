"""The measures of a case, told apart by what they are for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from incidents.drafting.library import MeasureKinds
from incidents.models.notice import Measure

_WAIT = "police_asked_to_wait"


@dataclass(frozen=True)
class Measures:
    """Keys of the catalogue of sentences, each in one place."""

    done: tuple[str, ...]
    planned: tuple[str, ...]
    before: tuple[str, ...]
    """In place before the breach."""
    offers: Mapping[str, str]
    """What people are offered -> `done` or `planned`."""
    months: int
    """How long the longest offer runs; 0 without one."""
    prevents: bool
    """Whether some of what was done or is planned is to keep it from happening again."""
    police: str
    """`done` where the police asked to wait and no longer do, `planned` while they do, or empty."""


def sorted_measures(
    kinds: MeasureKinds, measures: Sequence[Measure], *, without: Collection[str] = ()
) -> Measures:
    """Return measures by what they are for.

    One of those before the breach that is recorded as planned stays among the planned ones: there
    are no words for it, so drafting names it.

    Args:
        kinds: Which measures have a purpose of their own.
        measures: What was recorded.
        without: Keys that must not be told.
    """
    told = [one for one in measures if one.key not in without]
    before = [one.key for one in told if one.key in kinds.before and one.done]
    offers = {one.key: "done" if one.done else "planned" for one in told if one.key in kinds.offers}
    wait = next(("done" if one.done else "planned" for one in told if one.key == _WAIT), "")
    answers = [one for one in told if one.key not in {*before, *offers, _WAIT}]
    return Measures(
        done=tuple(one.key for one in answers if one.done),
        planned=tuple(one.key for one in answers if not one.done),
        before=tuple(before),
        offers=offers,
        months=max((kinds.offers[key] for key in offers), default=0),
        prevents=any(one.key in kinds.prevents for one in answers),
        police=wait,
    )
