"""Writes one notice set for people: every class its list can need, by every channel, checked."""

from collections import defaultdict
from datetime import datetime
from typing import Literal

from incidents.drafting.allowed import weighed
from incidents.drafting.choose import SetPlan
from incidents.drafting.message_class import draft_class
from incidents.drafting.render import Draft
from incidents.drafting.required import check_required
from incidents.drafting.wording import refuse_blocking, set_flaws
from incidents.models.notice import NoticeSet
from incidents.models.scope import Form
from incidents.steps.drafting_material import Material

CHANNELS: tuple[Literal["email", "letter", "call"], ...] = ("email", "letter", "call")


def people_set(
    material: Material, plan: SetPlan, warnings: list[str], when: datetime
) -> tuple[NoticeSet, dict[str, str]]:
    """Return a set for people with every class its list can need, by every channel."""
    drafts: list[Draft] = [
        draft_class(
            material.words,
            material.sheet,
            plan,
            locale=locale,
            form=form,
            exposure=exposure,
            people=people,
            on=when.astimezone(material.zone),
            channel=channel,
        )
        for (locale, form, exposure), people in _kinds(material, plan).items()
        for channel in CHANNELS
    ]
    check_required(drafts, plan.required, forbidden=plan.forbidden)
    found = set_flaws(
        [draft.message for draft in drafts],
        material.words,
        organisation=material.sheet.organisation,
        stores=material.sheet.stores,
        case_ref=material.sheet.case_ref,
    )
    found = weighed(found, material.allowed)
    refuse_blocking(found, where=plan.key)
    warnings += [f"{flaw.where}: {flaw.what}" for flaw in found]
    templates: dict[str, str] = {}
    for draft in drafts:
        templates |= draft.templates
    body = NoticeSet(
        key=plan.key,
        audience=plan.audience,
        regimes=plan.regimes,
        duties=plan.duties,
        required=plan.required,
        classes=[draft.message for draft in drafts],
        channels=["email", "letter", "call", "hand"],
    )
    return body, dict(sorted(templates.items()))


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
