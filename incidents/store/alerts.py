"""Leak alerts, measures for accounts, alarms and signs of life."""

from datetime import datetime, timedelta

from sqlalchemy import select

from incidents.errors import NotFoundError
from incidents.models.tables import AlarmRow, AlertRow, BeatRow, ContactRow, ContainmentRow
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


def raise_once(work: UnitOfWork, key: str, *, again_after: timedelta | None = None) -> bool:
    """Return whether an alarm is to be raised now, and remember that it was."""
    row = work.session.get(AlarmRow, key, with_for_update=True)
    if row is None:
        work.session.add(AlarmRow(key=key, raised_at=work.now))
    elif again_after is not None and row.raised_at + again_after <= work.now:
        row.raised_at, row.times = work.now, row.times + 1
        work.session.add(row)
    else:
        return False
    work.note("alarm.raised", key=key)
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
