"""Moments and spans as people say them in a hurry: `yesterday 14:00`, `3 hours ago`."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from incidents.models.report import Moment

_AGO = re.compile(
    r"(?:about )?(\d{1,4}) ?(m|min|minutes?|h|hours?|d|days?|w|weeks?)(?: ago)?", re.IGNORECASE
)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAY = re.compile(
    r"(today|yesterday|\d{4}-\d{2}-\d{2})(?:[ T]+(?:at )?(\d{1,2}:\d{2}))?", re.IGNORECASE
)
_BETWEEN = re.compile(r"\s+(?:to|until|till|and)\s+|\s*;\s*|\s+-\s+", re.IGNORECASE)
UNKNOWN_WORDS = frozenset({"", "unknown", "?", "-", "not known", "no idea", "don't know"})


def is_unknown(answer: str) -> bool:
    """Return whether an answer says that it is not known."""
    return answer.strip().lower() in UNKNOWN_WORDS


def two_parts(answer: str) -> tuple[str, str]:
    """Return both halves of an answer like `yesterday until 14:00`; the second may be empty."""
    text = re.sub(r"^(?:since|from|between|on)\s+", "", answer.strip(), flags=re.IGNORECASE)
    halves = _BETWEEN.split(text, maxsplit=1)
    return halves[0].strip(), halves[1].strip() if len(halves) > 1 else ""


def moment_said(text: str, *, now: datetime, zone: str, end_of_day: bool = False) -> Moment | None:
    """Return the moment a phrase means; None where it says unknown.

    A bare day is read as its first minute, or as its last where `end_of_day` is set (never later
    than now), and marked as estimated: the wider span, and the earlier start of a clock.

    Args:
        text: `now`, `3 hours ago`, `yesterday 14:00`, `2026-03-02`, `2026-03-02 09:30`, or ISO 8601
            with an offset.
        now: The present moment, aware.
        zone: IANA zone in which days and times without an offset are read.
        end_of_day: Whether a bare day means its end.

    Raises:
        ValueError: when it is none of these.
    """
    said = text.strip()
    if is_unknown(said):
        return None
    if said.lower() in {"now", "just now"}:
        return Moment(at=now, zone=zone)
    ago = _AGO.fullmatch(said)
    if ago:
        span = timedelta(**{_UNITS[ago[2][0].lower()]: int(ago[1])})
        return Moment(at=now - span, zone=zone, certainty="estimated")
    day = _DAY.fullmatch(said)
    if day:
        return _on_day(day[1].lower(), day[2], now=now, zone=zone, end_of_day=end_of_day)
    at = datetime.fromisoformat(said)
    return Moment(at=at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone)), zone=zone)


def _on_day(word: str, hour: str | None, *, now: datetime, zone: str, end_of_day: bool) -> Moment:
    local = now.astimezone(ZoneInfo(zone)).date()
    if word == "today":
        day = local
    elif word == "yesterday":
        day = local - timedelta(days=1)
    else:
        day = datetime.fromisoformat(word).date()
    if hour:
        hours, minutes = (int(part) for part in hour.split(":"))
        return Moment(at=datetime.combine(day, time(hours, minutes), ZoneInfo(zone)), zone=zone)
    clock = time(23, 59) if end_of_day else time(0, 0)
    at = datetime.combine(day, clock, ZoneInfo(zone))
    late = end_of_day and day == local and at > now
    return Moment(at=now if late else at, zone=zone, certainty="estimated")
