"""Writes every notice a case owes, plans who gets it, and seals each set."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal
from zoneinfo import ZoneInfo

from incidents.approval.seal import digest, root
from incidents.drafting.choose import SetPlan, authority_plans, set_keys
from incidents.drafting.fact_sheet import fact_sheet
from incidents.drafting.filing import Told, draft_filing, filing_locale
from incidents.drafting.locales import locale_for
from incidents.drafting.message_class import draft_class
from incidents.drafting.render import Draft
from incidents.drafting.required import check_required
from incidents.drafting.wording import refuse_blocking, set_flaws
from incidents.drafting.words import Words
from incidents.errors import DraftingError
from incidents.models.approval import Sealed
from incidents.models.base import Value
from incidents.models.duty import Duty, DutyList, DutyStatus
from incidents.models.inventory import Inventory
from incidents.models.notice import FactSheet, Measure, NoticeSet
from incidents.models.report import BreachReport
from incidents.models.risk import RiskAssessment
from incidents.models.scope import Form, Reach, ScopeFinding, ScopeSummary
from incidents.models.states import CaseState, DutyState, SetState
from incidents.models.tables import NoticeSetRow
from incidents.settings import Settings
from incidents.steps.seal_set import seal
from incidents.store import affected, cases, deliveries, duties, notices, recipients
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database, UnitOfWork

NEXT_UPDATE = timedelta(days=14)
"""When people are written to again unless the report promises another day."""
CHANNELS: tuple[Literal["email", "letter", "call"], ...] = ("email", "letter", "call")
ENDED = frozenset({SetState.VOID, SetState.FINISHED})
Group = tuple[str, str, Form, int, Reach, int]
"""(place, locale, form, exposure, reach, people)"""


class Drafted(Value):
    """What was drafted, in figures."""

    sets: list[str]
    people: int
    people_without_duty: int
    fallback_locales: dict[str, int]
    warnings: list[str]


@dataclass(frozen=True)
class _Material:
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
    zone: ZoneInfo


def draft_notices(database: Database, ref: str, words: Words, *, settings: Settings) -> Drafted:
    """Draft, check, plan and seal all sets of a case.

    A set whose words and list are exactly what was sealed before keeps its seal and signatures;
    any other earlier version is void and what it had not sent is cancelled. Nothing is stored when
    any class of any set lacks what its duties require.

    Raises:
        DraftingError: naming every class and content that is missing.
    """
    with database.write(settings.actor) as work:
        material = _material(work, ref, words, settings)
        warnings: list[str] = []
        keys: list[str] = []
        for plan in {plan.key: plan for plan in material.plans.values()}.values():
            keys.append(plan.key)
            _put(work, ref, material, plan, partial(_people_set, material, plan, warnings))
        for plan in authority_plans(_to_file(material.duties)):
            keys.append(plan.key)
            _put(work, ref, material, plan, partial(_authority_set, material, plan))
        for row in notices.set_rows(work, ref):
            if row.audience == "public":
                if notices.sealed_of(row).fact_sheet != material.sheet_digest:
                    _void(work, row, "the facts it tells have changed")
            elif row.set_key not in keys:
                _void(work, row, "no duty asks for it any more")
        covered = sorted(material.plans)
        lost = deliveries.not_in_ledger(work, ref, material.scope.version, covered)
        if lost:
            raise DraftingError(
                f"{lost} people have no place in any list", where=ref, repair="size the scope again"
            )
        cases.move_case(work, ref, CaseState.DRAFTED)
        people = sum(material.scope.by_place[place] for place in covered)
        return Drafted(
            sets=keys,
            people=people,
            people_without_duty=material.scope.total - people,
            fallback_locales=_fallbacks(material),
            warnings=warnings,
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


def _to_file(owed: Sequence[Duty]) -> list[Duty]:
    """Return the duties a package is drafted for now: not those that wait for a later event."""
    return [duty for duty in owed if duty.status is not DutyStatus.OWED_IF]


def _material(work: UnitOfWork, ref: str, words: Words, settings: Settings) -> _Material:
    report = cases.get_evidence(work, ref, EvidenceKind.REPORT, BreachReport)
    inventory = cases.get_evidence(work, ref, EvidenceKind.INVENTORY, Inventory)
    scope = cases.get_evidence(work, ref, EvidenceKind.SCOPE, ScopeSummary)
    listed = cases.get_evidence(work, ref, EvidenceKind.DUTIES, DutyList)
    zone = ZoneInfo(inventory.organisation.zone)
    update = (work.now.astimezone(zone) + NEXT_UPDATE).date().isoformat()
    before = cases.find_evidence(work, ref, EvidenceKind.FACT_SHEET, FactSheet)
    sheet = fact_sheet(
        case_ref=ref,
        version=before.version if before else 1,
        organisation=inventory.organisation,
        report=report,
        exposures=cases.get_evidence(work, ref, EvidenceKind.FINDING, ScopeFinding).exposures,
        summary=scope,
        assessment=cases.get_evidence(work, ref, EvidenceKind.ASSESSMENT, RiskAssessment),
        measures=[Measure(key=key, done=how == "done") for key, how in report.measures.items()],
        # A promise once drafted stands until somebody changes it in the report.
        next_update_on=report.next_update_on or (before.next_update_on if before else update),
    )
    if before != sheet:
        sheet = sheet.model_copy(update={"version": before.version + 1 if before else 1})
        cases.put_evidence(work, ref, EvidenceKind.FACT_SHEET, sheet)
    owed = live_duties(work, ref)
    answers = {row.duty_id: duties.answers_of(row) for row in duties.duty_rows(work, ref)}
    return _Material(
        words=words,
        settings=settings,
        sheet=sheet,
        sheet_digest=digest(sheet),
        duties=owed,
        plans=set_keys(owed, scope.by_place, words.advice_areas),
        scope=scope,
        groups=affected.groups(work, ref, scope.version),
        law_version=listed.law_version,
        late_reasons={duty_id: _late_reason(said) for duty_id, said in answers.items()},
        zone=zone,
    )


def _late_reason(answers: Sequence[dict[str, Any]]) -> str:
    """Return the newest reason for being late; that it was done later does not undo it."""
    reasons = [str(one.get("reason", "")) for one in answers if one["state"] == DutyState.LATE]
    return reasons[-1] if reasons else ""


def _became_late(material: _Material, plan: SetPlan, drafted_at: datetime, now: datetime) -> bool:
    """Return whether a limit passed since drafting for which counsel gives a reason."""
    return any(
        duty.id in plan.duties
        and material.late_reasons.get(duty.id)
        and duty.due_by is not None
        and drafted_at <= duty.due_by < now
        for duty in material.duties
    )


def _put(
    work: UnitOfWork,
    ref: str,
    material: _Material,
    plan: SetPlan,
    write: Callable[[datetime], tuple[NoticeSet, dict[str, str]]],
) -> None:
    """Store the next version of a set, unless the one there is says exactly the same."""
    old = notices.find_set(work, ref, plan.key)
    version = notices.next_version(work, ref, plan.key)
    if old is not None and old.state != SetState.VOID:
        # The whole list as it was sealed, also of those told since: else a set under way or
        # finished never equals itself, and whoever waits on a list is written to twice.
        counts = _plan_rows(work, ref, material, plan, version, besides=old.version)
        late = _became_late(material, plan, old.drafted_at, work.now)
        when = work.now if late else old.drafted_at
        _, sealed = _sealed(work, ref, material, version, counts, write, when)
        recipients.forget(work, ref, plan.key, version)
        same = sealed.model_copy(update={"version": old.version}) == notices.sealed_of(old)
        if same and old.state != SetState.REJECTED:
            return
        _void(work, old, "drafted anew")
        # Open letters and calls of a finished set say what no longer holds.
        recipients.cancel_unsent(work, ref, plan.key, old.version)
    counts = _plan_rows(work, ref, material, plan, version)
    if old is not None and counts.get("people") == 0:
        recipients.forget(work, ref, plan.key, version)
        return  # everybody was told: a correction is a set of its own
    body, sealed = _sealed(work, ref, material, version, counts, write, work.now)
    notices.save_set(work, body, sealed, root(sealed))


def _sealed(
    work: UnitOfWork,
    ref: str,
    material: _Material,
    version: int,
    counts: dict[str, int],
    write: Callable[[datetime], tuple[NoticeSet, dict[str, str]]],
    when: datetime,
) -> tuple[NoticeSet, Sealed]:
    body, templates = write(when)
    sealed = seal(
        work,
        ref,
        version,
        body,
        fact_sheet=material.sheet_digest,
        templates=templates,
        counts={**counts, "filings": len(body.filings)} if body.filings else counts,
        not_before=when,
        law_version=material.law_version,
    )
    return body, sealed


def _void(work: UnitOfWork, row: NoticeSetRow, why: str) -> None:
    if SetState(row.state) in ENDED:
        return
    notices.move_set(work, row, SetState.VOID, why=why)
    recipients.cancel_unsent(work, row.case_ref, row.set_key, row.version)


def _plan_rows(
    work: UnitOfWork,
    ref: str,
    material: _Material,
    plan: SetPlan,
    version: int,
    *,
    besides: int = 0,
) -> dict[str, int]:
    if plan.audience != "individuals":
        return {}
    known = material.words.catalogues
    by_channel = recipients.plan(
        work,
        ref,
        plan.key,
        version,
        scope=material.scope.version,
        places=plan.places,
        locales={locale: locale_for(locale, known).given for _, locale, *_ in material.groups},
        owner=material.settings.actor,
        list_due_by=work.now + timedelta(hours=material.settings.list_hours),
        besides=besides,
    )
    return {"people": sum(by_channel.values()), **by_channel}


def _people_set(
    material: _Material, plan: SetPlan, warnings: list[str], when: datetime
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


def _kinds(material: _Material, plan: SetPlan) -> dict[tuple[str, Form, int], int]:
    """Return the kinds of people in a set (locale of the words, form, exposure) and their number.

    People on the hand list count too: whoever takes their case needs the words.
    """
    kinds: dict[tuple[str, Form, int], int] = defaultdict(int)
    for place, locale, form, exposure, _, people in material.groups:
        if place in plan.places:
            given = locale_for(locale, material.words.catalogues).given
            kinds[given, form, exposure] += people
    return dict(kinds)


def _fallbacks(material: _Material) -> dict[str, int]:
    """Return people per own locale who get another language, because there are no words yet."""
    waiting: dict[str, int] = defaultdict(int)
    for place, locale, *_, people in material.groups:
        choice = locale_for(locale, material.words.catalogues)
        if place in material.plans and choice.fallback:
            waiting[f"{locale or 'unknown'} -> {choice.given}"] += people
    return dict(sorted(waiting.items(), key=lambda item: -item[1]))


def _authority_set(
    material: _Material, plan: SetPlan, when: datetime
) -> tuple[NoticeSet, dict[str, str]]:
    """Return a set for authorities: one package for each duty."""
    to_file = [duty for duty in _to_file(material.duties) if duty.id in plan.duties]
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
        for duty in to_file
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
    locales = {filing_locale(material.words, duty) for duty in to_file}
    templates: dict[str, str] = {}
    for locale in sorted(locales):
        templates |= material.words.used_by("authority/letter/filing", locale)
    return body, templates
