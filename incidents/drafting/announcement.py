"""The announcement: one page that stands by itself and says the same in every language."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import rfc8785
from markupsafe import Markup

from incidents.drafting.choose import SetPlan
from incidents.drafting.holes import clean
from incidents.drafting.page import notice_context, sections_of
from incidents.drafting.render import render_notice, render_page
from incidents.drafting.required import check_blocks
from incidents.drafting.voice import Voice
from incidents.drafting.words import Words, digest_of
from incidents.errors import DraftingError
from incidents.models.notice import Announcement, FactSheet

NOTICE = "public/web/announcement"
ALWAYS = ("authenticity", "contact", "grounds", "unknown_items")
COUNTS = ("total", "unreachable", "not_reached")


def draft_announcement(
    words: Words,
    fact_sheet: FactSheet,
    plan: SetPlan,
    *,
    numbers: Mapping[str, int],
    grounds: Sequence[str],
    locales: Sequence[str],
    on: date | datetime,
) -> Announcement:
    """Return the page: every locale on it, one after the other, with links between them.

    Args:
        words: The words.
        fact_sheet: What is known.
        plan: `choose.announcement_plan`.
        numbers: People by `total`, `unreachable` (no usable address) and `not_reached` (tried in
            vain); those left out are not shown.
        grounds: The rules that allow it, as the law files say them.
        locales: Locales of the words, in the order of the page.
        on: Date of the announcement.

    Raises:
        DraftingError: without a rule or a number that makes one by one hard; where a locale lacks
            what a duty requires.
    """
    if not grounds or not any(numbers.get(key) for key in ("unreachable", "not_reached", "total")):
        raise DraftingError(
            "nothing shows that telling people one by one is hard",
            where=plan.key,
            repair="give the numbers and the rule that allows an announcement",
        )
    parts: list[dict[str, str]] = []
    texts: list[dict[str, str]] = []
    withheld = words.withheld(plan.forbidden)
    for locale in locales:
        voice = Voice(words.catalogue(locale), ["public", "web"])
        context = notice_context(words, fact_sheet, plan, voice, exposure=None, form=None, on=on)
        context |= {
            "subject": _title(voice, plan),
            "grounds": _grounds(voice, numbers, grounds),
        }
        outputs, blocks = render_notice(
            words,
            NOTICE,
            voice=voice,
            context=context,
            headings=sections_of(words.card(NOTICE), plan, voice),
            forbidden=withheld,
        )
        wanted = [key for key in (*plan.required, *ALWAYS) if key not in withheld]
        for output, said in blocks.items():
            check_blocks(said, wanted, where=f"{NOTICE} ({locale}, {output})")
        about = {
            "lang": locale,
            "title": context["subject"],
            "language": voice.say("public.language"),
        }
        # What stands here was just rendered by the escaping template of this locale.
        parts.append(about | {"body": Markup(outputs["html"])})  # noqa: S704
        texts.append(about | {"body": outputs["text"].rstrip()})
    html = render_page(words, "_shared/page.html", parts=parts)
    text = render_page(words, "_shared/page.txt", parts=texts)
    said_in = Voice(words.catalogue(locales[0]), ["public"])
    shown = _grounds(said_in, numbers, grounds)
    templates = {
        path: digest for locale in locales for path, digest in words.used_by(NOTICE, locale).items()
    }
    content: dict[str, Any] = {
        "html": html,
        "text": text,
        "grounds": shown,
        "locales": list(locales),
    }
    return Announcement(
        **content, digest=digest_of(rfc8785.dumps(content | {"templates": templates}))
    )


def _title(voice: Voice, plan: SetPlan) -> str:
    own = voice.say("public.title")
    return " / ".join([*(clean(title, 200) for title in plan.titles), own])


def _grounds(voice: Voice, numbers: Mapping[str, int], rules: Sequence[str]) -> list[str]:
    shown = [
        voice.say(f"public.ground_{key}", number=voice.number(numbers[key]))
        for key in COUNTS
        if numbers.get(key)
    ]
    return shown + [voice.say("public.ground_rule", rule=clean(rule, 500)) for rule in rules]
