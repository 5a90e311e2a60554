"""Holds a condition against the facts, with the trace of every look."""

from collections.abc import Callable, Iterable, Sequence

from incidents.duties import looking
from incidents.duties.conditions import (
    All,
    Any_,
    Ask,
    AtLeast,
    Condition,
    CountTest,
    DutyTest,
    ElementTest,
    HarmTest,
    ListTest,
    Not,
    WordTest,
)
from incidents.duties.exposure import exposed
from incidents.duties.judgement import (
    OPPOSITE,
    Judgement,
    Leaf,
    View,
    gathered,
    join,
    look,
    single,
)
from incidents.models.duty import Truth


def judge(condition: Condition, view: View) -> Judgement:
    """Return whether a condition holds for the facts, as a law sees them.

    Total: every condition gives yes, no or unknown for any facts.
    """
    seen = view.shared if condition.universal else view.seen
    found = seen.get(id(condition))
    if found is None:
        found = seen[id(condition)] = _BY_KIND[type(condition)](condition, view)
    return found


def _all(condition: All, view: View) -> Judgement:
    return join([judge(part, view) for part in condition.all], "no")


def _any(condition: Any_, view: View) -> Judgement:
    return join([judge(part, view) for part in condition.any], "yes")


def _not(condition: Not, view: View) -> Judgement:
    inner = judge(condition.not_, view)
    return Judgement(OPPOSITE[inner.truth], _turned(inner.leaves), _turned(inner.deciding))


def _turned(leaves: Iterable[Leaf]) -> tuple[Leaf, ...]:
    return tuple(
        look(leaf.about, f"not: {leaf.condition}", leaf.fact, OPPOSITE[leaf.result], leaf.ask)
        for leaf in leaves
    )


def _at_least(condition: AtLeast, view: View) -> Judgement:
    """Return whether enough parts hold; unknown while the unknown ones could make the number."""
    parts: Sequence[Judgement] = [judge(part, view) for part in condition.of]
    number = condition.at_least_of
    sure = sum(part.truth == "yes" for part in parts)
    possible = sure + sum(part.truth == "unknown" for part in parts)
    truth: Truth = "yes" if sure >= number else "unknown" if possible >= number else "no"
    return gathered(parts, truth)


_BY_KIND: dict[type, Callable[..., Judgement]] = {
    All: _all,
    Any_: _any,
    Not: _not,
    AtLeast: _at_least,
    ElementTest: exposed,
    CountTest: lambda test, view: single(looking.count(test, view.facts, view.areas)),
    WordTest: lambda test, view: single(looking.word(test, view.facts)),
    ListTest: lambda test, view: single(looking.listed(test, view.facts)),
    HarmTest: lambda test, view: single(looking.harm(test, view.facts)),
    DutyTest: lambda test, view: single(looking.other_duty(test, view)),
    Ask: lambda asked, view: single(looking.answer(asked, view)),
}
