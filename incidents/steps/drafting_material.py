"""Loads everything that drafting looks at, once, and writes the fact sheet's next version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from incidents.approval.seal import digest
from incidents.drafting.allowed import Allowance
from incidents.drafting.case_words import fallback_map, laid_over, waiting
from incidents.drafting.choose import SetPlan, set_keys
from incidents.drafting.fact_sheet import fact_sheet
from incidents.drafting.filing_changes import Earlier
from incidents.drafting.locales import locale_for
from incidents.drafting.words import Words
from incidents.models.case_words import CaseWords
from incidents.models.duty import Duty, DutyList, DutyStatus
from incidents.models.inventory import Inventory
from incidents.models.notice import FactSheet, Measure
from incidents.models.report import BreachReport
from incidents.models.risk import RiskAssessment
from incidents.models.scope import Form, Reach, ScopeFinding, ScopeSummary
from incidents.models.states import DutyState
from incidents.settings import Settings
from incidents.steps.allow_finding import allowances
from incidents.steps.case_words import case_words
from incidents.steps.filing_record import earlier_filings
from incidents.steps.offer_codes import offer_of
from incidents.store import affected, cases, duties
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import UnitOfWork

NEXT_UPDATE = timedelta(days=14)
"""When people are written to again unless the report promises another day."""
Group = tuple[str, str, Form, int, Reach, int]
"""(place, locale, form, exposure, reach, people)"""


@dataclass(frozen=True)
class Material:
    """Everything drafting looks at, loaded once."""

    words: Words
    settings: Settings
    sheet: FactSheet
    sheet_digest: str
    duties: list[Duty]
    plans: dict[str, SetPlan]
    scope: ScopeSummary
    groups: list[Group]
    law_version: str
    late_reasons: dict[str, str]
    subjects: list[str]
    """Kinds of people in the stores touched."""
    earlier: dict[str, Earlier]
    """Duty id -> what was filed last with its authority under its law."""
    zone: ZoneInfo
    said: CaseWords
    """What is said otherwise in this case than in others."""
    allowed: list[Allowance]
    """Findings of the gate that an approver let pass."""

    def given(self, locale: str) -> str:
        """Return the language in whose words people of a locale are told."""
        ours = locale_for(locale, self.words.catalogues).given
        return fallback_map(self.said, self.words).get(ours, ours)

    @property
    def locales(self) -> dict[str, str]:
        """Every locale of the people -> the language of their words."""
        return {locale: self.given(locale) for _, locale, *_ in self.groups}

    @property
    def later(self) -> list[str]:
        """Locales of the people who wait for a sentence in their language."""
        lacking = waiting(self.said, self.words)
        return sorted(
            {
                locale
                for _, locale, *_ in self.groups
                if locale_for(locale, self.words.catalogues).given in lacking
            }
        )


def live_duties(work: UnitOfWork, ref: str) -> list[Duty]:
    """Return the duties that notices are written for.

    A duty to people that waits for something further, such as an authority's order, is none yet.
    """
    people = {"individual", "guardian", "public"}
    return [
        duty
        for duty in duties.live(work, ref)
        if duty.status is not DutyStatus.OWED_IF or duty.recipient.kind not in people
    ]


def to_file(owed: Sequence[Duty]) -> list[Duty]:
    """Return the duties a package is drafted for now: not those that wait for a later event."""
    return [duty for duty in owed if duty.status is not DutyStatus.OWED_IF]


def load_material(work: UnitOfWork, ref: str, words: Words, settings: Settings) -> Material:
    """Return what drafting looks at; a changed fact sheet is stored as its next version."""
    report = cases.get_evidence(work, ref, EvidenceKind.REPORT, BreachReport)
    inventory = cases.get_evidence(work, ref, EvidenceKind.INVENTORY, Inventory)
    scope = cases.get_evidence(work, ref, EvidenceKind.SCOPE, ScopeSummary)
    listed = cases.get_evidence(work, ref, EvidenceKind.DUTIES, DutyList)
    zone = ZoneInfo(inventory.organisation.zone)
    update = (work.now.astimezone(zone) + NEXT_UPDATE).date().isoformat()
    before = cases.find_evidence(work, ref, EvidenceKind.FACT_SHEET, FactSheet)
    measures = [Measure(key=key, done=how == "done") for key, how in report.measures.items()]
    sheet = fact_sheet(
        case_ref=ref,
        version=before.version if before else 1,
        organisation=inventory.organisation,
        report=report,
        exposures=cases.get_evidence(work, ref, EvidenceKind.FINDING, ScopeFinding).exposures,
        summary=scope,
        assessment=cases.get_evidence(work, ref, EvidenceKind.ASSESSMENT, RiskAssessment),
        measures=measures,
        # A promise once drafted stands until somebody changes it in the report.
        next_update_on=report.next_update_on or (before.next_update_on if before else update),
        offer=offer_of(work, measures, words),
    )
    if before != sheet:
        sheet = sheet.model_copy(update={"version": before.version + 1 if before else 1})
        cases.put_evidence(work, ref, EvidenceKind.FACT_SHEET, sheet)
    owed = live_duties(work, ref)
    answers = {row.duty_id: duties.answers_of(row) for row in duties.duty_rows(work, ref)}
    said = case_words(work, ref)
    return Material(
        words=laid_over(words, said),
        said=said,
        allowed=allowances(work, ref),
        settings=settings,
        sheet=sheet,
        sheet_digest=digest(sheet),
        duties=owed,
        plans=set_keys(owed, scope.by_place, words.advice_areas),
        scope=scope,
        groups=affected.groups(work, ref, scope.version),
        law_version=listed.law_version,
        late_reasons={duty_id: _late_reason(said) for duty_id, said in answers.items()},
        subjects=_subjects(inventory, sheet),
        earlier=earlier_filings(work, ref),
        zone=zone,
    )


def _subjects(inventory: Inventory, sheet: FactSheet) -> list[str]:
    touched = {one.store for one in sheet.stores}
    return sorted({one.subjects for one in inventory.stores if one.id in touched and one.subjects})


def _late_reason(answers: Sequence[dict[str, Any]]) -> str:
    """Return the newest reason for being late; that it was done later does not undo it."""
    reasons = [str(one.get("reason", "")) for one in answers if one["state"] == DutyState.LATE]
    return reasons[-1] if reasons else ""
