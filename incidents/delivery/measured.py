"""At what rate a relay took mail before, read from the moments the ledger recorded it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import Field

from incidents.models.base import Value

IDLE = timedelta(seconds=30)
"""A longer silence is a hold, a wait for another try, or the next sending: it is not counted."""
LEAST_MESSAGES = 100
LEAST_SECONDS = 1.0
"""Less than these says nothing of a longer sending."""


class Measured(Value):
    """A rate that was seen."""

    messages: int = Field(ge=0)
    seconds: float = Field(ge=0)

    @property
    def rate(self) -> float | None:
        """Messages a second; None where too little was seen."""
        enough = self.messages >= LEAST_MESSAGES and self.seconds >= LEAST_SECONDS
        return self.messages / self.seconds if enough else None

    def __add__(self, other: "Measured") -> "Measured":
        """Return both together."""
        return Measured(
            messages=self.messages + other.messages, seconds=self.seconds + other.seconds
        )


def measured(recorded: Iterable[tuple[datetime, int]]) -> Measured:
    """Return how much was handed over in how much time, silences left out.

    Args:
        recorded: Moments and how many messages were recorded at each, earliest first. What was
            recorded first of all, or behind a silence, was begun at a moment nobody knows: it only
            starts the clock.
    """
    messages, seconds, before = 0, 0.0, None
    for at, number in recorded:
        if before is not None and at - before <= IDLE:
            messages += number
            seconds += (at - before).total_seconds()
        before = at
    return Measured(messages=messages, seconds=seconds)
