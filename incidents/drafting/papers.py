"""Texts beside the notices: text message, push, call-centre answers, press; from the same facts.

They point at the full notice, so what laws require of a notice is not required of them. They must
say who writes, and where to check by hand; short ones must fit the screen they are read on.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple
from unicodedata import east_asian_width

import rfc8785

from incidents.drafting.choose import SetPlan
from incidents.drafting.holes import TOKEN
from incidents.drafting.lint.bodies import left_over
from incidents.drafting.lint.flaw import Flaw, blocking, warning
from incidents.drafting.lint.people import Known, data_of_people
from incidents.drafting.lint.said import banned_words
from incidents.drafting.page import notice_context, sections_of
from incidents.drafting.render import render_notice
from incidents.drafting.sms_length import segments
from incidents.drafting.voice import Voice
from incidents.drafting.words import Banned, Words, digest_of
from incidents.models.notice import FactSheet, Paper
from incidents.models.scope import Form

Kind = Literal["sms", "push", "faq", "press"]
NOTICES: Mapping[Kind, str] = {
    "sms": "individual/sms/breach",
    "push": "individual/push/breach",
    "faq": "individual/faq/breach",
    "press": "public/press/breach",
}
MOST_SEGMENTS = 4
"""Our own bound: people read a text message that is no longer than a screen."""
TITLE, LINES = 50, 130
"""Columns a locked telephone shows of a title and of the text under it; our own bounds."""
CODE = "0000-0000-00"
"""As long as every code."""


class Papers(NamedTuple):
    """Texts with the files they were made from."""

    papers: list[Paper]
    templates: dict[str, str]


def draft_papers(
    words: Words,
    sheet: FactSheet,
    plan: SetPlan,
    kinds: Iterable[tuple[str, Form, int]],
    *,
    on: date,
) -> Papers:
    """Return every text beside the notices of a set.

    Args:
        words: The words.
        sheet: What is known.
        plan: The set.
        kinds: Kinds of people: locale of the words, form, exposure.
        on: Date of the texts.

    Raises:
        DraftingError: naming template and cause when one cannot be rendered.
    """
    people = list(dict.fromkeys(kinds))
    locales = sorted({locale for locale, _, _ in people})
    wanted: list[tuple[Kind, str, Form | None, int | None]] = [
        *(("sms", locale, form, exposure) for locale, form, exposure in people),
        *(("push", locale, Form.ACCOUNT, None) for locale in locales),
        *(("faq", locale, None, None) for locale in locales),
        *(("press", locale, None, None) for locale in locales),
    ]
    papers: list[Paper] = []
    templates: dict[str, str] = {}
    for kind, locale, form, exposure in wanted:
        used = words.used_by(NOTICES[kind], locale)
        papers.append(_paper(words, sheet, plan, kind, locale, form, exposure, on, used))
        templates |= used
    return Papers(papers, templates)


def paper_flaws(
    papers: Sequence[Paper], sheet: FactSheet, banned: Banned, known: Known
) -> list[Flaw]:
    """Return what is wrong with texts beside the notices."""
    found: list[Flaw] = []
    for one in papers:
        said = f"{one.title}\n{one.text}"
        found += left_over(one.key, {"text": said})
        found += data_of_people(one.key, said, known)
        found += banned_words(one.key, one.locale, said, banned)
        found += _unfit(one, sheet)
    return found


def _paper(
    words: Words,
    sheet: FactSheet,
    plan: SetPlan,
    kind: Kind,
    locale: str,
    form: Form | None,
    exposure: int | None,
    on: date,
    used: Mapping[str, str],
) -> Paper:
    voice = Voice(words.catalogue(locale), [form.value, kind] if form else ["public", kind])
    context: dict[str, Any] = notice_context(
        words, sheet, plan, voice, exposure=exposure, form=form, on=on
    )
    org = context["org"]
    title = {
        "sms": org.name,
        "push": voice.say("push.title", org=org.name),
        "faq": voice.say("faq.title", org=org.name, case=sheet.case_ref),
        "press": voice.say("press.title", org=org.name, case=sheet.case_ref),
    }[kind]
    card = words.card(NOTICES[kind])
    outputs, _ = render_notice(
        words,
        NOTICES[kind],
        voice=voice,
        context=context | {"title": title},
        headings=sections_of(card, plan.model_copy(update={"headings": []}), voice),
        forbidden=words.withheld(plan.forbidden),
    )
    text = " ".join(outputs["text"].split()) if kind in {"sms", "push"} else outputs["text"]
    said = {"title": title, "text": text}
    which = f" {form} {exposure}" if kind == "sms" else ""
    return Paper(
        key=f"{kind} {locale}{which}",
        kind=kind,
        locale=locale,
        **said,
        digest=digest_of(rfc8785.dumps({**said, "templates": dict(used)})),
    )


def _unfit(one: Paper, sheet: FactSheet) -> Iterable[Flaw]:
    notices = sheet.organisation.notices
    if one.kind == "sms":
        filled = TOKEN.sub(CODE, one.text)
        parts = segments(filled)
        if parts > MOST_SEGMENTS:
            yield warning("long-text", one.key, f"is {parts} messages long",
                           f"say it in {MOST_SEGMENTS}")  # fmt: skip
        if notices.check_url not in one.text or "⟦code" not in one.text:
            yield blocking("no-check", one.key, "does not say where to check it, with its code",
                           "say sms.check")  # fmt: skip
    if one.kind == "push":
        if _columns(one.title) > TITLE or _columns(one.text) > LINES:
            yield warning("long-text", one.key, "is longer than a locked telephone shows",
                           "shorten push.title or push.body")  # fmt: skip
        if TOKEN.search(one.text) or re.search(r"\d", one.text):
            yield blocking("tells-too-much", one.key, "holds a value or number of somebody",
                           "a locked telephone is read by others")  # fmt: skip


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
