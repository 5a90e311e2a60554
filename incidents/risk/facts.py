"""What the weighing of risk needs, taken from a report alone."""

from incidents.models.report import UNKNOWN, BreachReport, Range, Unknown
from incidents.risk.severity import RiskFacts


def risk_facts_from_report(report: BreachReport) -> RiskFacts:
    """Return what a report states that bears on risk; what it leaves open stays unknown."""
    claim, known = report.claim, report.facts
    people = sum(known.people.values(), Range.exactly(0)) if known.people else Range()
    return RiskFacts(
        elements=None if known.elements == UNKNOWN else known.elements,
        kinds=None if claim.kinds == UNKNOWN else claim.kinds,
        cause=claim.cause,
        malicious=claim.malicious,
        people=people,
        children=_any_child(known.children),
        vulnerable=known.vulnerable_people,
        holder=known.holder,
        recoverable=known.recoverable,
        harm_averted=known.harm_averted,
        misuse_seen=known.misuse_seen,
    )


def _any_child(counts: dict[str, Range]) -> bool | Unknown:
    if any(count.low > 0 for count in counts.values()):
        return True
    if counts and all(count.high == 0 for count in counts.values()):
        return False
    return UNKNOWN
