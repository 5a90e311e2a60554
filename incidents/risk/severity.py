"""The ENISA severity score: data context x ease of identification + circumstances.

Source: ENISA, Recommendations for a methodology of the assessment of severity of personal data
breaches, v1.0, December 2013. What is unknown is read as its worst value, and said so.
"""

from collections.abc import Collection
from typing import Literal

from incidents.models.base import Value
from incidents.models.report import UNKNOWN, Kind, Unknown
from incidents.models.risk import Reason
from incidents.models.vocabulary import vocabulary
from incidents.risk.facts import RiskFacts
from incidents.risk.scales import Bands, Scales

__all__ = [
    "Band",
    "RiskFacts",
    "Scales",
    "Score",
    "context",
    "identification",
    "is_malicious",
    "score",
]

Band = Literal["low", "medium", "high", "very_high"]


class Score(Value):
    """The score with its parts and the reason of each."""

    dpc: int
    ei: float
    cb: float
    total: float
    band: Band
    reasons: list[Reason]


def score(facts: RiskFacts, scales: Scales) -> Score:
    """Return the severity of a breach: 0.25 to 6.0, with its band and reasons."""
    dpc, why_dpc = context(facts.elements, facts.roles or (), scales)
    ei, why_ei = identification(facts.elements, scales)
    parts = [_confidentiality(facts, scales), *_damage(facts, scales), _intent(facts, scales)]
    cb = sum(points for points, _ in parts)
    total = dpc * ei + cb
    reasons = [
        Reason(text=f"Kind of data: {why_dpc}.", points=f"{dpc} of 4"),
        Reason(text=f"Ease of identification: {why_ei}.", points=f"{ei:g} of 1"),
    ]
    reasons += [Reason(text=f"{text}.", points=f"+{points:g}") for points, text in parts if text]
    return Score(
        dpc=dpc, ei=ei, cb=cb, total=total, band=_band(total, scales.bands), reasons=reasons
    )


def is_malicious(facts: RiskFacts, scales: Scales) -> bool | Unknown:
    """Return whether somebody meant harm, from what is said or else from the cause."""
    if facts.malicious != UNKNOWN:
        return facts.malicious
    if facts.cause in scales.malicious_causes:
        return True
    return UNKNOWN if facts.cause in scales.open_causes else False


def _band(total: float, bands: Bands) -> Band:
    if total >= bands.very_high:
        return "very_high"
    if total >= bands.high:
        return "high"
    return "medium" if total >= bands.medium else "low"


def context(
    elements: Collection[str] | None, roles: Collection[str], scales: Scales
) -> tuple[int, str]:
    """Return the data processing context, 1 to 4, of the elements together, and why.

    Args:
        elements: Keys of data elements; None or empty is read as the gravest.
        roles: What the organisation is; only used where somebody can be told apart at all.
        scales: The method.
    """
    if not elements:
        return 4, "not known, read as the gravest"
    found: list[tuple[int, str]] = []
    for key in sorted(elements):
        element = vocabulary().elements[key]
        step = scales.context.steps.get(key)
        if element.public_by_design:
            found.append((1, f"{element.label}, public by design"))
        elif step:
            found.append((step.score, f"{element.label}, {step.why}"))
        else:
            base = scales.context.by_category[element.category]
            found.append((base, f"{element.label} ({element.category})"))
    found += [
        (group.score, group.why)
        for group in scales.context.together
        if set(group.all_of) <= set(elements)
    ]
    if "employer" not in roles:  # then the people are its staff, not its patients or clients
        found += [(step.score, step.why) for step in scales.context.by_role if step.role in roles]
    return max(found, key=lambda pair: pair[0])


def identification(elements: Collection[str] | None, scales: Scales) -> tuple[float, str]:
    """Return the ease of identification, 0.25 to 1, of the elements together, and why."""
    if not elements:
        return 1.0, "not known, read as certain"
    labels = vocabulary().elements
    has = {labels[key].identifier for key in elements}
    found = [(scales.least_identification, "nothing that names somebody was touched")]
    for row in scales.identification:
        beside = [key for key in row.beside if key in elements]
        if row.has in has and (beside or not row.beside):
            words = row.has.replace("_", " ")
            why = f"{words} beside {labels[beside[0]].label}" if beside else words
            found.append((row.score, why))
    speaking = [labels[key].label for key in scales.by_content.elements if key in elements]
    if speaking:
        found.append((scales.by_content.score, f"{speaking[0]} points to somebody by its content"))
    return max(found, key=lambda pair: pair[0])


def _confidentiality(facts: RiskFacts, scales: Scales) -> tuple[float, str]:
    points = scales.circumstances.confidentiality
    disclosed = {Kind.ACCESSED, Kind.PUBLISHED}
    if facts.kinds is None:
        return points["unknown_recipients"], "What was done is not known; read as disclosed"
    if not disclosed & set(facts.kinds):
        return points["none"], ""
    known = facts.holder in scales.known_holders or (
        facts.holder == UNKNOWN and facts.cause in scales.known_recipient_causes
    )
    if known and Kind.PUBLISHED not in facts.kinds:
        return points["known_recipients"], "It went to known recipients"
    return points["unknown_recipients"], "Nobody knows how many have it"


def _damage(facts: RiskFacts, scales: Scales) -> list[tuple[float, str]]:
    kinds = set(facts.kinds or [])
    parts: list[tuple[float, str]] = []
    if Kind.ALTERED in kinds:
        integrity = scales.circumstances.integrity
        parts.append(
            (integrity["restored"], "Data was altered and can be put right")
            if facts.recoverable is True
            else (integrity["not_restored"], "Data was altered and may not be put right")
        )
    if kinds & {Kind.LOST, Kind.DESTROYED}:
        parts.append(_availability(facts, scales))
    return parts


def _availability(facts: RiskFacts, scales: Scales) -> tuple[float, str]:
    points = scales.circumstances.availability
    if facts.recoverable is not True:
        return points["not_restored"], "Data is gone and may not come back"
    if facts.cause in scales.effort_causes:
        return points["restored_with_effort"], "Data was gone and came back with effort"
    return points["restored"], "Data was gone and came back easily"


def _intent(facts: RiskFacts, scales: Scales) -> tuple[float, str]:
    meant = is_malicious(facts, scales)
    if meant is False:
        return 0.0, ""
    if meant == UNKNOWN:
        return scales.circumstances.intent, "Whether somebody meant harm is not known; read as yes"
    return scales.circumstances.intent, "Somebody meant it"
