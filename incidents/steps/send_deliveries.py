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
from typing import TypeVar

from incidents.delivery.attempt import Channel
from incidents.delivery.channels.journal import Journal, read_journal
from incidents.delivery.dispatch import BLIND_SECONDS, Dispatch
from incidents.delivery.orders import Composed, NoMarks, Orders
from incidents.delivery.outcome import Result
from incidents.errors import DeliveryError, HeldError
from incidents.models.base import Value
from incidents.models.states import SetState
from incidents.store import cases, deliveries, notices
from incidents.store.deliveries import Outcome, Outgoing
from incidents.store.offers import given_in
from incidents.store.recipients import open_next_channels
from incidents.store.unit_of_work import Database

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

    def _record(self, work: deliveries.Work, results: Sequence[Result]) -> None:
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
            if not deliveries.lease_stands(work, self.ref, self.token, within=LOOK):
                return None
            return _why_not(work, self.ref, self.set_key, self.version)

    def states(self) -> dict[str, int]:
        """Return how many e-mails of the set stand in which state."""
        with self.database.read() as work:
            found = deliveries.counts(work, self.ref, self.set_key)
        return {state: number for (channel, state), number in found.items() if channel == "email"}

    def due_at(self) -> datetime | None:
        """Return when the next deferred message is due."""
        with self.database.read() as work:
            return deliveries.next_due(work, self.ref)

    def end(self, results: Sequence[Result], *, went_through: bool) -> int:
        """Record the rest, open next channels if it went through, give the right to send back."""
        with self.database.write(self.actor) as work:
            self._record(work, results)
            opened = 0
            if went_through and not _why_not(work, self.ref, self.set_key, self.version):
                opened = open_next_channels(work, self.ref, self.set_key, self.version)
            deliveries.release_sender(work, self.ref, self.token)
        return opened


def _why_not(work: deliveries.Work, ref: str, set_key: str, version: int) -> str:
    held, state, newest = deliveries.may_go_on(work, ref, set_key)
    if held:
        return "held"
    return "" if (state, newest) == (SetState.RELEASED, version) else "set-void"


def _begin(
    database: Database,
    ref: str,
    set_key: str,
    *,
    owner: str,
    owner_is_dead: Callable[[str], bool],
    actor: str,
    journal: Path | None,
    stop_file: Path | None,
) -> tuple[_Books, int]:
    """Become the sender; return the books and how many messages were left in the middle."""
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
        holder = deliveries.sender_of(work, ref, lock=True)
        dead = holder is not None and holder.owner != owner and owner_is_dead(holder.owner)
        holder_name, held_token = (holder.owner, holder.token) if holder else ("", 0)
        token = deliveries.take_sender(work, ref, owner, takeover=dead)
        if holder is not None and dead and journal is not None:
            left = read_journal(journal, holder_name, held_token)
            if left is not None:
                deliveries.settle_dead(work, ref, token, taken=left.taken, begun=left.begun)
        doubtful = deliveries.mark_doubtful(work, ref, token)
        offers = given_in(work, ref)
        return _Books(
            database, ref, set_key, row.version, actor, token, offers, stop_file
        ), doubtful


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
        journal: File on this machine's own disk that outlives this process; None keeps none.
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
        until_idle,
        released_at,
    )
    with ThreadPoolExecutor(1, thread_name_prefix="ledger") as thread:

        async def in_thread(call: Callable[[], T]) -> T:
            return await asyncio.get_running_loop().run_in_executor(thread, call)

        await in_thread(check_seal)
        books, doubtful = await in_thread(
            lambda: _begin(
                database,
                ref,
                set_key,
                owner=owner,
                owner_is_dead=owner_is_dead,
                actor=actor,
                journal=journal,
                stop_file=stop_file,
            )
        )
        marks = Journal(journal, owner, books.token, 3 * window) if journal else None
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
