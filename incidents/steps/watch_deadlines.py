"""Looks for what nobody may miss: deadlines coming, lists overdue, sends that stand still."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from incidents.errors import DeliveryError
from incidents.models.base import Value, in_zone
from incidents.models.states import CaseState, DeliveryState, DutyState, SetState
from incidents.store import alerts, cases, deliveries, duties, notices
from incidents.store.unit_of_work import Database, UnitOfWork

SETTLED = frozenset({DutyState.DONE, DutyState.DECLINED, DutyState.WITHDRAWN})
OVERDUE_AGAIN = timedelta(hours=4)
HELD_TOO_LONG = timedelta(hours=1)
STALLED = timedelta(minutes=10)


class Alarm(Value):
    """Something a person has to hear of. Neutral: refs, ids and times only."""

    key: str
    text: str
    again_after: timedelta | None = None


def find_alarms(database: Database, *, before_hours: Sequence[float]) -> list[Alarm]:
    """Return what the cases call for at this moment, raised before or not."""
    with database.read() as work:
        alarms: list[Alarm] = []
        for row in cases.case_rows(work):
            if row.state == CaseState.CLOSED:
                continue
            alarms += _deadlines(work, row.ref, before_hours)
            alarms += _lists(work, row.ref)
            if row.held_at is not None and work.now - row.held_at > HELD_TOO_LONG:
                alarms.append(
                    Alarm(
                        key=f"{row.ref}:held",
                        text=f"{row.ref} has been on hold since {row.held_at:%Y-%m-%d %H:%M} UTC; "
                        "the clocks keep running",
                        again_after=OVERDUE_AGAIN,
                    )
                )
            elif row.held_at is None:
                alarms += _stalled(work, row.ref)
        return alarms


def _deadlines(work: UnitOfWork, ref: str, before_hours: Sequence[float]) -> list[Alarm]:
    alarms = []
    for row in duties.duty_rows(work, ref):
        act_by = row.due_by or row.target_by
        if DutyState(row.state) in SETTLED or act_by is None:
            continue
        what = "deadline" if row.due_by else "own target"
        when = in_zone(act_by, duties.duty_value(row).zone)
        left = act_by - work.now
        if left <= timedelta(0):
            alarms.append(
                Alarm(
                    key=f"{ref}:{row.duty_id}:{act_by:%Y%m%dT%H%M}:overdue",
                    text=f"{ref} {row.duty_id}: the {what} {when} HAS PASSED and the duty is "
                    f"{row.state}",
                    again_after=OVERDUE_AGAIN,
                )
            )
            continue
        reached = [hours for hours in before_hours if left <= timedelta(hours=hours)]
        if reached:
            alarms.append(
                Alarm(
                    key=f"{ref}:{row.duty_id}:{act_by:%Y%m%dT%H%M}:{min(reached):g}h",
                    text=f"{ref} {row.duty_id}: {what} {when}, in "
                    f"{left.total_seconds() / 3600:.1f} h; the duty is {row.state}",
                )
            )
    return alarms


def _lists(work: UnitOfWork, ref: str) -> list[Alarm]:
    late: dict[tuple[str, datetime], int] = {}
    for row in deliveries.listed(work, ref):
        if row.due_by is not None and row.due_by <= work.now:
            late[row.channel, row.due_by] = late.get((row.channel, row.due_by), 0) + 1
    return [
        Alarm(
            key=f"{ref}:list:{channel}:{due_by:%Y%m%dT%H%M}",
            text=f"{ref}: {number} {channel} tasks were due {due_by:%Y-%m-%d %H:%M} UTC",
            again_after=timedelta(days=1),
        )
        for (channel, due_by), number in late.items()
    ]


def _stalled(work: UnitOfWork, ref: str) -> list[Alarm]:
    """A released set with unsent mail and nobody sending: silence must not read as told."""
    released = [row for row in notices.set_rows(work, ref) if row.state == SetState.RELEASED]
    waiting = sum(
        number
        for row in released
        for (channel, state), number in deliveries.counts(work, ref, row.set_key).items()
        if channel == "email" and state in {DeliveryState.PLANNED, DeliveryState.SENDING}
    )
    sender = deliveries.sender_of(work, ref)
    if not waiting or (sender is not None and work.now - sender.until < STALLED):
        return []
    return [
        Alarm(
            key=f"{ref}:stalled",
            text=f"{ref}: {waiting} e-mails wait and nobody is sending",
            again_after=timedelta(minutes=30),
        )
    ]


def quiet_alarms(
    database: Database, sources: Sequence[str], *, quiet_for: timedelta
) -> list[Alarm]:
    """Return an alarm for each source that has been heard of and has gone quiet since."""
    alarms = []
    with database.read() as work:
        for source in sources:
            last = alerts.last_beat(work, source)
            if last is not None and work.now - last > quiet_for:
                alarms.append(
                    Alarm(
                        key=f"quiet:{source}",
                        text=f"{source} has been quiet since {last:%Y-%m-%d %H:%M} UTC",
                        again_after=timedelta(hours=1),
                    )
                )
    return alarms


def raise_alarms(
    database: Database, alarms: Sequence[Alarm], tell: Callable[[str], bool], *, actor: str
) -> int:
    """Tell each alarm that was not told yet, and return how many were.

    An alarm counts as raised only when a notifier took it: the record is rolled back otherwise.

    Raises:
        DeliveryError: when an alarm could not be told to anybody.
    """
    raised, failed = 0, 0
    for alarm in alarms:
        try:
            with database.write(actor) as work:
                if not alerts.raise_once(work, alarm.key, again_after=alarm.again_after):
                    continue
                if not tell(alarm.text):
                    raise _NotTakenError
                raised += 1
        except _NotTakenError:
            failed += 1
    if failed:
        raise DeliveryError(
            f"{failed} alarms could not be told to anybody",
            where="FORTHWITH_ALARM_URLS",
            repair="set an Apprise address that works; `forthwith doctor` tries it",
        )
    return raised


class _NotTakenError(Exception):
    """No notifier took the alarm."""
