"""Turns a relay's answer into what the ledger keeps about one person."""

import random
from datetime import datetime
from typing import NamedTuple, Protocol

from incidents.delivery.attempt import Answer
from incidents.delivery.retry import (
    MOST_DOUBTS,
    Verdict,
    after_doubt,
    classify,
    is_spent,
    next_try,
)
from incidents.models.states import DeliveryState


class Claimed(Protocol):
    """A delivery that was marked as being sent before the attempt."""

    @property
    def id(self) -> int:
        """Row of the ledger."""

    @property
    def doubts(self) -> int:
        """How often it has been in doubt so far."""

    @property
    def attempts(self) -> int:
        """How often it has been tried, this time included."""


class Result(NamedTuple):
    """What the ledger keeps of one attempt."""

    id: int
    state: DeliveryState
    reason: str
    reply_code: int
    next_at: datetime | None
    message_id: str


def settle(
    claimed: Claimed,
    answer: Answer,
    *,
    message_id: str,
    now: datetime,
    rng: random.Random,
    released_at: datetime | None = None,
) -> tuple[Result, Verdict]:
    """Return what becomes of a delivery, and the relay's verdict that it follows from.

    What was put off or in doubt too often ends as refused, with the reason `expired` or
    `in-doubt-too-often`: another channel has to take over.

    Raises:
        DeliveryError: when the answer closes the way for everybody.
    """
    verdict = classify(answer)
    state, reason, next_at = verdict.state, verdict.reason, None
    if state is DeliveryState.DEFERRED:
        if is_spent(reason, claimed.attempts, now=now, released_at=released_at):
            state = DeliveryState.REFUSED
            reason = reason if reason == "mailbox-full" else "expired"
        else:
            next_at = next_try(claimed.attempts, now, rng)
    elif state is DeliveryState.IN_DOUBT:
        next_at = after_doubt(claimed.doubts + 1, now)
        if next_at is None:
            return doubted_out(claimed, message_id), verdict
    return Result(claimed.id, state, reason, answer.code, next_at, message_id), verdict


def is_doubted_out(claimed: Claimed) -> bool:
    """Return whether a message has been in doubt so often that it is not sent once more."""
    return claimed.doubts >= MOST_DOUBTS


def doubted_out(claimed: Claimed, message_id: str = "") -> Result:
    """Return the end of a message that may have arrived several times and never surely did."""
    return Result(claimed.id, DeliveryState.REFUSED, "in-doubt-too-often", 0, None, message_id)


def not_composed(claimed: Claimed) -> Result:
    """Return the end of a message whose address or name must not stand in a header."""
    return Result(claimed.id, DeliveryState.REFUSED, "not-composed", 0, None, "")


def put_back(claimed: Claimed, message_id: str = "") -> Result:
    """Return a message that was not begun to those that wait."""
    return Result(claimed.id, DeliveryState.PLANNED, "not-attempted", 0, None, message_id)
