"""Reads from the ledger how fast this installation's relay took mail before."""

from incidents.delivery.measured import Measured, measured
from incidents.store import delivery_counts
from incidents.store.unit_of_work import UnitOfWork

ENOUGH = 1_000
"""Messages after which older sendings no longer count towards the rate."""


def seen_rate(work: UnitOfWork) -> Measured:
    """Return at what rate the sets that were sent last went out, the newest first."""
    seen = Measured(messages=0, seconds=0)
    for ref, set_key, version in delivery_counts.sent_sets(work):
        seen += measured(delivery_counts.recorded(work, ref, set_key, version))
        if seen.messages >= ENOUGH:
            break
    return seen
