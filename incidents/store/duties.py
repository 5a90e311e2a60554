"""Duties of a case and counsel's answers."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incidents.errors import NotFoundError
from incidents.models.duty import Duty, DutyList
from incidents.models.states import DUTY_MOVES, DutyState, check_move
from incidents.models.tables import DutyRow
from incidents.store.unit_of_work import UnitOfWork

SETTLED = frozenset({DutyState.DONE, DutyState.DECLINED, DutyState.WITHDRAWN})


def duty_rows(work: UnitOfWork, ref: str) -> list[DutyRow]:
    """Return a case's duties, next deadline first; those without one last."""
    rows = work.session.execute(
        select(DutyRow).where(DutyRow.case_ref == ref)  # type: ignore[arg-type]
    ).scalars()
    return sorted(rows, key=lambda row: (row.due_by or row.target_by or _NEVER, row.duty_id))


_NEVER = datetime.fromisoformat("9999-12-31T00:00:00+00:00")


def duty_value(row: DutyRow) -> Duty:
    """Return the duty a row holds."""
    return Duty.model_validate_json(row.body)


def live(work: UnitOfWork, ref: str) -> list[Duty]:
    """Return the duties that counsel has not declined and that still follow from the facts."""
    gone = {DutyState.DECLINED, DutyState.WITHDRAWN}
    return [duty_value(row) for row in duty_rows(work, ref) if DutyState(row.state) not in gone]


def save_duties(work: UnitOfWork, ref: str, found: DutyList) -> dict[str, int]:
    """Bring the case's duties to what the law says now; answers stay.

    A duty that no longer follows from the facts is withdrawn, never deleted. One that was
    answered opens again when what it asks has changed. The first deadline it had stays.
    """
    before = {row.duty_id: row for row in duty_rows(work, ref)}
    counts = {"new": 0, "changed": 0, "withdrawn": 0}
    for duty in found.duties:
        row = before.pop(duty.id, None)
        if row is None:
            counts["new"] += 1
            work.session.add(_row(ref, duty, work.now))
            continue
        if _asks(duty_value(row)) != _asks(duty):
            counts["changed"] += 1
            if DutyState(row.state) in SETTLED:
                row.state = DutyState.OPEN
        elif row.state == DutyState.WITHDRAWN:
            row.state = DutyState.OPEN
        deadlines = [at for at in (row.first_due_by, duty.due_by) if at]
        row.first_due_by = min(deadlines) if deadlines else None
        row.due_by, row.target_by = duty.due_by, duty.target_by
        row.status, row.body, row.updated_at = duty.status, duty.model_dump_json(), work.now
        work.session.add(row)
    for row in before.values():
        if row.state not in {DutyState.WITHDRAWN, DutyState.DONE}:
            counts["withdrawn"] += 1
            row.state, row.updated_at = DutyState.WITHDRAWN, work.now
            work.session.add(row)
    work.note("duties.listed", ref, law=found.law_version, **counts)
    return counts


def _row(ref: str, duty: Duty, now: datetime) -> DutyRow:
    return DutyRow(
        case_ref=ref,
        duty_id=duty.id,
        state=DutyState.OPEN,
        status=duty.status,
        due_by=duty.due_by,
        first_due_by=duty.due_by,
        target_by=duty.target_by,
        body=duty.model_dump_json(),
        updated_at=now,
    )


def _asks(duty: Duty) -> Any:
    """Return what counts as a changed duty: not the trace, nor a better-known name."""
    return duty.model_dump(
        include={"status", "recipient", "due_by", "must_say", "must_not_say", "places", "offers"}
    )


def reopen_repeating(work: UnitOfWork, ref: str, *, since: datetime) -> int:
    """Open again what comes back with new facts and was done before they came; return how many."""
    number = 0
    for row in duty_rows(work, ref):
        if row.state != DutyState.DONE or duty_value(row).repeats != "facts_change":
            continue
        done = [one["at"] for one in answers_of(row) if one["state"] == DutyState.DONE]
        if done and datetime.fromisoformat(max(done)) < since:
            row.state, row.updated_at = DutyState.OPEN, work.now
            work.session.add(row)
            work.note("duty.repeats", ref, duty=row.duty_id)
            number += 1
    return number


def answer_duty(
    work: UnitOfWork, ref: str, duty_id: str, then: DutyState, answer: dict[str, Any]
) -> None:
    """Record counsel's answer to a duty.

    Args:
        work: The transaction; its actor is who answers.
        ref: The case.
        duty_id: The duty.
        then: accepted, declined, late or done.
        answer: reason, assumptions, receipt, sent_at as given.
    """
    row = work.session.get(DutyRow, (ref, duty_id), with_for_update=True)
    if row is None:
        raise NotFoundError(
            f"no duty {duty_id!r}", where=ref, repair=f"`forthwith duties {ref}` lists them"
        )
    check_move(DUTY_MOVES, DutyState(row.state), then, where=f"{ref} {duty_id}")
    answers = json.loads(row.answer) if row.answer else []
    answers.append({"state": then, "by": work.actor, "at": work.now.isoformat(), **answer})
    row.state, row.answer, row.updated_at = then, json.dumps(answers, ensure_ascii=False), work.now
    work.session.add(row)
    work.note("duty.answered", ref, duty=duty_id, state=then)


def answers_of(row: DutyRow) -> list[dict[str, Any]]:
    """Return all answers to a duty, oldest first."""
    return list(json.loads(row.answer)) if row.answer else []
