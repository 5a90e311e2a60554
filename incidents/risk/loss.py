"""What it does to people that data is gone, wrong or out of reach, whoever may have read it.

Two questions decide: do people depend on it, and for how long did they have to do without? A
copy that brings the data back after days does not undo the days.
"""

from math import inf

from incidents.models.report import UNKNOWN, Kind, Range
from incidents.models.risk import Level
from incidents.risk.facts import RiskFacts
from incidents.risk.scales import Outage, Scales
from incidents.risk.severity import context

DAMAGE = frozenset({Kind.LOST, Kind.DESTROYED, Kind.ALTERED})
NO_LOSS: tuple[Level, str] = ("unlikely", "")


def is_damaged(facts: RiskFacts) -> bool:
    """Return whether data was gone, wrong or out of reach, as far as is known."""
    if DAMAGE & set(facts.kinds or ()) or _was_down(facts.unavailable_hours):
        return True
    return facts.kinds is None and facts.depended_on is True


def loss_level(facts: RiskFacts, scales: Scales) -> tuple[Level, str]:
    """Return the level that follows from loss, error or outage alone, and why.

    The reason is empty where nothing of that kind happened. Dependence that nobody stated is
    presumed for care and for organisations of care, and for nothing else.
    """
    if not facts.elements or not is_damaged(facts):
        return NO_LOSS
    care = _is_care(facts, scales)
    depends = facts.depended_on is True or (facts.depended_on == UNKNOWN and care)
    if not depends:
        return _undepended(facts, scales)
    whose = "People's care hangs on it" if care else "People depend on it"
    if facts.depended_on == UNKNOWN:
        whose += ", as is presumed of health data"
    if not _came_back(facts):
        if facts.recoverable is False or facts.depended_on is True:
            return "high", f"{whose}, and it is, or may be, gone for good or wrong."
        level, why = _outage(facts, scales, scales.dependence.care, whose)
        if level == "high":
            return level, why
        return "risk", f"{whose}, and whether it comes back is not known; if not, this is high."
    outage = scales.dependence.care
    if not (care or facts.vulnerable is True):
        outage = scales.dependence.other
    return _outage(facts, scales, outage, whose)


def _outage(facts: RiskFacts, scales: Scales, outage: Outage, whose: str) -> tuple[Level, str]:
    longest = _longest(facts.unavailable_hours)
    if longest is None:
        if facts.cause not in scales.effort_causes:
            if facts.depended_on is True:
                return "risk", f"{whose}; a copy is at hand, and no outage was reported."
            return "unlikely", "What is gone was restored from a copy."
        return "high", f"{whose}, and for how long they did without is not known; read as long."
    if longest >= outage.grave_from:
        return "high", f"{whose}, and they did without for {_words(longest)}, restored or not."
    if longest >= outage.noted_from:
        return "risk", f"{whose}, and they did without for {_words(longest)}."
    return "unlikely", "It was soon restored, before anybody could be hurt."


def _undepended(facts: RiskFacts, scales: Scales) -> tuple[Level, str]:
    open_end = facts.depended_on == UNKNOWN
    if not _came_back(facts):
        dpc, _ = context(facts.elements, facts.roles or (), scales)
        if dpc == 1 and not open_end:
            return "unlikely", "It is, or may be, gone or wrong, and nobody depends on it."
        more = "; if people depend on it, this is high" if open_end else ""
        return "risk", f"Data is, or may be, gone for good or wrong{more}."
    longest = _longest(facts.unavailable_hours)
    if not open_end:
        return "unlikely", "It came back, and nobody depends on it."
    if longest is None and facts.cause in scales.effort_causes:
        return "risk", "It came back with effort; whether people depend on it is not known."
    if longest is not None and longest >= scales.dependence.other.noted_from:
        text = f"People did without for {_words(longest)}; whether they depend on it is not known."
        return "risk", text
    return "unlikely", "What is gone was soon restored from a copy."


def _came_back(facts: RiskFacts) -> bool:
    """Return whether the data is there again; what was given back is, unless it is said not."""
    given_back = facts.holder == "returned" and facts.recoverable == UNKNOWN
    return facts.recoverable is True or given_back


def _is_care(facts: RiskFacts, scales: Scales) -> bool:
    return any(key in (facts.elements or {}) for key in scales.dependence.care_elements) or bool(
        set(facts.roles or ()) & set(scales.dependence.care_roles)
    )


def _was_down(hours: Range) -> bool:
    return max(hours.low, hours.best or 0, hours.high or 0) > 0


def _longest(hours: Range) -> float | None:
    """Return the most hours that are possible; None where nobody said anything."""
    if hours.high is not None:
        return hours.high
    if hours.best is not None:
        return hours.best
    return inf if hours.low > 0 else None


def _words(hours: float) -> str:
    return "an open time" if hours == inf else f"up to {hours:g} hours"
