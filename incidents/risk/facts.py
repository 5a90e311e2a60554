"""What the weighing of risk may ask of a case, and how a report answers it."""

from typing import Literal

from incidents.models.base import Value
from incidents.models.report import UNKNOWN, BreachReport, Kind, Medium, Protection, Range, Unknown
from incidents.models.vocabulary import CauseKey, ElementKey, RoleKey

Holder = Literal["unknown", "known_trusted", "known_untrusted", "public", "criminal", "returned"]


class RiskFacts(Value):
    """What the weighing of risk may ask of a case; nothing here is a person."""

    elements: dict[ElementKey, Protection] | None = None
    """None where it is not known what was touched."""
    more_elements: bool = False
    """Whether others than those may be among the data."""
    kinds: list[Kind] | None = None
    cause: CauseKey = "unknown"
    malicious: bool | Unknown = UNKNOWN
    people: Range = Range()
    children: bool | Unknown = UNKNOWN
    """Whether anybody under 18 is among them."""
    vulnerable: bool | Unknown = UNKNOWN
    holder: Holder = "unknown"
    recoverable: bool | Unknown = UNKNOWN
    harm_averted: bool | Unknown = UNKNOWN
    misuse_seen: bool | Unknown = UNKNOWN
    acquired: bool | Unknown = UNKNOWN
    """Whether somebody took a copy or could keep what was seen."""
    internal_only: bool | Unknown = UNKNOWN
    deletion_confirmed: bool | Unknown = UNKNOWN
    targeted: bool | Unknown = UNKNOWN
    depended_on: bool | Unknown = UNKNOWN
    unavailable_hours: Range = Range()
    media: list[Medium] | None = None
    """None where it is not known on what the data stood."""
    roles: list[RoleKey] | None = None
    """What the organisation is: a clinic's list of names tells more than a shop's."""


def risk_facts_from_report(report: BreachReport) -> RiskFacts:
    """Return what a report states that bears on risk; what it leaves open stays unknown."""
    claim, known = report.claim, report.facts
    people = sum(known.people.values(), Range.exactly(0)) if known.people else Range()
    return RiskFacts(
        elements=None if known.elements == UNKNOWN else known.elements,
        more_elements=known.more_elements,
        kinds=None if claim.kinds == UNKNOWN else claim.kinds,
        cause=claim.cause,
        malicious=claim.malicious,
        people=people,
        children=_any_child([*known.children.values(), *known.minors.values()]),
        vulnerable=known.vulnerable_people,
        holder=known.holder,
        recoverable=known.recoverable,
        harm_averted=known.harm_averted,
        misuse_seen=known.misuse_seen,
        acquired=known.acquired,
        internal_only=known.internal_only,
        deletion_confirmed=known.deletion_confirmed,
        targeted=known.targeted,
        depended_on=known.depended_on,
        unavailable_hours=known.unavailable_hours,
        media=None if known.media == UNKNOWN else known.media,
        roles=None if known.roles == UNKNOWN else known.roles,
    )


def _any_child(counts: list[Range]) -> bool | Unknown:
    if any(count.low > 0 for count in counts):
        return True
    if counts and all(count.high == 0 for count in counts):
        return False
    return UNKNOWN
