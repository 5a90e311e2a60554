"""Leak alerts, measures for accounts, alarms and signs of life."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from incidents.errors import NotFoundError
from incidents.models.states import DeliveryState
from incidents.models.tables import (
    AlarmRow,
    AlertRow,
    AuditHeadRow,
    BeatRow,
    ContactRow,
    ContainmentRow,
    DeliveryRow,
)
from incidents.store.unit_of_work import UnitOfWork


def find_alert(work: UnitOfWork, fingerprint: str) -> AlertRow | None:
    """Return an alert seen before, or None."""
    return work.session.get(AlertRow, fingerprint, with_for_update=True)


def save_alert(
    work: UnitOfWork,
    fingerprint: str,
    *,
    source: str,
    case_ref: str,
    person_id: str,
    mailbox: str,
    secret_fingerprint: str,
) -> None:
    """Keep that an alert came in: fingerprints and ids only."""
    work.session.add(
        AlertRow(
            fingerprint=fingerprint,
            source=source,
            case_ref=case_ref,
            person_id=person_id,
            mailbox=mailbox,
            secret_fingerprint=secret_fingerprint,
            seen_at=work.now,
        )
    )
    work.note("alert.received", case_ref, alert=fingerprint, source=source, matched=bool(person_id))


def alert_again(work: UnitOfWork, row: AlertRow) -> None:
    """Count that the same alert came in once more."""
    row.times += 1
    work.session.add(row)
    work.note("alert.repeated", row.case_ref, alert=row.fingerprint, times=row.times)


def alert_of_case(work: UnitOfWork, ref: str) -> AlertRow | None:
    """Return the alert a case was opened for, or None."""
    return work.session.execute(
        select(AlertRow).where(AlertRow.case_ref == ref).limit(1)  # type: ignore[arg-type]
    ).scalar()


def ask_containment(work: UnitOfWork, ref: str, person_id: str, measures: list[str]) -> None:
    """Record measures that an account needs, to be carried out and then confirmed."""
    known = {row.measure for row in containment(work, ref) if row.person_id == person_id}
    for measure in measures:
        if measure in known:
            continue
        work.session.add(
            ContainmentRow(
                case_ref=ref,
                person_id=person_id,
                measure=measure,
                state="asked",
                asked_at=work.now,
            )
        )
        work.note("containment.asked", ref, person=person_id, measure=measure)


def containment(work: UnitOfWork, ref: str) -> list[ContainmentRow]:
    """Return a case's measures for accounts."""
    return list(
        work.session.execute(
            select(ContainmentRow)
            .where(ContainmentRow.case_ref == ref)  # type: ignore[arg-type]
            .order_by(ContainmentRow.id)  # type: ignore[arg-type]
        ).scalars()
    )


def confirm_containment(work: UnitOfWork, ref: str, person_id: str, measure: str) -> None:
    """Record that a measure was carried out."""
    for row in containment(work, ref):
        if row.person_id == person_id and row.measure == measure:
            row.state, row.done_at, row.done_by = "done", work.now, work.actor
            work.session.add(row)
            work.note("containment.done", ref, person=person_id, measure=measure)
            return
    raise NotFoundError(f"no measure {measure!r} for this person", where=ref)


def contacts_of(work: UnitOfWork, person_id: str) -> list[ContactRow]:
    """Return a person's contacts, the most trusted first."""
    return list(
        work.session.execute(
            select(ContactRow)
            .where(ContactRow.person_id == person_id)  # type: ignore[arg-type]
            .order_by(ContactRow.rank, ContactRow.id)  # type: ignore[arg-type]
        ).scalars()
    )


def alarm_is_due(work: UnitOfWork, key: str, *, again_after: timedelta | None = None) -> bool:
    """Return whether an alarm was never raised, or so long ago that it is to sound again."""
    row = work.session.get(AlarmRow, key)
    if row is None:
        return True
    return again_after is not None and row.raised_at + again_after <= work.now


def raise_once(work: UnitOfWork, key: str, *, again_after: timedelta | None = None) -> bool:
    """Return whether an alarm is to be raised now, and remember that it was."""
    if not alarm_is_due(work, key, again_after=again_after):
        return False
    row = work.session.get(AlarmRow, key, with_for_update=True)
    if row is None:
        work.session.add(AlarmRow(key=key, raised_at=work.now))
    else:
        row.raised_at, row.times = work.now, row.times + 1
        work.session.add(row)
    work.note("alarm.raised", key=key)
    return True


def take_turn(work: UnitOfWork, name: str, *, at_most: timedelta) -> bool:
    """Take a turn that two processes must not have at once; return False when it is taken.

    A turn that was never given back is free again after `at_most`.
    """
    work.session.get(AuditHeadRow, 1, with_for_update=True)  # what every writer waits for
    row = work.session.get(AlarmRow, name)
    if row is None:
        work.session.add(AlarmRow(key=name, raised_at=work.now))
    elif row.raised_at + at_most > work.now:
        return False
    else:
        row.raised_at = work.now
        work.session.add(row)
    return True


def clear_alarm(work: UnitOfWork, key: str) -> None:
    """Forget an alarm whose cause is gone, so that it sounds again next time."""
    row = work.session.get(AlarmRow, key)
    if row is not None:
        work.session.delete(row)


def last_beat(work: UnitOfWork, source: str) -> datetime | None:
    """Return the last sign of life of a source, or None."""
    row = work.session.get(BeatRow, source)
    return row.at if row else None


def overdue_lists(work: UnitOfWork, ref: str) -> dict[str, tuple[int, datetime]]:
    """Return channel -> how many open tasks are overdue, and since when the oldest is."""
    due_by, channel = DeliveryRow.due_by, DeliveryRow.channel
    rows = work.session.execute(
        select(channel, func.count(), func.min(due_by))  # type: ignore[call-overload]
        .where(
            DeliveryRow.case_ref == ref,
            DeliveryRow.state == DeliveryState.LISTED,
            due_by <= work.now,  # type: ignore[operator]
        )
        .group_by(channel)
    )
    return {name: (number, oldest) for name, number, oldest in rows}
