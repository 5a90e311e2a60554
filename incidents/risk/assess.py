"""The levels laws ask for: the ENISA band, and what the score leaves out, each with a reason.

The score alone misjudges scale, targeting, children, and who holds the data (so say the cases
the supervisory authorities publish). Each of these is a separate step here. A step raises the
level at most to where its own reason reaches; only few may lower it, and only when certain.
"""

from collections.abc import Callable
from dataclasses import dataclass

from incidents.models.report import UNKNOWN, Kind
from incidents.models.risk import Answer, Level, Reason, RiskAssessment
from incidents.models.vocabulary import vocabulary
from incidents.risk.severity import RiskFacts, Scales, Score, is_malicious, score

ORDER: tuple[Level, ...] = ("unlikely", "risk", "high")
FROM_BAND: dict[str, Level] = {
    "low": "unlikely",
    "medium": "risk",
    "high": "high",
    "very_high": "high",
}
IDENTIFIED = 0.75
"""From this ease of identification on, people are known to whoever holds the data."""


@dataclass(frozen=True)
class _Step:
    """One thing that raises the level to at least a floor."""

    floor: Level
    reason: str


@dataclass(frozen=True)
class _Case:
    facts: RiskFacts
    scales: Scales
    scored: Score

    @property
    def disclosed(self) -> bool:
        """Return whether somebody may read it; unknown kinds count as yes."""
        kinds = self.facts.kinds
        return kinds is None or bool({Kind.ACCESSED, Kind.PUBLISHED, Kind.LOST} & set(kinds))

    @property
    def meant(self) -> bool:
        return is_malicious(self.facts, self.scales) is not False

    @property
    def trusted(self) -> bool:
        """Return whether a trusted holder has it, or it came back, and nobody misused it."""
        published = Kind.PUBLISHED in (self.facts.kinds or [])
        return (
            self.facts.holder in self.scales.trusted_holders
            and self.facts.misuse_seen is not True
            and not published
        )

    @property
    def most_people(self) -> int:
        """Return the largest number of people that is known to be possible."""
        people = self.facts.people
        return max(people.low, people.best or 0, people.high or 0)

    def readable(self, keys: list[str]) -> list[str]:
        """Return which of the elements were touched and may be readable, by their labels."""
        elements = self.facts.elements or {}
        return [
            vocabulary().elements[key].label
            for key in keys
            if key in elements and elements[key].unintelligible is not True
        ]


def assess(facts: RiskFacts, scales: Scales) -> RiskAssessment:
    """Return how badly people could be hurt, with every reason in order.

    The level is `unknown` while it is not known which data was touched; the score then shows
    the worst case. An unknown protection, intent or holder is read on the safe side.
    """
    case = _Case(facts, scales, score(_weighed(facts), scales))
    readable = _unintelligible(facts)
    level, further = _level(case, readable)
    return RiskAssessment(
        method=scales.method,
        dpc=case.scored.dpc,
        ei=case.scored.ei,
        cb=case.scored.cb,
        score=case.scored.total,
        band=case.scored.band,
        computed=level,
        harm_likely=_harm_likely(facts, level),
        unintelligible=readable,
        reasons=[*case.scored.reasons, *further],
    )


def _weighed(facts: RiskFacts) -> RiskFacts:
    """Return the facts without elements nobody can read, where reading is all that can hurt."""
    if not facts.elements or _damaged(facts):
        return facts
    readable = {k: p for k, p in facts.elements.items() if p.unintelligible is not True}
    return facts.model_copy(update={"elements": readable}) if readable else facts


def _damaged(facts: RiskFacts) -> bool:
    return bool(set(facts.kinds or []) & {Kind.LOST, Kind.DESTROYED, Kind.ALTERED})


def _unintelligible(facts: RiskFacts) -> Answer:
    if not facts.elements:
        return "unknown"
    states = {protection.unintelligible for protection in facts.elements.values()}
    if False in states:
        return "no"
    return "unknown" if None in states else "yes"


def _harm_likely(facts: RiskFacts, level: Level) -> Answer:
    if facts.misuse_seen is True:
        return "yes"
    if facts.harm_averted is True or level == "unlikely":
        return "no"
    return "yes" if level == "high" else "unknown"


def _level(case: _Case, unintelligible: Answer) -> tuple[Level, list[Reason]]:
    facts = case.facts
    if facts.people.high == 0:
        return "unlikely", [Reason(text="Nobody is affected.")]
    if not facts.elements:
        return "unknown", [
            Reason(text="Which data was touched is not known, so no level is given.")
        ]
    way_out = _way_out(case, unintelligible)
    if way_out:
        return way_out.floor, [Reason(text=way_out.reason)]
    level = FROM_BAND[case.scored.band]
    reasons = [Reason(text=f"The score lies in the band {case.scored.band}: {level}.")]
    level, lowered = _lowered(case, level)
    for step in [found for check in _CHECKS if (found := check(case))]:
        if ORDER.index(step.floor) > ORDER.index(level):
            level = step.floor
        reasons.append(Reason(text=step.reason, points=f"at least {step.floor}"))
    reasons += [*lowered, *_open_points(case, unintelligible)]
    return level, reasons


def _way_out(case: _Case, unintelligible: Answer) -> _Step | None:
    """Return a ground that settles the level alone: unreadable, or public already."""
    facts = case.facts
    if facts.misuse_seen is True:
        return None
    if _all_public(case) and not _damaged(facts):
        return _Step("unlikely", "All of it was public by the people's own choice.")
    if unintelligible == "yes":
        if _damaged(facts) and facts.recoverable is not True:
            return _Step("risk", "Nobody can read it, but the people may lack data they need.")
        return _Step("unlikely", "Nobody can read it: all of it was protected and the key is safe.")
    return None


def _lowered(case: _Case, level: Level) -> tuple[Level, list[Reason]]:
    if not case.trusted or level == "unlikely":
        return level, []
    lower = ORDER[ORDER.index(level) - 1]
    text = "Whoever had the data is trusted or gave it back, and nobody misused it."
    return lower, [Reason(text=text, points="one level lower")]


def _misuse(case: _Case) -> _Step | None:
    if case.facts.misuse_seen is True:
        return _Step("high", "The data has already been misused.")
    return None


def _unknown_hands(case: _Case) -> _Step | None:
    if not case.disclosed or case.trusted or _all_public(case):
        return None
    return _Step("risk", "Readable data is, or may be, in hands that nobody vouches for.")


def _all_public(case: _Case) -> bool:
    elements = vocabulary().elements
    return all(elements[key].public_by_design for key in case.facts.elements or {})


def _scale(case: _Case) -> _Step | None:
    many = case.most_people
    if not case.disclosed or case.trusted or _all_public(case):
        return None
    if many >= case.scales.scale.large_from and case.scored.ei >= IDENTIFIED and case.meant:
        return _Step("high", f"Up to {many} people can be told apart and misused as a mass.")
    if many > case.scales.scale.noted_over:
        return _Step("risk", f"Up to {many} people are concerned; scale adds exposure.")
    return None


def _needs_care(case: _Case) -> _Step | None:
    facts = case.facts
    if True not in {facts.children, facts.vulnerable}:
        return None
    whom = "Children" if facts.children is True else "People with particular needs"
    grave = case.meant or case.scored.dpc > 1
    if grave and case.disclosed and not case.trusted and case.scored.ei >= IDENTIFIED:
        return _Step("high", f"{whom} are among those affected and can be recognised.")
    return _Step("risk", f"{whom} are among those affected.")


def _targeting(case: _Case) -> _Step | None:
    few = 0 < case.most_people <= case.scales.scale.targeted_up_to
    scales = case.scales
    keys = [*scales.credentials, *scales.identity_theft, *scales.intimate]
    if few and case.meant and case.disclosed and case.readable(keys):
        return _Step("high", "Somebody went after few people and got what strikes them hard.")
    return None


def _credentials(case: _Case) -> _Step | None:
    keys = case.readable(case.scales.credentials)
    if not keys or not case.disclosed or case.trusted:
        return None
    clear = any(
        case.facts.elements
        and key in case.facts.elements
        and case.facts.elements[key].state == "clear"
        for key in case.scales.credentials
    )
    text = f"Logins were touched ({', '.join(keys)}); people reuse them elsewhere."
    return _Step("high" if clear and case.meant else "risk", text)


def _identity_theft(case: _Case) -> _Step | None:
    keys = case.readable(case.scales.identity_theft)
    if not keys or not case.disclosed or case.trusted:
        return None
    text = f"What proves identity was touched ({', '.join(keys)}) and cannot easily be changed."
    return _Step("high" if case.meant else "risk", text)


def _loss_that_hurts(case: _Case) -> _Step | None:
    if not _damaged(case.facts) or case.facts.recoverable is True:
        return None
    grave = case.scored.dpc == max(case.scales.context.by_category.values())
    text = "Data may be gone for good or wrong, and people may depend on it."
    return _Step("high" if grave and case.facts.recoverable is False else "risk", text)


_CHECKS: tuple[Callable[[_Case], _Step | None], ...] = (
    _misuse,
    _unknown_hands,
    _scale,
    _needs_care,
    _targeting,
    _credentials,
    _identity_theft,
    _loss_that_hurts,
)


def _open_points(case: _Case, unintelligible: Answer) -> list[Reason]:
    facts = case.facts
    points = []
    if facts.people.high is None and facts.people.best is None:
        points.append("How many people are affected is not known; a large number could raise it.")
    if unintelligible == "unknown":
        points.append("Whether the data can be read is not known; it is taken as readable.")
    if facts.holder == UNKNOWN:
        points.append("Who holds the data is not known.")
    if facts.harm_averted is True:
        points.append("Measures keep harm away; laws treat that as an exception of their own.")
    if facts.children == UNKNOWN:
        points.append("Whether children are affected is not known.")
    return [Reason(text=text) for text in points]
