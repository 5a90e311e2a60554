"""Cases and what stands as evidence: stored whole, versioned, never updated."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from pydantic import BaseModel
from sqlalchemy import func, select

from incidents.errors import MoveNotAllowedError, NotFoundError
from incidents.models.states import CASE_MOVES, CaseState, check_move
from incidents.models.tables import AuditRow, CancelledRunRow, CaseRow, EvidenceRow
from incidents.store.unit_of_work import UnitOfWork

V = TypeVar("V", bound=BaseModel)


class EvidenceKind(StrEnum):
    """What is kept as evidence."""

    REPORT = "report"
    PEOPLE_LISTS = "people_lists"
    INVENTORY = "inventory"
    FINDING = "finding"
    SCOPE = "scope"
    ASSESSMENT = "assessment"
    OVERRIDE = "override"
    DUTIES = "duties"
    FACT_SHEET = "fact_sheet"
    PUBLICATION = "publication"
    RELEASE = "release"
    PROPOSAL = "proposal"
    ENROLMENT = "enrolment"
    ALLOWANCE = "allowance"
    CASE_WORDS = "case_words"
    CORRECTION = "correction"
    FILED = "filed"
    FILING_WITHDRAWAL = "filing_withdrawal"
    WAITING_REPORT = "waiting_report"


def open_case(work: UnitOfWork, *, kind: str = "breach", author: str) -> str:
    """Make a case with the year's next neutral name and return its ref, such as `inc-2026-0001`."""
    prefix = f"inc-{work.now:%Y}-"
    ref_column = CaseRow.ref
    newest = work.session.execute(
        select(ref_column)  # type: ignore[call-overload]
        .where(ref_column.startswith(prefix))
        .order_by(func.length(ref_column).desc(), ref_column.desc())  # type: ignore[attr-defined]
        .limit(1)
    ).scalar()
    number = int(newest.removeprefix(prefix)) + 1 if newest else 1
    ref = f"{prefix}{number:04d}"
    open_named(work, ref, kind=kind, author=author)
    return ref


def open_named(work: UnitOfWork, ref: str, *, kind: str, author: str) -> None:
    """Make a case with a name of its own."""
    work.session.add(
        CaseRow(ref=ref, kind=kind, state=CaseState.REPORTED, author=author, opened_at=work.now)
    )
    work.note("case.opened", ref, kind=kind)


def case_row(work: UnitOfWork, ref: str, *, lock: bool = False) -> CaseRow:
    """Return a case's row.

    Raises:
        NotFoundError: naming the way to list cases.
    """
    row = work.session.get(CaseRow, ref, with_for_update=lock or None)
    if row is None:
        raise NotFoundError(
            f"no case {ref!r}", repair="`forthwith case list` shows the cases there are"
        )
    return row


def case_rows(work: UnitOfWork) -> list[CaseRow]:
    """Return all cases, newest first."""
    return list(work.session.execute(select(CaseRow).order_by(CaseRow.ref.desc())).scalars())  # type: ignore[attr-defined]


def move_case(work: UnitOfWork, ref: str, then: CaseState) -> None:
    """Change a case's state as the table of moves allows."""
    row = case_row(work, ref, lock=True)
    now = CaseState(row.state)
    if now == then and then in CASE_MOVES[now]:
        return
    check_move(CASE_MOVES, now, then, where=ref)
    row.state = then
    row.closed_at = work.now if then is CaseState.CLOSED else None
    work.session.add(row)
    work.note("case.moved", ref, was=now, now=then)


def hold_case(work: UnitOfWork, ref: str, *, reason: str) -> bool:
    """Stop all sending of a case; return False when it is on hold already."""
    row = case_row(work, ref, lock=True)
    if row.held_at is not None:
        return False
    row.held_by, row.hold_reason, row.held_at = work.actor, reason, work.now
    work.session.add(row)
    work.note("case.held", ref)
    return True


def first_word_of_run(work: UnitOfWork, ref: str, run_id: str, *, at: datetime) -> bool:
    """Return whether a run's cancellation is heard of first, and after the last resume.

    Args:
        work: The transaction.
        ref: The case.
        run_id: The run.
        at: When it was cancelled.
    """
    case_row(work, ref, lock=True)
    if work.session.get(CancelledRunRow, run_id) is not None:
        return False
    work.session.add(CancelledRunRow(run_id=run_id, case_ref=ref, at=at))
    resumed = work.session.execute(
        select(func.max(AuditRow.at)).where(
            AuditRow.case_ref == ref,  # type: ignore[arg-type]
            AuditRow.action == "case.resumed",  # type: ignore[arg-type]
        )
    ).scalar()
    return resumed is None or at > resumed


def resume_case(work: UnitOfWork, ref: str, *, reason: str) -> None:
    """Let sending go on; only a named person may."""
    row = case_row(work, ref, lock=True)
    if row.held_at is None:
        raise MoveNotAllowedError("is not on hold", where=ref)
    held_by = row.held_by
    row.held_by, row.hold_reason, row.held_at = "", "", None
    work.session.add(row)
    work.note("case.resumed", ref, held_by=held_by, reason_given=bool(reason))


def put_evidence(work: UnitOfWork, ref: str, kind: EvidenceKind, value: BaseModel) -> int:
    """Store a value as the next version of its kind and return the version."""
    body = value.model_dump_json()
    digest = hashlib.sha256(body.encode()).hexdigest()
    last = work.session.execute(
        select(func.max(EvidenceRow.version)).where(
            EvidenceRow.case_ref == ref,  # type: ignore[arg-type]
            EvidenceRow.kind == kind,  # type: ignore[arg-type]
        )
    ).scalar()
    version = (last or 0) + 1
    work.session.add(
        EvidenceRow(
            case_ref=ref,
            kind=kind,
            version=version,
            digest=digest,
            body=body,
            made_at=work.now,
            made_by=work.actor,
        )
    )
    work.note(f"{kind}.recorded", ref, version=version, sha256=digest)
    return version


def evidence_rows(work: UnitOfWork, ref: str, kind: EvidenceKind) -> list[EvidenceRow]:
    """Return all versions of one kind, oldest first."""
    return list(
        work.session.execute(
            select(EvidenceRow)
            .where(EvidenceRow.case_ref == ref, EvidenceRow.kind == kind)  # type: ignore[arg-type]
            .order_by(EvidenceRow.version)  # type: ignore[arg-type]
        ).scalars()
    )


def every_evidence(work: UnitOfWork, ref: str = "") -> list[EvidenceRow]:
    """Return all evidence of one case, or of all, in the order it was recorded."""
    query = select(EvidenceRow).order_by(EvidenceRow.id)  # type: ignore[arg-type]
    if ref:
        query = query.where(EvidenceRow.case_ref == ref)  # type: ignore[arg-type]
    return list(work.session.execute(query).scalars())


def get_evidence(work: UnitOfWork, ref: str, kind: EvidenceKind, of: type[V]) -> V:
    """Return the newest version of one kind.

    Raises:
        NotFoundError: naming what has to run first.
    """
    value = find_evidence(work, ref, kind, of)
    if value is None:
        raise NotFoundError(
            f"has no {kind} yet", where=ref, repair="run the steps before this one first"
        )
    return value


def find_evidence(work: UnitOfWork, ref: str, kind: EvidenceKind, of: type[V]) -> V | None:
    """Return the newest version of one kind, or None."""
    row = work.session.execute(
        select(EvidenceRow)
        .where(EvidenceRow.case_ref == ref, EvidenceRow.kind == kind)  # type: ignore[arg-type]
        .order_by(EvidenceRow.version.desc())  # type: ignore[attr-defined]
        .limit(1)
    ).scalar()
    return of.model_validate_json(row.body) if row else None
