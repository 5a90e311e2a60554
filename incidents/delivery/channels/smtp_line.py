"""One connection to a relay, and how far each message on it has come."""

import asyncio
import re
import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import aiosmtplib
from pydantic import SecretStr

from incidents.delivery.attempt import Answer, Envelope, Stage
from incidents.delivery.compose import check_address
from incidents.errors import DeliveryError, InvalidInputError

_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_LONE_END = re.compile(rb"\r\n|\r|\n")
_LOGINS = ("plain", "login", "cram-md5")
_GO_AHEAD = 354
QUIT_SECONDS = 2.0


class Timeouts(NamedTuple):
    """Seconds to wait at each stage; the numbers are those of RFC 5321 4.5.3.2."""

    banner: float = 300.0
    mail: float = 300.0
    rcpt: float = 300.0
    data: float = 120.0
    final: float = 600.0
    """After the last dot: a shorter wait makes second copies."""


class RelayAwayError(DeliveryError):
    """The relay did not take a connection now; it may later."""

    slug = "relay-away"


class Line:
    """A connection that carries one message after another.

    Args:
        host: Relay.
        port: Its port.
        security: `none`, `starttls` or `tls`.
        login: User name and password, or None.
        helo: Own name, empty to ask the resolver.
        tls: Trust settings.
        timeouts: Limits per stage.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: str,
        login: tuple[str, SecretStr] | None,
        helo: str,
        tls: ssl.SSLContext | None,
        timeouts: Timeouts,
    ) -> None:
        self.host, self.port, self.security, self.login = host, port, security, login
        self.helo, self.tls, self.timeouts = helo, tls, timeouts
        self.stage = Stage.CONNECT
        self.carried = 0
        """Messages answered over the present connection."""
        self._client: aiosmtplib.SMTP | None = None

    @property
    def is_open(self) -> bool:
        """Whether the connection stands."""
        return self._client is not None and self._client.is_connected

    @property
    def where(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"

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
        self.stage, self.carried = Stage.CONNECT, 0
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            local_hostname=self.helo or None,
            timeout=self.timeouts.mail,
            use_tls=self.security == "tls",
            start_tls=False,  # done below, where its absence stops the route
            tls_context=self.tls if self.security != "none" else None,
        )
        self._client = client
        try:
            await client.connect(timeout=self.timeouts.banner)
            self.helo = client.local_hostname or self.helo
            await self._greet(client)
        except aiosmtplib.SMTPResponseException as error:
            raise self._refused(error.code) from None
        except ssl.SSLError:
            raise self._no_trust() from None
        except (aiosmtplib.SMTPException, OSError) as error:
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                raise self._no_trust() from None
            what = "took too long" if isinstance(error, TimeoutError) else "cannot be reached"
            raise RelayAwayError(
                f"the relay {what} at {self.stage.name}",
                where=self.where,
                repair="check FORTHWITH_SMTP__HOST and its port; what is unsent stays planned",
            ) from None

    async def _greet(self, client: aiosmtplib.SMTP) -> None:
        self.stage = Stage.HELLO
        await client.ehlo(timeout=self.timeouts.mail)
        if self.security == "starttls":
            self.stage = Stage.TLS
            if not client.supports_extension("starttls"):
                raise DeliveryError(
                    "the relay offers no STARTTLS, and nothing is sent in the clear",
                    where=self.where,
                    repair="use its TLS port with FORTHWITH_SMTP__SECURITY=tls, or mend the relay",
                )
            await client.starttls(timeout=self.timeouts.mail)
            await client.ehlo(timeout=self.timeouts.mail)
        if self.login is not None:
            self.stage = Stage.AUTH
            await self._log_in(client, *self.login)

    async def _log_in(self, client: aiosmtplib.SMTP, user: str, password: SecretStr) -> None:
        # One method and one try: trying all of them with a wrong password locks the account.
        offered = [name for name in _LOGINS if name in client.supported_auth_methods]
        if not offered:
            raise DeliveryError(
                "the relay offers no login this software knows",
                where=self.where,
                repair="remove FORTHWITH_SMTP__USERNAME, or enable PLAIN at the relay",
            )
        secret, limit = password.get_secret_value(), self.timeouts.mail
        match offered[0]:
            case "plain":
                await client.auth_plain(user, secret, timeout=limit)
            case "login":
                await client.auth_login(user, secret, timeout=limit)
            case _:
                await client.auth_crammd5(user, secret, timeout=limit)

    def _refused(self, code: int) -> DeliveryError:
        if 500 <= code < 600:  # noqa: PLR2004
            return DeliveryError(
                f"the relay refused us at {self.stage.name} with {code}",
                where=self.where,
                repair="check user, password and what the relay allows; all else stays planned",
            )
        return RelayAwayError(
            f"the relay is not ready at {self.stage.name} ({code})",
            where=self.where,
            repair="send again later; what is unsent stays planned",
        )

    def _no_trust(self) -> DeliveryError:
        return DeliveryError(
            "the relay's certificate is not trusted, and nothing is sent in the clear",
            where=self.where,
            repair="use the name its certificate carries, or install its authority on this machine",
        )

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
