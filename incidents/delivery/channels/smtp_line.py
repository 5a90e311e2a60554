"""One connection to a relay, opened again when it ends."""

import asyncio
from collections.abc import Sequence
from typing import cast

import aiosmtplib

from incidents.delivery.attempt import Stage
from incidents.delivery.channels.smtp_door import Door, RelayAwayError
from incidents.delivery.channels.smtp_pump import Offers, Pump, Work


class Line:
    """A connection that carries one message after another.

    Args:
        door: The relay.
        helo: Own name, empty to ask the resolver.
        work: Where messages come from.
    """

    def __init__(self, door: Door, helo: str, work: Work) -> None:
        self.door, self.helo, self.work = door, helo, work
        self.stage = Stage.CONNECT
        self.pump: Pump | None = None
        self._client: aiosmtplib.SMTP | None = None

    @property
    def is_open(self) -> bool:
        """Whether the connection stands."""
        return self.pump is not None and self.pump.is_open

    async def open(self, pauses: Sequence[float]) -> None:
        """Connect, secure and log in, with a few tries.

        Raises:
            RelayAwayError: when the relay is not there or busy after all tries.
            DeliveryError: when it will not have us: login, certificate, STARTTLS.
        """
        for pause in (*pauses, None):
            self.close()
            try:
                await self._open_once()
            except RelayAwayError:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
            else:
                return

    async def _open_once(self) -> None:
        client = await self.door.enter(self.helo, self._reach)
        self._client = client
        self.helo = client.local_hostname or self.helo  # asked for once, not each time
        transport = client.transport
        if transport is None or transport.is_closing():
            raise RelayAwayError("the connection ended at once", where=self.door.where)
        offers = Offers(
            pipelining=client.supports_extension("pipelining"),
            utf8=client.supports_extension("smtputf8"),
        )
        # A faster loop's transports are no subclass; they do all that is asked of them here.
        self.pump = Pump(
            cast("asyncio.Transport", transport), self.work, offers, self.door.timeouts
        )

    def _reach(self, stage: Stage) -> None:
        self.stage = stage

    def check(self) -> None:
        """End the connection when the relay has been silent for too long."""
        if self.pump is not None:
            self.pump.check()

    def close(self) -> None:
        """Drop the connection without a word; what is on it is told as lost."""
        if self.pump is not None:
            self.pump.end("lost")
            self.pump = None
        if self._client is not None:
            self._client.close()
            self._client = None

    async def quit(self) -> None:
        """Take leave of the relay and drop the connection."""
        if self.pump is not None:
            await self.pump.quit()
        self.close()
