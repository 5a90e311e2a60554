"""Which days are working days in a place: the `holidays` package under local overrides."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from incidents.models.base import Value
from incidents.models.inventory import Day

if TYPE_CHECKING:
    from holidays import HolidayBase

WEEKEND = frozenset({5, 6})
ANY_YEAR = 2026


class Calendar(Value):
    """What the package does not know of a place's working days.

    `closed_yearly` are days as `MM-DD` on which offices stay closed every year.
    """

    place: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
    weekend: list[Annotated[int, Field(ge=0, le=6)]] | None = None
    """Weekdays off, Monday 0; None leaves the package's own."""
    closed_yearly: list[Annotated[str, Field(pattern=r"^\d{2}-\d{2}$")]] = []
    closed_on: list[Day] = []
    open_on: list[Day] = []
    known_until: Day | None = None
    """Last day for which official working days were published when this was written."""
    note: str
    read_on: Day


def is_working_day(day: date, place: str, calendars: Mapping[str, Calendar]) -> bool:
    """Return whether offices work on a day in a place (ISO 3166, a country or finer).

    Of a place whose holidays nobody knows, Monday to Friday count as worked: a limit in working
    days then ends earlier, never later.
    """
    local = calendars.get(place)
    if local:
        if day.isoformat() in local.open_on:
            return True
        if day.isoformat() in local.closed_on or f"{day:%m-%d}" in local.closed_yearly:
            return False
        if local.weekend is not None and day.weekday() in local.weekend:
            return False
    off, weekend, worked = _package(place, day.year)
    if local and local.weekend is not None:
        weekend = frozenset(local.weekend)
    if day in worked:
        return True
    return day.weekday() not in weekend and day not in off


def knows(place: str) -> bool:
    """Return whether holidays of a place are known."""
    return _found(place, ANY_YEAR) is not None


def next_working_day(day: date, place: str, calendars: Mapping[str, Calendar]) -> date:
    """Return the day itself where it is a working day, or the first one after it."""
    while not is_working_day(day, place, calendars):
        day += timedelta(days=1)
    return day


def add_working_days(day: date, number: int, place: str, calendars: Mapping[str, Calendar]) -> date:
    """Return the working day that many working days after a day, which itself does not count."""
    for _ in range(number):
        day = next_working_day(day + timedelta(days=1), place, calendars)
    return day


@lru_cache(maxsize=256)
def _package(place: str, year: int) -> tuple[frozenset[date], frozenset[int], frozenset[date]]:
    days = _found(place, year)
    if days is None:
        return frozenset(), WEEKEND, frozenset()
    worked = {day for day in days.weekend_workdays if day.year == year}
    return frozenset(days.keys()), frozenset(days.weekend), frozenset(worked)


@lru_cache(maxsize=256)
def _found(place: str, year: int) -> "HolidayBase | None":
    """Return the days off of a place, of the finest area that the package knows."""
    # Imported here: it costs 0.1 s, and most answers need no calendar. Its list of all countries
    # would cost much more, so a place is tried instead.
    import holidays  # noqa: PLC0415

    country, _, region = place.partition("-")
    for subdivision in dict.fromkeys((region or None, None)):
        try:
            return holidays.country_holidays(country, subdiv=subdivision, years=year)
        except NotImplementedError:
            continue
    return None
