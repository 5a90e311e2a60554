"""In which order the sets of a case go out: the one whose first clock ends first."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from incidents.delivery.pace import NEVER
from incidents.models.states import DutyState
from incidents.models.tables import DutyRow
from incidents.store import duties
from incidents.store.unit_of_work import UnitOfWork


def open_duties(work: UnitOfWork, ref: str) -> dict[str, DutyRow]:
    """Return the duties of a case that are not settled, by id, next deadline first."""
    rows = duties.duty_rows(work, ref)
    return {one.duty_id: one for one in rows if DutyState(one.state) not in duties.SETTLED}


def in_order(
    sets: Mapping[str, Sequence[str]], clocks: Mapping[str, DutyRow], first: str = ""
) -> list[str]:
    """Return set keys, the first clock first, whether the law's or the operator's own target.

    Args:
        sets: Set key -> the duties it serves.
        clocks: The open duties by id.
        first: The set that somebody wants before all others; empty for none.
    """

    def place(key: str) -> tuple[bool, datetime, str]:
        found = [clocks[name] for name in sets[key] if name in clocks]
        ends = [at for one in found if (at := one.due_by or one.target_by)]
        return key != first, min(ends, default=NEVER), key

    return sorted(sets, key=place)
