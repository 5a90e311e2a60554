"""Takes in what became of letters, calls and hand cases; whole or not at all."""

from collections.abc import Iterable

from incidents.models.states import DeliveryState, SetState
from incidents.store import deliveries, notices, recipients
from incidents.store.unit_of_work import Database


def record_outcomes(
    database: Database,
    ref: str,
    outcomes: Iterable[tuple[int, DeliveryState, str]],
    *,
    actor: str,
) -> int:
    """Record outcomes of tasks and open the next channel of those not reached; return how many.

    Args:
        database: Where the case lies.
        ref: The case.
        outcomes: (task id, done_by_hand or not_reached, reason in a word).
        actor: Who worked the list.
    """
    with database.write(actor) as work:
        number = deliveries.record_by_hand(work, ref, outcomes)
        for row in notices.set_rows(work, ref):
            if row.audience == "individuals" and row.state in {
                SetState.RELEASED,
                SetState.FINISHED,
            }:
                recipients.open_next_channels(work, ref, row.set_key, row.version)
        return number
