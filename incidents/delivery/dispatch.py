"""Keeps a channel fed and the ledger up to date, and stops at a word.

Nothing here knows a database or a relay. The ledger is called in a thread of its own, so that
connections never wait for a disk.
"""

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Awaitable
from contextlib import suppress
from typing import Generic

from incidents.delivery.attempt import Answer, Channel, Envelope, Stage
from incidents.delivery.orders import C, InThread, Ledger, Marks, Orders
from incidents.delivery.outcome import (
    Result,
    doubted_out,
    is_doubted_out,
    not_composed,
    put_back,
    settle,
)
from incidents.delivery.retry import Breaker
from incidents.errors import DeliveryError, InvalidInputError
from incidents.models.states import DeliveryState

_OK = 250
LOOK_SECONDS = 0.3
ASK_SECONDS = 3.0
"""How long a caller may think at the start before sending begins without its word."""
BLIND_SECONDS = 1.0
"""Without a fresh look at the hold for this long nothing new is begun."""
RECORD_SECONDS = 0.1
KEEP_SECONDS = 15.0
PROGRESS_SECONDS = 1.0
GRACE_SECONDS = 20.0
"""How long messages on the wire may take to end when the sending itself is cancelled."""
WAIT_SECONDS = 2.0
SEAL_EVERY = 16
"""Windows of messages between two looks at the seal."""


class Dispatch(Generic[C]):
    """One sending under way: what is claimed, on the wire, and answered but not yet recorded.

    Args:
        ledger: The books.
        orders: What to make, when to stop, whom to tell.
        in_thread: Runs a call of the ledger.
        marks: Keeps how far each message has come.
    """

    def __init__(
        self, ledger: Ledger[C], orders: Orders[C], in_thread: InThread, marks: Marks
    ) -> None:
        self.ledger, self.orders, self.in_thread = ledger, orders, in_thread
        self.marks = marks
        self.stop = ""
        self.error: BaseException | None = None
        self.done: Counter[str] = Counter()
        self._ready: deque[C] = deque()
        self._flying: dict[int, tuple[C, str]] = {}
        self._answered: list[Result] = []
        self._more, self._wake = asyncio.Event(), asyncio.Event()
        self._idle = self._dry = self._closing = False
        self._seen_at = float("-inf")
        self._asked = asyncio.Event()
        self._renew = False
        self._shown_at = self._show_every = 0.0
        self._breaker = Breaker()
        self._half = (orders.window + 1) // 2
        self._rng = random.Random()  # noqa: S311  # spreads tries in time; nothing secret

    async def carry_out(self, channel: Channel) -> bool:
        """Send until nothing is due or it is stopped; return whether the caller was cancelled.

        An error is kept in `error`, so that the books can be closed before it is raised.
        """
        looking = asyncio.create_task(self._guarded(self._keep_looking()))
        asking = asyncio.create_task(self._guarded(self._keep_asking()))
        books = asyncio.create_task(self._guarded(self._keep_books()))
        sending = asyncio.create_task(self._guarded(self._feed(channel)))
        cancelled = False
        try:
            await asyncio.wait({sending})
        except asyncio.CancelledError:
            cancelled = True
            self._halt("cancelled")
            await asyncio.wait({sending}, timeout=GRACE_SECONDS)
        finally:
            for task in (sending, looking, asking):
                task.cancel()
            self._closing = True
            self._wake.set()
            await asyncio.wait({sending, looking, asking, books})
        return cancelled

    def remains(self) -> list[Result]:
        """Return what is still to be recorded: late answers, and what was not begun.

        A message that the channel took and never answered for may have gone out.
        """
        for number in list(self._flying):
            self.tell(Answer(number, Stage.BODY, text="lost"))
        return self._answered + [put_back(claimed) for claimed in self._ready]

    async def _guarded(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001  # kept, and raised once the books are closed
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        self.error = self.error or error
        self._halt("failed")

    def _halt(self, reason: str) -> None:
        self.stop = self.stop or reason
        self._more.set()
        self._wake.set()

    async def _keep_looking(self) -> None:
        """Look several times a second whether the ledger wants it stopped."""
        await self._asked.wait()
        while not self._closing:
            reason = await asyncio.to_thread(self.ledger.look)
            if reason is None:
                self._renew = True
                self._wake.set()
            else:
                self._seen_at = time.monotonic()
            if reason:
                self._halt(reason)
            self._more.set()
            await asyncio.sleep(LOOK_SECONDS)

    async def _keep_asking(self) -> None:
        """Ask the caller about once a second; one that hangs, such as a server, stops nothing."""
        while not self._closing:
            answer = asyncio.create_task(asyncio.to_thread(self.orders.should_stop))
            done, _ = await asyncio.wait({answer}, timeout=ASK_SECONDS)
            if not done:
                self._asked.set()  # its answer still counts when it comes
                await asyncio.wait({answer})
            reason = answer.result()
            if reason:
                self._halt(reason)
            self._asked.set()
            await asyncio.sleep(LOOK_SECONDS)

    async def _feed(self, channel: Channel) -> None:
        """Open the channel once there is something to send."""
        while not (self._ready or self._idle or self.stop):
            self._more.clear()
            await self._more.wait()
        if self._ready and not self.stop:
            await channel.send(self)

    def take(self) -> Envelope | None:
        """Return the next message, if the last look at the hold is fresh and let it pass."""
        while self._may_begin():
            claimed = self._ready.popleft()
            envelope = self._prepare(claimed)
            if envelope is not None:
                return envelope
        return None

    async def more(self) -> bool:
        """Wait for the next message; False when it is stopped or nothing is due."""
        while not self.stop:
            if self._may_begin():
                return True
            if self._idle and not self._ready:
                return False
            self._wake.set()
            self._more.clear()
            await self._more.wait()
        return False

    def begins(self, number: int) -> bool:
        """Hear that a text is about to be written; False after a hold, or without a fresh look."""
        if self.stop or not self._sees():
            return False
        self.marks.begins(number)
        return True

    def _may_begin(self) -> bool:
        return bool(self._ready) and not self.stop and self._sees()

    def _sees(self) -> bool:
        return time.monotonic() - self._seen_at <= BLIND_SECONDS

    def _prepare(self, claimed: C) -> Envelope | None:
        if is_doubted_out(claimed):
            self._settled(doubted_out(claimed))
            return None
        try:
            made = self.orders.render(claimed)
        except InvalidInputError:
            self._settled(not_composed(claimed))
            return None
        except Exception as error:  # noqa: BLE001  # whatever it is, nobody may be lost by it
            self._settled(put_back(claimed))
            self._fail(error)
            return None
        self._flying[claimed.id] = (claimed, made.message_id)
        self.marks.takes_off(claimed.id, made.message_id)
        return Envelope(claimed.id, made.sender, made.recipient, made.message)

    def tell(self, answer: Answer) -> None:
        """Take the answer to one message."""
        claimed, name = self._flying.pop(answer.id)
        taken = answer.stage is Stage.BODY and answer.code // 100 == 2  # noqa: PLR2004
        if answer.code or answer.stage is not Stage.BODY:
            self.marks.ends(answer.id, taken=taken, reply_code=answer.code)
        if answer.code == _OK and taken:  # nearly all
            self._settled(Result(claimed.id, DeliveryState.HANDED_OVER, "", _OK, None, name))
            self._breaker.passes()
            return
        try:
            result, verdict = settle(
                claimed,
                answer,
                message_id=name,
                now=self.orders.now(),
                rng=self._rng,
                released_at=self.orders.released_at,
            )
        except DeliveryError as error:
            self._settled(put_back(claimed, name))
            self._fail(error)
            return
        self._settled(result)
        tripped = self._breaker.trips(verdict)
        if tripped and not self.stop:
            self._fail(
                DeliveryError(
                    f"stopped by {tripped}: the relay refuses us, not single people",
                    repair="ask the relay's keeper, then send again; the rest stays planned",
                )
            )

    def _settled(self, result: Result) -> None:
        self._answered.append(result)
        if result.state is not DeliveryState.PLANNED:
            self.done[result.state] += 1
        if len(self._answered) >= self._half or not self._flying:
            self._wake.set()

    def _room(self) -> int:
        """Return how many more may be marked as being sent: so many can be in doubt at a death."""
        if self.stop or self._idle or self._dry:
            return 0
        return max(self.orders.window - len(self._ready) - len(self._flying), 0)

    def _turn_is_due(self) -> bool:
        """Return whether there is enough to record or to claim for one commit."""
        ended = bool(self._answered) and not (self._ready or self._flying)
        return len(self._answered) >= self._half or self._room() >= self._half or ended

    async def _keep_books(self) -> None:
        """Record and claim until the sending has ended."""
        kept_at, unchecked = 0.0, 0
        checked_at, took = time.monotonic(), 0.0
        while not self._closing:
            old = time.monotonic() - kept_at > (RECORD_SECONDS if self._answered else KEEP_SECONDS)
            if self._turn_is_due() or old or self._renew:
                self._renew = False
                # A long list takes its time to check; it may not take more than a twentieth of it.
                rested = time.monotonic() - checked_at >= 20 * took
                if unchecked >= SEAL_EVERY * self.orders.window and rested:
                    began = time.monotonic()
                    await self.in_thread(self.orders.check_seal)
                    unchecked, checked_at = 0, time.monotonic()
                    took = checked_at - began
                unchecked += await self._turn(self._room())
                kept_at = time.monotonic()
            await self._show()
            if self._dry and not (self._ready or self._flying or self._answered):
                await self._rest()
            elif not self._turn_is_due():
                await self._pause(RECORD_SECONDS)

    async def _turn(self, size: int) -> int:
        """Record what was answered and claim more; return how many were claimed."""
        batch, self._answered = self._answered, []
        try:
            claimed, stop = await self.in_thread(lambda: self.ledger.turn(batch, size))
        except BaseException:
            self._answered = batch + self._answered  # recording twice is harmless
            raise
        self.marks.recorded([one.id for one in batch])
        if size and not claimed:
            self._dry = True
        now = self.orders.now()
        if any(
            one.state is DeliveryState.PLANNED or (one.next_at is not None and one.next_at <= now)
            for one in batch
        ):
            self._dry = False  # something came back that is due at once
        self._ready.extend(claimed)
        if stop:
            self._halt(stop)
        self._more.set()
        return len(claimed)

    async def _rest(self) -> None:
        """Nothing is due: end, or wait for what was put off or is in another's hands."""
        due_at = await self.in_thread(self.ledger.due_at)
        if due_at is None:
            self._idle = True
            self._more.set()
            await self._pause(WAIT_SECONDS)
            return
        wait = (due_at - self.orders.now()).total_seconds()
        await self._pause(min(max(wait, RECORD_SECONDS), WAIT_SECONDS))
        self._dry = False

    async def _pause(self, seconds: float) -> None:
        self._wake.clear()
        if self._closing:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    async def _show(self) -> None:
        if time.monotonic() - self._shown_at < max(PROGRESS_SECONDS, self._show_every):
            return
        began = time.monotonic()
        states = await self.in_thread(self.ledger.states)
        self._shown_at = time.monotonic()
        # Counting a long ledger takes its time; it may not take more than a twentieth of it.
        self._show_every = 20 * (self._shown_at - began)
        with suppress(Exception):  # a view that fails never spoils a sending
            self.orders.progress(states)
