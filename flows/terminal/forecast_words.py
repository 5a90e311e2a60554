"""What would meet a deadline, in words."""

from math import ceil

from flows.rate_words import a_time, up
from incidents.delivery.forecast import Limits, Remedy


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
                f"{up(remedy.value)} an hour from now (FORTHWITH_LIST_HOURS is longer)"
            )
