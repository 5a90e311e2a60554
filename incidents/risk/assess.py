"""The levels laws ask for, from who has the data, what it is, and what people depend on.

The score of the ENISA method alone misjudges scale, targeting, children, holders and loss, so it
is shown as one ground, and the level comes from separate steps. Each step raises the level to
what its own reason reaches and says so; none lowers it. What would lower it, such as a trusted
holder or a safe key, is part of the reading of whose hands the data is in.
"""

from collections.abc import Callable

from incidents.models.report import UNKNOWN, Range
from incidents.models.risk import Answer, Level, Reason, RiskAssessment
from incidents.risk.facts import RiskFacts
from incidents.risk.grades import MORE, NOBODY, NOT_KNOWN, harms_of, reached
from incidents.risk.gravity import WORDS, readable
from incidents.risk.loss import DAMAGE
from incidents.risk.people import ORDER, Step, in_need_of_care, many_people, singled_out
from incidents.risk.picture import Picture, may_weigh_more, picture, unintelligible
from incidents.risk.scales import Scales
from incidents.risk.severity import is_malicious, score

FROM_ANSWER: dict[Answer, Level] = {"no": "unlikely", "unknown": "risk", "yes": "high"}


def assess(facts: RiskFacts, scales: Scales) -> RiskAssessment:
    """Return how badly people could be hurt, with every reason in order.

    The level is `unknown` while it is not known which data was touched; the score then shows
    the worst case. What else is not known is read on the safe side for the level, and said so;
    a grade of harm that hangs on it is unknown.
    """
    if facts.kinds is not None and not facts.kinds:
        facts = facts.model_copy(update={"kinds": None})  # an empty list says nothing
    scored = score(_weighed(facts, scales), scales)
    seen = picture(facts, scales) if facts.elements else None
    steps = [found for check in _CHECKS if (found := check(seen, scales))] if seen else []
    level, reasons = _level(facts, seen, steps, scales)
    reasons.insert(0, Reason(text=f"The score lies in the band {scored.band}."))
    return RiskAssessment(
        method=scales.method,
        dpc=scored.dpc,
        ei=scored.ei,
        cb=scored.cb,
        score=scored.total,
        band=scored.band,
        computed=level,
        harm_likely=_harm_likely(facts, level),
        unintelligible=unintelligible(facts),
        reasons=[*scored.reasons, *reasons],
        harms=harms_of(facts, scales, seen),
    )


def _weighed(facts: RiskFacts, scales: Scales) -> RiskFacts:
    """Return the facts without elements nobody can read, where reading is all that can hurt."""
    legible = readable(facts, scales)
    damage = DAMAGE & set(facts.kinds or ())
    if not legible or damage or len(legible) == len(facts.elements or ()):
        return facts
    return facts.model_copy(update={"elements": legible})


def _harm_likely(facts: RiskFacts, level: Level) -> Answer:
    if facts.misuse_seen is True:
        return "yes"
    if facts.harm_averted is True or level == "unlikely":
        return "no"
    return "yes" if level == "high" else "unknown"


def _level(
    facts: RiskFacts, seen: Picture | None, steps: list[Step], scales: Scales
) -> tuple[Level, list[Reason]]:
    if facts.people.high == 0:
        return "unlikely", [Reason(text=NOBODY)]
    if seen is None:
        return "unknown", [Reason(text=f"{NOT_KNOWN} No level is given.")]
    base = FROM_ANSWER[reached(seen, scales.level)]
    reasons = [Reason(text=seen.why_hand)]
    if seen.hand != "nobody":
        text = f"The data weighs {seen.gravity.weight}: {WORDS[seen.gravity.weight]}"
        reasons.append(Reason(text=f"{text} ({seen.gravity.why}).", points=base))
    reasons += [Reason(text=step.reason, points=f"at least {step.floor}") for step in steps]
    level = max([base, *[step.floor for step in steps]], key=ORDER.index)
    if level == "unlikely" and may_weigh_more(seen.facts, scales):
        level = "unknown"
    return level, [*reasons, *_open_points(seen, scales)]


def _misuse(seen: Picture, scales: Scales) -> Step | None:  # noqa: ARG001
    if seen.facts.misuse_seen is True:
        return Step("high", "The data has already been misused.")
    return None


def _loss(seen: Picture, scales: Scales) -> Step | None:  # noqa: ARG001
    return Step(seen.loss, seen.why_loss) if seen.why_loss else None


_CHECKS: tuple[Callable[[Picture, Scales], Step | None], ...] = (
    _misuse,
    _loss,
    many_people,
    singled_out,
    in_need_of_care,
)


def _open_points(seen: Picture, scales: Scales) -> list[Reason]:
    """Return what is not known, and how it was read."""
    texts = [*_about_data(seen.facts, scales), *_about_hands(seen, scales)]
    return [Reason(text=text) for text in texts]


def _about_data(facts: RiskFacts, scales: Scales) -> list[str]:
    points = []
    if facts.kinds is None:
        points.append("What was done to the data is not known; it is read as disclosed.")
    if may_weigh_more(facts, scales):
        points.append(f"{MORE} That could raise it.")
    if facts.people.high is None and facts.people.best is None:
        points.append("How many people are affected is not known; a large number could raise it.")
    if unintelligible(facts) == "unknown":
        points.append("Whether the data can be read is not known; it is taken as readable.")
    return points


def _about_hands(seen: Picture, scales: Scales) -> list[str]:
    facts = seen.facts
    points = []
    if seen.hand != "nobody" and is_malicious(facts, scales) == UNKNOWN:
        points.append("Whether somebody meant harm is not known.")
    if seen.hand != "nobody" and facts.holder == UNKNOWN:
        points.append("Who holds the data is not known; nobody is taken to vouch for it.")
    if facts.unavailable_hours == Range() and seen.loss != "unlikely":
        points.append("For how long people did without is not known.")
    if facts.harm_averted is True:
        points.append("Measures keep harm away; laws treat that as an exception of their own.")
    if facts.children == UNKNOWN:
        points.append("Whether children are affected is not known.")
    if facts.targeted == UNKNOWN and seen.hand in {"open", "hostile"}:
        points.append("Whether particular people were singled out is not known.")
    return points
