"""Counts of the ledger for those who look at a sending: by place, by domain, by reason, by time.

Nothing here returns a person or an address.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select, text

from incidents.models.states import DeliveryState as D
from incidents.models.states import SetState
from incidents.models.tables import DeliveryRow, NoticeSetRow
from incidents.store.unit_of_work import UnitOfWork

OPEN_MAIL = (D.PLANNED, D.LEASED, D.SENDING, D.DEFERRED, D.IN_DOUBT)
"""E-mail that has not ended: it is sent, or sent again, as soon as it may."""
MEASURED_SETS = 5
"""Sets looked at for a rate: the newest relay and network count."""
MOST_MOMENTS = 20_000


class Standing(NamedTuple):
    """How many rows of a set stand together in one place, by one channel, in one state."""

    set_key: str
    place: str
    channel: str
    state: str
    rows: int
    due_by: datetime | None
    """By when the last of them is to be worked, on a list."""


def standings(work: UnitOfWork, ref: str) -> list[Standing]:
    """Return the rows of the newest version of each set, without standby channels."""
    row = DeliveryRow.__table__.c  # type: ignore[attr-defined]
    newest = _newest(ref)
    found = work.session.execute(
        select(row.set_key, row.place, row.channel, row.state, func.count(), func.max(row.due_by))
        .join(newest, (newest.c.set_key == row.set_key) & (newest.c.version == row.version))
        .where(row.case_ref == ref, row.state.not_in([D.STANDBY, D.CANCELLED]))
        .group_by(row.set_key, row.place, row.channel, row.state)
        .order_by(row.set_key, row.place, row.channel, row.state)
    )
    return [Standing(*one) for one in found]


def _newest(ref: str) -> Any:
    version = func.max(NoticeSetRow.version).label("version")
    return (
        select(NoticeSetRow.set_key, version)  # type: ignore[call-overload]
        .where(NoticeSetRow.case_ref == ref)
        .group_by(NoticeSetRow.set_key)
        .subquery()
    )


def most_to_one_domain(work: UnitOfWork, ref: str, set_key: str, version: int) -> int:
    """Return how many e-mails left go to the domain that gets most of them."""
    place = "strpos" if work.quick.is_postgresql else "instr"
    states = ", ".join(f"'{state}'" for state in OPEN_MAIL)
    found = work.session.execute(
        text(
            f"SELECT COALESCE(MAX(n), 0) FROM (SELECT COUNT(*) AS n FROM delivery "
            "WHERE case_ref = :r AND set_key = :s AND version = :v AND channel = 'email' "
            f"AND state IN ({states}) "
            f"GROUP BY lower(substr(address, {place}(address, '@') + 1))) t"
        ),
        {"r": ref, "s": set_key, "v": version},
    ).scalar_one()
    return int(found)


def reasons(work: UnitOfWork, ref: str, set_key: str) -> dict[tuple[str, str], int]:
    """Return (state, reason) -> e-mails of a set's newest version that were refused or put off."""
    row = DeliveryRow.__table__.c  # type: ignore[attr-defined]
    newest = _newest(ref)
    found = work.session.execute(
        select(row.state, row.reason, func.count())
        .join(newest, (newest.c.set_key == row.set_key) & (newest.c.version == row.version))
        .where(
            row.case_ref == ref,
            row.set_key == set_key,
            row.channel == "email",
            row.state.in_([D.REFUSED, D.DEFERRED, D.IN_DOUBT, D.BOUNCED]),
        )
        .group_by(row.state, row.reason)
        .order_by(row.state, row.reason)
    )
    return {(str(state), str(reason)): int(number) for state, reason, number in found}


def sent_sets(work: UnitOfWork) -> list[tuple[str, str, int]]:
    """Return case, key and version of the sets to people that were sent last, newest first."""
    rows = work.session.execute(
        select(NoticeSetRow.case_ref, NoticeSetRow.set_key, NoticeSetRow.version)  # type: ignore[call-overload]
        .where(
            NoticeSetRow.audience == "individuals",
            NoticeSetRow.state.in_([SetState.RELEASED, SetState.FINISHED]),  # type: ignore[attr-defined]
        )
        .order_by(NoticeSetRow.drafted_at.desc())  # type: ignore[attr-defined]
        .limit(MEASURED_SETS)
    )
    return [(str(ref), str(key), int(version)) for ref, key, version in rows]


def recorded(work: UnitOfWork, ref: str, set_key: str, version: int) -> list[tuple[datetime, int]]:
    """Return when mail of a set was recorded as handed over and how much, earliest first.

    What a later sender took over from a journal is left out: its moment is not that of sending.
    """
    row = DeliveryRow.__table__.c  # type: ignore[attr-defined]
    found = work.session.execute(
        select(row.finished_at, func.count())
        .where(
            row.case_ref == ref,
            row.set_key == set_key,
            row.version == version,
            row.state == D.HANDED_OVER,
            row.channel == "email",
            row.reason == "",
            row.finished_at.is_not(None),
        )
        .group_by(row.finished_at)
        .order_by(row.finished_at.desc())
        .limit(MOST_MOMENTS)
    )
    return sorted((at.astimezone(UTC), int(number)) for at, number in found)
