"""Grades of harm that laws ask about beside the levels, each with reasons of its own.

Each is judged as the level reads the facts, and again with open facts at their best and at their
worst. Where all agree the answer stands; else it is unknown, and the reasons name what is open
and how to read it until it is settled. Which data and whose hands reach a grade stands in
`scales.yaml`.
"""

from functools import lru_cache

from incidents.models.report import UNKNOWN
from incidents.models.risk import Answer, Graded, Level, Reason
from incidents.models.vocabulary import vocabulary
from incidents.risk.compromise import low_probability
from incidents.risk.facts import RiskFacts
from incidents.risk.people import many_people, struck
from incidents.risk.picture import Picture, at_best, at_worst, may_weigh_more, picture
from incidents.risk.scales import HANDS, WEIGHTS, DataRule, Ladder, Scales

NOBODY = "Nobody is affected."
NOT_KNOWN = "Which data was touched is not known."
MORE = "Other data may be among it."
MISUSED = "The data has already been misused."
COMPROMISE = "low_probability_of_compromise"
FROM_LEVEL: dict[Level, Answer] = {"unlikely": "no", "risk": "unknown", "high": "yes"}

Judged = tuple[Answer, list[str]]


def reached(seen: Picture, ladder: Ladder) -> Answer:
    """Return how far up a ladder whose hands and which data lead; unknown is the middle rung."""
    rungs = ladder.get(seen.hand)
    if rungs is None:
        return "no"
    weight = WEIGHTS.index(seen.gravity.weight)
    if rungs.sure_from and weight >= WEIGHTS.index(rungs.sure_from):
        return "yes"
    return "unknown" if rungs.open_from and weight >= WEIGHTS.index(rungs.open_from) else "no"


def harms_of(facts: RiskFacts, scales: Scales, seen: Picture | None) -> dict[str, Graded]:
    """Return every grade of the vocabulary, each with its reasons.

    Args:
        facts: The case.
        scales: How each grade is judged.
        seen: The case as the level reads it; None where it is not known which data it was.
    """
    if facts.people.high == 0:
        return {harm: _all_clear(harm) for harm in vocabulary().harms}
    if seen is None:
        return {harm: _not_known(harm, facts, scales) for harm in vocabulary().harms}
    better, open_points = at_best(facts, scales)
    readings = [seen]
    if open_points:
        worse = at_worst(facts, scales)
        others = [better] if worse is facts else [better, worse]
        readings += [picture(one, scales) for one in others]
    whose = [_by_people(one, scales) for one in readings]
    more = may_weigh_more(facts, scales)
    graded = {}
    for harm in vocabulary().harms:
        judged = [_judge(harm, one, hit, scales) for one, hit in zip(readings, whose, strict=True)]
        answer, grounds = judged[0]
        if any(other != answer for other, _ in judged):
            answer, grounds = "unknown", [*grounds, *open_points]
        if more and answer == ("yes" if harm == COMPROMISE else "no"):
            answer, grounds = "unknown", [*grounds, MORE]
        reasons = [_reason(text) for text in [*grounds, _verdict(harm, answer)]]
        graded[harm] = Graded(answer=answer, reasons=reasons)
    return graded


@lru_cache(maxsize=2048)
def _reason(text: str) -> Reason:
    """Return a reason; many grades share the same words, and making each anew costs the most."""
    return Reason(text=text)


def _by_people(seen: Picture, scales: Scales) -> list[tuple[Answer, str]]:
    """Return what follows from who the people are and how many."""
    found: list[tuple[Answer, str]] = []
    if hit := struck(seen, scales):
        found.append(("yes", hit))
    mass = many_people(seen, scales)
    if mass and mass.floor == "high":
        found.append(("unknown", mass.reason))
    return found


def _judge(harm: str, seen: Picture, by_people: list[tuple[Answer, str]], scales: Scales) -> Judged:
    """Return one grade in one reading, with its grounds."""
    if harm == COMPROMISE:
        return low_probability(seen, scales)
    facts, scale = seen.facts, scales.harms[harm]
    if facts.misuse_seen is True and scale.misuse_decides:
        return "yes", [MISUSED]
    if facts.misuse_seen is not True and scale.ends_when_averted and facts.harm_averted is True:
        return "no", ["Measures that were taken make harm no longer likely."]
    found: list[tuple[Answer, str]] = []
    if seen.hand == "nobody":
        found.append(("no", seen.why_hand))
    else:
        found.append((reached(seen, scale.ladder), seen.in_words))
        ruled = [one for rule in scale.rules if (one := _ruled(seen, rule))]
        found += ruled
        if scale.rules and not ruled and not scale.ladder:
            found.append(("no", "It is not among the data with which that is done."))
        if scale.counts_people:
            found += by_people
        if facts.misuse_seen is True:
            found.append(("unknown", f"{MISUSED} Whether that cost anybody money is not said."))
    if scale.counts_loss and seen.why_loss:
        found.append((FROM_LEVEL[seen.loss], seen.why_loss))
    answers = {answer for answer, _ in found}
    top: Answer = "yes" if "yes" in answers else "unknown" if "unknown" in answers else "no"
    return top, _grounds(found, top)


def _grounds(found: list[tuple[Answer, str]], top: Answer) -> list[str]:
    """Return what was found, without lesser grounds beside those that carry the answer."""
    return [text for place, (answer, text) in enumerate(found) if answer == top or place == 0]


def _ruled(seen: Picture, rule: DataRule) -> tuple[Answer, str] | None:
    keys = [key for key in rule.any_of if key in seen.readable]
    if not keys and seen.facts.cause not in rule.causes:
        return None
    if rule.beside and not any(key in seen.readable and [key] != keys for key in rule.beside):
        return None
    if rule.roles and not set(rule.roles) & set(seen.facts.roles or ()):
        return None
    hand = HANDS.index(seen.hand)
    labels = ", ".join(vocabulary().elements[key].label for key in keys[:3])
    text = f"As to {labels or vocabulary().causes[seen.facts.cause]}: {rule.why}."
    if rule.sure_from and hand >= HANDS.index(rule.sure_from):
        return "yes", text
    if rule.open_from and hand >= HANDS.index(rule.open_from):
        return "unknown", text
    return "no", text


def _verdict(harm: str, answer: Answer) -> str:
    text = vocabulary().harms[harm]
    if answer == "unknown":
        reading = "no" if harm == COMPROMISE else "yes"
        return f"Open whether {text}; the safe reading is {reading}."
    return f"So {text}." if answer == "yes" else f"Not found that {text}."


def _all_clear(harm: str) -> Graded:
    return Graded(answer="yes" if harm == COMPROMISE else "no", reasons=[Reason(text=NOBODY)])


def _not_known(harm: str, facts: RiskFacts, scales: Scales) -> Graded:
    """Return a grade while the data is not known: only misuse that was seen answers it."""
    answer: Answer = UNKNOWN
    grounds = [NOT_KNOWN]
    if facts.misuse_seen is True:
        grounds.append(MISUSED)
        if harm == COMPROMISE:
            answer = "no"
        elif scales.harms[harm].misuse_decides:
            answer = "yes"
    return Graded(
        answer=answer, reasons=[_reason(text) for text in [*grounds, _verdict(harm, answer)]]
    )
