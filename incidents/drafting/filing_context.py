"""What the templates of a filing may use, besides what a notice's templates have."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from incidents.drafting.choose import AuthorityName, Basis, SetPlan
from incidents.drafting.holes import clean
from incidents.drafting.voice import Voice
from incidents.models.base import Value, in_zone
from incidents.models.duty import Duty
from incidents.models.notice import FactSheet

_UNLAWFUL = frozenset(
    {
        "external_unlawful_access",
        "ransomware",
        "malware",
        "credential_stuffing",
        "phishing",
        "insider_misuse",
    }
)
_NO_INTENT = frozenset({"mis_send", "technical_fault", "force_majeure"})
"""Causes that by themselves say whether somebody acted unlawfully; the others leave it open."""


class Told(Value):
    """Whether, how and how many people were told, as it stands when the filing is drafted."""

    status: Literal["yes", "planned", "undecided", "not_told"] = "undecided"
    number: int = 0
    by: date | None = None
    means: list[str] = ["individual"]
    reason: str = ""
    sample: str = ""
    """Text of the notice people get, with its holes, never filled in."""
    attached: bool = False
    """Whether such texts lie in the package as files of their own."""


def subject_words(voice: Voice, subjects: Sequence[str]) -> list[str]:
    """Return kinds of people in words; a kind without words stands as it is."""
    named = [(kind, voice.find(f"subject.people.{kind}")) for kind in dict.fromkeys(subjects)]
    return [str(said) if said else clean(kind, 80) for kind, said in named]


def filing_plan(duty: Duty) -> SetPlan:
    """Return the plan of a set that serves one duty to an authority."""
    return SetPlan(
        key=f"authority-{duty.regime}",
        audience="authority",
        regimes=[duty.regime],
        duties=[duty.id],
        places=duty.places or ([duty.recipient.place] if duty.recipient.place else []),
        required=duty.must_say,
        forbidden=duty.must_not_say,
        bases=[Basis(regime=duty.regime, name=duty.regime_name, article=duty.citation.article)],
        authorities=[AuthorityName(place=duty.recipient.place, name=authority_name(duty))],
        waited=duty.held is not None,
    )


def authority_name(duty: Duty) -> str:
    """Return the authority's name as one line; empty where neither name nor id is known."""
    return clean(duty.recipient.name or duty.recipient.ref, 200)


def more_context(
    sheet: FactSheet,
    duty: Duty,
    voice: Voice,
    *,
    now: datetime,
    told: Told,
) -> dict[str, Any]:
    """Return what a filing tells beyond a notice: the authority, its law, the limit, numbers."""
    named = voice.find(f"law.{duty.regime}")
    org = clean(sheet.organisation.trading_name or sheet.organisation.legal_name, 80)
    numbers = sorted(sheet.people_by_place.items())
    return {
        "subject": voice.say("subject.filing", org=org, case=sheet.case_ref),
        "authority": authority_name(duty),
        "law": str(named) if named else clean(duty.regime_name, 200),
        "article": clean(duty.citation.article, 120) or "-",
        "late": duty.due_by is not None and now > duty.due_by,
        "limit": in_zone(duty.due_by, duty.zone) if duty.due_by else "",
        "failures": [voice.say(f"failure.{failure.value}") for failure in sheet.failure],
        "numbers": numbers,
        "place_names": [voice.place(place) for place, _ in numbers],
        "grounds": [clean(reason, 500) for reason in sheet.risk_reasons],
        "told": _told(voice, told),
        "sample": bool(told.sample) or told.attached,
        "waiver": clean(told.reason, 1000) if told.status == "not_told" else "",
        "telling": told.status in {"yes", "planned"},
        "malicious": _malicious(sheet.cause),
    }


def _malicious(cause: str) -> str:
    return "yes" if cause in _UNLAWFUL else "no" if cause in _NO_INTENT else ""


def partly(context: Mapping[str, Any]) -> list[str]:
    """Return contents of which the facts give only a part: the letter says that more follows."""
    found = ["affected_services", "data_storage_location", "minors_or_elderly_count"]
    found.append("vulnerability_nature")
    if not (context["waited"] or context["its"].measures.police):
        found.append("law_enforcement_engaged")  # that the police were told is no inquiry yet
    return found


def _told(voice: Voice, told: Told) -> str:
    if told.status == "yes":
        return voice.say("filing.told_yes", number=voice.number(told.number))
    if told.status == "planned" and told.by:
        return voice.say("filing.told_planned", day=voice.day(told.by))
    if told.status == "planned":
        return voice.say("filing.told_soon")
    if told.status == "not_told" and told.reason:
        return voice.say("filing.told_not", reason=clean(told.reason, 1000))
    return voice.say("filing.told_undecided")


def notice_fields(told: Told) -> Mapping[str, object]:
    """Return the fields `notice.*`."""
    planned = told.by.isoformat() if told.by else ""
    return {
        "notice.status": {
            "yes": "yes",
            "planned": "planned_on_date" if planned else "planned_no_date",
            "undecided": "investigating",
            "not_told": "not_told",
        }[told.status],
        "notice.planned_date": planned,
        "notice.count": told.number,
        "notice.means": told.means,
        "notice.exception": told.reason,
        "notice.text": told.sample or ("attached" if told.attached else ""),
    }
