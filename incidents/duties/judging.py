"""Holds a condition against the facts: yes, no or unknown, with the trace of every look.

Three-valued logic after Kleene: `all` is no as soon as one part is no, `any` is yes as soon as
one part is yes; otherwise an unknown part makes the whole unknown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from incidents.duties import places
from incidents.duties.conditions import (
    All,
    Any_,
    Ask,
    Condition,
    CountTest,
    ElementGroup,
    ElementTest,
    ListTest,
    Not,
    WordTest,
)
from incidents.models.duty import Facts, TraceStep, Truth
from incidents.models.report import Range
from incidents.models.vocabulary import vocabulary

NAME = "identity.name"
OPPOSITE: dict[Truth, Truth] = {"yes": "no", "no": "yes", "unknown": "unknown"}


@dataclass(frozen=True)
class Leaf:
    """One look at one fact."""

    fact: str
    """Word of the fact, as a question names it."""
    wants: str
    """What the law asks, in plain words."""
    found: str
    """What the facts say, in plain words."""
    truth: Truth
    ask: str = ""
    """The question, where the law words it itself."""

    @property
    def step(self) -> TraceStep:
        """Return the look as an entry of the trace."""
        return TraceStep(condition=self.wants, fact=self.found, result=self.truth)


@dataclass(frozen=True)
class Judgement:
    """What came of a condition: its truth, every look, and the looks that decided."""

    truth: Truth
    leaves: tuple[Leaf, ...]
    deciding: tuple[Leaf, ...]

    @property
    def trace(self) -> list[TraceStep]:
        """Return every look in order."""
        return [leaf.step for leaf in self.leaves]


def judge(condition: Condition, facts: Facts, areas: Sequence[str]) -> Judgement:
    """Return whether a condition holds for the facts, seen from the law's areas.

    Total: every condition gives yes, no or unknown for any facts.
    """
    match condition:
        case All():
            return join([judge(part, facts, areas) for part in condition.all], "no")
        case Any_():
            return join([judge(part, facts, areas) for part in condition.any], "yes")
        case Not():
            return _negated(judge(condition.not_, facts, areas))
        case ElementTest():
            return join([_group(g, condition, facts) for g in condition.elements], "yes")
        case CountTest():
            return _single(_count(condition, facts, areas))
        case WordTest():
            return _single(_word(condition, facts))
        case ListTest():
            return _single(_list(condition, facts))
        case Ask():
            return _single(
                Leaf(condition.ask, condition.text, "not answered", "unknown", condition.text)
            )


def join(parts: Sequence[Judgement], decisive: Truth) -> Judgement:
    """Return parts as one: a single `decisive` part settles it, an unknown one leaves it open."""
    truths = {part.truth for part in parts}
    truth: Truth = OPPOSITE[decisive]
    if decisive in truths:
        truth = decisive
    elif "unknown" in truths:
        truth = "unknown"
    return Judgement(
        truth,
        tuple(leaf for part in parts for leaf in part.leaves),
        tuple(leaf for part in parts if part.truth == truth for leaf in part.deciding),
    )


def _single(leaf: Leaf) -> Judgement:
    return Judgement(leaf.truth, (leaf,), (leaf,))


def _negated(inner: Judgement) -> Judgement:
    return Judgement(OPPOSITE[inner.truth], _turned(inner.leaves), _turned(inner.deciding))


def _turned(leaves: Iterable[Leaf]) -> tuple[Leaf, ...]:
    return tuple(
        Leaf(leaf.fact, f"not: {leaf.wants}", leaf.found, OPPOSITE[leaf.truth], leaf.ask)
        for leaf in leaves
    )


def _count(test: CountTest, facts: Facts, areas: Sequence[str]) -> Leaf:
    number = _number(test.fact, facts, areas)
    truth: Truth = "unknown"
    if number.low >= test.least:
        truth = "yes"
    elif number.high is not None and number.high < test.least:
        truth = "no"
    operator = f"at least {test.at_least}"
    if test.more_than is not None:
        operator = f"more than {test.more_than}"
    return Leaf(
        test.fact, f"{_called(test.fact, areas)}: {operator}", places.words_for(number), truth
    )


def _number(fact: str, facts: Facts, areas: Sequence[str]) -> Range:
    if fact == "direct_loss_cny":
        return facts.direct_loss_cny
    group, _, reach = fact.partition(".")
    counts: dict[str, Range] = getattr(facts, group)
    if reach == "here":
        if group == "people":
            return places.count_here(counts, areas)
        return places.subgroup_here(counts, facts.people, areas)
    if group == "people" or counts:
        return places.total(counts)
    return Range(high=places.total(facts.people).high)


def _called(fact: str, areas: Sequence[str]) -> str:
    nouns = {"people": "people affected", "children": "children under 14", "minors": "minors"}
    if fact == "direct_loss_cny":
        return "direct loss in CNY"
    group, _, reach = fact.partition(".")
    where = (
        "everywhere"
        if reach == "all"
        else f"in {areas[0]}"
        if len(areas) == 1
        else "in the law's places"
    )
    return f"{nouns[group]} {where}"


def _word(test: WordTest, facts: Facts) -> Leaf:
    found: str = getattr(facts, test.fact)
    truth: Truth = "unknown"
    if found != "unknown":
        truth = "yes" if found in test.words else "no"
    name = test.fact.replace("_", " ")
    return Leaf(test.fact, f"{name} is {' or '.join(test.words)}", found, truth)


def _list(test: ListTest, facts: Facts) -> Leaf:
    found: Sequence[str] | None = getattr(facts, test.fact)
    wanted = test.includes_any
    if test.fact == "established_in":  # a city of the country counts for the country
        found = places.establishments(facts)
        hits = [place for place in found or () if places.is_within_any(place, wanted)]
    else:
        hits = [word for word in found or () if word in wanted]
    truth: Truth = "unknown"
    if found is not None:
        truth = "yes" if hits else "no"
    return Leaf(
        test.fact,
        f"{test.fact.replace('_', ' ')} include {' or '.join(test.includes_any)}",
        "not known" if found is None else ", ".join(found) or "none",
        truth,
    )


def _group(group: ElementGroup, test: ElementTest, facts: Facts) -> Judgement:
    looks = [_exposed(key, test, facts) for key in group.all_of]
    if group.one_of:
        looks.append(join([_exposed(key, test, facts) for key in group.one_of], "yes"))
    if group.with_name:
        # The name only links the data to somebody, so its own protection does not matter here.
        held = facts.elements is not None and NAME in facts.elements
        truth: Truth = "unknown" if facts.elements is None else "yes" if held else "no"
        looks.append(
            _single(Leaf("elements", "the name was beside it", _held(held, facts.elements), truth))
        )
    return join(looks, "no")


def _exposed(key: str, test: ElementTest, facts: Facts) -> Judgement:
    label = vocabulary().elements[key].label
    if facts.elements is None:
        return _single(Leaf("elements", f"{label} was exposed", "not known", "unknown"))
    protection = facts.elements.get(key)
    if protection is None:
        return _single(Leaf("elements", f"{label} was exposed", "not among the data", "no"))
    if not test.unprotected:
        return _single(Leaf("elements", f"{label} was exposed", "exposed", "yes"))
    truth: Truth = "unknown"
    if protection.unintelligible is not None:
        truth = "no" if protection.unintelligible else "yes"
    found = f"{protection.state}, key {protection.key}"
    if protection.state in {"clear", "hashed", "redacted"}:
        found = str(protection.state)
    return _single(Leaf(f"protection of {key}", f"{label} was exposed readable", found, truth))


def _held(held: bool, elements: object) -> str:
    if elements is None:
        return "not known"
    return "it was" if held else "no name among the data"
