"""Writes one notice set for people: every class its list can need, by every channel, checked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Literal, NamedTuple

from incidents.approval.seal import digest
from incidents.drafting.allowed import weighed
from incidents.drafting.choose import SetPlan
from incidents.drafting.holes import TOKEN
from incidents.drafting.message_class import draft_class
from incidents.drafting.papers import draft_papers, paper_flaws
from incidents.drafting.render import Draft
from incidents.drafting.required import check_required
from incidents.drafting.wording import (
    Flaw,
    banned_words_of_case,
    own_contacts,
    refuse_blocking,
    set_flaws,
)
from incidents.drafting.words import Words
from incidents.models.notice import FactSheet, MessageClass, NoticeSet, Paper
from incidents.models.scope import Form
from incidents.paper.fonts import HELP, fonts
from incidents.steps.drafting_material import Material

CHANNELS: tuple[Literal["email", "letter", "call"], ...] = ("email", "letter", "call")


def people_set(
    material: Material, plan: SetPlan, warnings: list[str], when: datetime
) -> tuple[NoticeSet, dict[str, str]]:
    """Return a set for people with every class its list can need, by every channel."""
    kinds = tuple(_kinds(material, plan).items())
    asked = _Asked(material.sheet, plan, digest(material.sheet) + digest(plan))
    written = _written(material.words, asked, kinds, when.astimezone(material.zone).date())
    found = weighed(written.flaws, material.allowed)
    refuse_blocking(found, where=plan.key)
    warnings += [f"{flaw.where}: {flaw.what}" for flaw in found]
    body = NoticeSet(
        key=plan.key,
        audience=plan.audience,
        regimes=plan.regimes,
        duties=plan.duties,
        required=plan.required,
        classes=list(written.messages),
        papers=list(written.papers),
        channels=["email", "letter", "call", "hand"],
    )
    warnings += _unprintable(material, written.messages)
    return body, dict(sorted(written.templates.items()))


def _unprintable(material: Material, messages: Sequence[MessageClass]) -> list[str]:
    """Return a line for each language whose letters hold a character no font here has."""
    there = fonts(material.settings.fonts)
    lines = []
    for locale in sorted({one.locale for one in messages}):
        texts = [TOKEN.sub(" ", one.text) for one in messages
                 if one.locale == locale and one.key.endswith(".letter")]  # fmt: skip
        lacking = there.missing(texts, locale)
        if lacking:
            lines.append(
                f"{locale}: letters cannot be printed as PDF, no font here has "
                f"{len(lacking)} of their characters; {HELP}"
            )
    return lines


@dataclass(frozen=True)
class _Asked:
    """Facts and plan of a set, the same when their digests are."""

    sheet: FactSheet = field(compare=False)
    plan: SetPlan = field(compare=False)
    digests: str


class _Written(NamedTuple):
    messages: tuple[MessageClass, ...]
    papers: tuple[Paper, ...]
    templates: dict[str, str]
    flaws: tuple[Flaw, ...]


@lru_cache(maxsize=16)  # a set that stands is written once to compare it and once to keep it
def _written(
    words: Words, asked: _Asked, kinds: tuple[tuple[tuple[str, Form, int], int], ...], on: date
) -> _Written:
    """Return every class of a set, checked, and what the gate finds in them."""
    drafts: list[Draft] = [
        draft_class(
            words,
            asked.sheet,
            asked.plan,
            locale=locale,
            form=form,
            exposure=exposure,
            people=people,
            on=on,
            channel=channel,
        )
        for (locale, form, exposure), people in kinds
        for channel in CHANNELS
    ]
    check_required(drafts, asked.plan.required, forbidden=asked.plan.forbidden)
    messages = tuple(draft.message for draft in drafts)
    found = set_flaws(
        messages,
        words,
        organisation=asked.sheet.organisation,
        stores=asked.sheet.stores,
        case_ref=asked.sheet.case_ref,
    )
    beside = draft_papers(words, asked.sheet, asked.plan, [kind for kind, _ in kinds], on=on)
    organisation, stores = asked.sheet.organisation, asked.sheet.stores
    known = own_contacts(words, organisation, asked.sheet.case_ref)
    banned = banned_words_of_case(words, organisation, stores)
    found += paper_flaws(beside.papers, asked.sheet, banned, known)
    templates = dict(beside.templates)
    for draft in drafts:
        templates |= draft.templates
    return _Written(messages, tuple(beside.papers), templates, tuple(found))


def _kinds(material: Material, plan: SetPlan) -> dict[tuple[str, Form, int], int]:
    """Return the kinds of people in a set (locale of the words, form, exposure) and their number.

    People on the hand list count too: whoever takes their case needs the words.
    """
    kinds: dict[tuple[str, Form, int], int] = defaultdict(int)
    later = set(material.later)
    for place, locale, form, exposure, _, people in material.groups:
        if place in plan.places and locale not in later:
            kinds[material.given(locale), form, exposure] += people
    return dict(kinds)
