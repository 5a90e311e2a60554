"""One attempt to hand one message to a relay, and what the wire said to it."""

from collections import deque
from collections.abc import Iterable
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
    """As it goes over the wire: lines ended by CRLF, none beyond 998 octets or begun by a dot."""


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


class Feed(Protocol):
    """Where a channel gets its messages, and whom it tells what became of them.

    All of it is called in the channel's own event loop.
    """

    def take(self) -> Envelope | None:
        """Return the next message that may be sent, None when there is none now."""
        ...

    async def more(self) -> bool:
        """Wait until `take` may have a message; return False when no more may be sent."""
        ...

    def begins(self, number: int) -> bool:
        """Hear that a message's text is about to be written; False when it may not be any more."""
        ...

    def tell(self, answer: Answer) -> None:
        """Take the answer to one message, once for each message taken."""
        ...


class Channel(Protocol):
    """Hands messages over until there are no more, or until the way itself is closed."""

    async def send(self, feed: Feed) -> None:
        """Take messages one by one and tell the answer to each.

        Raises:
            DeliveryError: when the way cannot be used at all; every message taken was answered.
        """
        ...


class Few:
    """A feed of messages that are all there from the start."""

    def __init__(self, envelopes: Iterable[Envelope] = ()) -> None:
        self._left = deque(envelopes)
        self.answers: list[Answer] = []

    def take(self) -> Envelope | None:
        """Return the next message."""
        return self._left.popleft() if self._left else None

    async def more(self) -> bool:
        """Return whether any are left."""
        return bool(self._left)

    def begins(self, number: int) -> bool:  # noqa: ARG002  # the name is the protocol's
        """Return True: nothing speaks against it."""
        return True

    def tell(self, answer: Answer) -> None:
        """Keep the answer to one message."""
        self.answers.append(answer)
