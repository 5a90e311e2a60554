"""The way into a relay: connect, secure, log in; or say why not, and for whom it closes."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import aiosmtplib
from pydantic import SecretStr

from incidents.delivery.attempt import Stage
from incidents.errors import DeliveryError

_LOGINS = ("plain", "login", "cram-md5")
Reached = Callable[[Stage], None]


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


@dataclass(frozen=True)
class Door:
    """One relay and how it is entered."""

    host: str
    port: int
    security: str
    """`none`, `starttls` or `tls`."""
    login: tuple[str, SecretStr] | None = field(repr=False)
    tls: ssl.SSLContext | None = field(repr=False)
    timeouts: Timeouts

    @property
    def where(self) -> str:
        """Host and port, as errors name the relay."""
        return f"{self.host}:{self.port}"

    async def enter(self, helo: str, reached: Reached) -> aiosmtplib.SMTP:
        """Return a connection that is ready for MAIL.

        Args:
            helo: Own name, empty to ask the resolver.
            reached: Told each stage when it begins.

        Raises:
            RelayAwayError: when the relay is not there or busy.
            DeliveryError: when it will not have us: login, certificate, STARTTLS.
        """
        stage = Stage.CONNECT

        def at(now: Stage) -> None:
            nonlocal stage
            stage = now
            reached(now)

        at(Stage.CONNECT)
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            local_hostname=helo or None,
            timeout=self.timeouts.mail,
            use_tls=self.security == "tls",
            start_tls=False,  # done below, where its absence stops the route
            tls_context=self.tls if self.security != "none" else None,
        )
        try:
            await client.connect(timeout=self.timeouts.banner)
            await self._greet(client, at)
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise self._named(stage, error) from None
        except BaseException:
            client.close()
            raise
        return client

    def _named(self, stage: Stage, error: Exception) -> DeliveryError:
        """Return an error that says what is wrong, without the relay's words and our secrets."""
        if isinstance(error, aiosmtplib.SMTPResponseException):
            return self._refused(stage, error.code)
        if any(isinstance(one, ssl.SSLError) for one in (error, error.__cause__)):
            return self._no_trust()
        what = "took too long" if isinstance(error, TimeoutError) else "cannot be reached"
        return RelayAwayError(
            f"the relay {what} at {stage.name}",
            where=self.where,
            repair="check FORTHWITH_SMTP__HOST and its port; what is unsent stays planned",
        )

    async def _greet(self, client: aiosmtplib.SMTP, reached: Reached) -> None:
        reached(Stage.HELLO)
        await client.ehlo(timeout=self.timeouts.mail)
        if self.security == "starttls":
            reached(Stage.TLS)
            if not client.supports_extension("starttls"):
                raise DeliveryError(
                    "the relay offers no STARTTLS, and nothing is sent in the clear",
                    where=self.where,
                    repair="use its TLS port with FORTHWITH_SMTP__SECURITY=tls, or mend the relay",
                )
            await client.starttls(timeout=self.timeouts.mail)
            await client.ehlo(timeout=self.timeouts.mail)
        if self.login is not None:
            reached(Stage.AUTH)
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

    def _refused(self, stage: Stage, code: int) -> DeliveryError:
        if 500 <= code < 600:  # noqa: PLR2004
            return DeliveryError(
                f"the relay refused us at {stage.name} with {code}",
                where=self.where,
                repair="check user, password and what the relay allows; all else stays planned",
            )
        return RelayAwayError(
            f"the relay is not ready at {stage.name} ({code})",
            where=self.where,
            repair="send again later; what is unsent stays planned",
        )

    def _no_trust(self) -> DeliveryError:
        return DeliveryError(
            "the relay's certificate is not trusted, and nothing is sent in the clear",
            where=self.where,
            repair="use the name its certificate carries, or install its authority on this machine",
        )
