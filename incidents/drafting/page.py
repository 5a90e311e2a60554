"""What the templates of a notice are given: the page's parts in order, and the facts to say."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from incidents.drafting.changes import FollowUp
from incidents.drafting.choose import SetPlan
from incidents.drafting.context import Item, hole_tokens, particulars
from incidents.drafting.holes import clean
from incidents.drafting.organ import organ
from incidents.drafting.render import Heading
from incidents.drafting.voice import Voice
from incidents.drafting.words import NoticeCard, Section, Words
from incidents.errors import DraftingError
from incidents.models.notice import FactSheet
from incidents.models.scope import Form


def sections_of(card: NoticeCard, plan: SetPlan, voice: Voice) -> list[Heading]:
    """Return the page's parts, under a law's own headings where it prescribes them.

    A prescribed heading is kept word for word; in another language ours stands beside it.

    Raises:
        DraftingError: when laws prescribe different headings, or one the card does not know.
    """
    if not plan.headings:
        return [Heading(voice.say(part.heading), part.blocks) for part in card.sections]
    if len(plan.headings) > 1:
        raise DraftingError(
            "two laws prescribe different headings for the same people",
            where=plan.key,
            repair="let counsel decline one, or send two notices",
        )
    by_id = {part.id: part for part in card.sections}
    page: list[Heading] = []
    left = dict(by_id)
    for heading in plan.headings[0]:
        if heading not in card.prescribed:
            raise DraftingError(
                f"the prescribed heading {heading!r} has no sections",
                where=plan.key,
                repair="add it to `prescribed` in the notice's card",
            )
        ids = card.prescribed[heading]
        page += _under(heading, [by_id[name] for name in ids], voice)
        for name in ids:
            left.pop(name, None)
    return [*page, *(Heading(voice.say(part.heading), part.blocks) for part in left.values())]


def _under(heading: str, parts: Sequence[Section], voice: Voice) -> list[Heading]:
    own = voice.say(parts[0].heading)
    english = voice.locale.split("-", 1)[0] == "en"
    first = Heading(heading if english else f"{heading} / {own}", parts[0].blocks)
    rest = [Heading(voice.say(part.heading), part.blocks, sub=True) for part in parts[1:]]
    return [first, *rest]


def notice_context(
    words: Words,
    fact_sheet: FactSheet,
    plan: SetPlan,
    voice: Voice,
    *,
    exposure: int | None,
    form: Form | None,
    on: date | datetime,
    late_reason: str = "",
    follow_up: FollowUp | None = None,
) -> dict[str, Any]:
    """Return what the templates of a breach notice may use; None for form is the public."""
    its = particulars(
        words,
        fact_sheet,
        voice,
        exposure=exposure,
        form=form,
        places=plan.places,
        withheld=words.withheld(plan.forbidden),
    )
    org = organ(fact_sheet.organisation)
    return {
        "its": its,
        "org": org,
        "sheet": fact_sheet,
        "form": form.value if form else "public",
        "hole": hole_tokens(voice, form or Form.ACCOUNT),
        "wants": lambda key: key in plan.required,
        "items_said": lambda items: _items_said(voice, items),
        "local_numbers": sorted(
            (place, number)
            for place, number in fact_sheet.people_by_place.items()
            if place in plan.places
        ),
        "titles": [clean(title, 200) for title in plan.titles],
        "authorities": plan.authorities,
        "notified": plan.notified,
        "waited": plan.waited,
        "reasons": clean(late_reason, 2000),
        "store_names": [row.name for row in its.rows],
        "rights": _rights(words, plan),
        "bases": _bases(voice, plan),
        "bureaus": words.bureaus,
        "agencies": [one for one in words.agencies if one.serves(plan.places)],
        "representatives": _representatives(org.representatives, plan),
        "on": on.date() if isinstance(on, datetime) else on,
        "follow_up": follow_up,
        "earlier": _earlier(voice, follow_up, fact_sheet.organisation.zone),
        "other_lang": "zh-Hans" if voice.locale == "en" else "en",
    }


def _earlier(voice: Voice, follow_up: FollowUp | None, zone: str) -> dict[str, Any]:
    """Return when people got the earlier message and what has changed since, in words."""
    if follow_up is None:
        return {}
    here = ZoneInfo(zone)
    return {
        "start": follow_up.first.astimezone(here).date(),
        "end": follow_up.last.astimezone(here).date(),
        "wrong": [voice.say(f"fact.{word}") for word in follow_up.changes.wrong],
        "news": [voice.say(f"fact.{word}") for word in follow_up.changes.news],
    }


def _items_said(voice: Voice, items: Sequence[Item]) -> list[str]:
    said = []
    for item in items:
        label = voice.say(f"element.{item.key}")
        said.append(voice.say(f"records.{item.note}", element=label) if item.note else label)
    return said


def _rights(words: Words, plan: SetPlan) -> list[str]:
    found = []
    for regime in plan.regimes:
        key = words.rights.by_regime.get(regime.split("-", 1)[0])
        if key and key not in found:
            found.append(key)
    return found or [words.rights.general]


def _bases(voice: Voice, plan: SetPlan) -> list[str]:
    said = []
    for basis in plan.bases:
        named = voice.find(f"law.{basis.regime}")
        law = str(named) if named else clean(basis.name, 200)
        article = clean(basis.article, 120)
        if not article or article.startswith(law):
            said.append(article or law)
        else:
            said.append(voice.say("basis.one", law=law, article=article))
    return list(dict.fromkeys(said))


def _representatives(all_of_them: Mapping[str, str], plan: SetPlan) -> list[tuple[str, str]]:
    """Return the representatives for the set's places and laws (`EU` goes with `eu-...`)."""
    laws = {regime.split("-", 1)[0].upper() for regime in plan.regimes}
    laws |= {"GB"} if "UK" in laws else set()
    return [
        (place, who)
        for place, who in sorted(all_of_them.items())
        if place in laws or place in plan.places
    ]
