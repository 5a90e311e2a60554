"""Single looks at single facts: what the law wants, what the facts say, and what comes of it."""

from collections.abc import Sequence

from incidents.duties import places
from incidents.duties.conditions import Ask, CountTest, DutyTest, HarmTest, ListTest, WordTest
from incidents.duties.judgement import Leaf, View, look
from incidents.models.duty import Facts, Truth
from incidents.models.report import Range
from incidents.models.vocabulary import vocabulary


def harm(test: HarmTest, facts: Facts) -> Leaf:
    """Return whether a grade of harm was reached."""
    found = facts.harms.get(test.harm, "unknown")
    truth: Truth = "unknown"
    if found != "unknown":
        truth = "yes" if found == test.is_ else "no"
    text = vocabulary().harms[test.harm]
    wants = text if test.is_ == "yes" else f"it is not so that {text}"
    return look(f"harm.{test.harm}", wants, found, truth)


def other_duty(test: DutyTest, view: View) -> Leaf:
    """Return whether another duty exists, as far as it was judged before."""
    truth = view.duties.get(test.duty, "no")
    found = {"yes": "it is", "unknown": "it may be", "no": "it is not"}[truth]
    if test.duty not in view.duties:
        found = "its law is not loaded"
    return look(f"duty {test.duty}", f"{test.duty} is owed", found, truth)


def answer(asked: Ask, view: View) -> Leaf:
    """Return what a person answered to a question of the law."""
    truth = view.facts.answers.get(f"{view.regime}.{asked.ask}", "unknown")
    found = "not answered" if truth == "unknown" else f"a person answered {truth}"
    return look(asked.ask, asked.text, found, truth, asked.text)


def count(test: CountTest, facts: Facts, areas: Sequence[str]) -> Leaf:
    """Return a number against a threshold; a range across it is unknown."""
    number = _number(test.fact, facts, areas)
    truth: Truth = "unknown"
    if number.low >= test.least:
        truth = "yes"
    elif number.high is not None and number.high < test.least:
        truth = "no"
    operator = f"at least {test.at_least}"
    if test.more_than is not None:
        operator = f"more than {test.more_than}"
    return look(
        test.fact, f"{_called(test.fact, areas)}: {operator}", places.words_for(number), truth
    )


PLAIN_NUMBERS = {
    "direct_loss_cny": "direct loss in CNY",
    "notice_cost_usd": "cost of telling everybody one by one, in USD",
    "employees": "employees of the organisation",
}


def _number(fact: str, facts: Facts, areas: Sequence[str]) -> Range:
    if fact in PLAIN_NUMBERS:
        number: Range = getattr(facts, fact)
        return number
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
    nouns = {
        "people": "people affected",
        "children": "children under 14",
        "minors": "minors",
        "without_contact": "people whom no address reaches",
    }
    if fact in PLAIN_NUMBERS:
        return PLAIN_NUMBERS[fact]
    group, _, reach = fact.partition(".")
    where = (
        "everywhere"
        if reach == "all"
        else f"in {areas[0]}"
        if len(areas) == 1
        else "in the law's places"
    )
    return f"{nouns[group]} {where}"


def word(test: WordTest, facts: Facts) -> Leaf:
    """Return a fact of one word against the words that pass."""
    found: str = getattr(facts, test.fact)
    truth: Truth = "unknown"
    if found != "unknown":
        truth = "yes" if found in test.words else "no"
    name = test.fact.replace("_", " ")
    return look(test.fact, f"{name} is {' or '.join(test.words)}", found, truth)


def listed(test: ListTest, facts: Facts) -> Leaf:
    """Return whether a fact of several words has one of those named."""
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
    return look(
        test.fact,
        f"{test.fact.replace('_', ' ')} include {' or '.join(test.includes_any)}",
        "not known" if found is None else ", ".join(found) or "none",
        truth,
    )
