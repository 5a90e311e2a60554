"""A duty's deadline in words: local time, time left, the law's word where it names no number."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from incidents.models.base import in_zone
from incidents.models.duty import Duty, Held, RelativeTo


def time_left(now: datetime, then: datetime) -> str:
    """Return how long there is in words, such as `2 d 3 h left` or `4 h overdue`."""
    minutes = int((then - now).total_seconds() // 60)
    word = "left" if minutes >= 0 else "overdue"
    days, rest = divmod(abs(minutes), 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h {word}"
    return f"{hours} h {minutes} min {word}" if hours else f"{minutes} min {word}"


def deadline_words(duty: Duty, now: datetime) -> tuple[str, str]:
    """Return a duty's deadline in local time and the time left.

    A word of the law without a number is shown as such beside the operator's own target.
    """
    if duty.due_by is not None:
        return duty.due_local or in_zone(duty.due_by, duty.zone), time_left(now, duty.due_by)
    if duty.held is not None:
        return f"waits at the request of {duty.held.by}, {_end(duty.held)}", ""
    if duty.relative_to is not None:
        return f"{_tie(duty.relative_to)} {duty.relative_to.duty}", ""
    if duty.target_by is not None:
        own = in_zone(duty.target_by, duty.zone)
        return f"“{duty.phrase}”; own target {own}", time_left(now, duty.target_by)
    return f"“{duty.phrase}”; no own target set", ""


def short_deadline(duty: Duty, now: datetime) -> tuple[str, str]:
    """Return a duty's deadline and the time left, short enough for one line of a table."""
    zone = ZoneInfo(duty.zone)
    if duty.due_by is not None:
        local = duty.due_by.astimezone(zone)
        return f"{local:%a %d %b %H:%M} {local:%Z}", _short_left(now, duty.due_by)
    if duty.held is not None:
        return f"waits, {_end(duty.held)}", ""
    if duty.relative_to is not None:
        other = duty.relative_to.duty.partition("/")[2] or duty.relative_to.duty
        return f"{_tie(duty.relative_to)} {other}", ""
    words = duty.phrase if len(duty.phrase) <= PHRASE else duty.phrase[: PHRASE - 1].rstrip() + "…"
    if duty.target_by is not None:
        local = duty.target_by.astimezone(zone)
        own = f"{local:%a %d %b %H:%M}"
        # The moment first: a narrow terminal cuts the end of a cell.
        return f"{own} “{words}”", _short_left(now, duty.target_by)
    return f"“{words}”", ""


def _tie(tie: RelativeTo) -> str:
    if tie.wait:
        return f"not before {tie.wait} after"
    days = f"{tie.days} days " if tie.days else ""
    return f"{days}{RELATIONS[tie.relation]}"


def _end(held: Held) -> str:
    return f"until {held.until:%a %d %b %H:%M} UTC" if held.until else "end open"


PHRASE = 26
RELATIONS = {
    "before": "before",
    "not_later_than": "not later than",
    "same_time": "together with",
    "within_after": "after",
    "after": "after",
    "without_delaying": "not delaying",
}


def _short_left(now: datetime, then: datetime) -> str:
    words = (
        time_left(now, then).split(" min")[0] if abs(then - now) >= HOUR else time_left(now, then)
    )
    short = words.removesuffix(" left").removesuffix(" overdue")
    if "h" in short and "d" not in short:
        short = short.split(" h")[0] + " h"
    return f"{short} LATE" if then < now else short


HOUR = timedelta(hours=1)
