"""Hands messages to the organisation's relay over a few connections that are used again."""

import asyncio
import ssl
from collections import deque
from collections.abc import Sequence
from typing import Literal

from pydantic import Field, SecretStr, model_validator

from incidents.delivery.attempt import Answer, Envelope, Feed, Stage
from incidents.delivery.channels.smtp_door import Door, RelayAwayError, Timeouts
from incidents.delivery.channels.smtp_line import Line
from incidents.models.base import Value

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class SmtpRoute(Value):
    """One relay and how to reach it."""

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    """`none` goes to a relay on this machine only; the other two are never weakened."""
    username: str = ""
    password: SecretStr = SecretStr("")
    timeout: float = Field(default=0, ge=0)
    """Seconds for every stage; 0 keeps the limits of RFC 5321 4.5.3.2."""
    connections: int = Field(default=4, ge=1, le=64)
    helo: str = ""
    """Name this machine gives in EHLO; empty asks the resolver."""

    @model_validator(mode="after")
    def _plain_stays_here(self) -> "SmtpRoute":
        if self.security == "none" and self.host.lower() not in LOOPBACK:
            raise ValueError("security `none` is for a relay on this machine; use starttls or tls")
        return self

    @property
    def where(self) -> str:
        """Host and port, as errors name the route."""
        return f"{self.host}:{self.port}"


class SmtpChannel:
    """A pool of connections to one relay.

    Args:
        route: The relay.
        timeouts: Limits per stage in seconds; by default the route's one, else those of RFC 5321.
        tls: Trust settings for another authority than the system's; checking stays on by default.
        pauses: Seconds between tries to connect, so one try more than there are pauses.
    """

    def __init__(
        self,
        route: SmtpRoute,
        *,
        timeouts: Timeouts | None = None,
        tls: ssl.SSLContext | None = None,
        pauses: Sequence[float] = (1.0, 4.0),
    ) -> None:
        self.route = route
        self.timeouts = timeouts or (
            Timeouts(*[route.timeout] * len(Timeouts._fields)) if route.timeout else Timeouts()
        )
        # One context for all connections: making one costs more than a whole message.
        self._tls = tls or (ssl.create_default_context() if route.security != "none" else None)
        self._pauses = pauses

    async def send(self, feed: Feed) -> None:
        """Take messages one by one and tell the answer to each.

        The first connection is made before anything is taken, and alone: a relay that is away or
        refuses the login is found out once and not once per connection.

        Raises:
            DeliveryError: when the relay cannot be used; every message taken was answered.
        """
        pool = _Pool(feed, self._pauses)
        pool.lines = [self._line(pool) for _ in range(self.route.connections)]
        watching = asyncio.create_task(pool.watch(min(self.timeouts) / 4))
        try:
            await pool.lines[0].open(self._pauses)
            await pool.run()
        finally:
            watching.cancel()
            await asyncio.gather(*(line.quit() for line in pool.lines), return_exceptions=True)
            pool.give_up()

    def _line(self, pool: "_Pool") -> Line:
        route = self.route
        door = Door(
            host=route.host,
            port=route.port,
            security=route.security,
            login=(route.username, route.password) if route.username else None,
            tls=self._tls,
            timeouts=self.timeouts,
        )
        return Line(door, route.helo, pool)


class _Pool:
    """The connections of one sending."""

    def __init__(self, feed: Feed, pauses: Sequence[float]) -> None:
        self.lines: list[Line] = []
        self.feed, self.pauses = feed, pauses
        self.closing = False
        self._stale: deque[Envelope] = deque()
        self._second: set[int] = set()
        """Messages that a stale connection gave back once."""
        self._waiting: set[asyncio.Task[None]] = set()

    def take(self) -> Envelope | None:
        """Return the next message, None when there is none now."""
        if self.closing:
            return None
        return self._stale.popleft() if self._stale else self.feed.take()

    def tell(self, answer: Answer) -> None:
        """Pass the answer to one message on."""
        self.feed.tell(answer)

    def begins(self, number: int) -> bool:
        """Pass on that a text is about to be written; return whether it may be."""
        return self.feed.begins(number)

    def again(self, envelope: Envelope) -> bool:
        """Take back a message whose connection had ended before it came to it; once."""
        if self.closing or envelope.id in self._second:
            return False
        self._second.add(envelope.id)
        self._stale.append(envelope)
        return True

    def give_up(self) -> None:
        """Tell of what was given back and found no other connection."""
        while self._stale:
            self.feed.tell(Answer(self._stale.popleft().id, Stage.CONNECT, text="lost"))

    async def watch(self, every: float) -> None:
        """End connections whose relay has fallen silent."""
        while True:
            await asyncio.sleep(min(max(every, 0.02), 5.0))
            for line in self.lines:
                line.check()

    async def run(self) -> None:
        """Carry messages over all connections until there are no more.

        Raises:
            DeliveryError: when one of them is refused, or none can be had.
        """
        tasks = {asyncio.create_task(self.serve(line)) for line in self.lines}
        failure: BaseException | None = None
        away: BaseException | None = None
        ended_well = False
        try:
            while tasks:
                done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    error = None if task.cancelled() else task.exception()
                    if isinstance(error, RelayAwayError):
                        away = error  # fewer connections; the others go on
                    elif error is not None:
                        failure = failure or error
                    else:
                        ended_well = True
                if failure is not None:
                    self.close_idle()
        except asyncio.CancelledError:
            self.closing = True
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise
        if failure is not None:
            raise failure
        if away is not None and not ended_well:
            raise away

    def close_idle(self) -> None:
        """Take nothing more, but let messages on the wire end."""
        self.closing = True
        for task in self._waiting:
            task.cancel()

    async def serve(self, line: Line) -> None:
        """Carry messages over one connection until there are no more."""
        while not self.closing:
            if not line.is_open:
                await line.open(self.pauses)
            pump = line.pump
            if pump is None:
                continue
            if not pump.begin() and not (self._stale or await self._more()):
                return
            await pump.rest()

    async def _more(self) -> bool:
        task = asyncio.current_task()
        if task is None or self.closing:
            return False
        self._waiting.add(task)
        try:
            return await self.feed.more()
        finally:
            self._waiting.discard(task)
