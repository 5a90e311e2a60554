"""The only place that asks for the time of day or for randomness in names."""

import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class Clock(Protocol):
    """Tells the present moment, aware and in UTC."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands still until it is moved."""

    at: datetime = field(default_factory=lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC))

    def now(self) -> datetime:
        """Return the moment the clock was set to, in UTC."""
        return self.at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move the clock by a span, which may be negative."""
        self.at += by


def system_zone() -> str:
    """Return the machine's IANA time zone, `UTC` where it does not tell."""
    name = os.environ.get("TZ", "").lstrip(":")
    if not name:
        name = os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2]  # noqa: PTH  # a link's end
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return "UTC"
    return name


def new_id(prefix: str) -> str:
    """Return a fresh id such as `dlv-8f2c…`: 96 random bits, neutral, safe in an artifact key."""
    return f"{prefix}-{secrets.token_hex(12)}"
