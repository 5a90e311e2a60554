"""Whether there is only a low probability that data was compromised: four factors, each said.

Source: 45 CFR 164.402(2). A breach is presumed; whoever holds the data has to show the low
probability, so a doubt is never a yes.
"""

from incidents.models.report import UNKNOWN, Unknown
from incidents.models.risk import Answer
from incidents.risk.gravity import WORDS
from incidents.risk.picture import Picture
from incidents.risk.scales import WEIGHTS, Scales
from incidents.risk.severity import is_malicious

TAKEN: dict[bool | Unknown, str] = {
    True: "Taken or seen: somebody took a copy or could keep it.",
    False: "Taken or seen: nobody took a copy or could keep it.",
    UNKNOWN: "Taken or seen: whether somebody took a copy is not known.",
}


def low_probability(seen: Picture, scales: Scales) -> tuple[Answer, list[str]]:
    """Return the answer in one reading of the facts, with one ground for each factor."""
    facts = seen.facts
    if facts.misuse_seen is True:
        return "no", ["The data has already been misused."]
    if seen.hand == "nobody" and seen.readable and facts.cause in scales.locking_causes:
        return "unknown", [f"{seen.why_hand} Whoever locked it still had it in their power."]
    if seen.hand == "nobody":
        return "yes", [seen.why_hand]
    grounds = [
        f"What it is: {WORDS[seen.gravity.weight]} ({seen.gravity.why}).",
        f"Who had it: {seen.why_hand}",
        TAKEN[facts.acquired],
        _mitigation(seen),
    ]
    if seen.hand == "vouched_twice":
        return "yes", grounds
    light = WEIGHTS.index(seen.gravity.weight) <= WEIGHTS.index(scales.low_probability)
    if seen.hand == "vouched":
        meant = is_malicious(facts, scales) is not False
        return ("yes" if light and not meant else "unknown"), grounds
    if seen.hand == "known" and facts.harm_averted is True:
        return "unknown", grounds
    return "no", grounds


def _mitigation(seen: Picture) -> str:
    facts = seen.facts
    if facts.holder == "returned" or facts.deletion_confirmed is True:
        return "How far mended: it was given back or deleted."
    if facts.harm_averted is True:
        return "How far mended: measures make harm no longer likely."
    return "How far mended: nothing is known that brought it back."
