"""Drives MAIL, RCPT and DATA over one open connection, one message after another.

Only who knows the stage can tell a message that may be sent again from one that may have arrived.
Where the relay offers PIPELINING (RFC 2920) the three commands leave in one write, the next
message's behind the body of the one before, so that the wire is never waited for.
"""

import asyncio
import re
from collections import deque
from contextlib import suppress
from typing import NamedTuple, Protocol

from incidents.delivery.attempt import Answer, Envelope, Stage
from incidents.delivery.channels.smtp_door import Timeouts
from incidents.delivery.headers import check_address
from incidents.errors import InvalidInputError

_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_GO_AHEAD, _CLOSING, _TAKEN = 354, 421, 250
_LONGEST_REPLY = 1 << 16
_QUIT_SECONDS = 2.0
_END = b".\r\n"


class Work(Protocol):
    """Where a pump gets its messages."""

    def take(self) -> Envelope | None:
        """Return the next message, None when there is none now."""
        ...

    def tell(self, answer: Answer) -> None:
        """Take the answer to one message."""
        ...

    def begins(self, number: int) -> bool:
        """Hear that a text is about to be written; False when it may not be any more."""
        ...

    def again(self, envelope: Envelope) -> bool:
        """Take back a message that a stale connection never began; False when it was before."""
        ...


class Offers(NamedTuple):
    """What the relay said it can do (EHLO)."""

    pipelining: bool
    utf8: bool


class _Flight:
    """One message on the wire."""

    __slots__ = ("commands", "envelope", "refused")

    def __init__(self, envelope: Envelope, commands: list[bytes]) -> None:
        self.envelope = envelope
        self.commands = commands
        """MAIL, RCPT and DATA, each with its line end."""
        self.refused: Answer | None = None
        """The first refusal; what follows it only follows from it."""


class Pump(asyncio.Protocol):
    """The protocol of one connection that aiosmtplib has opened, secured and logged in.

    Args:
        transport: The connection.
        work: Where messages come from.
        offers: What the relay can do.
        timeouts: Limits per stage.
    """

    def __init__(
        self, transport: asyncio.Transport, work: Work, offers: Offers, timeouts: Timeouts
    ) -> None:
        self._transport, self._work, self._offers = transport, work, offers
        self._limits = {
            Stage.MAIL: timeouts.mail,
            Stage.RCPT: timeouts.rcpt,
            Stage.DATA: timeouts.data,
            Stage.BODY: timeouts.final,
            None: timeouts.mail,
        }
        self._loop = asyncio.get_running_loop()
        self._buffer = b""
        self._text: list[bytes] = []
        self._expected: deque[tuple[Stage | None, _Flight | None]] = deque()
        """Replies to come: the stage they answer, None for one that decides nothing."""
        self._since = 0.0
        self._rest: asyncio.Future[None] | None = None
        self.carried = 0
        """Messages answered over this connection."""
        self.is_open = True
        self._quitting = False
        transport.set_protocol(self)

    def begin(self) -> bool:
        """Send the next message, if there is one and none is under way."""
        if not self.is_open or self._expected:
            return False
        flight = self._next()
        if flight is None:
            self._woken()
            return False
        self._since = self._loop.time()
        self._transport.write(self._commands(flight))
        return True

    async def rest(self) -> None:
        """Wait until nothing is under way, or the connection has ended."""
        if self.is_open and self._expected:
            self._rest = self._loop.create_future()
            await self._rest

    def check(self) -> None:
        """End the connection when a reply has taken too long."""
        if self._expected and self._loop.time() - self._since > self._limits[self._expected[0][0]]:
            self.end("timeout")

    async def quit(self) -> None:
        """Take leave of the relay and end the connection."""
        if self.is_open and not self._expected:
            self._quitting = True
            self._since = self._loop.time()
            self._expected.append((None, None))
            self._transport.write(b"QUIT\r\n")
            with suppress(TimeoutError):
                await asyncio.wait_for(self.rest(), _QUIT_SECONDS)
        self.end("lost")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's name
        """Tell what became of everything under way."""
        self.end("lost")

    def data_received(self, data: bytes) -> None:
        """Read replies, each of one line or several (RFC 5321 4.2.1)."""
        lines = (self._buffer + data).split(b"\r\n")
        self._buffer = lines.pop()
        for line in lines:
            if line.startswith(b"250 "):
                self._reply(_TAKEN, line)
                if self._text:
                    self._text.clear()
                if not self.is_open:
                    return
                continue
            if not line[:3].isdigit() or line[3:4] not in b" -":
                self.end("junk")
                return
            if line[3:4] == b"-":
                self._text.append(line[4:])
                continue
            self._reply(int(line[:3]), line)
            self._text.clear()
            if not self.is_open:
                return
        if len(self._buffer) + sum(map(len, self._text)) > _LONGEST_REPLY:
            self.end("junk")

    def end(self, how: str) -> None:
        """End the connection now; what is under way is told by how far it came.

        Args:
            how: `timeout`, `lost` or `junk`.
        """
        if not self.is_open:
            return
        self.is_open = False
        self._transport.abort()
        told: set[int] = set()
        for stage, flight in self._expected:  # the first reply that is missing says how far it came
            if flight is not None and flight.envelope.id not in told:
                stale = self.carried > 0 and how != "timeout"
                self._lost(flight, stage or Stage.MAIL, how, waited=bool(told) or stale)
                told.add(flight.envelope.id)
        self._expected.clear()
        self._woken()

    def _lost(self, flight: _Flight, stage: Stage, how: str, *, waited: bool) -> None:
        """Tell what became of a message; one that only waited behind another goes once more."""
        unheard = stage is Stage.MAIL and flight.refused is None
        if unheard and waited and self._work.again(flight.envelope):
            return
        self._work.tell(flight.refused or Answer(flight.envelope.id, stage, text=how))

    def _reply(self, code: int, line: bytes) -> None:
        if not self._expected:
            self.end("lost")  # the relay takes its leave
            return
        stage, flight = self._expected.popleft()
        if flight is None:
            self._since = self._loop.time()
            if not self._expected:
                self._after_void(code)
        elif stage is Stage.BODY:
            self._since = self._loop.time()
            self.carried += 1
            self._work.tell(self._answer(flight, stage, code, line))
            if code // 100 not in {2, 4, 5} or code == _CLOSING:
                self.end("lost")
            elif not self._expected:
                self.begin()
        elif stage is Stage.DATA and code == _GO_AHEAD and flight.refused is None:
            self._since = self._loop.time()
            self._send_body(flight)
        elif stage is Stage.DATA or code // 100 != 2 or flight.refused is not None:  # noqa: PLR2004
            self._since = self._loop.time()
            self._refuse(flight, stage or Stage.MAIL, code, line)
        elif not self._offers.pipelining:
            self._since = self._loop.time()
            self._write_next(flight, Stage(stage + 1) if stage else Stage.MAIL)

    def _refuse(self, flight: _Flight, stage: Stage, code: int, line: bytes) -> None:
        if flight.refused is None:
            flight.refused = self._answer(flight, stage, code, line)
        if code == _CLOSING or (code // 100 not in {2, 3, 4, 5}):
            self._expected.appendleft((stage, flight))
            if code == _CLOSING and stage is Stage.MAIL and self.carried:
                flight.refused = None  # it said so before it knew the message
            self.end("lost")
        elif stage is Stage.DATA or not self._offers.pipelining:
            self._call_off(flight, code)

    def _send_body(self, flight: _Flight) -> None:
        if not self._work.begins(flight.envelope.id):
            # The relay waits for a text now, and nothing but the end of the line spares it one.
            flight.refused = Answer(flight.envelope.id, Stage.CONNECT, text="lost")
            self._expected.appendleft((Stage.DATA, flight))
            self.end("lost")
            return
        following = self._next() if self._offers.pipelining else None
        self._expected.append((Stage.BODY, flight))
        more = self._commands(following) if following else b""
        self._transport.write(b"".join((flight.envelope.message, _END, more)))

    def _call_off(self, flight: _Flight, code: int) -> None:
        """Leave a message that was refused; RFC 2920 3.1: the relay may still wait for a text."""
        if flight.refused is not None:
            self.carried += 1
            self._work.tell(flight.refused)
        if code == _GO_AHEAD:
            self._expected.append((None, None))
            self._transport.write(_END)
        self._expected.append((None, None))
        self._transport.write(b"RSET\r\n")

    def _after_void(self, code: int) -> None:
        if self._quitting:
            self._woken()
        elif code // 100 == 2:  # noqa: PLR2004
            self.begin()
        else:
            self.end("lost")

    def _next(self) -> _Flight | None:
        """Return the next message that this relay can take; what it cannot is answered for."""
        while (envelope := self._work.take()) is not None:
            try:
                sender, recipient = _path(envelope.sender), _path(envelope.recipient)
            except InvalidInputError:
                self._work.tell(Answer(envelope.id, Stage.RCPT, 553, "5.1.3", "not a mailbox"))
                continue
            options = b""
            if not (sender.isascii() and recipient.isascii()):
                if not self._offers.utf8:
                    self._work.tell(Answer(envelope.id, Stage.RCPT, 553, "5.6.7", "no-smtputf8"))
                    continue
                options = b" SMTPUTF8 BODY=8BITMIME"
            mail = b"MAIL FROM:<%b>%b\r\n" % (sender, options)
            return _Flight(envelope, [mail, b"RCPT TO:<%b>\r\n" % recipient, b"DATA\r\n"])
        return None

    def _commands(self, flight: _Flight) -> bytes:
        """Return what is written first of a message, and expect its replies."""
        if not self._offers.pipelining:
            self._expected.append((Stage.MAIL, flight))
            return flight.commands[0]
        self._expected += ((Stage.MAIL, flight), (Stage.RCPT, flight), (Stage.DATA, flight))
        return b"".join(flight.commands)

    def _write_next(self, flight: _Flight, stage: Stage) -> None:
        self._expected.append((stage, flight))
        self._transport.write(flight.commands[stage - Stage.MAIL])

    def _answer(self, flight: _Flight, stage: Stage, code: int, line: bytes) -> Answer:
        if code == _TAKEN:
            return Answer(flight.envelope.id, stage, code)
        text = b"\n".join((*self._text, line[4:])).decode("utf-8", "replace")
        found = _ENHANCED.match(text)
        return Answer(flight.envelope.id, stage, code, found[1] if found else "", text)

    def _woken(self) -> None:
        if self._rest is not None and not self._rest.done():
            self._rest.set_result(None)


def _path(address: str) -> bytes:
    return check_address(address).encode()
