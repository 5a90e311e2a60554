"""Hands messages to the organisation's relay over a few connections that are used again.

The pool drives MAIL, RCPT and DATA itself: only who knows the stage can tell a message that may
be sent again from one that may have arrived.
"""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Literal

from pydantic import Field, SecretStr, model_validator

from incidents.delivery.attempt import Answer, Envelope, Stage, Take, Tell
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

    async def send(self, take: Take, tell: Tell) -> None:
        """Take messages one by one and tell the answer to each.

        The first connection is made before anything is taken, and alone: a relay that is away or
        refuses the login is found out once and not once per connection.

        Raises:
            DeliveryError: when the relay cannot be used; every message taken was answered.
        """
        lines = [self._line() for _ in range(self.route.connections)]
        try:
            await lines[0].open(self._pauses)
            await _Pool(lines, take, tell, self._pauses).run()
        finally:
            await asyncio.gather(*(line.quit() for line in lines), return_exceptions=True)

    def _line(self) -> Line:
        route = self.route
        door = Door(
            host=route.host,
            port=route.port,
            security=route.security,
            login=(route.username, route.password) if route.username else None,
            tls=self._tls,
            timeouts=self.timeouts,
        )
        return Line(door, route.helo)


class _Pool:
    """The connections of one sending."""

    def __init__(
        self, lines: Sequence[Line], take: Take, tell: Tell, pauses: Sequence[float]
    ) -> None:
        self.lines, self.take, self.tell, self.pauses = lines, take, tell, pauses
        self.closing = False
        self.waiting: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
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
        for task in self.waiting:
            task.cancel()

    async def serve(self, line: Line) -> None:
        """Carry messages over one connection until there are no more."""
        while not self.closing:
            if not line.is_open:
                await line.open(self.pauses)
            envelope = await self.next()
            if envelope is None:
                return
            try:
                answer = await self.deliver(line, envelope)
            except BaseException:  # cancelling too: what was taken is always answered
                self.tell(Answer(envelope.id, line.stage, text="lost"))
                raise
            self.tell(answer)

    async def next(self) -> Envelope | None:
        task = asyncio.current_task()
        if task is None or self.closing:
            return None
        self.waiting.add(task)
        try:
            return await self.take()
        finally:
            self.waiting.discard(task)

    async def deliver(self, line: Line, envelope: Envelope) -> Answer:
        """Send one message; once more over a new connection when a used one had gone stale."""
        used = line.carried > 0
        answer = await line.deliver(envelope)
        if used and line.went_stale(answer):
            try:
                await line.open(self.pauses)
            except RelayAwayError:
                return Answer(envelope.id, Stage.CONNECT, text="lost")
            return await line.deliver(envelope)
        return answer
