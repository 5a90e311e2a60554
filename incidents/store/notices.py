"""Notice sets, their seals and signatures."""

from datetime import datetime

from sqlalchemy import func, select

from incidents.errors import NotFoundError
from incidents.models.approval import Sealed, Signature, Statement
from incidents.models.notice import NoticeSet
from incidents.models.states import SET_MOVES, SetState, check_move
from incidents.models.tables import NoticeSetRow, SignatureRow
from incidents.store.unit_of_work import UnitOfWork


def next_version(work: UnitOfWork, ref: str, set_key: str) -> int:
    """Return the version a new draft of a set gets."""
    last = work.session.execute(
        select(func.max(NoticeSetRow.version)).where(
            NoticeSetRow.case_ref == ref,  # type: ignore[arg-type]
            NoticeSetRow.set_key == set_key,  # type: ignore[arg-type]
        )
    ).scalar()
    return (last or 0) + 1


def save_set(work: UnitOfWork, notices: NoticeSet, sealed: Sealed, root: str) -> None:
    """Store one version of a set with its seal."""
    work.session.add(
        NoticeSetRow(
            case_ref=sealed.case_ref,
            set_key=sealed.set_key,
            version=sealed.version,
            audience=notices.audience,
            state=SetState.DRAFTED,
            root=root,
            sealed=sealed.model_dump_json(),
            body=notices.model_dump_json(),
            author=work.actor,
            drafted_at=work.now,
        )
    )
    work.note(
        "notice.drafted",
        sealed.case_ref,
        set=sealed.set_key,
        version=sealed.version,
        root=root,
        counts=sealed.counts,
    )


def set_rows(work: UnitOfWork, ref: str, *, every_version: bool = False) -> list[NoticeSetRow]:
    """Return a case's notice sets, the newest version of each unless every one is asked for."""
    rows = work.session.execute(
        select(NoticeSetRow)
        .where(NoticeSetRow.case_ref == ref)  # type: ignore[arg-type]
        .order_by(NoticeSetRow.set_key, NoticeSetRow.version)  # type: ignore[arg-type]
    ).scalars()
    if every_version:
        return list(rows)
    return list({row.set_key: row for row in rows}.values())


def find_set(work: UnitOfWork, ref: str, set_key: str) -> NoticeSetRow | None:
    """Return the newest version of one set, or None."""
    return next((row for row in set_rows(work, ref) if row.set_key == set_key), None)


def set_row(work: UnitOfWork, ref: str, set_key: str, *, lock: bool = False) -> NoticeSetRow:
    """Return the newest version of one set.

    Raises:
        NotFoundError: when there is none of that name.
    """
    query = (
        select(NoticeSetRow)
        .where(NoticeSetRow.case_ref == ref, NoticeSetRow.set_key == set_key)  # type: ignore[arg-type]
        .order_by(NoticeSetRow.version.desc())  # type: ignore[attr-defined]
        .limit(1)
    )
    row: NoticeSetRow | None = work.session.execute(
        query.with_for_update() if lock else query
    ).scalar()
    if row is None:
        raise NotFoundError(
            f"no notice set {set_key!r}", where=ref, repair=f"`forthwith notice list {ref}`"
        )
    return row


def notice_set(row: NoticeSetRow) -> NoticeSet:
    """Return the set a row holds."""
    return NoticeSet.model_validate_json(row.body)


def sealed_of(row: NoticeSetRow) -> Sealed:
    """Return what a set's seal covers."""
    return Sealed.model_validate_json(row.sealed)


def statement_of(row: NoticeSetRow) -> Statement:
    """Return the statement people sign for a set."""
    sealed = sealed_of(row)
    return Statement(
        case_ref=row.case_ref,
        set_key=row.set_key,
        version=row.version,
        counts=sealed.counts,
        root=row.root,
        author=row.author,
    )


def move_set(work: UnitOfWork, row: NoticeSetRow, then: SetState, **why: str) -> None:
    """Change a set's state as the table of moves allows."""
    where = f"{row.case_ref} {row.set_key} v{row.version}"
    check_move(SET_MOVES, SetState(row.state), then, where=where)
    row.state = then
    work.session.add(row)
    work.note(
        f"notice.{then}", row.case_ref, set=row.set_key, version=row.version, root=row.root, **why
    )


def add_signature(work: UnitOfWork, row: NoticeSetRow, signature: Signature) -> None:
    """Store an approver's verified signature; the same person's later one replaces it."""
    old = work.session.get(
        SignatureRow, (row.case_ref, row.set_key, row.version, signature.approver)
    )
    new = SignatureRow(
        case_ref=row.case_ref,
        set_key=row.set_key,
        version=row.version,
        approver=signature.approver,
        key_fingerprint=signature.key_fingerprint,
        statement=statement_of(row).text(),
        signature=signature.signature,
        signed_at=signature.signed_at,
    )
    if old is not None:
        work.session.delete(old)
        work.session.flush()
    work.session.add(new)
    work.note(
        "notice.signed",
        row.case_ref,
        set=row.set_key,
        version=row.version,
        root=row.root,
        approver=signature.approver,
        key=signature.key_fingerprint,
    )


def signatures(work: UnitOfWork, row: NoticeSetRow) -> list[Signature]:
    """Return the signatures over one version of a set."""
    rows = work.session.execute(
        select(SignatureRow)
        .where(
            SignatureRow.case_ref == row.case_ref,  # type: ignore[arg-type]
            SignatureRow.set_key == row.set_key,  # type: ignore[arg-type]
            SignatureRow.version == row.version,  # type: ignore[arg-type]
        )
        .order_by(SignatureRow.signed_at, SignatureRow.approver)  # type: ignore[arg-type]
    ).scalars()
    return [
        Signature(
            approver=one.approver,
            key_fingerprint=one.key_fingerprint,
            signature=one.signature,
            signed_at=one.signed_at,
        )
        for one in rows
    ]


def released_unsigned(work: UnitOfWork, set_key: str, *, since: datetime) -> int:
    """Return how many sets of this name went out since then on somebody else's approval."""
    signed = select(SignatureRow.case_ref).where(  # type: ignore[call-overload]
        SignatureRow.case_ref == NoticeSetRow.case_ref,
        SignatureRow.set_key == NoticeSetRow.set_key,
        SignatureRow.version == NoticeSetRow.version,
    )
    found = work.session.execute(
        select(func.count())
        .select_from(NoticeSetRow)
        .where(
            NoticeSetRow.set_key == set_key,  # type: ignore[arg-type]
            NoticeSetRow.state.in_([SetState.RELEASED, SetState.FINISHED]),  # type: ignore[attr-defined]
            NoticeSetRow.drafted_at >= since,  # type: ignore[arg-type]
            ~signed.exists(),
        )
    ).scalar()
    return int(found or 0)
