"""Rates, lengths of time and remedies of a forecast, in words."""

from math import ceil

from incidents.delivery.forecast import HOUR, Limits, Remedy


def a_time(rate: float) -> str:
    """Return messages a second in words, rounded up: `12.5 a second`, `3 a minute`."""
    for seconds, unit in ((1.0, "a second"), (60.0, "a minute")):
        if rate * seconds >= 1:
            return f"{_up(rate * seconds)} {unit}"
    return f"{_up(rate * HOUR)} an hour"


def _up(value: float) -> str:
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


def spare(margin: float | None) -> str:
    """Return how early or late something is; empty where there is no telling."""
    if margin is None:
        return ""
    return f"{long(margin)} early" if margin >= 0 else f"{long(-margin)} LATE"


def remedy_words(remedy: Remedy, limits: Limits, ref: str, where: str) -> str:
    """Return what has to change, as something to do.

    Args:
        remedy: The change.
        limits: Those in force.
        ref: The case.
        where: The sets it concerns, such as `set 2`.
    """
    match remedy.kind:
        case "late":
            return (
                "the deadline has passed: send now, and have counsel answer why it is late "
                f"(`forthwith duties {ref} answer`)"
            )
        case "earlier":
            return f"no rate would do: {where} was sealed to go out too late, draft it anew"
        case "rate":
            return f"a relay that takes {a_time(remedy.value)} or more"
        case "connections":
            return (
                f"or try FORTHWITH_SMTP__CONNECTIONS={remedy.value:.0f} instead of "
                f"{limits.connections}, enough if each brings as much as now"
            )
        case "per_hour":
            return f"FORTHWITH_SMTP__PER_HOUR={ceil(remedy.value)} or more, or no hourly cap"
        case "per_domain":
            return f"FORTHWITH_SMTP__PER_DOMAIN={ceil(remedy.value)} or more, or none"
        case "first":
            return f"or {where} before all others (`--first`): alone it would be in time"
        case "lists":
            return (
                f"{where}: letters, calls and hand cases worked by the deadline, "
                f"{_up(remedy.value)} an hour from now (FORTHWITH_LIST_HOURS is longer)"
            )
