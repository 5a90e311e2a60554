"""What a set has left to send, what holds it back, and at what pace it goes."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from incidents.models.base import Instant, Value

HOUR = 3600.0
"""Seconds."""
NEVER = datetime.fromisoformat("9999-12-31T00:00:00+00:00")


class Limits(Value):
    """What holds a sending back. None is no limit, or one nobody knows."""

    rate: float | None = Field(default=None, gt=0)
    """Messages a second that the relay takes; None where it was never seen."""
    connections: int = Field(default=1, ge=1)
    per_hour: float | None = Field(default=None, gt=0)
    """Messages an hour, all together."""
    per_domain: float | None = Field(default=None, gt=0)
    """Messages an hour to one domain of recipients."""
    canary: int | None = Field(default=None, ge=1)
    """Messages of a set that go first, alone."""
    canary_wait: float | None = Field(default=None, ge=0)
    """Seconds that pass behind them; None where a person says when it goes on."""


class Clock(Value):
    """One duty that a set serves, as far as time goes."""

    duty: str
    mails: int = Field(default=0, ge=0)
    """E-mails left to people it concerns."""
    listed: int = Field(default=0, ge=0)
    """Letters, calls and hand cases left to people it concerns."""
    due_by: Instant | None = None
    """None where the law names no number."""
    target_by: Instant | None = None
    """The operator's own target."""
    lists_by: Instant | None = None
    """By when the last of those lists is to be worked."""


class Load(Value):
    """What one set still has to send."""

    key: str
    mails: int = Field(ge=0)
    to_one_domain: int = Field(default=0, ge=0)
    """The most of them that go to one domain."""
    not_before: Instant | None = None
    clocks: list[Clock] = []


def in_turn(loads: Sequence[Load], first: str = "") -> list[Load]:
    """Return sets in the order they are sent: a chosen one, then those with the first deadline."""

    def place(one: Load) -> tuple[bool, datetime, str]:
        return one.key != first, first_clock(one.clocks) or NEVER, one.key

    return sorted(loads, key=place)


def first_clock(clocks: Sequence[Clock]) -> datetime | None:
    """Return the first moment to act by: the law's, or the own target where it names none."""
    return min((at for one in clocks if (at := one.due_by or one.target_by)), default=None)


def pace(load: Load, limits: Limits) -> float | None:
    """Return at how many messages a second a set goes at most; None where nothing says."""
    speeds = [limits.rate] if limits.rate else []
    if limits.per_hour:
        speeds.append(limits.per_hour / HOUR)
    if limits.per_domain and load.to_one_domain:
        speeds.append(limits.per_domain / HOUR * load.mails / load.to_one_domain)
    return min(speeds, default=None)


def seconds_for(load: Load, limits: Limits) -> float:
    """Return how long a set takes at least."""
    speed = pace(load, limits)
    return wait_in(load, limits) + (load.mails / speed if speed else 0.0)


def wait_in(load: Load, limits: Limits) -> float:
    """Return how many seconds are waited behind its first messages."""
    waits = limits.canary is not None and load.mails > limits.canary
    return (limits.canary_wait or 0.0) if waits else 0.0


def begin_of(load: Load, now: datetime) -> datetime:
    """Return when a set may begin at the soonest."""
    return max(now, load.not_before) if load.not_before else now
