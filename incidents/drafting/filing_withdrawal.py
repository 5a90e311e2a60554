"""A filing that says that an earlier one is withdrawn, and why."""

from datetime import datetime

from incidents.drafting.filing import NOTICE, filing_digest, filing_locale
from incidents.drafting.filing_changes import Earlier
from incidents.drafting.filing_context import authority_name
from incidents.drafting.filing_forms import FilingForms
from incidents.drafting.filing_values import plain
from incidents.drafting.holes import clean, clean_lines
from incidents.drafting.voice import Voice
from incidents.drafting.words import Words
from incidents.models.base import zone_info
from incidents.models.duty import Duty
from incidents.models.notice import FactSheet, Filing, FormRow

LONGEST_REASON = 1000


def draft_withdrawal(
    words: Words,
    sheet: FactSheet,
    duty: Duty,
    *,
    now: datetime,
    earlier: Earlier,
    reason: str,
    forms: FilingForms,
) -> Filing:
    """Return the letter and the fields that withdraw what was filed for a duty.

    Args:
        words: The words.
        sheet: Who withdraws, under which case.
        duty: The duty it was filed for.
        now: Moment of drafting, aware.
        earlier: What was filed.
        reason: Why it is withdrawn, as a named person gave it.
        forms: The authorities' forms.
    """
    voice = Voice(words.catalogue(filing_locale(words, duty)), ["filing", "public"])
    organisation, zone = sheet.organisation, zone_info(duty.zone)
    why = clean(reason, LONGEST_REASON)
    receipt = clean(earlier.receipt, 200)
    named = voice.find(f"law.{duty.regime}")
    officer = organisation.officers.get("privacy")
    letter = [
        clean(organisation.legal_name, 200),
        clean_lines(organisation.postal_address, 200),
        "",
        voice.say("filing.to", authority=authority_name(duty)),
        voice.say("filing.date", date=voice.day(now.astimezone(zone).date())),
        voice.say(
            "filing.subject", subject=voice.say("filing.withdrawal.subject", case=sheet.case_ref)
        ),
        "",
        voice.say(
            "filing.withdrawal.says",
            day=voice.day(earlier.sent_at.astimezone(zone).date()),
            receipt=receipt,
            law=str(named) if named else clean(duty.regime_name, 200),
            article=clean(duty.citation.article, 120) or "-",
        ),
        voice.say("filing.withdrawal.reason", reason=why),
        "",
        clean(organisation.legal_name, 200),
        *([clean(officer.title, 200)] if officer else []),
    ]
    fields: dict[str, object] = {
        "filing.type": "follow_up",
        "filing.phase": "withdrawal",
        "filing.subtype": "withdrawal",
        "filing.own_reference": sheet.case_ref,
        "filing.recipient": duty.recipient.name,
        "filing.previous_id": receipt,
        "filing.previous_at": earlier.sent_at.isoformat(timespec="minutes"),
        "filing.withdrawal_reason": why,
        "filing.drafted_at": now.astimezone(zone).isoformat(timespec="seconds"),
        "controller.name": organisation.legal_name,
    }
    shown = ("filing.phase", "filing.own_reference", "filing.previous_id")
    rows = [
        FormRow(
            section=voice.say("field.withdrawal"),
            label=forms.label(key, voice.locale),
            value=voice.say("field.withdrawal") if key == "filing.phase" else str(fields[key]),
            keys=[key],
        )
        for key in shown
    ]
    filing = Filing(
        duty_id=duty.id,
        authority=authority_name(duty) or duty.recipient.ref,
        place=duty.recipient.place,
        letter="\n".join(letter),
        fields={key: plain(value) for key, value in fields.items()},
        digest="",
        phase="withdrawal",
        locale=voice.locale,
        form=forms.of(duty.recipient.ref, duty.regime).id,
        rows=rows,
    )
    return filing_digest(filing, words.used_by(NOTICE, voice.locale))
