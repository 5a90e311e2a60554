"""What could happen to somebody, and what they can do first, from the data that was touched."""

from collections.abc import Iterable, Mapping

from incidents.drafting.words import Advice, AdviceGroup
from incidents.models.base import Value
from incidents.models.report import Protection
from incidents.models.scope import Form

MOST_ACTIONS = 3


class Advised(Value):
    """What follows for one kind of exposure, as ids of the library."""

    groups: list[str]
    """Groups of data that somebody can read, worst first."""
    actions: list[str]
    """At most three, most urgent first."""
    more: list[str]


def advised(
    advice: Advice,
    elements: Mapping[str, Protection],
    *,
    places: Iterable[str],
    form: Form | None,
) -> Advised:
    """Return harms and actions for the elements a person lost.

    What nobody can read (encrypted with a safe key, redacted) leads to no harm and no action. The
    action everybody can take is always among the first three.

    Args:
        advice: The library.
        elements: Elements and how each was protected.
        places: Where the people live.
        form: Their form; None for the public.
    """
    readable = {key for key, how in elements.items() if how.unintelligible is not True}
    groups = [group for group in advice.groups if readable.intersection(group.elements)]
    where = list(places)
    ids = {
        name for group in groups for name in group.actions if _fits(advice, name, where, form)
    } | {advice.always}
    ranked = sorted(ids, key=lambda name: (advice.actions[name].rank, name))
    first = ranked[:MOST_ACTIONS]
    if advice.always not in first:
        first = [*first[: MOST_ACTIONS - 1], advice.always]
    return Advised(
        groups=[group.id for group in groups],
        actions=first,
        more=[name for name in ranked if name not in first],
    )


def _fits(advice: Advice, name: str, places: list[str], form: Form | None) -> bool:
    action = advice.actions[name]
    if action.needs_account and form is Form.NO_ACCOUNT:
        return False
    return not action.places or any(
        place in action.places or place.split("-", 1)[0] in action.places for place in places
    )


def group_of(advice: Advice, element: str) -> AdviceGroup | None:
    """Return the group an element belongs to."""
    return next((group for group in advice.groups if element in group.elements), None)
