"""Rates and lengths of time in words."""

from math import ceil

from incidents.delivery.pace import HOUR


def a_time(rate: float) -> str:
    """Return messages a second in words, rounded up: `12.5 a second`, `3 a minute`."""
    for seconds, unit in ((1.0, "a second"), (60.0, "a minute")):
        if rate * seconds >= 1:
            return f"{up(rate * seconds)} {unit}"
    return f"{up(rate * HOUR)} an hour"


def up(value: float) -> str:
    """Return a number that is no smaller, of a whole or a tenth."""
    if value >= 100:  # noqa: PLR2004
        return f"{ceil(value):,}"
    return f"{ceil(value * 10 - 1e-9) / 10:,g}"


def long(seconds: float) -> str:
    """Return a length of time in its two largest units."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def early_or_late(margin: float | None) -> str:
    """Return how early or late something is; empty where there is no telling."""
    if margin is None:
        return ""
    return f"{long(margin)} early" if margin >= 0 else f"{long(-margin)} LATE"
