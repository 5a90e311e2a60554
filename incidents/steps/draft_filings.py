"""Writes one notice set for authorities: a package for each duty."""

from datetime import datetime

from incidents.drafting.choose import SetPlan
from incidents.drafting.filing import Told, draft_filing, filing_locale
from incidents.models.notice import NoticeSet
from incidents.steps.drafting_material import Material, to_file


def authority_set(
    material: Material, plan: SetPlan, when: datetime
) -> tuple[NoticeSet, dict[str, str]]:
    """Return a set for authorities: one package for each duty."""
    filed = [duty for duty in to_file(material.duties) if duty.id in plan.duties]
    others = [duty for duty in material.duties if duty.recipient.kind == "authority"]
    told = Told(status="planned" if material.plans else "undecided")
    filings = [
        draft_filing(
            material.words,
            material.sheet,
            duty,
            now=when,
            told=told,
            late_reason=material.late_reasons.get(duty.id, ""),
            others=others,
        )
        for duty in filed
    ]
    body = NoticeSet(
        key=plan.key,
        audience=plan.audience,
        regimes=plan.regimes,
        duties=plan.duties,
        required=plan.required,
        filings=filings,
        channels=["filing"],
    )
    locales = {filing_locale(material.words, duty) for duty in filed}
    templates: dict[str, str] = {}
    for locale in sorted(locales):
        templates |= material.words.used_by("authority/letter/filing", locale)
    return body, templates
