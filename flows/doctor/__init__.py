"""Says what works, what does not and what to do, before a breach shows it."""

from collections.abc import Callable

from flows.doctor.check_page import check_page
from flows.doctor.finding import Finding, error
from flows.doctor.installation import approvers, database, home, keys
from flows.doctor.knowledge import inventory, law, words
from flows.doctor.outside import alarm_addresses, announcements, relay, sender, watches
from flows.doctor.prefect_contents import secrets_in_prefect
from flows.doctor.prefect_door import prefect
from flows.doctor.secrets import known_secrets, without_secrets
from flows.doctor.sending_domain import sending_domain
from incidents.errors import ForthwithError
from incidents.wiring import Workshop, open_workshop

__all__ = ["Finding", "examine"]

CHECKS: tuple[Callable[[Workshop], list[Finding]], ...] = (
    home,
    keys,
    database,
    inventory,
    approvers,
    law,
    words,
    relay,
    sender,
    sending_domain,
    announcements,
    check_page,
    alarm_addresses,
    watches,
    prefect,
    secrets_in_prefect,
)


def examine(shop: Workshop | None = None) -> list[Finding]:
    """Examine the installation that the environment sets up; nothing is made or changed.

    Args:
        shop: Another installation's parts.
    """
    parts = shop or open_workshop()
    secrets = known_secrets(parts)
    findings: list[Finding] = []
    for check in CHECKS:
        findings += [one for one in _examined(check, parts) if one not in findings]
    return [without_secrets(one, secrets) for one in findings]


def _examined(check: Callable[[Workshop], list[Finding]], parts: Workshop) -> list[Finding]:
    """Run one check; its own failure is a finding and keeps no other check from running."""
    try:
        return check(parts)
    except ForthwithError as problem:
        where = f"{problem.where}: " if problem.where else ""
        return [error(f"{where}{problem.what}", problem.repair)]
    except Exception as problem:  # noqa: BLE001  # an error's text may repeat what it choked on
        name = check.__name__.replace("_", " ")
        return [error(f"{name} could not be examined: {type(problem).__name__}")]
