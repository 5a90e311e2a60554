"""Reads what somebody who watches a sending has to see: its sets, clocks and refusals."""

import re
from collections.abc import Collection, Sequence

from incidents.delivery.pace import Limits, Load, in_turn
from incidents.delivery.progress import UNDER_WAY
from incidents.models.base import Value
from incidents.models.duty import Duty
from incidents.models.states import SetState
from incidents.steps.forecast_sending import load_of, served_by
from incidents.steps.sending_order import open_duties
from incidents.store import delivery_counts, notices
from incidents.store.delivery_counts import Standing
from incidents.store.unit_of_work import Database

SENDABLE = frozenset({SetState.APPROVED, SetState.RELEASED})
_WORD = re.compile(r"[a-z0-9-]{1,40}")


class SendingPlan(Value):
    """The set under way and those behind it, as they stood when it began."""

    ref: str
    loads: list[Load]
    """The set under way first, then the others in turn."""
    number: int
    sets: int
    duties: dict[str, Duty]


def ledger_before(database: Database, ref: str) -> list[Standing]:
    """Return how the ledger of a case stands; it takes seconds where that has a million rows."""
    with database.read() as work:
        return delivery_counts.standings(work, ref)


def sending_plan(
    database: Database,
    ref: str,
    set_key: str,
    found: Sequence[Standing],
    *,
    sent: Collection[str] = (),
) -> SendingPlan:
    """Return the sets of a run from this one on, with the clocks that run for them.

    What was put off in sets that were sent before does not go out in this run, as far as anybody
    can know.

    Args:
        database: Where the case lies.
        ref: The case.
        set_key: The set under way.
        found: How the ledger stood when the run began.
        sent: Sets that the run was through with since.
    """
    with database.read() as work:
        clocks = open_duties(work, ref)
        rows = {
            one.set_key: one
            for one in notices.set_rows(work, ref)
            if one.audience == "individuals" and one.state != SetState.VOID
        }
        fresh = {key: _fresh(found, key) for key in rows}
        behind = {
            key: rows[key]
            for key, mails in fresh.items()
            if mails and key not in {set_key, *sent} and rows[key].state in SENDABLE
        }
        loads = [
            load_of(work, row, found, clocks, Limits()).model_copy(update={"mails": fresh[key]})
            for key, row in {set_key: rows[set_key], **behind}.items()
        ]
        duties = {duty.id: duty for one in rows.values() for duty in served_by(one, clocks)}
    begun = [key for key, row in rows.items() if row.state in SENDABLE | {SetState.FINISHED}]
    return SendingPlan(
        ref=ref,
        loads=in_turn(loads, set_key),
        number=len(begun) - len(behind),
        sets=len(begun),
        duties=duties,
    )


def _fresh(found: Sequence[Standing], set_key: str) -> int:
    """Return how many e-mails of a set nobody has tried yet, or are being sent."""
    return sum(
        one.rows
        for one in found
        if one.set_key == set_key and one.channel == "email" and one.state in UNDER_WAY
    )


def refusals(database: Database, ref: str, set_key: str) -> dict[str, int]:
    """Return `<state> <reason>` -> e-mails of a set that were refused, put off or are in doubt.

    Only closed words leave here: whatever else stood there is counted as `other`.
    """
    with database.read() as work:
        found = delivery_counts.reasons(work, ref, set_key)
    said: dict[str, int] = {}
    for (state, reason), number in found.items():
        word = reason if _WORD.fullmatch(reason) else "other"
        said[f"{state} {word}"] = said.get(f"{state} {word}", 0) + number
    return said
