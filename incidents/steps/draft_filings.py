"""Writes one notice set for authorities: a package for each duty."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from incidents.drafting.choose import SetPlan
from incidents.drafting.filing import Told, draft_filing, filing_locale
from incidents.drafting.filing_changes import Earlier
from incidents.drafting.lint.filing_text import filing_flaws
from incidents.drafting.sources.filing_forms import read_forms
from incidents.drafting.wording import Flaw, own_contacts, refuse_blocking
from incidents.models.duty import Duty
from incidents.models.notice import FactSheet, Filing, NoticeSet
from incidents.steps.drafting_material import Material, to_file


def authority_set(
    material: Material, plan: SetPlan, when: datetime
) -> tuple[NoticeSet, dict[str, str]]:
    """Return a set for authorities: one package for each duty."""
    filed = [duty for duty in to_file(material.duties) if duty.id in plan.duties]
    others = [duty for duty in material.duties if duty.recipient.kind == "authority"]
    telling = bool(material.plans)
    told = Told(status="planned" if telling else "undecided", attached=telling)
    forms = read_forms()
    filings = [
        draft_filing(
            material.words,
            material.sheet,
            duty,
            now=when,
            told=told,
            late_reason=material.late_reasons.get(duty.id, ""),
            others=others,
            subjects=material.subjects,
            earlier=material.earlier.get(duty.id),
            forms=forms,
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
    refuse_blocking(filings_flaws(material, body.filings), where=plan.key)
    locales = {filing_locale(material.words, duty) for duty in filed}
    templates: dict[str, str] = {}
    for locale in sorted(locales):
        templates |= material.words.used_by("authority/letter/filing", locale)
    return body, templates


MILLION = 1_000_000


def filings_flaws(material: Material, filings: Sequence[Filing]) -> list[Flaw]:
    """Return what must not go to an authority: holes, and data of other people."""
    sheet = material.sheet
    known = own_contacts(material.words, sheet.organisation, sheet.case_ref)
    names = own_names(sheet, material.duties, material.earlier.values())
    return [flaw for one in filings for flaw in filing_flaws(one, known=known, names=names)]


def own_names(
    sheet: FactSheet, duties: Iterable[Duty], earlier: Iterable[Earlier] = ()
) -> list[str]:
    """Return names of laws, authorities, systems and receipts, which may look like numbers."""
    said = [sheet.case_ref, *(one.receipt for one in earlier)]
    # A breach of millions is counted in as many digits as a telephone number has.
    counted = (sheet.people_total, sheet.children_total, *sheet.people_by_place.values())
    said += [str(number) for number in counted if number >= MILLION]
    said += [name for one in sheet.stores for name in (one.name, one.store, *one.names.values())]
    for duty in duties:
        said += [duty.recipient.name, duty.regime_name, duty.citation.article]
    return [name for name in said if name]
