"""One filing for one authority: covering letter, fields in stable keys, the form in its order."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import rfc8785

from incidents.drafting.choose import PEOPLE
from incidents.drafting.filing_changes import Earlier, changes
from incidents.drafting.filing_context import (
    Told,
    authority_name,
    filing_plan,
    more_context,
    notice_fields,
    partly,
    subject_words,
)
from incidents.drafting.filing_fields import form_fields
from incidents.drafting.filing_forms import FilingForms, form_rows
from incidents.drafting.filing_missing import missing_fields, why_missing
from incidents.drafting.filing_values import plain
from incidents.drafting.holes import clean
from incidents.drafting.locales import locale_for
from incidents.drafting.page import notice_context
from incidents.drafting.render import Heading, render_notice
from incidents.drafting.voice import Voice
from incidents.drafting.words import Words, digest_of
from incidents.errors import DraftingError
from incidents.models.base import zone_info
from incidents.models.duty import Duty
from incidents.models.notice import FactSheet, FieldChange, Filing

__all__ = ["Earlier", "Told", "draft_filing", "filing_digest", "filing_locale"]

NOTICE = "authority/letter/filing"
ALWAYS = ("controller_identity", "contact", "nature", "unknown_items")


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
    earlier: Earlier | None = None,
    forms: FilingForms,
) -> Filing:
    """Return the package for one authority.

    What the duty asks for and nobody knows yet is said to follow, with the reason and the day, in
    the letter and in the field `filing.missing`; a first notification is not held back for it. One
    that follows an earlier filing says first what has changed since.

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
        earlier: What was filed last with this authority under this law.
        forms: The authorities' forms.

    Raises:
        DraftingError: for a duty to somebody else, or where the template lacks a required block.
    """
    if duty.recipient.kind in PEOPLE:
        raise DraftingError(
            "a duty to people is no filing", where=duty.id, repair="draft message classes for it"
        )
    voice = Voice(words.catalogue(locale or filing_locale(words, duty)), ["filing", "public"])
    plan = filing_plan(duty)
    context = notice_context(
        words, fact_sheet, plan, voice, exposure=None, form=None, on=now, late_reason=late_reason
    )
    names = [
        authority_name(other) for other in others if other.id != duty.id and authority_name(other)
    ]
    context |= more_context(fact_sheet, duty, voice, now=now, told=told)
    context["partly"] = partly(context)
    context |= {
        "others": list(dict.fromkeys(names)),
        "subjects": subject_words(voice, subjects),
        "why": lambda key: voice.say(
            f"filing.why.{why_missing(key, fact_sheet.unknown, context['partly'])}"
        ),
        "opening": [],
        "changes": [],
    }
    # A reason that counsel gave for being late is in the letter, whatever the law lists.
    why_late = ["delay_reasons"] if context["late"] and context["reasons"] else []
    if_late = duty.if_late_say if context["late"] else []
    asked = [*dict.fromkeys([*ALWAYS, *duty.must_say, *why_late, *if_late])]
    withheld = words.withheld(duty.must_not_say)
    said = _letter(words, voice, context, asked, withheld)[1]
    to_follow = [key for key, text in said.items() if not text.strip() or key in context["partly"]]
    fields = form_fields(
        fact_sheet,
        duty,
        now=now,
        late_reason=late_reason,
        description=" ".join(
            said[key].replace("\n", " ") for key in ("nature", "cause") if key in said
        ),
        to_follow=to_follow,
        notice=notice_fields(told),
        others=context["others"],
        subjects=subjects,
        before=context["its"].measures.before,
    )
    fields |= {
        "filing.phase": duty.phase,
        "filing.previous_id": clean(earlier.receipt, 200) if earlier else "",
        "filing.previous_at": earlier.sent_at.isoformat(timespec="minutes") if earlier else "",
        "filing.missing": missing_fields(
            to_follow,
            unknown=fact_sheet.unknown,
            partly=context["partly"],
            until=fact_sheet.next_update_on,
        ),
        **{f"text.{key}": text for key, text in said.items() if text.strip()},
    }
    if earlier:
        fields["filing.type"] = "follow_up"
    # Where nobody knows what the earlier one said, nothing is said about changes.
    before = earlier.fields if earlier else {}
    fields = {key: plain(value) for key, value in fields.items()}
    changed = changes(before, fields, forms=forms, voice=voice) if before else []
    context["opening"] = _opening(voice, duty, fields, earlier, changed)
    context["changes"] = [_change(voice, one) for one in changed]
    letter, _ = _letter(words, voice, context, asked, withheld)
    form = forms.of(duty.recipient.ref, duty.regime)
    filing = Filing(
        duty_id=duty.id,
        authority=authority_name(duty) or duty.recipient.ref,
        place=duty.recipient.place,
        letter=letter,
        fields=fields,
        digest="",
        phase=duty.phase,
        locale=voice.locale,
        form=form.id,
        rows=form_rows(form, forms, fields, voice),
        changes=changed,
    )
    return filing_digest(filing, words.used_by(NOTICE, voice.locale))


def filing_digest(filing: Filing, templates: Mapping[str, str]) -> Filing:
    """Return the filing with its digest: SHA-256 over RFC 8785 JSON of all it says and templates.

    Args:
        filing: The filing, whatever its digest.
        templates: Path -> SHA-256 of the files the words came from.
    """
    package: dict[str, Any] = {
        **filing.model_dump(mode="json", exclude={"digest"}),
        "templates": dict(templates),
    }
    return filing.model_copy(update={"digest": digest_of(rfc8785.dumps(package))})


def _letter(
    words: Words, voice: Voice, context: Mapping[str, Any], asked: Sequence[str], withheld: set[str]
) -> tuple[str, dict[str, str]]:
    """Return the letter and its blocks."""
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
    return outputs["text"], said


def _opening(
    voice: Voice,
    duty: Duty,
    fields: Mapping[str, object],
    earlier: Earlier | None,
    changed: Sequence[FieldChange],
) -> list[str]:
    """Return the sentences that say how this filing stands to others on the same breach."""
    said = []
    if duty.phase == "final":
        said.append(voice.say("filing.final"))
    if earlier:
        day = voice.day(earlier.sent_at.astimezone(zone_info(duty.zone)).date())
        number = clean(earlier.receipt, 200)
        said.append(voice.say("filing.follows", day=day, receipt=number))
        if earlier.fields:
            said.append(voice.say("filing.changed" if changed else "filing.unchanged"))
    elif duty.phase == "initial":
        whole = fields["filing.subtype"] == "complete"
        said.append(voice.say("filing.complete" if whole else "filing.initial"))
    return said


def _change(voice: Voice, one: FieldChange) -> str:
    none = voice.say("field.none")
    before, after = (text.replace("\n", "; ") or none for text in (one.before, one.after))
    return voice.say("filing.change", what=one.label, before=before, after=after)
