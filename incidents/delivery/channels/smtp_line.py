"""One connection to a relay, and how far each message on it has come."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress

import aiosmtplib

from incidents.delivery.attempt import Answer, Envelope, Stage
from incidents.delivery.channels.smtp_door import Door, RelayAwayError
from incidents.delivery.headers import check_address
from incidents.errors import InvalidInputError

_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_LONE_END = re.compile(rb"\r\n|\r|\n")
_GO_AHEAD = 354
QUIT_SECONDS = 2.0


class Line:
    """A connection that carries one message after another.

    Args:
        door: The relay.
        helo: Own name, empty to ask the resolver.
    """

    def __init__(self, door: Door, helo: str) -> None:
        self.door, self.helo, self.timeouts = door, helo, door.timeouts
        self.stage = Stage.CONNECT
        self.carried = 0
        """Messages answered over the present connection."""
        self._client: aiosmtplib.SMTP | None = None

    @property
    def is_open(self) -> bool:
        """Whether the connection stands."""
        return self._client is not None and self._client.is_connected

    async def open(self, pauses: Sequence[float]) -> None:
        """Connect, secure and log in, with a few tries.

        Raises:
            RelayAwayError: when the relay is not there or busy after all tries.
            DeliveryError: when it will not have us: login, certificate, STARTTLS.
        """
        for pause in (*pauses, None):
            try:
                await self._open_once()
            except RelayAwayError:
                self.close()
                if pause is None:
                    raise
                await asyncio.sleep(pause)
            except BaseException:
                self.close()
                raise
            else:
                return

    async def _open_once(self) -> None:
        self.close()
        self.carried = 0
        self._client = await self.door.enter(self.helo, self._reach)
        self.helo = self._client.local_hostname or self.helo  # asked for once, not each time

    def _reach(self, stage: Stage) -> None:
        self.stage = stage

    async def deliver(self, envelope: Envelope) -> Answer:
        """Carry one message and return the last word heard about it; never raises for the wire."""
        self.stage = Stage.MAIL
        try:
            return await self._carry(envelope)
        except aiosmtplib.SMTPTimeoutError:
            return self._lost(envelope, "timeout")
        except aiosmtplib.SMTPResponseException:
            return self._lost(envelope, "junk")
        except (aiosmtplib.SMTPException, OSError):
            return self._lost(envelope, "lost")
        except asyncio.CancelledError:
            self.close()
            raise

    async def _carry(self, envelope: Envelope) -> Answer:
        client = self._client
        if client is None:
            return self._lost(envelope, "lost")
        options = self._options(envelope)
        if options is None:
            return Answer(envelope.id, Stage.RCPT, 553, "5.6.7", "no-smtputf8")
        try:
            recipient = _path(envelope.recipient)
        except InvalidInputError:
            return Answer(envelope.id, Stage.RCPT, 553, "5.1.3", "not a mailbox address")
        limits = self.timeouts
        commands = (
            (Stage.MAIL, (b"MAIL", b"FROM:" + _path(envelope.sender), *options), limits.mail),
            (Stage.RCPT, (b"RCPT", b"TO:" + recipient), limits.rcpt),
            (Stage.DATA, (b"DATA",), limits.data),
        )
        for stage, words, limit in commands:
            self.stage = stage
            code, text = await client.execute_command(*words, timeout=limit)
            wanted = code == _GO_AHEAD if stage is Stage.DATA else code // 100 == 2  # noqa: PLR2004
            if not wanted:
                return await self._not_taken(envelope, code, text)
        protocol = client.protocol
        if protocol is None:
            return self._lost(envelope, "lost")
        body = _stuffed(envelope.message)
        self.stage = Stage.BODY
        protocol.write(body)
        code, text = await protocol.read_response(timeout=limits.final)
        self.carried += 1
        if code // 100 not in {2, 4, 5} or code == 421:  # noqa: PLR2004
            self.close()
        return Answer(envelope.id, Stage.BODY, code, _enhanced(text), text)

    def _options(self, envelope: Envelope) -> tuple[bytes, ...] | None:
        """Return the parameters MAIL needs, None when the relay cannot take the address."""
        client = self._client
        if envelope.recipient.isascii() and envelope.sender.isascii():
            return ()
        if client is None or not client.supports_extension("smtputf8"):
            return None
        return (b"SMTPUTF8", b"BODY=8BITMIME")

    async def _not_taken(self, envelope: Envelope, code: int, text: str) -> Answer:
        answer = Answer(envelope.id, self.stage, code, _enhanced(text), text)
        client = self._client
        if code // 100 not in {4, 5} or client is None:
            self.close()  # what the relay thinks of this conversation is unknown
        elif client.is_connected:
            self.carried += 1
            with suppress(aiosmtplib.SMTPException, OSError):
                reply = await client.execute_command(b"RSET", timeout=self.timeouts.mail)
                if reply.code // 100 == 2:  # noqa: PLR2004
                    return answer
            self.close()
        return answer

    def _lost(self, envelope: Envelope, how: str) -> Answer:
        self.close()
        return Answer(envelope.id, self.stage, text=how)

    def went_stale(self, answer: Answer) -> bool:
        """Return whether the connection had ended before this message came to it."""
        return answer.stage is Stage.MAIL and (
            answer.code == 421 or (answer.code == 0 and answer.text == "lost")  # noqa: PLR2004
        )

    def close(self) -> None:
        """Drop the connection without a word."""
        if self._client is not None:
            self._client.close()
            self._client = None

    async def quit(self) -> None:
        """Take leave of the relay and drop the connection."""
        if self._client is not None and self._client.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError):
                await self._client.execute_command(b"QUIT", timeout=QUIT_SECONDS)
        self.close()


def _path(address: str) -> bytes:
    return b"<" + check_address(address).encode() + b">"


def _enhanced(text: str) -> str:
    found = _ENHANCED.match(text)
    return found.group(1) if found else ""


def _stuffed(message: bytes) -> bytes:
    """Return a message as DATA carries it: CRLF only, dots doubled, ended by a lone dot."""
    # A lone CR or LF before a dot is how a second message is smuggled past a lax relay.
    ends = message.count(b"\r\n")
    if message.count(b"\n") != ends or message.count(b"\r") != ends:
        message = _LONE_END.sub(b"\r\n", message)
    if not message.endswith(b"\r\n"):
        message += b"\r\n"
    if message.startswith(b"."):
        message = b"." + message
    return message.replace(b"\r\n.", b"\r\n..") + b".\r\n"
