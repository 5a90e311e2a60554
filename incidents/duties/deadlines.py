"""By when: limits counted from moments, in UTC, with days ending at somebody's midnight."""

import calendar as month_lengths
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from incidents.duties.clock_rule import ClockRule, Span
from incidents.duties.conditions import Condition
from incidents.duties.working_days import Calendar, add_working_days, knows, next_working_day
from incidents.models.base import in_zone, trusted, zone_info
from incidents.models.duty import ClockReading, Truth
from incidents.models.report import Timeline
from incidents.models.vocabulary import vocabulary

LAST_SECOND = time(23, 59, 59)
MONTHS_A_YEAR = 12


@dataclass(slots=True)
class Deadline:
    """When to act by, the later legal limit where there is one, and how both were counted."""

    due_by: datetime | None
    legal_limit: datetime | None
    reading: ClockReading
    zone: str


@dataclass(slots=True)
class Surroundings:
    """What a clock needs besides the moments."""

    authority_zone: str
    """Empty where the recipient is no authority."""
    authority_place: str
    organisation_zone: str
    calendars: Mapping[str, Calendar]
    law_zone: str = "organisation"
    organisation_place: str = ""
    filings: Mapping[str, Sequence[datetime]] = field(default_factory=dict)
    """When duties were met, by the references the clocks use."""
    holds: Callable[[Condition], Truth] = lambda _: "unknown"
    """Judges a condition of a clock."""
    starts: dict[Sequence[str], tuple[datetime | None, str]] = field(default_factory=dict)
    """What moments came to so far: the clocks of a case start from few of them."""


def deadline_for(rules: Sequence[ClockRule], timeline: Timeline, around: Surroundings) -> Deadline:
    """Return the earliest deadline of a duty's clocks.

    A clock whose start is not known, and for which nothing earlier may stand in, gives no date.
    Clocks without a number give their start only.
    """
    counted = [_count(rule, timeline, around) for rule in rules]
    dated = [
        deadline
        for rule, deadline in zip(rules, counted, strict=True)
        if deadline.due_by and not _yields(rule, deadline, timeline, around)
    ]
    if not dated:
        return next((one for one in counted if one.reading.at), counted[0])
    first = min(dated, key=lambda deadline: deadline.due_by or datetime.max.replace(tzinfo=UTC))
    if len(rules) == 1:
        return first
    rule = f"earliest of {len(rules)} limits: {first.reading.rule}"
    return replace(first, reading=first.reading.model_copy(update={"rule": rule}))


def add_span(
    start: datetime, span: Span, zone: str, place: str, calendars: Mapping[str, Calendar]
) -> datetime:
    """Return the end of a length of time: hours run on, days end at midnight in the zone."""
    if span.hours:
        return start + timedelta(hours=span.hours)  # UTC, so a clock change adds or takes nothing
    day = _after(start.astimezone(zone_info(zone)).date(), span, place, calendars)
    return end_of(day, zone)


def end_of(day: date, zone: str) -> datetime:
    """Return the last second of a day in a zone."""
    return datetime.combine(day, LAST_SECOND, zone_info(zone)).astimezone(UTC)


def _yields(rule: ClockRule, deadline: Deadline, timeline: Timeline, around: Surroundings) -> bool:
    moment = timeline.moment(rule.yields_to) if rule.yields_to else None
    start = deadline.reading.at
    if moment is None or start is None:
        return False
    place = _calendar_place(rule, around)
    return moment.at > _limit(rule, start, deadline.zone, place, around.calendars)


def _count(rule: ClockRule, timeline: Timeline, around: Surroundings) -> Deadline:
    zone = _zone(rule, around)
    start, from_word = _start(rule, timeline, around)
    word = rule.stands_on
    extended = [one for one in rule.extensions if around.holds(one.when) == "yes"]
    reading = trusted(
        ClockReading,
        {
            "start": word,
            "at": start,
            "rule": _in_words(rule, from_word, start, [one.text for one in extended]),
            "fallback": start is not None and from_word != word,
        },
    )
    if start is None or rule.within is None:
        return Deadline(None, None, reading, zone)
    place = _calendar_place(rule, around)
    due_by = _limit(rule, start, zone, place, around.calendars)
    for one in extended:
        due_by = add_span(due_by, one.add, zone, place, around.calendars)
    if rule.counting == "reg1182":
        limit = _limit_1182(rule, start, zone, place, due_by, around.calendars)
        return Deadline(due_by, limit, reading, zone)
    if rule.roll == "next_working_day" and knows(place) and _rolls(rule, around):
        due_by = _rolled(rule, due_by, zone, place, around.calendars)
    return Deadline(due_by, None, reading, zone)


def _zone(rule: ClockRule, around: Surroundings) -> str:
    own = around.organisation_zone
    if rule.zone == "organisation":
        return own
    law = own if around.law_zone == "organisation" else around.law_zone
    if rule.zone == "authority":
        return around.authority_zone or law
    return law if rule.zone == "law" else rule.zone


def _start(
    rule: ClockRule, timeline: Timeline, around: Surroundings
) -> tuple[datetime | None, str]:
    if rule.after:
        made = around.filings.get(rule.after, ())
        at = None if not made else min(made) if rule.which == "first" else max(made)
        return at, rule.stands_on
    words = rule.beginnings
    if words not in around.starts:
        around.starts[words] = _first_of(words, timeline)
    return around.starts[words]


def _first_of(words: Sequence[str], timeline: Timeline) -> tuple[datetime | None, str]:
    """Return the moment of the first word or, while that is not known, the earliest stand-in."""
    start, *stand_ins = words
    own = timeline.moment(start)
    if own:
        return own.at, start
    known = [(moment.at, word) for word in stand_ins if (moment := timeline.moment(word))]
    return min(known, default=(None, start))


def _limit(
    rule: ClockRule, start: datetime, zone: str, place: str, calendars: Mapping[str, Calendar]
) -> datetime:
    span = rule.within
    if span is None:
        return start
    day = start.astimezone(zone_info(zone)).date()
    if rule.count_from == "end_of_year":
        return end_of(_after(date(day.year, 12, 31), span, place, calendars), zone)
    if span.hours or rule.counting != "first_day_counts":
        return add_span(start, span, zone, place, calendars)
    # The day of the start is day one, so the period ends a day earlier than it would otherwise.
    return end_of(_after(day - timedelta(days=1), span, place, calendars), zone)


def _after(day: date, span: Span, place: str, calendars: Mapping[str, Calendar]) -> date:
    if span.days:
        return day + timedelta(days=span.days)
    if span.months:
        return _months_after(day, span.months)
    return add_working_days(day, span.business_days or 0, place, calendars)


def _limit_1182(
    rule: ClockRule,
    start: datetime,
    zone: str,
    place: str,
    due_by: datetime,
    calendars: Mapping[str, Calendar],
) -> datetime:
    """Return the end of the period under Regulation 1182/71.

    Hours: the hour of the event does not count, so the period begins with the next full hour;
    weekends and holidays run on (Art 3(1), 3(2)(a), 3(3)). Days and months: one that ends on a
    day off ends with the next working day (Art 3(4)).
    """
    if rule.within is None or not rule.within.hours:
        return _rolled(rule, due_by, zone, place, calendars)
    local = start.astimezone(zone_info(zone))
    into_hour = timedelta(
        minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )
    return start - into_hour + timedelta(hours=rule.within.hours + 1)


def _rolls(rule: ClockRule, around: Surroundings) -> bool:
    return rule.roll_when is None or around.holds(rule.roll_when) == "yes"


def _rolled(
    rule: ClockRule, due_by: datetime, zone: str, place: str, calendars: Mapping[str, Calendar]
) -> datetime:
    day = due_by.astimezone(zone_info(zone)).date()
    open_day = next_working_day(day, place, calendars)
    if open_day == day:
        return due_by
    if not rule.roll_at:
        return end_of(open_day, zone)
    at = time.fromisoformat(rule.roll_at)
    return datetime.combine(open_day, at, zone_info(zone)).astimezone(UTC)


def _calendar_place(rule: ClockRule, around: Surroundings) -> str:
    if rule.calendar == "organisation":
        return around.organisation_place or around.authority_place
    return around.authority_place if rule.calendar == "authority" else rule.calendar


def _months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day."""
    years, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, month_lengths.monthrange(year, month)[1]))


def _in_words(
    rule: ClockRule, from_word: str, start: datetime | None, extended: Sequence[str]
) -> str:
    moments = vocabulary().moments
    own = f"when {rule.after} was sent" if rule.after else moments[str(rule.start)]
    if start is None:
        return f"runs from {own}, which has not been recorded"
    source = own
    if from_word != rule.stands_on:
        source = f"{moments[from_word]}, standing in because {own} has not been recorded"
    if rule.count_from == "end_of_year":
        source = f"the end of the year of: {source}"
    longer = "".join(f"; longer because {text}" for text in extended)
    return f"{rule.length} from {source}{longer}"


def local_words(at: datetime | None, zone: str) -> str:
    """Return a deadline in the words of its zone; empty where there is none."""
    return in_zone(at, zone) if at else ""
