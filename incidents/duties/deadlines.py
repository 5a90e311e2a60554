"""By when: limits counted from moments, in UTC, with days ending at somebody's midnight."""

import calendar as month_lengths
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from incidents.duties.regime import ClockRule
from incidents.duties.working_days import Calendar, add_working_days, next_working_day
from incidents.models.duty import ClockReading
from incidents.models.report import Timeline
from incidents.models.vocabulary import vocabulary

LAST_SECOND = time(23, 59, 59)
MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Deadline:
    """When to have acted, at the latest the law allows, and how that was counted."""

    due_by: datetime | None
    legal_limit: datetime | None
    reading: ClockReading
    zone: str


@dataclass(frozen=True)
class Surroundings:
    """What a clock needs besides the moments."""

    authority_zone: str
    """Empty where the recipient is no authority."""
    authority_place: str
    organisation_zone: str
    calendars: dict[str, Calendar]


def deadline_for(rules: list[ClockRule], timeline: Timeline, around: Surroundings) -> Deadline:
    """Return the earliest deadline of a duty's clocks.

    A clock whose start is not known, and for which nothing earlier may stand in, gives no date.
    Clocks without a number give their start only.
    """
    counted = [_count(rule, timeline, around) for rule in rules]
    dated = [deadline for deadline in counted if deadline.due_by]
    if not dated:
        return counted[0]
    first = min(dated, key=lambda deadline: deadline.due_by or datetime.max.replace(tzinfo=UTC))
    if len(rules) == 1:
        return first
    rule = f"earliest of {len(rules)} limits: {first.reading.rule}"
    reading = first.reading.model_copy(update={"rule": rule})
    return Deadline(first.due_by, first.legal_limit, reading, first.zone)


def _count(rule: ClockRule, timeline: Timeline, around: Surroundings) -> Deadline:
    zone = _zone(rule, around)
    start, from_word = _start(rule, timeline)
    fallback = start is not None and from_word != rule.start
    reading = ClockReading(
        start=rule.start, at=start, rule=_in_words(rule, from_word, start), fallback=fallback
    )
    if start is None or rule.within is None:
        return Deadline(None, None, reading, zone)
    due_by = _after(rule, start, zone, around)
    limit = None
    if rule.counting == "reg1182":
        limit = _limit_1182(rule, start, zone, around, due_by)
    elif rule.roll == "next_working_day":
        due_by = _rolled(due_by, rule, zone, around)
    return Deadline(due_by, limit, reading, zone)


def _zone(rule: ClockRule, around: Surroundings) -> str:
    if rule.zone == "authority":
        return around.authority_zone or around.organisation_zone
    return around.organisation_zone if rule.zone == "organisation" else rule.zone


def _start(rule: ClockRule, timeline: Timeline) -> tuple[datetime | None, str]:
    own = timeline.moment(rule.start)
    if own:
        return own.at, rule.start
    standing_in = [
        (moment.at, word) for word in rule.otherwise if (moment := timeline.moment(word))
    ]
    return min(standing_in, default=(None, rule.start))


def _after(rule: ClockRule, start: datetime, zone: str, around: Surroundings) -> datetime:
    span = rule.within
    if span is None:
        return start
    if span.hours:
        return start + timedelta(hours=span.hours)  # UTC, so a clock change adds or takes nothing
    day = start.astimezone(ZoneInfo(zone)).date()
    if span.days:
        day += timedelta(days=span.days)
    elif span.months:
        day = _months_after(day, span.months)
    else:
        place = _calendar_place(rule, around)
        day = add_working_days(day, span.business_days or 0, place, around.calendars)
    return _end_of(day, zone)


def _limit_1182(
    rule: ClockRule, start: datetime, zone: str, around: Surroundings, due_by: datetime
) -> datetime:
    """Return the end of the period under Regulation 1182/71.

    Hours: the hour of the event does not count, so the period begins with the next full hour;
    weekends and holidays run on (Art 3(1), 3(2)(a), 3(3)). Days and months: one that ends on a
    day off ends with the next working day (Art 3(4)).
    """
    if rule.within is None or not rule.within.hours:
        return _rolled(due_by, rule, zone, around)
    local = start.astimezone(ZoneInfo(zone))
    into_hour = timedelta(
        minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )
    return start - into_hour + timedelta(hours=rule.within.hours + 1)


def _rolled(due_by: datetime, rule: ClockRule, zone: str, around: Surroundings) -> datetime:
    day = due_by.astimezone(ZoneInfo(zone)).date()
    return _end_of(next_working_day(day, _calendar_place(rule, around), around.calendars), zone)


def _calendar_place(rule: ClockRule, around: Surroundings) -> str:
    return around.authority_place if rule.calendar == "authority" else rule.calendar


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, LAST_SECOND, ZoneInfo(zone)).astimezone(UTC)


def _months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day."""
    years, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, month_lengths.monthrange(year, month)[1]))


def _in_words(rule: ClockRule, from_word: str, start: datetime | None) -> str:
    moments = vocabulary().moments
    if start is None:
        return f"runs from {moments[rule.start]}, which has not been recorded"
    if from_word != rule.start:
        source = (
            f"{moments[from_word]}, standing in because {moments[rule.start]} has not been recorded"
        )
    else:
        source = moments[rule.start]
    return f"{_length(rule)} from {source}"


def _length(rule: ClockRule) -> str:
    span = rule.within
    if span is None:
        return "no number in the rule; counted"
    if span.hours:
        words = f"{span.hours} hours without a break, nights, weekends and holidays included"
        if rule.counting == "reg1182":
            words += (
                " (the legal limit leaves out the hour of the event, Regulation 1182/71 Art 3(1)),"
            )
        else:
            words += ","
        return words
    unit = "calendar days" if span.days else "months" if span.months else "working days"
    words = f"{span.days or span.months or span.business_days} {unit}, the first day not counted,"
    if rule.roll == "next_working_day":
        words += " ending on a working day,"
    return words
