"""The fields of an authority's form, in stable keys, from the fact sheet.

The keys follow the draft common form of the EDPB (version 1.0 for consultation, 2026) and the
national forms it merges; `to_be_determined` stands where a fact is not known yet.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from incidents.models.duty import Duty
from incidents.models.notice import FactSheet
from incidents.models.report import Certainty, Kind, Moment
from incidents.models.vocabulary import vocabulary

TO_FOLLOW = "to_be_determined"
_FIRST = {"initial", "yearly", "determination"}
"""Phases that follow no earlier filing on the same breach."""
_TYPES = {
    "external_unlawful_access": "unauthorised_access",
    "ransomware": "ransomware",
    "malware": "hacking_malware",
    "credential_stuffing": "hacking_malware",
    "phishing": "phishing_social_engineering",
    "insider_misuse": "privilege_abuse",
    "mis_send": "sent_by_mistake",
    "misconfiguration": "misconfiguration",
    "vulnerability": "vulnerability_exploited",
    "vendor_leak": "exfiltration",
    "lost_device": "device_lost_stolen",
    "physical_damage": "deleted_destroyed",
    "scraping": "exfiltration",
    "compelled_disclosure": "other",
    "leaked_credential": "unauthorised_access",
    "force_majeure": "deleted_destroyed",
    "technical_fault": "technical_malfunction",
    "unknown": TO_FOLLOW,
}
_INTERNAL = {"insider_misuse", "mis_send", "misconfiguration", "lost_device", "technical_fault"}
_MALICIOUS = {
    "external_unlawful_access",
    "ransomware",
    "malware",
    "credential_stuffing",
    "phishing",
    "insider_misuse",
    "vulnerability",
    "scraping",
    "leaked_credential",
}
_CYBER = _MALICIOUS - {"insider_misuse"} | {"misconfiguration"}
_CATEGORIES = {
    "identity.national_id": "national_id",
    "identity.ssn": "national_id",
    "identity.birth_date": "basic",
    "identity.name": "basic",
    "identity.gender": "basic",
    "identity.nickname": "profile",
    "identity.avatar": "profile",
    "identity.residence": "contact",
    "identity.business": "basic",
    "contact.delivery_time": "profile",
    "location.precise": "location",
    "location.licence_plates": "location",
    "criminal.record": "criminal",
    "belief.religion": "religious",
    "belief.politics": "political",
    "belief.union": "trade_union",
    "origin.ethnicity": "ethnic",
    "sexual.life": "sexual",
    "genetic.data": "genetic",
    "payment.card_number": "payment",
    "payment.card_expiry": "payment",
    "payment.card_code": "payment",
    "payment.status": "payment",
    "account.member_name": "credentials",
    "account.usage": "profile",
    "account.linked_third_party": "profile",
}
_BY_PREFIX = {
    "identity": "official_documents",
    "contact": "contact",
    "account": "credentials",
    "biometric": "biometric",
    "payment": "economic_financial",
    "transaction": "economic_financial",
    "device": "profile",
    "behaviour": "profile",
    "health": "health",
}
_SPECIAL = {
    "biometric", "criminal", "political", "ethnic", "religious", "sexual", "trade_union", "genetic",
    "health",
}  # fmt: skip
_OUTCOMES = {"unlikely": "unlikely", "risk": "risk", "high": "high_risk", "unknown": TO_FOLLOW}


def data_category(element: str) -> str:
    """Return the form's category of data for an element of the vocabulary."""
    return _CATEGORIES.get(element, _BY_PREFIX.get(element.split(".", 1)[0], "additional"))


def form_fields(
    sheet: FactSheet,
    duty: Duty,
    *,
    now: datetime,
    late_reason: str,
    description: str,
    to_follow: Sequence[str],
    notice: Mapping[str, object],
    others: Sequence[str],
    subjects: Sequence[str],
    before: Sequence[str] = (),
) -> dict[str, object]:
    """Return the form's fields: flat dotted keys, values that JSON holds, nobody's identity.

    Args:
        sheet: What is known.
        duty: The duty it answers.
        now: When it is drafted.
        late_reason: Why it is late; empty where it is not, or the reason follows.
        description: What happened, in words.
        to_follow: Contents that are not known yet.
        notice: `notice.*` fields: whether and how people are told.
        others: Names of other authorities told or to be told.
        subjects: Kinds of people concerned.
        before: Keys of the measures that were in place before.
    """
    return {
        **_filing(sheet, duty, now, late_reason, to_follow),
        **_who(sheet),
        **_when(sheet, now),
        **_what(sheet, description),
        **_whom(sheet, duty, subjects),
        **_data(sheet),
        "risk.outcome": _OUTCOMES[sheet.risk],
        "risk.method": "ENISA severity of personal data breaches, with further factors",
        "risk.reasons": sheet.risk_reasons,
        "measures.before": list(before),
        "measures.taken": [
            measure.key for measure in sheet.measures if measure.done and measure.key not in before
        ],
        "measures.preventive": [measure.key for measure in sheet.measures if not measure.done],
        **notice,
        "other.authorities": list(others),
        "border.cross_border": "yes" if len(sheet.people_by_place) > 1 else "no",
        "border.establishments": sheet.organisation.established_in,
        "border.per_place_count": dict(sorted(sheet.people_by_place.items())),
    }


def _filing(
    sheet: FactSheet, duty: Duty, now: datetime, late_reason: str, to_follow: Sequence[str]
) -> dict[str, object]:
    late = duty.due_by is not None and now > duty.due_by
    return {
        "filing.type": "new" if duty.phase in _FIRST else "follow_up",
        "filing.subtype": "incomplete" if to_follow or sheet.unknown else "complete",
        "filing.own_reference": sheet.case_ref,
        "filing.fact_sheet_version": sheet.version,
        "filing.legal_basis": f"{duty.regime_name}, {duty.citation.article}",
        "filing.to_follow": list(to_follow),
        "filing.to_follow_by": sheet.next_update_on,
        "filing.recipient": duty.recipient.name,
        "timing.due": duty.due_by.isoformat() if duty.due_by else None,
        "timing.late": late,
        "timing.late_reason": (late_reason or TO_FOLLOW) if late else "",
    }


def _who(sheet: FactSheet) -> dict[str, object]:
    organisation = sheet.organisation
    privacy = organisation.officers.get("privacy")
    return {
        "controller.name": organisation.legal_name,
        "controller.contact": {
            "address": organisation.postal_address,
            "email": organisation.email,
            "phone": organisation.phone,
        },
        "controller.eea_representative": organisation.representatives.get("EU", ""),
        "controller.uk_representative": organisation.representatives.get("GB", ""),
        "contact.function": privacy.title if privacy else "",
        "contact.contact": privacy.contact if privacy else "",
    }


def _when(sheet: FactSheet, now: datetime) -> dict[str, object]:
    line = sheet.timeline
    zone = ZoneInfo(sheet.organisation.zone)

    def moment(key: str) -> str:
        known = line.moment(key)
        return known.at.astimezone(zone).isoformat() if known else TO_FOLLOW

    start, end = line.moment("occurred_from"), line.moment("occurred_to")
    return {
        "filing.drafted_at": now.astimezone(zone).isoformat(timespec="seconds"),
        "timing.pattern": _pattern(start, end),
        "timing.estimated": any(known is not None and known.certainty == "estimated"
                                for known in (start, end)),
        "timing.start": moment("occurred_from"),
        "timing.end": moment("occurred_to"),
        "timing.aware_at": moment("aware"),
        "timing.first_alert_at": moment("first_alert"),
        "timing.processor_aware_at": moment("processor_aware"),
        "discovery.notified_by_other_at": moment("processor_told_us"),
        "timing.contained_at": moment("contained"),
    }  # fmt: skip


def _pattern(start: Moment | None, end: Moment | None) -> str:
    if start and end:
        return "one_day" if start.at.date() == end.at.date() else "range"
    return "ongoing_or_unknown" if start else "unknown"


def _what(sheet: FactSheet, description: str) -> dict[str, object]:
    kinds = set(sheet.kinds or ())
    nature = [
        word
        for word, signs in (
            ("confidentiality", {Kind.ACCESSED, Kind.PUBLISHED}),
            ("integrity", {Kind.ALTERED}),
            ("availability", {Kind.DESTROYED, Kind.LOST}),
        )
        if kinds & signs
    ]
    cause = sheet.cause
    source = "internal" if cause in _INTERNAL else "external"
    return {
        "nature.cia": nature or TO_FOLLOW,
        "nature.certainty": sheet.certainty.value,
        "incident.type": _TYPES.get(cause, "other"),
        "incident.cause": TO_FOLLOW
        if cause == "unknown"
        else f"{source}_{'malicious' if cause in _MALICIOUS else 'not_malicious'}",
        "incident.is_cyber": TO_FOLLOW
        if cause == "unknown"
        else ("yes" if cause in _CYBER else "no"),
        "incident.failure": [failure.value for failure in sheet.failure],
        "incident.description": description,
        "incident.systems": [store.name for store in sheet.stores],
    }


def _whom(sheet: FactSheet, duty: Duty, subjects: Sequence[str]) -> dict[str, object]:
    places = duty.places or ([duty.recipient.place] if duty.recipient.place else [])
    local = {
        place: number
        for place, number in sheet.people_by_place.items()
        if place in places or place.split("-", 1)[0] in places
    }
    children = ["minors"] if sheet.children_total else []
    kind = "exact" if sheet.certainty is Certainty.CERTAIN else "approximate"
    return {
        "subjects.categories": [*sorted(set(subjects)), *children] or ["not_yet_known"],
        "subjects.count_kind": kind,
        "subjects.count": {"min": sheet.people_total, "max": sheet.people_total},
        "subjects.children_under_14": sheet.children_total,
        "subjects.local_count": sum(local.values()) if places else sheet.people_total,
        "subjects.local_count_by_place": dict(sorted(local.items())),
        "records.count_kind": "approximate",
        "records.count": {"min": sheet.people_total, "max": None},
    }


def _data(sheet: FactSheet) -> dict[str, object]:
    elements = {key: how for store in sheet.stores for key, how in store.elements.items()}
    categories = sorted({data_category(key) for key in elements})
    readable = [how.unintelligible for how in elements.values()]
    safe = (
        "no"
        if any(value is False for value in readable)
        else (TO_FOLLOW if not readable or None in readable else "yes")
    )
    return {
        "data.categories": categories or ["not_yet_known"],
        "data.special_categories": sorted(set(categories) & _SPECIAL),
        "data.elements": sorted(elements),
        "data.description": ", ".join(vocabulary().elements[key].label for key in sorted(elements)),
        "nature.unintelligible": safe,
    }
