"""Sends what was approved and released, person by person, until nothing is due or it is stopped.

What is about to be sent is committed before the attempt, and what became of it right after: a
sender that dies leaves rows that are marked as in doubt by the next one, and loses nobody.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

from incidents.delivery.attempt import Channel
from incidents.delivery.channels.journal import Journal, Left, read_journal
from incidents.delivery.dispatch import BLIND_SECONDS, Dispatch
from incidents.delivery.orders import Composed, NoMarks, Orders
from incidents.delivery.outcome import Result
from incidents.errors import DeliveryError, HeldError
from incidents.models.base import Value
from incidents.models.states import SetState
from incidents.store import cases, deliveries, notices, senders
from incidents.store.deliveries import Outcome, Outgoing
from incidents.store.offers import given_in
from incidents.store.recipients import open_next_channels
from incidents.store.senders import Seat
from incidents.store.unit_of_work import Database, UnitOfWork

T = TypeVar("T")
STOP_FILE = "stop-file"
LOOK = timedelta(seconds=BLIND_SECONDS)
"""How long a look at the ledger counts."""
WINDOW = 64
"""Messages that may be marked as being sent when another machine could take over: so many would be
in doubt then."""
LOCAL_WINDOW = 512
"""The same where none can: a file is sent from one machine, and its journal is exact after a kill.
Fewer commits leave more of the machine to the wire."""


class SendReport(Value):
    """What one run did."""

    counts: dict[str, int]
    """State -> messages that came to it in this run."""
    in_doubt: int
    """Messages an earlier sender had left in the middle, marked before this run sent anything."""
    opened: int
    """People whose next channel was opened because this one failed."""
    seconds: float
    stopped_by: str
    """Empty when nothing more was due; else `held`, `set-void` or what the caller said."""


@dataclass(frozen=True)
class _Books:
    """The ledger as one sender of one set uses it; everything here runs in one thread."""

    database: Database
    ref: str
    set_key: str
    version: int
    actor: str
    token: int
    offers: bool
    """Whether anybody of the case has a code of an offer."""
    stop_file: Path | None
    """While it exists nothing is sent; it needs no database."""
    until_idle: bool
    """Whether it ends while messages that were put off wait."""
    clear_dead: Callable[[UnitOfWork, int], int]
    """Frees the seats of senders that ended; given the own token."""
    reached: list[int] = field(default_factory=lambda: [0])
    """The last row that was claimed for the first time."""

    def turn(self, results: Sequence[Result], size: int) -> tuple[list[Outgoing], str]:
        """Record results and claim what comes next, in one commit; also why not, if so."""
        with self.database.quick(self.actor) as work:
            self._record(work, results)
            stop = _why_not(work, self.ref, self.set_key, self.version)
            # Claiming nothing still keeps the lease.
            claimed = deliveries.claim(
                work,
                self.ref,
                self.set_key,
                self.version,
                token=self.token,
                size=0 if stop else size,
                after=self.reached[0],
                offers=self.offers,
            )
        first = [one.id for one in claimed if one.attempts == 1]
        if first:
            self.reached[0] = max(self.reached[0], *first)
        elif size and not claimed:
            self.reached[0] = 0  # what was put back lies behind it
        return claimed, stop

    def _record(self, work: senders.Work, results: Sequence[Result]) -> None:
        outcomes = [Outcome(*result) for result in results]
        deliveries.record(work, self.ref, self.set_key, outcomes, token=self.token)

    def look(self) -> str | None:
        """Return why nothing more may be sent, empty to go on, None to renew the lease first.

        Raises:
            DeliveryError: when somebody else may send now.
        """
        if self.stop_file is not None and self.stop_file.exists():
            return STOP_FILE
        with self.database.read() as work:
            # One that was asleep wakes up here, before it may begin anything.
            if not senders.lease_stands(work, self.ref, self.token, within=LOOK):
                return None
            return _why_not(work, self.ref, self.set_key, self.version)

    def states(self) -> dict[str, int]:
        """Return how many e-mails of the set stand in which state."""
        with self.database.read() as work:
            found = deliveries.counts(work, self.ref, self.set_key)
        return {state: number for (channel, state), number in found.items() if channel == "email"}

    def due_at(self) -> datetime | None:
        """Return when there may be more to claim, None when this sending is over.

        While another sender has messages of the set on the wire, this one stays: should the other
        die, what it left is taken over as soon as its lease has run out.
        """
        with self.database.read() as work:
            theirs = senders.others_until(work, self.ref, self.set_key, self.token)
            later = None if self.until_idle else deliveries.next_due(work, self.ref)
        if theirs is not None:  # of one that died on this machine it is known at once
            with self.database.write(self.actor) as work:
                if self.clear_dead(work, self.token):
                    return work.now
        return min((one for one in (theirs, later) if one is not None), default=None)

    def end(self, results: Sequence[Result], *, went_through: bool) -> int:
        """Record the rest, open next channels if it went through, give the right to send back."""
        with self.database.write(self.actor) as work:
            self._record(work, results)
            opened = 0
            # Two senders that end at once open each next channel once.
            notices.set_row(work, self.ref, self.set_key, lock=True)
            if went_through and not _why_not(work, self.ref, self.set_key, self.version):
                opened = open_next_channels(work, self.ref, self.set_key, self.version)
            senders.leave(work, self.ref, self.token)
        return opened


def _why_not(work: senders.Work, ref: str, set_key: str, version: int) -> str:
    held, state, newest = deliveries.may_go_on(work, ref, set_key)
    if held:
        return "held"
    return "" if (state, newest) == (SetState.RELEASED, version) else "set-void"


class Starting(NamedTuple):
    """Who begins, and what it knows of those before it."""

    owner: str
    owner_is_dead: Callable[[str], bool]
    journal: Path | None
    seats: int

    def journal_of(self, seat: int) -> Path | None:
        """Return where the journal of a seat lies; each has one of its own."""
        if self.journal is None:
            return None
        return self.journal.with_name(f"{self.journal.stem}-{seat}{self.journal.suffix}")

    def left_by(self, seat: Seat) -> Left | None:
        """Return what a dead sender's journal says, None when it lies on another machine."""
        path = self.journal_of(seat.number)
        return read_journal(path, seat.owner, seat.token) if path else None


def _begin(
    database: Database,
    ref: str,
    set_key: str,
    starting: Starting,
    *,
    actor: str,
    stop_file: Path | None,
    until_idle: bool,
) -> tuple[_Books, Seat, int]:
    """Take a seat; return the books, the seat and how many messages were left in the middle."""

    def clear_dead(work: UnitOfWork, mine: int) -> int:
        return senders.clear_dead(
            work, ref, mine=mine, owner_is_dead=starting.owner_is_dead, left_by=starting.left_by
        )

    with database.write(actor) as work:
        row = notices.set_row(work, ref, set_key)
        where = f"{ref} {set_key} v{row.version}"
        if cases.case_row(work, ref).held_at is not None:
            raise HeldError(
                "is on hold; nothing is sent", where=ref, repair=f"`forthwith resume {ref}`"
            )
        if row.state != SetState.RELEASED:
            raise DeliveryError(
                f"is {row.state} and not released; nothing is sent",
                where=where,
                repair="have it approved, then release it",
            )
        not_before = notices.sealed_of(row).not_before
        if not_before and datetime.fromisoformat(not_before) > work.now:
            raise DeliveryError(
                "was sealed to go out later", where=where, repair="send it again at that time"
            )
        doubtful = clear_dead(work, 0)
        seat = senders.take(work, ref, starting.owner, seats=starting.seats)
        # The same sender, begun anew: what it had under way before is as doubtful as another's.
        doubtful += senders.doubt(work, ref, but=senders.at_work(work, ref))
        offers = given_in(work, ref)
        books = _Books(
            database,
            ref,
            set_key,
            row.version,
            actor,
            seat.token,
            offers,
            stop_file,
            until_idle,
            clear_dead,
        )
        return books, seat, doubtful


async def send_deliveries(
    database: Database,
    ref: str,
    set_key: str,
    *,
    channel: Channel,
    render: Callable[[Outgoing], Composed],
    check_seal: Callable[[], None],
    should_stop: Callable[[], str | None],
    progress: Callable[[Mapping[str, int]], None],
    owner: str,
    owner_is_dead: Callable[[str], bool],
    actor: str,
    window: int = 0,
    journal: Path | None = None,
    seats: int = 1,
    stop_file: Path | None = None,
    until_idle: bool = True,
    released_at: datetime | None = None,
) -> SendReport:
    """Send a released set and return what became of it.

    Cancelling ends it cleanly: messages on the wire end, what was claimed and not begun is planned
    again, and the right to send is given back before the cancellation goes on.

    Args:
        database: Where the ledger lies.
        ref: The case.
        set_key: The set.
        channel: The way messages go.
        render: Makes one person's message; quick, and the same each time for the same person.
        check_seal: Raises when the set is no longer what was approved; asked again and again.
        should_stop: Says why to stop, or None; asked several times a second, in another thread.
        progress: Gets state -> e-mails of the whole set, about once a second.
        owner: Who sends: `host:pid:start-ticks:random`.
        owner_is_dead: Whether the sender of that name has surely ended.
        actor: Who acts, for the audit.
        stop_file: While it exists nothing is sent.
        journal: File on this machine's own disk that outlives this process, one a seat beside it;
            None keeps none.
        seats: How many senders may share the case; more than one needs PostgreSQL.
        window: Messages marked as being sent at a time; 0 chooses `WINDOW` or `LOCAL_WINDOW`.
        until_idle: False waits for deferred messages too, until every one is final.
        released_at: When sending began, to count the days after which to give up.

    Raises:
        HeldError: when the case is on hold at the start.
        DeliveryError: when the set is not released, somebody else sends, the relay cannot be used
            or refuses us as a whole. What was not sent stays planned.
        ApprovalError: as `check_seal` raises it.
    """
    began = time.monotonic()
    local = journal is not None and database.engine.dialect.name == "sqlite"
    window = window or (LOCAL_WINDOW if local else WINDOW)
    orders = Orders(
        render,
        check_seal,
        should_stop,
        progress,
        database.clock.now,
        window,
        released_at,
    )
    with ThreadPoolExecutor(1, thread_name_prefix="ledger") as thread:

        async def in_thread(call: Callable[[], T]) -> T:
            return await asyncio.get_running_loop().run_in_executor(thread, call)

        await in_thread(check_seal)
        starting = Starting(owner, owner_is_dead, journal, seats)
        books, seat, doubtful = await in_thread(
            lambda: _begin(
                database,
                ref,
                set_key,
                starting,
                actor=actor,
                stop_file=stop_file,
                until_idle=until_idle,
            )
        )
        path = starting.journal_of(seat.number)
        marks = Journal(path, owner, seat.token, 3 * window) if path else None
        run = Dispatch(books, orders, in_thread, marks or NoMarks())
        cancelled = await run.carry_out(channel)
        opened = await in_thread(lambda: books.end(run.remains(), went_through=not run.stop))
        if marks is not None:
            marks.close()
        with suppress(Exception):  # a view that fails never spoils a sending
            progress(await in_thread(books.states))
    if cancelled:
        raise asyncio.CancelledError
    if run.error is not None:
        raise run.error
    return SendReport(
        counts=dict(run.done),
        in_doubt=doubtful,
        opened=opened,
        seconds=time.monotonic() - began,
        stopped_by=run.stop,
    )
