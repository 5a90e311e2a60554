"""Corrects what people were told: exactly those who got a text that does not hold any more.

A correction is the whole notice anew, with what has changed on top. A recall goes to people who
were told and are not affected. Both are sets of their own: drafted, sealed and signed like others.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from incidents.approval.seal import root
from incidents.drafting.allowed import weighed
from incidents.drafting.changes import Changes, FollowUp
from incidents.drafting.choose import SetPlan
from incidents.drafting.message_class import draft_class
from incidents.drafting.render import Draft
from incidents.drafting.required import check_required
from incidents.drafting.wording import refuse_blocking, set_flaws
from incidents.drafting.words import Words
from incidents.errors import DraftingError, InvalidInputError
from incidents.models.base import Value
from incidents.models.notice import NoticeSet
from incidents.models.scope import Form
from incidents.models.states import CaseState, SetState
from incidents.settings import Settings
from incidents.steps.drafting_material import Material, load_material
from incidents.steps.offer_codes import give_offers
from incidents.steps.seal_set import seal
from incidents.steps.to_correct import Earlier
from incidents.store import cases, follow_ups, notices, recipients
from incidents.store.follow_ups import Told, ToldWrongly
from incidents.store.unit_of_work import Database, UnitOfWork

RECALL = "recall-individuals"
UNSENT = frozenset({SetState.DRAFTED, SetState.APPROVED, SetState.REJECTED, SetState.RELEASED})


class Corrected(Value):
    """What was drafted."""

    sets: dict[str, int]
    """Set -> people."""


def draft_corrections(
    database: Database, ref: str, words: Words, *, settings: Settings, by: str, news: bool = False
) -> Corrected:
    """Draft and seal what corrects and recalls earlier messages; nobody else is written to.

    Args:
        database: Where the case lies.
        ref: The case.
        words: The words.
        settings: Who works the lists, and by when.
        by: The named person who asks for it: the author, who may not sign.
        news: Write also to people who were told nothing wrong, when more is known now.

    Raises:
        InvalidInputError: when nobody has to be written to, or nobody is named.
        DraftingError: when the notices themselves are not drafted from the newest facts, or a
            class cannot be made.
    """
    if not by.strip():
        raise InvalidInputError("a correction needs a named person", where="--by")
    with database.write(by) as work:
        state = cases.case_row(work, ref).state
        if state != CaseState.DRAFTED:
            raise DraftingError(
                f"the case is {state}: what is true now has to be drafted first",
                where=ref,
                repair=f"`forthwith step draft-notices {ref}`, then correct",
            )
        material = load_material(work, ref, words, settings)
        void_outdated(work, ref, material.sheet_digest)
        sets = {
            **_corrections(work, ref, material, news=news),
            **_recall(work, ref, material),
        }
        if not sets:
            raise InvalidInputError(
                "nobody holds a message that has to be corrected",
                where=ref,
                repair="--news writes to people for whom more is known now",
            )
        return Corrected(sets=sets)


def void_outdated(work: UnitOfWork, ref: str, sheet: str) -> None:
    """Void corrections that rest on other facts than these and are not sent."""
    for row in notices.set_rows(work, ref):
        outdated = notices.sealed_of(row).fact_sheet != sheet
        if row.set_key.startswith(follow_ups.PREFIXES) and row.state in UNSENT and outdated:
            notices.move_set(work, row, SetState.VOID, why="the facts it tells have changed")
            recipients.cancel_unsent(work, ref, row.set_key, row.version)


def _corrections(work: UnitOfWork, ref: str, material: Material, *, news: bool) -> dict[str, int]:
    case = Earlier(work, ref)
    by_set: dict[str, list[Told]] = defaultdict(list)
    plans: dict[str, SetPlan] = {}
    changes: dict[str, Changes] = {}
    for one in follow_ups.told(work, ref, material.scope.version):
        found = case.changes(one, material.sheet)
        if not (found.wrong or (news and found.news)):
            continue
        plan = material.plans.get(one.place) or _no_duty(one.place)
        key = _key(found, case.version(one), plan.key)
        by_set[key].append(one)
        plans[key] = plan
        before = changes.get(key, Changes())
        more = tuple(dict.fromkeys((*before.news, *found.news)))
        changes[key] = Changes(wrong=found.wrong, news=more)
    made: dict[str, int] = {}
    for key, whom in by_set.items():
        if _stands(work, ref, key):
            continue
        follow_up = FollowUp(
            changes=changes[key],
            first=min(one.first for one in whom),
            last=max(one.last for one in whom),
        )
        version = notices.next_version(work, ref, key)
        counts = follow_ups.plan_correction(
            work,
            ref,
            key,
            version,
            whom,
            scope=material.scope.version,
            locales=material.locales,
            owner=material.settings.actor,
            list_due_by=work.now + timedelta(hours=material.settings.list_hours),
        )
        kinds: dict[tuple[str, Form, int], int] = defaultdict(int)
        for one in whom:
            kinds[material.given(one.locale), one.form, one.exposure] += one.people
        made[key] = _save(work, ref, material, plans[key], key, version, counts, kinds, follow_up)
    return made


def _recall(work: UnitOfWork, ref: str, material: Material) -> dict[str, int]:
    whom = follow_ups.told_wrongly(work, ref, material.scope.version)
    if not whom or _stands(work, ref, RECALL):
        return {}
    version = notices.next_version(work, ref, RECALL)
    counts = follow_ups.plan_recall(
        work,
        ref,
        RECALL,
        version,
        scope=material.scope.version,
        owner=material.settings.actor,
        list_due_by=work.now + timedelta(hours=material.settings.list_hours),
    )
    follow_up = FollowUp(
        changes=Changes(),
        first=min(one.first for one in whom),
        last=max(one.last for one in whom),
        recall=True,
    )
    plan = SetPlan(
        key=RECALL, audience="individuals", regimes=[], duties=[], places=[], required=[]
    )
    people = _save(
        work, ref, material, plan, RECALL, version, counts, _recall_kinds(whom), follow_up
    )
    return {RECALL: people}


def _recall_kinds(whom: Sequence[ToldWrongly]) -> dict[tuple[str, Form, int], int]:
    kinds: dict[tuple[str, Form, int], int] = defaultdict(int)
    for one in whom:
        kinds[one.locale, one.form, 0] += one.people
    return kinds


def _save(
    work: UnitOfWork,
    ref: str,
    material: Material,
    plan: SetPlan,
    key: str,
    version: int,
    counts: Mapping[str, int],
    kinds: Mapping[tuple[str, Form, int], int],
    follow_up: FollowUp,
) -> int:
    """Draft, check, seal and store one set; return its people."""
    drafts = _drafts(work, material, plan, kinds, follow_up)
    if follow_up.recall:
        check_required(drafts, ("recalled", "authenticity", "contact"), always=())
    else:
        check_required(drafts, (*plan.required, "changed"), forbidden=plan.forbidden)
    found = set_flaws(
        [draft.message for draft in drafts],
        material.words,
        organisation=material.sheet.organisation,
        stores=material.sheet.stores,
        case_ref=ref,
    )
    if follow_up.recall:  # it tells people to do nothing
        found = [flaw for flaw in found if flaw.slug != "no-action"]
    found = weighed(found, material.allowed)
    refuse_blocking(found, where=key)
    body = NoticeSet(
        key=key,
        audience="individuals",
        regimes=plan.regimes,
        duties=plan.duties,
        required=plan.required,
        classes=[draft.message for draft in drafts],
        channels=["email", "letter", "call", "hand"],
    )
    templates: dict[str, str] = {}
    for draft in drafts:
        templates |= draft.templates
    people = sum(counts.values())
    sealed = seal(
        work,
        ref,
        version,
        body,
        fact_sheet=material.sheet_digest,
        templates=dict(sorted(templates.items())),
        counts={"people": people, **counts},
        not_before=work.now,
        law_version=material.law_version,
    )
    notices.save_set(work, body, sealed, root(sealed))
    give_offers(work, ref, body, version, material.sheet.offer)
    return people


def _drafts(
    work: UnitOfWork,
    material: Material,
    plan: SetPlan,
    kinds: Mapping[tuple[str, Form, int], int],
    follow_up: FollowUp,
) -> list[Draft]:
    return [
        draft_class(
            material.words,
            material.sheet,
            plan,
            locale=locale,
            form=form,
            exposure=exposure,
            people=people,
            on=work.now.astimezone(material.zone),
            channel=channel,
            follow_up=follow_up,
        )
        for (locale, form, exposure), people in kinds.items()
        for channel in ("email", "letter", "call")
    ]


def _key(found: Changes, version: int, plan_key: str) -> str:
    words = "-".join(found.wrong) or "news"
    return f"correction-{words}-since-{version}-{plan_key.removeprefix('individuals-')}"


def _no_duty(place: str) -> SetPlan:
    """Return a plan for people to whom no duty asks to write, and who were written to."""
    return SetPlan(
        key="individuals-no-duty",
        audience="individuals",
        regimes=[],
        duties=[],
        places=[place],
        required=[],
    )


def _stands(work: UnitOfWork, ref: str, key: str) -> bool:
    """Return whether such a set waits or goes out already: what is outdated was voided before."""
    row = notices.find_set(work, ref, key)
    return row is not None and row.state in UNSENT - {SetState.REJECTED}
