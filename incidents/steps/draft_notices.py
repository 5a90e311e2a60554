"""Writes every notice a case owes, plans who gets it, and seals each set."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from incidents.approval.seal import root
from incidents.drafting.choose import SetPlan, authority_plans
from incidents.drafting.locales import locale_for
from incidents.drafting.words import Words
from incidents.errors import DraftingError
from incidents.models.approval import Sealed
from incidents.models.base import Value
from incidents.models.notice import NoticeSet
from incidents.models.states import CaseState, SetState
from incidents.models.tables import NoticeSetRow
from incidents.settings import Settings
from incidents.steps.draft_corrections import void_outdated
from incidents.steps.draft_filings import authority_set
from incidents.steps.draft_people import people_set
from incidents.steps.drafting_material import Material, load_material, to_file
from incidents.steps.filing_record import WITHDRAWAL
from incidents.steps.offer_codes import give_offers
from incidents.steps.seal_set import seal
from incidents.steps.to_correct import to_correct
from incidents.store import cases, deliveries, held_rows, notices, recipients
from incidents.store.follow_ups import PREFIXES
from incidents.store.unit_of_work import Database, UnitOfWork

STANDING_ALONE = (*PREFIXES, f"{WITHDRAWAL}-")
"""How the keys of sets begin that no duty alone asks for; somebody does."""
ENDED = frozenset({SetState.VOID, SetState.FINISHED})


class Drafted(Value):
    """What was drafted, in figures."""

    sets: list[str]
    people: int
    people_without_duty: int
    fallback_locales: dict[str, int]
    warnings: list[str]
    waiting: dict[str, int] = {}
    """People by locale who wait for a sentence in their language; nobody tells them before."""
    to_correct: int = 0
    """People who hold an earlier message that is wrong now; nobody corrects it by itself."""


def draft_notices(database: Database, ref: str, words: Words, *, settings: Settings) -> Drafted:
    """Draft, check, plan and seal all sets of a case.

    A set whose words and list are exactly what was sealed before keeps its seal and signatures;
    any other earlier version is void and what it had not sent is cancelled. Nothing is stored when
    any class of any set lacks what its duties require.

    Raises:
        DraftingError: naming every class and content that is missing.
    """
    with database.write(settings.actor) as work:
        material = load_material(work, ref, words, settings)
        warnings: list[str] = []
        keys: list[str] = []
        for plan in {plan.key: plan for plan in material.plans.values()}.values():
            keys.append(plan.key)
            _put(work, ref, material, plan, partial(people_set, material, plan, warnings))
        for plan in authority_plans(to_file(material.duties)):
            keys.append(plan.key)
            _put(work, ref, material, plan, partial(authority_set, material, plan))
        for row in notices.set_rows(work, ref):
            if row.audience == "public":
                if notices.sealed_of(row).fact_sheet != material.sheet_digest:
                    _void(work, row, "the facts it tells have changed")
            elif row.set_key not in keys and not row.set_key.startswith(STANDING_ALONE):
                _void(work, row, "no duty asks for it any more")
        void_outdated(work, ref, material.sheet_digest)
        covered = sorted(material.plans)
        lost = deliveries.not_in_ledger(work, ref, material.scope.version, covered, material.later)
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
            waiting=_waiting(material),
            to_correct=to_correct(work, ref).owed,
        )


def _became_late(material: Material, plan: SetPlan, drafted_at: datetime, now: datetime) -> bool:
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
    material: Material,
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
            held_rows.let_go(work, ref, plan.key, old.version)
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
    give_offers(work, ref, body, version, material.sheet.offer)


def _sealed(
    work: UnitOfWork,
    ref: str,
    material: Material,
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
    material: Material,
    plan: SetPlan,
    version: int,
    *,
    besides: int = 0,
) -> dict[str, int]:
    if plan.audience != "individuals":
        return {}
    by_channel = recipients.plan(
        work,
        ref,
        plan.key,
        version,
        scope=material.scope.version,
        places=plan.places,
        locales=material.locales,
        owner=material.settings.actor,
        list_due_by=work.now + timedelta(hours=material.settings.list_hours),
        besides=besides,
        waiting=material.later,
    )
    return {"people": sum(by_channel.values()), **by_channel}


def _fallbacks(material: Material) -> dict[str, int]:
    """Return people per own locale who get another language, because there are no words yet."""
    waiting: dict[str, int] = defaultdict(int)
    for place, locale, *_, people in material.groups:
        choice = locale_for(locale, material.words.catalogues)
        given = material.given(locale)
        if place in material.plans and (choice.fallback or given != choice.given):
            waiting[f"{locale or 'unknown'} -> {given}"] += people
    return dict(sorted(waiting.items(), key=lambda item: -item[1]))


def _waiting(material: Material) -> dict[str, int]:
    """Return people who are owed a notice and wait for a wording, by their own locale."""
    found: dict[str, int] = defaultdict(int)
    for place, locale, *_, people in material.groups:
        if place in material.plans and locale in material.later:
            found[locale or "unknown"] += people
    return dict(found)
