"""What follows from who the people are and how many: scale, targeting, need of care."""

from dataclasses import dataclass

from incidents.models.report import UNKNOWN
from incidents.models.risk import Level
from incidents.risk.picture import Picture
from incidents.risk.scales import HANDS, WEIGHTS, Hand, Scales
from incidents.risk.severity import is_malicious

ORDER: tuple[Level, ...] = ("unlikely", "risk", "high")


@dataclass(frozen=True)
class Step:
    """One thing that raises the level to at least a floor."""

    floor: Level
    reason: str


def struck(seen: Picture, scales: Scales) -> str:
    """Return why who the people are makes it grave for them; empty where it does not."""
    for check in (singled_out, in_need_of_care):
        found = check(seen, scales)
        if found and found.floor == "high":
            return found.reason
    return ""


def many_people(seen: Picture, scales: Scales) -> Step | None:
    """How many they are matters by whose hands the data is in and what it is."""
    many = seen.most_people
    fitting = [
        step
        for step in scales.people
        if many >= step.people_from
        and seen.hand in step.hands
        and WEIGHTS.index(seen.gravity.weight) >= WEIGHTS.index(step.weight_from)
        and (seen.gravity.identified or not step.identified)
    ]
    if not fitting:
        return None
    step = max(fitting, key=lambda one: ORDER.index(one.floor))
    return Step(step.floor, f"Up to {many} people {step.why}.")


def singled_out(seen: Picture, scales: Scales) -> Step | None:
    """Whoever is singled out meets somebody with a purpose, however little was taken."""
    facts, weight = seen.facts, seen.gravity.weight
    if seen.hand == "nobody" or weight == "faint":
        return None
    if facts.targeted is True:
        graver = seen.hand in {"open", "hostile"} or (
            seen.hand == "known" and WEIGHTS.index(weight) >= WEIGHTS.index("telling")
        )
        return Step("high" if graver else "risk", "Particular people were singled out.")
    few = 0 < seen.most_people <= scales.targeted_up_to
    meant = is_malicious(facts, scales) is not False
    hits = WEIGHTS.index(weight) >= WEIGHTS.index("dangerous") or any(
        key in seen.readable for key in scales.intimate
    )
    if facts.targeted == UNKNOWN and few and meant and hits and _at_least(seen, "open"):
        return Step("high", "Somebody went after few people and got what strikes them hard.")
    return None


def in_need_of_care(seen: Picture, scales: Scales) -> Step | None:  # noqa: ARG001
    """Children and people with particular needs are hurt more easily, and for longer."""
    facts, weight = seen.facts, seen.gravity.weight
    if True not in {facts.children, facts.vulnerable} or not seen.gravity.identified:
        return None
    whom = "Children" if facts.children is True else "People with particular needs"
    telling = WEIGHTS.index(weight) >= WEIGHTS.index("telling")
    if seen.hand == "hostile" or (_at_least(seen, "known") and telling):
        return Step("high", f"{whom} are among those affected and can be recognised.")
    if _at_least(seen, "known") or (seen.hand == "vouched" and telling):
        return Step("risk", f"{whom} are among those affected.")
    return None


def _at_least(seen: Picture, hand: Hand) -> bool:
    return HANDS.index(seen.hand) >= HANDS.index(hand)
