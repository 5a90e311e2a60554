"""What a law may ask of a case, taken from a report alone: enough for the first ten minutes."""

from incidents.duties.places import TERRITORIES
from incidents.models.base import Zone
from incidents.models.duty import Facts, Truth
from incidents.models.report import UNKNOWN, BreachReport, Kind, Range, Unknown
from incidents.models.risk import RiskAssessment
from incidents.models.vocabulary import vocabulary

SPELT = {"UK": "GB", "EL": "GR"}
"""Codes in use that are not ISO 3166: without this, people in Greece would fall under no law."""


def facts_from_report(
    report: BreachReport,
    assessment: RiskAssessment,
    *,
    zone: Zone,
    targets_hours: dict[str, int],
    place: str = "",
) -> Facts:
    """Return the facts a report states, without inventory or database.

    Args:
        report: The report in its latest version.
        assessment: Gives the level of risk, and whether harm is likely and data readable.
        zone: The organisation's IANA zone, in which its own days end.
        targets_hours: Own targets in hours, by `<regime>/<duty>` or `default`.
        place: The organisation's home place, such as `CN-GD-SZ`; empty where not known.
    """
    claim, known = report.claim, report.facts
    return Facts(
        kinds=None if claim.kinds == UNKNOWN else [str(kind) for kind in claim.kinds],
        certainty=str(claim.certainty),
        cause=claim.cause,
        malicious=truth_of(claim.malicious),
        people=_by_place(known.people),
        children=_by_place(known.children),
        minors=_by_place(known.minors),
        elements=None if known.elements == UNKNOWN else known.elements,
        more_elements=known.more_elements,
        risk=assessment.level,
        harm_likely=assessment.harm_likely,
        unintelligible=assessment.unintelligible,
        harm_averted=truth_of(known.harm_averted),
        crime_suspected=truth_of(known.crime_suspected),
        important_data=truth_of(known.important_data),
        direct_loss_cny=known.direct_loss_cny,
        roles=None if known.roles == UNKNOWN else known.roles,
        established_in=(
            None
            if known.established_in == UNKNOWN
            else [_spelt(code) for code in known.established_in]
        ),
        place=place,
        promise=truth_of(known.promise),
        acquired=_acquired(report),
        internal_only=truth_of(known.internal_only),
        was_source=truth_of(known.was_source),
        media=_media(report),
        harms=assessment.answers,
        employees=known.employees,
        notice_cost_usd=known.notice_cost_usd,
        without_contact=_by_place(known.without_contact),
        contracts=None if known.contracts == UNKNOWN else known.contracts,
        answers={key: truth_of(answer) for key, answer in known.answers.items()},
        holds=known.holds,
        filings={key: sorted(moments) for key, moments in known.filings.items()},
        timeline=report.timeline,
        zone=zone,
        targets_hours=targets_hours,
    )


def truth_of(value: bool | Unknown) -> Truth:
    """Return a reported yes or no as a truth value."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "unknown"


def _acquired(report: BreachReport) -> Truth:
    """Return whether somebody took the data or could keep it.

    Where nobody said, it is read from what was done: published data is everybody's, an intruder
    who read it is reasonably believed to have it, and data that was neither read nor lost is not
    taken. Anything else is open.
    """
    claim, known = report.claim, report.facts
    if known.acquired != UNKNOWN:
        return truth_of(known.acquired)
    if claim.kinds == UNKNOWN:
        return "unknown"
    kinds = set(claim.kinds)
    meant = claim.malicious is True or (
        claim.malicious == UNKNOWN and claim.cause in vocabulary().intrusions
    )
    if Kind.PUBLISHED in kinds or (Kind.ACCESSED in kinds and meant):
        return "yes"
    return "unknown" if kinds & {Kind.ACCESSED, Kind.LOST} else "no"


def _media(report: BreachReport) -> list[str] | None:
    """Return on what the data stood; some causes only touch electronic data."""
    if report.facts.media != UNKNOWN:
        return [str(medium) for medium in report.facts.media]
    return ["electronic"] if report.claim.cause in vocabulary().electronic_causes else None


def _spelt(place: str) -> str:
    code, _, rest = place.strip().partition("-")
    if code.lower() == UNKNOWN:
        return UNKNOWN
    code, rest = SPELT.get(code.upper(), code.upper()), rest.upper()
    if code == "US" and rest in TERRITORIES:
        return rest
    return f"{code}-{rest}" if rest else code


def _by_place(counts: dict[str, Range]) -> dict[str, Range]:
    merged: dict[str, Range] = {}
    for place, people in counts.items():
        key = _spelt(place)
        merged[key] = merged[key] + people if key in merged else people
    return merged
