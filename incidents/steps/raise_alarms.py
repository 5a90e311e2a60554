"""Tells people what they may not miss: each alarm once, and only a told one counts as raised."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from incidents.errors import DeliveryError
from incidents.models.base import Value
from incidents.store import alerts
from incidents.store.unit_of_work import Database

TURN = "turn:telling"
TURN_LASTS = timedelta(minutes=3)
"""After this a watch that died while it told is no longer waited for."""
LINES = 8
"""Alarms in one message: a phone shows no more, and services cut longer ones off."""


class Alarm(Value):
    """Something a person has to hear of. Neutral: refs, ids and times only."""

    key: str
    text: str
    again_after: timedelta | None = None


class Sight(Value):
    """What a look found: alarms, and what was looked at and is in order."""

    alarms: list[Alarm] = []
    fine: list[str] = []
    """Keys whose cause is gone: the next time it comes, it is told at once."""

    def __add__(self, other: "Sight") -> "Sight":
        """Return both together."""
        return Sight(alarms=[*self.alarms, *other.alarms], fine=[*self.fine, *other.fine])


def raise_alarms(
    database: Database, sight: Sight, tell: Callable[[str], bool], *, actor: str
) -> int:
    """Tell each alarm that was not told yet, and return how many were.

    Nothing is locked while people are told: a notifier may take long, and senders write meanwhile.
    Two watches that look at the same minute take turns; the second one leaves it to the first.

    Raises:
        DeliveryError: when an alarm could not be told to anybody; it is then not recorded.
    """
    due = _due(database, sight, actor)
    told: list[Alarm] = []
    try:
        for first in range(0, len(due), LINES):
            together = due[first : first + LINES]
            if tell("\n".join(alarm.text for alarm in together)):
                told += together
    finally:
        if due:
            _record(database, told, actor)
    if len(told) < len(due):
        raise DeliveryError(
            f"{len(due) - len(told)} alarms could not be told to anybody",
            where="FORTHWITH_ALARM_URLS",
            repair="set an Apprise address that works; `forthwith doctor` says what is wrong",
        )
    return len(told)


def _due(database: Database, sight: Sight, actor: str) -> list[Alarm]:
    with database.write(actor) as work:
        for key in sight.fine:
            alerts.clear_alarm(work, key)
        due = [
            alarm
            for alarm in sight.alarms
            if alerts.alarm_is_due(work, alarm.key, again_after=alarm.again_after)
        ]
        if due and not alerts.take_turn(work, TURN, at_most=TURN_LASTS):
            return []
        return due


def _record(database: Database, told: Sequence[Alarm], actor: str) -> None:
    with database.write(actor) as work:
        for alarm in told:
            alerts.raise_once(work, alarm.key, again_after=alarm.again_after)
        alerts.clear_alarm(work, TURN)
