"""What a dispatch is told, and the books it keeps."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar

from incidents.delivery.outcome import Claimed, Result

C = TypeVar("C", bound=Claimed)
T = TypeVar("T")


class Composed(NamedTuple):
    """One person's message as bytes, with its envelope."""

    sender: str
    recipient: str
    message: bytes
    message_id: str


class Ledger(Protocol[C]):
    """What is claimed and recorded. All but `look` are called one at a time."""

    def turn(self, results: Sequence[Result], size: int) -> tuple[list[C], str]:
        """Record results and claim up to `size` more, durably; also why to stop, if so."""
        ...

    def look(self) -> str | None:
        """Return why nothing more may be begun, empty to go on, None to take a turn first.

        Called from another thread.
        """
        ...

    def states(self) -> Mapping[str, int]:
        """Return state -> messages."""
        ...

    def due_at(self) -> datetime | None:
        """Return when there may be more to claim, None when this sending is over."""
        ...


class Orders(NamedTuple, Generic[C]):
    """What a dispatch is told by its caller."""

    render: Callable[[C], Composed]
    check_seal: Callable[[], None]
    should_stop: Callable[[], str | None]
    progress: Callable[[Mapping[str, int]], None]
    now: Callable[[], datetime]
    window: int
    """Messages that may be marked as being sent at a time."""
    released_at: datetime | None


class Marks(Protocol):
    """Keeps how far each message has come where a kill does not reach it."""

    def takes_off(self, row: int, message_id: str) -> None:
        """Take note of a message that is given to a channel."""
        ...

    def begins(self, row: int) -> None:
        """Take note that its text is about to be written."""
        ...

    def ends(self, row: int, *, taken: bool, reply_code: int) -> None:
        """Take note of the relay's last word."""
        ...

    def recorded(self, rows: Sequence[int]) -> None:
        """Forget messages whose end is durable in the ledger."""
        ...


class NoMarks:
    """Keeps nothing: after a kill whatever was marked as being sent is in doubt."""

    def takes_off(self, row: int, message_id: str) -> None:
        """Keep nothing."""

    def begins(self, row: int) -> None:
        """Keep nothing."""

    def ends(self, row: int, *, taken: bool, reply_code: int) -> None:
        """Keep nothing."""

    def recorded(self, rows: Sequence[int]) -> None:
        """Keep nothing."""


class InThread(Protocol):
    """Runs a function in the one thread that the ledger is kept in."""

    async def __call__(self, call: Callable[[], T]) -> T:
        """Return what the function returned."""
        ...
