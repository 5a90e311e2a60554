"""One attempt to hand one message to a relay, and what the wire said to it."""

from collections.abc import Awaitable, Callable
from enum import IntEnum
from typing import NamedTuple, Protocol


class Stage(IntEnum):
    """How far an attempt had come when the last word was heard; later is larger."""

    CONNECT = 1
    HELLO = 2
    TLS = 3
    AUTH = 4
    MAIL = 5
    RCPT = 6
    DATA = 7
    BODY = 8
    """From the first byte of the body on: without an answer the message may have been taken."""


class Envelope(NamedTuple):
    """One message to one mailbox, ready for the wire."""

    id: int
    """Row of the ledger."""
    sender: str
    """Return path."""
    recipient: str
    message: bytes
    """Header and body, lines ended by CRLF, no line beyond 998 octets."""


class Answer(NamedTuple):
    """What a relay said last about one message."""

    id: int
    stage: Stage
    code: int = 0
    """Reply code, 0 when no readable reply came."""
    enhanced: str = ""
    """Enhanced status code of RFC 3463, such as `5.1.1`; empty when there was none."""
    text: str = ""
    """The relay's words, for classifying only: they may repeat the address, so nobody keeps them.

    Without a reply: `timeout`, `lost` or `junk`.
    """


Take = Callable[[], Awaitable[Envelope | None]]
"""Gives the next message, waits while there is none, and gives None when no more may be sent."""

Tell = Callable[[Answer], None]
"""Takes the answer to one message, once for each message taken."""


class Channel(Protocol):
    """Hands messages over until there are no more, or until the way itself is closed."""

    async def send(self, take: Take, tell: Tell) -> None:
        """Take messages one by one and tell the answer to each.

        Raises:
            DeliveryError: when the way cannot be used at all; every message taken was answered.
        """
        ...
