"""The ledger: who may send, what is being sent, what became of it."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import case, func, select, text, update

from incidents.errors import DeliveryError, MoveNotAllowedError, NotFoundError
from incidents.models.states import (
    DELIVERY_MOVES,
    UNREACHED_DELIVERIES,
    DeliveryState,
    SetState,
    check_move,
)
from incidents.models.tables import CaseRow, DeliveryRow, NoticeSetRow, SenderRow
from incidents.store.cases import hold_case
from incidents.store.quick import Quick
from incidents.store.statements import bound
from incidents.store.unit_of_work import QuickWork, UnitOfWork

LEASE = timedelta(seconds=60)
DOUBT_WAIT = timedelta(hours=24)
D = DeliveryState
Work = UnitOfWork | QuickWork


class Outgoing(NamedTuple):
    """One message that is about to be sent."""

    id: int
    person_id: str
    address: str
    name: str
    about: str
    class_key: str
    doubts: int
    attempts: int
    offer: str = ""
    """The person's code of what is offered to them, empty without one."""


class Outcome(NamedTuple):
    """What became of one attempt."""

    id: int
    state: DeliveryState
    reason: str
    reply_code: int
    next_at: datetime | None
    message_id: str


def take_sender(work: UnitOfWork, ref: str, owner: str, *, takeover: bool = False) -> int:
    """Become the one sender of a case and return the fencing token.

    Args:
        work: The transaction.
        ref: The case.
        owner: Host, process and a random word.
        takeover: True when the present owner is known to be dead.

    Raises:
        DeliveryError: while somebody else holds an unexpired lease.
    """
    row = work.session.get(SenderRow, ref, with_for_update=True)
    if row is not None and row.until > work.now and row.owner != owner and not takeover:
        raise DeliveryError(
            f"is being sent by {row.owner} until {row.until:%H:%M:%S} UTC",
            where=ref,
            repair="wait for it, or let its lease run out",
        )
    token = (row.token if row else 0) + 1
    if row is None:
        row = SenderRow(case_ref=ref, token=token, owner=owner, until=work.now + LEASE)
    row.token, row.owner, row.until = token, owner, work.now + LEASE
    work.session.add(row)
    work.note("sender.taken", ref, token=token)
    return token


def sender_of(work: UnitOfWork, ref: str, *, lock: bool = False) -> SenderRow | None:
    """Return who holds the right to send, or None; locked, nobody takes it until this ends."""
    if lock:
        # Who judges a sender dead must judge the one it takes over from, not the one before. The
        # case's row is the lock: there is no sender's row before the first send.
        work.session.execute(
            select(CaseRow.ref).where(CaseRow.ref == ref).with_for_update()  # type: ignore[call-overload]
        )
    return work.session.get(SenderRow, ref, with_for_update=lock)


def release_sender(work: UnitOfWork, ref: str, token: int) -> None:
    """Give the right to send back."""
    row = work.session.get(SenderRow, ref, with_for_update=True)
    if row is not None and row.token == token:
        row.until = work.now
        work.session.add(row)


def lease_stands(work: UnitOfWork, ref: str, token: int, *, within: timedelta) -> bool:
    """Return whether a sender's right to send stands, and will stand for a while.

    False means that it ran out and nobody took it: it can be renewed.

    Args:
        work: The transaction.
        ref: The case.
        token: Its fencing token.
        within: How long it may go on before it asks again.

    Raises:
        DeliveryError: when it is another's.
    """
    row = work.session.get(SenderRow, ref)
    if row is None or row.token != token:
        raise DeliveryError("another sender has taken over", where=ref)
    return row.until > work.now + within


def _keep_lease(work: Work, quick: Quick, ref: str, token: int) -> None:
    values = {"r": ref, "t": token, "until": quick.moment(work.now + LEASE)}
    kept = quick.run("UPDATE sender SET until = :until WHERE case_ref = :r AND token = :t", values)
    if kept.changed != 1:
        raise DeliveryError("another sender has taken over", where=ref)


def may_go_on(work: Work, ref: str, set_key: str) -> tuple[bool, str, int]:
    """Return whether a case is on hold, and state and version of its set's newest version."""
    found = work.quick.run(
        """SELECT c.held_at IS NOT NULL, s.state, s.version FROM breach_case c
           JOIN notice_set s ON s.case_ref = c.ref
           WHERE c.ref = :r AND s.set_key = :s ORDER BY s.version DESC LIMIT 1""",
        {"r": ref, "s": set_key},
    ).rows[0]
    return bool(found[0]), str(found[1]), int(found[2])


def settle_dead(
    work: UnitOfWork,
    ref: str,
    token: int,
    *,
    taken: Sequence[tuple[int, int, str]],
    begun: Sequence[int],
) -> int:
    """Record what a dead sender's journal knows; return how many messages it settled.

    What was taken is handed over, what was never begun is planned again. The rest stays for
    `mark_doubtful`.

    Args:
        work: The transaction.
        ref: The case.
        token: The newest fencing token.
        taken: Row, reply code and Message-ID of what the relay took.
        begun: Rows whose text was begun and never answered.
    """
    quick, now = work.quick, work.quick.moment(work.now)
    values = [
        {"r": ref, "id": row, "t": token, "code": code, "m": name, "now": now}
        for row, code, name in taken
    ]
    settled = quick.run(_FROM_JOURNAL, values).changed if values else 0
    left = [row[0] for row in quick.run(_LEFT, {"r": ref, "t": token}).rows]
    unbegun = [{"id": row, "now": now} for row in set(left) - set(begun)]
    if unbegun:
        quick.run(_NEVER_BEGUN, unbegun)
    if settled or unbegun:
        counts = {"handed_over": settled, "planned": len(unbegun)}
        work.note("deliveries.from-journal", ref, **counts)
    return settled + len(unbegun)


_LEFT = "SELECT id FROM delivery WHERE case_ref = :r AND state = 'sending' AND lease <> :t"
_NEVER_BEGUN = """
    UPDATE delivery SET state = 'planned', reason = 'not-attempted', updated_at = :now
    WHERE id = :id AND state = 'sending'"""
_FROM_JOURNAL = """
    UPDATE delivery SET state = 'handed_over', reason = 'from-journal', reply_code = :code,
        next_at = NULL, message_id = :m, finished_at = :now, updated_at = :now
    WHERE id = :id AND case_ref = :r AND state = 'sending' AND lease <> :t"""


def mark_doubtful(work: UnitOfWork, ref: str, token: int) -> int:
    """Mark what an earlier sender left in the middle as in doubt; return how many.

    It may have arrived. It is sent again with the same Message-ID and the doubt stays on record.
    """
    result = work.session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.case_ref == ref,  # type: ignore[arg-type]
            DeliveryRow.state == D.SENDING,  # type: ignore[arg-type]
            DeliveryRow.lease != token,  # type: ignore[arg-type]
        )
        .values(
            state=D.IN_DOUBT,
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


def doubt_unsent(work: UnitOfWork) -> int:
    """Mark every message of a set under way as in doubt: a restored ledger may not know it went.

    Nothing is sent until the cases are resumed: each is put on hold.
    """
    released = select(NoticeSetRow.case_ref, NoticeSetRow.set_key, NoticeSetRow.version).where(  # type: ignore[call-overload]
        # An approved set may have been released and sent after the copy was made.
        NoticeSetRow.state.in_([SetState.APPROVED, SetState.RELEASED])  # type: ignore[attr-defined]
    )
    number = 0
    for ref, set_key, version in work.session.execute(released).all():
        result = work.session.execute(
            update(DeliveryRow)
            .where(
                DeliveryRow.case_ref == ref,
                DeliveryRow.set_key == set_key,
                DeliveryRow.version == version,
                DeliveryRow.channel == "email",  # type: ignore[arg-type]
                DeliveryRow.state.in_([D.PLANNED, D.SENDING, D.DEFERRED]),  # type: ignore[attr-defined]
            )
            .values(
                state=D.IN_DOUBT,
                reason="restored-copy",
                doubts=DeliveryRow.doubts + 1,
                next_at=work.now,
            )
        )
        number += int(result.rowcount)  # type: ignore[attr-defined]
        hold_case(work, ref, reason="the database was restored, copied or moved")
    return number


def claim(
    work: Work,
    ref: str,
    set_key: str,
    version: int,
    *,
    token: int,
    size: int,
    after: int = 0,
    offers: bool = True,
) -> list[Outgoing]:
    """Take the next e-mails that are due and mark them as being sent, before any attempt.

    Args:
        work: The transaction.
        ref: The case.
        set_key: The set.
        version: Its version.
        token: Fencing token of the sender.
        size: How many at most; none still keeps the lease.
        after: Of those never tried only rows behind this one, so that a long ledger is read once.
        offers: Whether to look for codes of what is offered.

    Raises:
        DeliveryError: when the token is no longer the newest: this sender must not send.
    """
    quick = work.quick
    _keep_lease(work, quick, ref, token)
    rows: list[Any] = []
    # What was put off goes first: it has waited longest.
    for due in _DUE:
        if len(rows) < size:
            statement = _CLAIM.format(
                due=due, skipping=quick.skipping, offer=_OFFER if offers else "''"
            )
            values = {
                "r": ref,
                "s": set_key,
                "v": version,
                "t": token,
                "after": after,
                "now": quick.moment(work.now),
                "n": size - len(rows),
            }
            rows += quick.run(statement, values).rows
    rows.sort(key=lambda row: int(row[0]))
    return [Outgoing._make(row) for row in rows]


_DUE = (
    "state IN ('deferred', 'in_doubt') AND next_at <= :now",
    "state = 'planned' AND id > :after",
)
_CLAIM = """
    UPDATE delivery SET state = 'sending', lease = :t, attempts = attempts + 1, updated_at = :now
    WHERE id IN (
        SELECT id FROM delivery
        WHERE case_ref = :r AND set_key = :s AND version = :v AND channel = 'email' AND {due}
        ORDER BY id LIMIT :n{skipping})
    RETURNING id, person_id, address, name, about, class_key, doubts, attempts, {offer}"""
_OFFER = """COALESCE((
    SELECT c.code FROM offer_given g JOIN offer_code c ON c.id = g.code_id
    WHERE g.case_ref = delivery.case_ref AND g.person_id = delivery.person_id), '')"""


def record(work: Work, ref: str, set_key: str, outcomes: Sequence[Outcome], *, token: int) -> None:
    """Write what became of messages that were being sent under this token.

    Raises:
        MoveNotAllowedError: when an outcome is none that a sent message can have.
    """
    if not outcomes:
        return
    for outcome in outcomes:
        check_move(DELIVERY_MOVES, D.SENDING, outcome.state, where=f"delivery {outcome.id}")
    quick = work.quick
    now = quick.moment(work.now)
    taken = [
        {"id": one.id, "t": token, "m": one.message_id, "now": now, "code": one.reply_code}
        for one in outcomes
        if one.state is D.HANDED_OVER
    ]
    others = [
        {
            "id": one.id,
            "t": token,
            "m": one.message_id,
            "now": now,
            "code": one.reply_code,
            "state": one.state.value,
            "reason": one.reason,
            "next_at": quick.moment(one.next_at),
            "doubt": int(one.state is D.IN_DOUBT),
            "final": now if one.state is D.REFUSED else None,
        }
        for one in outcomes
        if one.state is not D.HANDED_OVER
    ]
    # One executemany for the whole batch: a statement a row costs ten times as much.
    number = sum(
        quick.run(statement, rows).changed
        for statement, rows in ((_TAKEN, taken), (_OTHERWISE, others))
        if rows
    )
    if number != len(outcomes):
        raise DeliveryError("another sender has taken over", where=ref)
    digest = hashlib.sha256("".join(f"{o.id}:{o.state}\n" for o in outcomes).encode()).hexdigest()
    counts: dict[str, int] = {}
    for outcome in outcomes:
        counts[outcome.state] = counts.get(outcome.state, 0) + 1
    work.note("deliveries.recorded", ref, set=set_key, sha256=digest, **counts)


_TAKEN = """
    UPDATE delivery SET state = 'handed_over', reason = '', reply_code = :code, next_at = NULL,
        message_id = :m, finished_at = :now, updated_at = :now
    WHERE id = :id AND state = 'sending' AND lease = :t"""
_OTHERWISE = """
    UPDATE delivery SET state = :state, reason = :reason, reply_code = :code, next_at = :next_at,
        message_id = :m, doubts = doubts + :doubt, finished_at = :final, updated_at = :now
    WHERE id = :id AND state = 'sending' AND lease = :t"""


def counts(work: UnitOfWork, ref: str, set_key: str = "") -> dict[tuple[str, str], int]:
    """Return (channel, state) -> number of ledger rows, of the newest version of each set."""
    rows = work.session.execute(
        text(
            "SELECT d.channel, d.state, COUNT(*) FROM delivery d JOIN (SELECT set_key, "
            "MAX(version) AS version FROM notice_set WHERE case_ref = :r GROUP BY set_key) s "
            "ON s.set_key = d.set_key AND s.version = d.version WHERE d.case_ref = :r "
            "AND (:s = '' OR d.set_key = :s) GROUP BY d.channel, d.state "
            "ORDER BY d.channel, d.state"
        ),
        {"r": ref, "s": set_key},
    )
    return {(channel, state): number for channel, state, number in rows}


def next_due(work: UnitOfWork, ref: str) -> datetime | None:
    """Return when the next deferred or doubtful message is due, or None."""
    return work.session.execute(
        select(func.min(DeliveryRow.next_at)).where(
            DeliveryRow.case_ref == ref,  # type: ignore[arg-type]
            DeliveryRow.state.in_([D.DEFERRED, D.IN_DOUBT]),  # type: ignore[attr-defined]
        )
    ).scalar()


def release(work: UnitOfWork, ref: str, set_key: str, version: int) -> dict[str, int]:
    """Turn a set's first letters, calls and hand cases into tasks; return counts per channel.

    Somebody for whom there is no address at all ends as not reached, by name of the reason.
    """
    done: dict[str, int] = {}
    for channel, state in (
        ("letter", D.LISTED),
        ("call", D.LISTED),
        ("hand", D.LISTED),
        ("none", D.NOT_REACHED),
    ):
        result = work.session.execute(
            update(DeliveryRow)
            .where(
                DeliveryRow.case_ref == ref,  # type: ignore[arg-type]
                DeliveryRow.set_key == set_key,  # type: ignore[arg-type]
                DeliveryRow.version == version,  # type: ignore[arg-type]
                DeliveryRow.channel == channel,  # type: ignore[arg-type]
                DeliveryRow.state == D.PLANNED,  # type: ignore[arg-type]
            )
            .values(state=state, updated_at=work.now)
        )
        done[channel] = int(result.rowcount)  # type: ignore[attr-defined]
    work.note("deliveries.listed", ref, set=set_key, version=version, **done)
    return done


def listed(work: UnitOfWork, ref: str, channel: str = "") -> list[DeliveryRow]:
    """Return the open tasks of the letter, call and hand lists."""
    query = select(DeliveryRow).where(
        DeliveryRow.case_ref == ref,  # type: ignore[arg-type]
        DeliveryRow.state == D.LISTED,  # type: ignore[arg-type]
    )
    if channel:
        query = query.where(DeliveryRow.channel == channel)  # type: ignore[arg-type]
    return list(work.session.execute(query.order_by(DeliveryRow.id)).scalars())  # type: ignore[arg-type]


def record_by_hand(
    work: UnitOfWork, ref: str, done: Iterable[tuple[int, DeliveryState, str]]
) -> int:
    """Record what became of tasks on a list: (delivery id, done_by_hand or not_reached, reason)."""
    number = 0
    for delivery_id, state, reason in done:
        row = work.session.get(DeliveryRow, delivery_id, with_for_update=True)
        if row is None or row.case_ref != ref:
            raise NotFoundError(f"no task {delivery_id}", where=ref)
        if state not in {D.DONE_BY_HAND, D.NOT_REACHED}:
            raise MoveNotAllowedError(
                f"{state} is no outcome of a task",
                where=f"task {delivery_id}",
                repair="write done_by_hand or not_reached",
            )
        check_move(DELIVERY_MOVES, D(row.state), state, where=f"task {delivery_id}")
        row.state, row.reason, row.outcome_by = state, reason, work.actor
        row.finished_at = row.updated_at = work.now
        work.session.add(row)
        number += 1
    if number:
        work.note("deliveries.by-hand", ref, tasks=number)
    return number


class Bounced(Enum):
    """What a report that came back did to a delivery."""

    NOW = "now"
    BEFORE = "before"
    NOT_SENT = "not-sent"


def bounce(
    work: UnitOfWork, delivery: int, reason: str
) -> tuple[Bounced, tuple[str, str, int] | None]:
    """Record that a message came back; return what that did, and its case, set and version.

    Args:
        work: The transaction.
        delivery: Row of the ledger.
        reason: Why, as a closed word.
    """
    row = work.session.get(DeliveryRow, delivery, with_for_update=True)
    if row is None or row.channel != "email":
        return Bounced.NOT_SENT, None
    at = (row.case_ref, row.set_key, row.version)
    if row.state == D.BOUNCED:
        return Bounced.BEFORE, at
    if D.BOUNCED not in DELIVERY_MOVES[D(row.state)]:
        return Bounced.NOT_SENT, at
    row.state, row.reason, row.finished_at, row.updated_at = D.BOUNCED, reason, work.now, work.now
    work.session.add(row)
    work.session.flush()
    return Bounced.NOW, at


def first_sent(work: UnitOfWork, ref: str) -> dict[tuple[str, int], datetime]:
    """Return when the first message of each set and version went out, by (set key, version)."""
    rows = work.session.execute(
        select(DeliveryRow.set_key, DeliveryRow.version, func.min(DeliveryRow.finished_at))  # type: ignore[call-overload]
        .where(
            DeliveryRow.case_ref == ref,
            DeliveryRow.state.in_([D.HANDED_OVER, D.DONE_BY_HAND]),  # type: ignore[attr-defined]
            DeliveryRow.finished_at.is_not(None),  # type: ignore[union-attr]
        )
        .group_by(DeliveryRow.set_key, DeliveryRow.version)
    )
    return {(key, version): at for key, version, at in rows}


def people_in(work: UnitOfWork, ref: str) -> dict[str, int]:
    """Return how many people stand where: each person counted once, at the best they came to.

    `told` is never said: `handed_over` means a relay took the message.
    """
    order = [
        D.DONE_BY_HAND,
        D.HANDED_OVER,
        D.IN_DOUBT,
        D.SENDING,
        D.PLANNED,
        D.DEFERRED,
        D.LISTED,
        D.HELD,
        D.NOT_REACHED,
        D.REFUSED,
        D.BOUNCED,
        D.EXPIRED,
        D.CANCELLED,
    ]
    whens = " ".join(f"WHEN '{state}' THEN {i}" for i, state in enumerate(order))
    rows = work.session.execute(
        text(
            f"""SELECT best, COUNT(*) FROM (
              SELECT d.person_id, MIN(CASE d.state {whens} ELSE 99 END) AS best
              FROM delivery d WHERE d.case_ref = :r AND d.state <> 'standby'
              GROUP BY d.person_id) t GROUP BY best ORDER BY best"""
        ),
        {"r": ref},
    )
    return {str(order[best]): number for best, number in rows if best < len(order)}


def unreached(work: UnitOfWork, ref: str) -> tuple[int, int]:
    """Return how many people have no address at all, and how many were tried in vain.

    Somebody with a channel still open, or on a list that is being worked, is neither.
    """
    told = ", ".join(f"'{state}'" for state in D if state not in UNREACHED_DELIVERIES)
    rows = work.session.execute(
        text(
            f"""SELECT CASE WHEN t.channels = 0 THEN 'without' ELSE 'in_vain' END, COUNT(*) FROM (
              SELECT d.person_id, SUM(CASE WHEN d.channel = 'none' THEN 0 ELSE 1 END) AS channels
              FROM delivery d WHERE d.case_ref = :r GROUP BY d.person_id
              HAVING SUM(CASE WHEN d.state IN ({told}) THEN 1 ELSE 0 END) = 0
            ) t GROUP BY 1"""
        ),
        {"r": ref},
    )
    found = {str(key): int(number) for key, number in rows}
    return found.get("without", 0), found.get("in_vain", 0)


def not_in_ledger(
    work: UnitOfWork, ref: str, scope: int, places: Sequence[str], waiting: Sequence[str] = ()
) -> int:
    """Return how many affected people of these places have no ledger row; must be 0 once drafted.

    Args:
        work: The transaction.
        ref: The case.
        scope: Version of the frozen list.
        places: Places whose people are owed a notice.
        waiting: People's own locales that wait for a wording, and stand nowhere until then.
    """
    later = {f"later_{i}": locale for i, locale in enumerate(waiting)}
    without = f"AND a.locale NOT IN ({', '.join(f':{name}' for name in later)})" if later else ""
    names = {f"place_{i}": place for i, place in enumerate(places)}
    within = ", ".join(f":{name}" for name in names) or "''"
    found: int = work.session.execute(
        bound(
            "SELECT COUNT(*) FROM affected a WHERE a.case_ref = :r AND a.version = :v "
            f"AND a.place IN ({within}) {without} AND NOT EXISTS (SELECT 1 FROM delivery d "
            "WHERE d.case_ref = :r AND d.person_id = a.person_id AND d.state <> 'cancelled')",
            {"r": ref, "v": scope, **names, **later},
        )
    ).scalar_one()
    return found


def rows_of(work: UnitOfWork, ref: str) -> list[DeliveryRow]:
    """Return the ledger rows of a case with one person, first channel first."""
    return list(
        work.session.execute(
            select(DeliveryRow)
            .where(DeliveryRow.case_ref == ref)  # type: ignore[arg-type]
            .order_by(DeliveryRow.rank)  # type: ignore[arg-type]
        ).scalars()
    )


def ledger(work: UnitOfWork, ref: str) -> list[dict[str, Any]]:
    """Return the whole ledger without names and addresses, for the case record."""
    rows = work.session.execute(
        select(DeliveryRow)
        .where(DeliveryRow.case_ref == ref)  # type: ignore[arg-type]
        .order_by(DeliveryRow.id)  # type: ignore[arg-type]
        .execution_options(yield_per=2000)
    ).scalars()
    keep = {
        "id", "set_key", "version", "person_id", "channel", "rank", "place", "class_key", "state",
        "reason", "attempts", "doubts", "reply_code", "message_id", "finished_at", "owner",
        "due_by", "outcome_by",
    }  # fmt: skip
    return [row.model_dump(include=keep, mode="json") for row in rows]
