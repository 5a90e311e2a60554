"""One filing for one authority: a covering letter, and the form's fields in stable keys."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

import rfc8785

from incidents.drafting.choose import PEOPLE, AuthorityName, Basis, SetPlan
from incidents.drafting.filing_fields import form_fields
from incidents.drafting.holes import clean
from incidents.drafting.locales import locale_for
from incidents.drafting.page import notice_context
from incidents.drafting.render import Heading, render_notice
from incidents.drafting.voice import Voice
from incidents.drafting.words import Words, digest_of
from incidents.errors import DraftingError
from incidents.models.base import Value, in_zone
from incidents.models.duty import Duty
from incidents.models.notice import FactSheet, Filing

NOTICE = "authority/letter/filing"
ALWAYS = ("controller_identity", "contact", "nature", "unknown_items")
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


def filing_locale(words: Words, duty: Duty) -> str:
    """Return the locale of a filing: Chinese for authorities in mainland China, else English."""
    place = duty.recipient.place or (duty.places[0] if duty.places else "")
    chinese = place.split("-", 1)[0] == "CN" or duty.recipient.ref.startswith("cn-")
    return locale_for("zh-Hans" if chinese else "en", words.catalogues).given


def draft_filing(
    words: Words,
    fact_sheet: FactSheet,
    duty: Duty,
    *,
    now: datetime,
    told: Told,
    late_reason: str = "",
    others: Sequence[Duty] = (),
    subjects: Sequence[str] = (),
    locale: str = "",
) -> Filing:
    """Return the package for one authority.

    What the duty asks for and nobody knows yet is said to follow, in the letter and in the field
    `filing.to_follow`; a first notification is not held back for it.

    Args:
        words: The words.
        fact_sheet: What is known.
        duty: A duty to an authority.
        now: Moment of drafting, aware.
        told: Whether and how people are told.
        late_reason: Why it comes after the limit, as counsel answered; empty where not known.
        others: The case's other duties to authorities.
        subjects: Kinds of people in the stores touched (`Store.subjects`).
        locale: Language of the letter; empty picks the authority's.

    Raises:
        DraftingError: for a duty to somebody else, or where the template lacks a required block.
    """
    if duty.recipient.kind in PEOPLE:
        raise DraftingError(
            "a duty to people is no filing", where=duty.id, repair="draft message classes for it"
        )
    voice = Voice(words.catalogue(locale or filing_locale(words, duty)), ["filing", "public"])
    plan = _plan(duty)
    context = notice_context(
        words, fact_sheet, plan, voice, exposure=None, form=None, on=now, late_reason=late_reason
    )
    names = [_name(other) for other in others if other.id != duty.id and _name(other)]
    context |= _more(fact_sheet, duty, voice, now=now, told=told)
    context["partly"] = _partly(context)
    context |= {
        "others": list(dict.fromkeys(names)),
        "subjects": _subjects(voice, subjects),
    }
    # A reason that counsel gave for being late is in the letter, whatever the law lists.
    why_late = ["delay_reasons"] if context["late"] and context["reasons"] else []
    if_late = duty.if_late_say if context["late"] else []
    asked = [*dict.fromkeys([*ALWAYS, *duty.must_say, *why_late, *if_late])]
    withheld = words.withheld(duty.must_not_say)
    order = words.card(NOTICE).sections[0].blocks
    headings = [
        Heading(voice.say(f"content.{key}"), [key])
        for key in sorted(asked, key=lambda key: order.index(key) if key in order else len(order))
        if key not in withheld
    ]
    outputs, blocks = render_notice(
        words, NOTICE, voice=voice, context=context, headings=headings, forbidden=withheld
    )
    said = blocks["text"]
    absent = [part.blocks[0] for part in headings if part.blocks[0] not in said]
    if absent:
        raise DraftingError(
            f"the letter has no block for {', '.join(absent)}",
            where=f"{NOTICE}/body.txt",
            repair="write the block; leave it empty where the fact always follows later",
        )
    fields = form_fields(
        fact_sheet,
        duty,
        now=now,
        late_reason=late_reason,
        description=" ".join(
            said[key].replace("\n", " ") for key in ("nature", "cause") if key in said
        ),
        to_follow=[
            key for key, text in said.items() if not text.strip() or key in context["partly"]
        ],
        notice=_notice_fields(told),
        others=context["others"],
        subjects=subjects,
        before=context["its"].measures.before,
    )
    letter = outputs["text"]
    package: dict[str, Any] = {
        "letter": letter,
        "fields": fields,
        "templates": words.used_by(NOTICE, voice.locale),
    }
    return Filing(
        duty_id=duty.id,
        authority=_name(duty) or duty.recipient.ref,
        place=duty.recipient.place,
        letter=letter,
        fields=fields,
        digest=digest_of(rfc8785.dumps(package)),
    )


def _subjects(voice: Voice, subjects: Sequence[str]) -> list[str]:
    named = [(kind, voice.find(f"subject.people.{kind}")) for kind in dict.fromkeys(subjects)]
    return [str(said) if said else clean(kind, 80) for kind, said in named]


def _plan(duty: Duty) -> SetPlan:
    return SetPlan(
        key=f"authority-{duty.regime}",
        audience="authority",
        regimes=[duty.regime],
        duties=[duty.id],
        places=duty.places or ([duty.recipient.place] if duty.recipient.place else []),
        required=duty.must_say,
        forbidden=duty.must_not_say,
        bases=[Basis(regime=duty.regime, name=duty.regime_name, article=duty.citation.article)],
        authorities=[AuthorityName(place=duty.recipient.place, name=_name(duty))],
        waited=duty.held is not None,
    )


def _name(duty: Duty) -> str:
    return clean(duty.recipient.name or duty.recipient.ref, 200)


def _more(
    sheet: FactSheet,
    duty: Duty,
    voice: Voice,
    *,
    now: datetime,
    told: Told,
) -> dict[str, Any]:
    named = voice.find(f"law.{duty.regime}")
    org = clean(sheet.organisation.trading_name or sheet.organisation.legal_name, 80)
    numbers = sorted(sheet.people_by_place.items())
    return {
        "subject": voice.say("subject.filing", org=org, case=sheet.case_ref),
        "authority": _name(duty),
        "law": str(named) if named else clean(duty.regime_name, 200),
        "article": clean(duty.citation.article, 120) or "-",
        "late": duty.due_by is not None and now > duty.due_by,
        "limit": in_zone(duty.due_by, duty.zone) if duty.due_by else "",
        "failures": [voice.say(f"failure.{failure.value}") for failure in sheet.failure],
        "numbers": numbers,
        "place_names": [voice.place(place) for place, _ in numbers],
        "grounds": [clean(reason, 500) for reason in sheet.risk_reasons],
        "told": _told(voice, told),
        "sample": bool(told.sample),
        "waiver": clean(told.reason, 1000) if told.status == "not_told" else "",
        "telling": told.status in {"yes", "planned"},
        "malicious": _malicious(sheet.cause),
    }


def _malicious(cause: str) -> str:
    return "yes" if cause in _UNLAWFUL else "no" if cause in _NO_INTENT else ""


def _partly(context: Mapping[str, Any]) -> list[str]:
    """Return contents of which the facts give only a part: the letter says that more follows."""
    partly = ["affected_services", "data_storage_location", "minors_or_elderly_count"]
    partly.append("vulnerability_nature")
    if not (context["waited"] or context["its"].measures.police):
        partly.append("law_enforcement_engaged")  # that the police were told is no inquiry yet
    return partly


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


def _notice_fields(told: Told) -> Mapping[str, object]:
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
        "notice.text": told.sample,
    }
