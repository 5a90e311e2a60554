"""Who may send for a case: seats with a lease each, and what a sender that died left behind.

A seat is the right to send. A case has one of them by default; on PostgreSQL several senders may
share a case, each with a seat of its own, and claim from one ledger. Each lease has a token that
was never used before, and each claimed row carries it: whoever lost the seat can record nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, case, func, select, text, update

from incidents.delivery.channels.journal import Left
from incidents.errors import DeliveryError, SeatTakenError
from incidents.models.states import DeliveryState
from incidents.models.tables import CaseRow, DeliveryRow, SenderRow, UtcDateTime
from incidents.store.quick import Quick
from incidents.store.unit_of_work import QuickWork, UnitOfWork

LEASE = timedelta(seconds=60)
DOUBT_WAIT = timedelta(hours=24)
Work = UnitOfWork | QuickWork


class Seat(NamedTuple):
    """One seat as it is held."""

    number: int
    token: int
    owner: str


def take(work: UnitOfWork, ref: str, owner: str, *, seats: int = 1) -> Seat:
    """Take a free seat of a case.

    Args:
        work: The transaction.
        ref: The case.
        owner: Host, process and a random word.
        seats: How many senders may share the case.

    Raises:
        SeatTakenError: while others hold every seat.
    """
    held = _seats(work, ref)
    free = (n for n in range(seats) if n not in held or _is_free(held[n], owner, work.now))
    number = next(free, None)
    if number is None:
        last = min((held[n] for n in range(seats)), key=lambda row: row.until)
        raise SeatTakenError(
            f"is being sent by {last.owner} until {last.until:%H:%M:%S} UTC",
            where=ref,
            repair="wait for it, or let its lease run out",
        )
    row = held.get(number) or SenderRow(
        case_ref=ref, seat=number, token=0, owner=owner, until=work.now
    )
    row.token, row.owner, row.until = _next_token(held.values()), owner, work.now + LEASE
    work.session.add(row)
    work.note("sender.taken", ref, token=row.token, seat=number)
    return Seat(number, row.token, owner)


def leave(work: UnitOfWork, ref: str, token: int) -> None:
    """Give a seat back."""
    for row in _seats(work, ref).values():
        if row.token == token:
            row.until, row.owner = work.now, ""
            work.session.add(row)


def at_work(work: UnitOfWork, ref: str) -> list[int]:
    """Return the tokens of everybody who may send for a case now."""
    return [row.token for row in _seats(work, ref).values() if row.owner]


def last_lease(work: UnitOfWork, ref: str) -> datetime | None:
    """Return until when somebody may send or was sending last, None when nobody ever was."""
    return work.session.execute(
        select(func.max(SenderRow.until)).where(SenderRow.case_ref == ref)  # type: ignore[arg-type]
    ).scalar()


def lease_stands(work: UnitOfWork, ref: str, token: int, *, within: timedelta) -> bool:
    """Return whether a sender's seat is its own, and will be for a while.

    False means that the lease ran out and nobody took the seat: it can be renewed.

    Args:
        work: The transaction.
        ref: The case.
        token: Its fencing token.
        within: How long it may go on before it asks again.

    Raises:
        DeliveryError: when the seat is another's.
    """
    until = work.session.execute(
        select(SenderRow.until).where(  # type: ignore[call-overload]
            SenderRow.case_ref == ref, SenderRow.token == token
        )
    ).scalar()
    if until is None:
        raise DeliveryError("another sender has taken over", where=ref)
    return bool(until > work.now + within)


def stopped(work: UnitOfWork) -> list[str]:
    """Return the cases with released e-mails that are due, that nobody sends and nobody holds."""
    return [str(row[0]) for row in work.session.execute(_STOPPED.bindparams(now=work.now)).all()]


def keep_lease(work: Work, ref: str, token: int) -> None:
    """Renew a lease.

    Raises:
        DeliveryError: when the seat is another's.
    """
    quick = work.quick
    values = {"r": ref, "t": token, "until": quick.moment(work.now + LEASE)}
    kept = quick.run("UPDATE sender SET until = :until WHERE case_ref = :r AND token = :t", values)
    if kept.changed != 1:
        raise DeliveryError("another sender has taken over", where=ref)


def others_until(work: UnitOfWork, ref: str, set_key: str, token: int) -> datetime | None:
    """Return when the first lease ends of other senders that have messages of a set on the wire."""
    return work.session.execute(
        select(func.min(SenderRow.until)).where(
            SenderRow.case_ref == ref,  # type: ignore[arg-type]
            SenderRow.token != token,  # type: ignore[arg-type]
            select(DeliveryRow.id)  # type: ignore[call-overload]
            .where(
                DeliveryRow.case_ref == ref,
                DeliveryRow.set_key == set_key,
                DeliveryRow.state == DeliveryState.SENDING,
                DeliveryRow.lease == SenderRow.token,
            )
            .exists(),
        )
    ).scalar()


def clear_dead(
    work: UnitOfWork,
    ref: str,
    *,
    mine: int = 0,
    owner_is_dead: Callable[[str], bool],
    left_by: Callable[[Seat], Left | None] = lambda _seat: None,
) -> int:
    """Free the seats of senders that ended or ran out of time; return messages now in doubt.

    What a dead sender's journal says was taken is handed over, what was never begun is planned
    again. Everything else that it had marked as being sent may have arrived: it is in doubt. A
    sender that was only asleep finds its token gone, and can neither begin nor record anything.

    Args:
        work: The transaction.
        ref: The case.
        mine: The caller's own token, 0 before it has one.
        owner_is_dead: Whether the sender of that name has surely ended.
        left_by: Reads the journal of a dead sender, where there is one.
    """
    held = _seats(work, ref)
    for row in held.values():
        if not row.owner or row.token == mine:
            continue
        dead = owner_is_dead(row.owner)
        if not dead and row.until > work.now:
            continue
        left = left_by(Seat(row.seat, row.token, row.owner)) if dead else None
        if left is not None:
            _settle(work, ref, row.token, left)
        row.token, row.owner, row.until = _next_token(held.values()), "", min(row.until, work.now)
        work.session.add(row)
    return doubt(work, ref, but=[row.token for row in held.values() if row.owner])


def doubt(work: UnitOfWork, ref: str, *, but: Sequence[int]) -> int:
    """Mark what is called being sent by nobody as in doubt; return how many messages.

    It may have arrived. It is sent again with the same Message-ID and the doubt stays on record.

    Args:
        work: The transaction.
        ref: The case.
        but: Tokens of senders that are at work.
    """
    result = work.session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.case_ref == ref,  # type: ignore[arg-type]
            DeliveryRow.state == DeliveryState.SENDING,  # type: ignore[arg-type]
            DeliveryRow.lease.not_in(but),  # type: ignore[attr-defined]
        )
        .values(
            state=DeliveryState.IN_DOUBT,
            reason="sender-died",
            doubts=DeliveryRow.doubts + 1,
            # The first doubt is resent at once: a notice the law owes that is lost is worse than
            # one that comes twice. After that once a day, so that no crash loop floods anybody.
            next_at=case((DeliveryRow.doubts >= 1, work.now + DOUBT_WAIT), else_=work.now),  # type: ignore[arg-type]
        )
    )
    number = int(result.rowcount)  # type: ignore[attr-defined]
    if number:
        work.note("deliveries.in-doubt", ref, people=number)
    return number


def _seats(work: UnitOfWork, ref: str) -> dict[int, SenderRow]:
    """Return number -> seat; nobody else changes them until the transaction ends."""
    # The case's row is the lock: a seat that does not exist yet cannot be locked itself.
    work.session.execute(
        select(CaseRow.ref).where(CaseRow.ref == ref).with_for_update()  # type: ignore[call-overload]
    )
    rows = work.session.execute(
        select(SenderRow)
        .where(SenderRow.case_ref == ref)  # type: ignore[arg-type]
        .execution_options(populate_existing=True)
    ).scalars()
    return {row.seat: row for row in rows}


def _is_free(row: SenderRow, owner: str, now: datetime) -> bool:
    return not row.owner or row.owner == owner or row.until <= now


def _next_token(seats: Iterable[SenderRow]) -> int:
    return 1 + max((row.token for row in seats), default=0)


def _settle(work: UnitOfWork, ref: str, token: int, left: Left) -> None:
    quick, now = work.quick, work.quick.moment(work.now)
    values = [
        {"r": ref, "id": row, "t": token, "code": code, "m": name, "now": now}
        for row, code, name in left.taken
    ]
    settled = quick.run(_FROM_JOURNAL, values).changed if values else 0
    unknown = _being_sent(quick, ref, token)
    unbegun = [{"id": row, "now": now} for row in unknown - set(left.begun)]
    if unbegun:
        quick.run(_NEVER_BEGUN, unbegun)
    if settled or unbegun:
        counts = {"handed_over": settled, "planned": len(unbegun)}
        work.note("deliveries.from-journal", ref, **counts)


def _being_sent(quick: Quick, ref: str, token: int) -> set[int]:
    return {int(row[0]) for row in quick.run(_LEFT, {"r": ref, "t": token}).rows}


_STOPPED = text("""
    SELECT c.ref FROM breach_case c WHERE c.held_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM sender x WHERE x.case_ref = c.ref AND x.until > :now)
    AND EXISTS (
        SELECT 1 FROM notice_set s JOIN delivery d
        ON d.case_ref = s.case_ref AND d.set_key = s.set_key AND d.version = s.version
        WHERE s.case_ref = c.ref AND s.state = 'released' AND d.channel = 'email'
        AND (d.state IN ('planned', 'sending')
             OR (d.state IN ('deferred', 'in_doubt') AND d.next_at <= :now)))
    ORDER BY c.ref""").bindparams(bindparam("now", type_=UtcDateTime()))
_LEFT = "SELECT id FROM delivery WHERE case_ref = :r AND state = 'sending' AND lease = :t"
_NEVER_BEGUN = """
    UPDATE delivery SET state = 'planned', reason = 'not-attempted', updated_at = :now
    WHERE id = :id AND state = 'sending'"""
_FROM_JOURNAL = """
    UPDATE delivery SET state = 'handed_over', reason = 'from-journal', reply_code = :code,
        next_at = NULL, message_id = :m, finished_at = :now, updated_at = :now
    WHERE id = :id AND case_ref = :r AND state = 'sending' AND lease = :t"""
