"""The limits of a forecast, and what would meet a deadline, in words."""

from math import ceil

from flows.rate_words import a_time, long, up
from flows.terminal.show import counted
from incidents.delivery.forecast import Remedy, Verdict
from incidents.delivery.pace import Limits
from incidents.models.base import in_zone
from incidents.steps.forecast_sending import Prospect

CANNOT_BE_MET = 3
"""Exit code where a legal deadline cannot be met at the limits in force."""
NOT_KNOWN = 4
"""Exit code where it cannot be said, because no rate is known."""


def exit_code(prospect: Prospect) -> int:
    """Return 0 where every legal deadline can be met, else what stands in the way."""
    found = prospect.verdicts
    if found[Verdict.MISSED] or found[Verdict.PASSED]:
        return CANNOT_BE_MET
    return NOT_KNOWN if found[Verdict.NOT_KNOWN] else 0


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


def limit_words(prospect: Prospect) -> str:
    """Return from when on, and at what limits."""
    limits, seen = prospect.limits, prospect.seen
    said = [counted(limits.connections, "connection")]
    if limits.rate:
        given = prospect.rate_from == "given"
        source = "as given" if given else f"measured here over {seen.messages:,} messages"
        said.append(f"{a_time(limits.rate)} ({source})")
        if given and seen.rate:
            said.append(f"measured here before: {a_time(seen.rate)}")
    else:
        said.append("the relay's rate is not known")
    said.append(f"at most {limits.per_hour:,.0f} an hour" if limits.per_hour else "no hourly cap")
    if limits.per_domain:
        said.append(f"at most {limits.per_domain:,.0f} an hour to one domain")
    if limits.canary:
        wait = "until somebody lets the rest go, which is not counted"
        if limits.canary_wait is not None:
            wait = f"of {long(limits.canary_wait)}"
        said.append(f"the first {limits.canary:,} of each set, then a wait {wait}")
    return f"From {in_zone(prospect.now, prospect.zone)} on; {', '.join(said)}."
