"""A breach report out of an incident in VERIS. What the incident does not say stays unknown.

Three things that look alike are kept apart: records are not people, the country of the victim
organisation is not where people live, and a date without hour and zone is no moment.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from incidents.intake.breach_report import EARLIEST_YEAR
from incidents.intake.sources.veris_mapping import veris_mapping
from incidents.intake.veris.mapping import CauseRow
from incidents.intake.veris.shape import Confidentiality, Incident, Span
from incidents.models.report import (
    UNKNOWN,
    BreachReport,
    Certainty,
    Claim,
    Kind,
    Medium,
    Moment,
    Protection,
    Range,
    ReportedFacts,
    Timeline,
    Unknown,
)
from incidents.models.vocabulary import CauseKey

STATE = re.compile("[A-Z]{2}")
NOTHING_HAPPENED = frozenset({"Near miss", "False positive"})
WIDEST_OFFSET = timedelta(hours=14)
"""A day begins that much earlier than in UTC where clocks are furthest ahead."""
HOURS: dict[str, tuple[float, float | None]] = {
    "Seconds": (0, 1),
    "Minutes": (0, 24),
    "Hours": (1, 48),
    "Days": (24, 24 * 14),
    "Weeks": (24 * 7, 24 * 62),
    "Months": (24 * 28, 24 * 731),
    "Years": (24 * 365, None),
}
"""What a unit without a number can mean, in hours: one of it, and a good many."""
ONE = {"Seconds": 1 / 3600, "Minutes": 1 / 60, "Hours": 1, "Days": 24, "Weeks": 168}


def report_from_veris(incident: Incident) -> BreachReport:
    """Return the breach report that an incident amounts to."""
    version = incident.schema_version.replace("_", ".")
    return BreachReport(
        channel=f"VERIS {version}, incident {incident.incident_id}",
        claim=Claim(
            kinds=_kinds(incident),
            cause=_cause(incident),
            certainty=(
                Certainty.CERTAIN
                if incident.security_incident == "Confirmed"
                else Certainty.SUSPECTED
            ),
            malicious=_malicious(incident),
            narrative="\n\n".join(filter(None, [incident.summary, incident.notes])),
        ),
        timeline=Timeline(occurred_from=_began(incident)),
        facts=_facts(incident),
    )


def _facts(incident: Incident) -> ReportedFacts:
    tables = veris_mapping()
    lost = incident.attribute.confidentiality if incident.attribute else None
    disclosed = lost is not None and lost.data_disclosure == "Yes"
    elements = _elements(lost)
    named: dict[str, Any] = {"elements": elements, "more_elements": True} if elements else {}
    if disclosed and incident.actor.external:
        named |= _holder(incident.actor.external.variety)
    if lost and set(tables.vulnerable) & set(lost.data_victim or ()):
        named["vulnerable_people"] = True
    return ReportedFacts(
        people={UNKNOWN: _people(incident)},
        misuse_seen=_misuse(incident),
        established_in=_places(incident),
        media=_media(incident),
        employees=_employees(incident),
        unavailable_hours=_unavailable(incident),
        **named,
    )


def _kinds(incident: Incident) -> list[Kind] | Unknown:
    """Return what was done to the data; unknown where something was done and not said what."""
    tables, attribute = veris_mapping(), incident.attribute
    if attribute is None or attribute.unknown is not None:
        return UNKNOWN
    found: list[Kind] = []
    open_ = False
    if attribute.confidentiality:
        disclosed = attribute.confidentiality.data_disclosure
        if disclosed == "Yes":
            errors = incident.action.error.variety if incident.action.error else []
            public = set(errors) & set(tables.publishing_errors)
            found.append(Kind.PUBLISHED if public else Kind.ACCESSED)
        open_ = disclosed in {"Potentially", "Unknown"}
    said: list[Kind | Literal["open"]] = []
    if attribute.integrity:
        said += [
            tables.integrity[one] for one in attribute.integrity.variety if one in tables.integrity
        ]
    if attribute.availability:
        said += [
            tables.availability[one]
            for one in attribute.availability.variety
            if one in tables.availability
        ]
    for one in said:
        if one == "open":
            open_ = True
        elif one not in found:
            found.append(one)
    # Lost data may have been read: that is part of the word. Beside any other kind, a doubt
    # whether somebody read it would be lost, so the whole stays unknown.
    if open_ and not {Kind.ACCESSED, Kind.PUBLISHED, Kind.LOST} & set(found):
        return UNKNOWN
    return found or UNKNOWN


def _cause(incident: Incident) -> CauseKey:
    for row in veris_mapping().causes:
        if _fits(row, incident):
            return row.cause
    return "unknown"


def _fits(row: CauseRow, incident: Incident) -> bool:
    action = getattr(incident.action, row.action)
    if action is None or (row.actor and getattr(incident.actor, row.actor) is None):
        return False
    return not row.variety or bool(set(row.variety) & set(action.variety))


def _malicious(incident: Incident) -> bool | Unknown:
    tables = veris_mapping()
    actions = incident.action.model_fields_set
    if actions <= set(tables.blameless_actions):
        return False
    actors = (incident.actor.external, incident.actor.internal, incident.actor.partner)
    motives = {motive for actor in actors if actor for motive in actor.motive}
    meant = bool(actions & set(tables.deliberate_actions))
    return True if meant and motives & set(tables.harmful_motives) else UNKNOWN


def _began(incident: Incident) -> Moment | Unknown:
    """Return the earliest moment at which it can have begun, or unknown before the year 2000."""
    began = incident.timeline.incident
    if began.year < EARLIEST_YEAR:  # a report takes an earlier moment for a mistake
        return UNKNOWN
    day = began.day if began.month else None
    first = datetime(began.year, began.month or 1, day or 1, tzinfo=UTC)
    said = "-".join(f"{part:02d}" for part in (began.year, began.month, day) if part)
    return Moment(
        at=first - WIDEST_OFFSET,
        certainty="estimated",
        note=f"the incident says {said} and no zone; this is the earliest it can be",
    )


def _people(incident: Incident) -> Range:
    """Return how many people: at least one where data about people was disclosed.

    Records are counted there, not people; nothing bounds how many people they speak of.
    """
    lost = incident.attribute.confidentiality if incident.attribute else None
    if lost is None:
        nothing = incident.attribute is None and incident.security_incident in NOTHING_HAPPENED
        return Range.exactly(0) if nothing else Range()
    about = {one.variety for one in lost.data or () if one.amount != 0}
    told = lost.data_disclosure == "Yes" and about & set(veris_mapping().about_people)
    return Range(low=1) if told else Range()


def _elements(lost: Confidentiality | None) -> dict[str, Protection]:
    tables = veris_mapping()
    if lost is None or lost.data_disclosure == "No":
        return {}
    said = {tables.protection.get(one, "unknown") for one in lost.state or ["Unknown"]}
    state = said.pop() if len(said) == 1 else "unknown"
    protection = Protection.model_validate({"state": state})
    return {
        tables.elements[one.variety]: protection
        for one in lost.data or ()
        if one.variety in tables.elements and one.amount != 0
    }


def _holder(varieties: Iterable[str]) -> dict[str, str]:
    said = {veris_mapping().holders.get(one) for one in varieties}
    holder = said.pop() if len(said) == 1 else None
    return {"holder": holder} if holder else {}


def _misuse(incident: Incident) -> bool | Unknown:
    plus = incident.plus.get("attribute")
    part = plus.get("confidentiality") if isinstance(plus, dict) else None
    said = (
        [part.get(key) for key in ("data_abuse", "data_misuse")] if isinstance(part, dict) else []
    )
    return True if any(one in veris_mapping().abuse_seen for one in said) else UNKNOWN


def _places(incident: Incident) -> list[str] | Unknown:
    """Return where the organisation is; a state is said in two letters, or with its country."""
    victim = incident.victim
    if victim is None or {"Unknown", "Other"} & set(victim.country):
        return UNKNOWN
    if victim.country == ["US"] and STATE.fullmatch(victim.state or ""):
        return [f"US-{victim.state}"]
    return list(victim.country)


def _media(incident: Incident) -> list[Medium] | Unknown:
    """Return on what the data stood, where every thing that was hit tells."""
    tables = veris_mapping().media
    found: list[Medium] = []
    for asset in incident.asset.assets:
        medium = tables.get(asset.variety) or tables.get(asset.variety.partition(" - ")[0])
        if medium is None:
            return UNKNOWN
        if medium != "none" and medium not in found:
            found.append(medium)
    return found or UNKNOWN


def _employees(incident: Incident) -> Range:
    said = incident.victim.employee_count if incident.victim else "Unknown"
    bounds = veris_mapping().employees.get(said)
    if bounds is None:
        return Range()
    low, high = bounds[0], bounds[1] if len(bounds) > 1 else None
    return Range(low=low, high=high)


def _unavailable(incident: Incident) -> Range:
    availability = incident.attribute.availability if incident.attribute else None
    return _hours(availability.duration) if availability and availability.duration else Range()


def _hours(span: Span) -> Range:
    """Return a length of time in whole hours; a number is read as rounded to its unit."""
    if span.unit not in HOURS:
        return Range()
    low, high = HOURS[span.unit]
    if span.value is not None and span.unit in ONE and span.value >= 0:
        low = max(span.value - 1, 0) * ONE[span.unit]
        high = (span.value + 1) * ONE[span.unit]
    return Range(low=int(low), high=None if high is None else int(high) + 1)
