"""Counting: hours in UTC, days to somebody's midnight, working days, Regulation 1182/71."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from incidents.data_files import LAW
from incidents.duties.clock_rule import ClockRule
from incidents.duties.deadlines import Deadline, Surroundings, deadline_for
from incidents.duties.sources.folder import read_catalogue
from incidents.duties.working_days import add_working_days, is_working_day, knows
from incidents.models.report import Timeline

CALENDARS = read_catalogue(LAW).calendars


def count(
    rule: dict[str, Any] | list[dict[str, Any]],
    *,
    zone: str = "Europe/Berlin",
    place: str = "DE",
    **timeline: str,
) -> Deadline:
    rules = [ClockRule.model_validate(r) for r in (rule if isinstance(rule, list) else [rule])]
    around = Surroundings(zone, place, "Asia/Shanghai", CALENDARS)
    return deadline_for(rules, Timeline.model_validate(timeline), around)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_three_working_days_in_brazil_step_over_the_holiday_of_20_november() -> None:
    rule = {"start": "aware", "within": {"business_days": 3}, "zone": "authority"}
    found = count(rule, zone="America/Sao_Paulo", place="BR", aware="2026-11-18T10:00:00-03:00")
    assert found.due_by == utc("2026-11-24T23:59:59-03:00")


def test_a_last_day_in_the_japanese_year_end_closing_rolls_to_the_first_open_day() -> None:
    rule = {
        "start": "aware",
        "within": {"days": 30},
        "zone": "authority",
        "roll": "next_working_day",
    }
    found = count(rule, zone="Asia/Tokyo", place="JP", aware="2026-11-29T10:00:00+09:00")
    assert found.due_by == utc("2027-01-04T23:59:59+09:00")


def test_days_under_regulation_1182_roll_in_the_legal_limit_only() -> None:
    rule = {
        "start": "aware",
        "within": {"days": 14},
        "counting": "reg1182",
        "zone": "authority",
    }
    found = count(rule, aware="2026-12-11T10:00:00+01:00")
    assert found.due_by == utc("2026-12-25T23:59:59+01:00")
    assert found.legal_limit == utc("2026-12-28T23:59:59+01:00")


def test_a_month_from_the_31st_ends_on_the_last_day_of_the_next() -> None:
    rule = {"start": "aware", "within": {"months": 1}, "zone": "authority"}
    assert count(rule, aware="2026-01-31T10:00:00+01:00").due_by == utc("2026-02-28T23:59:59+01:00")
    assert count(rule, aware="2026-12-31T10:00:00+01:00").due_by == utc("2027-01-31T23:59:59+01:00")


def test_of_several_clocks_the_earliest_counts_and_one_that_has_not_begun_is_left_out() -> None:
    rules = [
        {"start": "classified", "otherwise": [], "within": {"hours": 4}},
        {"start": "aware", "within": {"hours": 24}},
    ]
    waiting = count(rules, aware="2026-03-02T09:00:00Z")
    assert waiting.due_by == utc("2026-03-03T09:00:00Z")
    classified = count(rules, aware="2026-03-02T09:00:00Z", classified="2026-03-02T10:00:00Z")
    assert classified.due_by == utc("2026-03-02T14:00:00Z")
    late = count(rules, aware="2026-03-02T09:00:00Z", classified="2026-03-03T08:00:00Z")
    assert late.due_by == utc("2026-03-03T09:00:00Z")


def test_whose_midnight_ends_a_day_is_the_rules_choice() -> None:
    found = {
        zone: count(
            {"start": "aware", "within": {"days": 1}, "zone": zone}, aware="2026-03-02T20:00:00Z"
        ).due_by
        for zone in ("authority", "organisation", "America/Los_Angeles")
    }
    assert found == {
        "authority": utc("2026-03-03T23:59:59+01:00"),
        "organisation": utc("2026-03-04T23:59:59+08:00"),
        "America/Los_Angeles": utc("2026-03-03T23:59:59-08:00"),
    }


def test_a_clock_that_has_not_begun_says_what_it_waits_for() -> None:
    found = count({"start": "handling_closed", "otherwise": [], "within": {"days": 30}})
    assert found.due_by is None
    assert "has not been recorded" in found.reading.rule


@pytest.mark.parametrize(
    "rule",
    [
        {"start": "aware", "within": {"hours": 72, "days": 3}},
        {"start": "aware", "within": {}},
        {"start": "aware", "within": {"hours": 0}},
        {"start": "aware", "within": {"hours": 72}, "roll": "next_working_day"},
        {"start": "teatime"},
    ],
)
def test_a_clock_that_cannot_be_meant_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ClockRule.model_validate(rule)


@given(st.datetimes(datetime(2019, 1, 1), datetime(2030, 1, 1)), st.integers(1, 200))  # noqa: DTZ001
def test_hours_are_elapsed_hours_and_the_legal_limit_is_up_to_one_hour_later(
    at: datetime, hours: int
) -> None:
    aware = at.replace(tzinfo=UTC)
    rule = {"start": "aware", "within": {"hours": hours}, "counting": "reg1182"}
    found = count(rule, aware=aware.isoformat())
    assert found.due_by == aware + timedelta(hours=hours)
    assert found.legal_limit is not None
    assert timedelta(0) < found.legal_limit - found.due_by <= timedelta(hours=1)
    assert found.legal_limit.minute == found.legal_limit.second == 0


@given(st.dates(date(2026, 1, 1), date(2026, 12, 1)), st.integers(1, 15))
def test_working_days_end_on_a_working_day_after_at_least_as_many_days(
    day: date, number: int
) -> None:
    end = add_working_days(day, number, "FR", CALENDARS)
    assert is_working_day(end, "FR", CALENDARS)
    assert end >= day + timedelta(days=number)


def test_a_made_up_working_saturday_in_china_counts() -> None:
    assert is_working_day(date(2026, 2, 14), "CN", CALENDARS)
    assert not is_working_day(date(2026, 2, 15), "CN", CALENDARS)


def test_authorities_in_hong_kong_rest_on_saturday() -> None:
    assert not is_working_day(date(2026, 6, 6), "HK", CALENDARS)


def test_without_known_holidays_every_weekday_counts_so_that_no_limit_ends_late() -> None:
    assert not knows("QX")
    assert is_working_day(date(2026, 1, 1), "QX", CALENDARS)
    assert not is_working_day(date(2026, 6, 6), "QX", CALENDARS)


def test_a_city_rests_with_its_country_and_a_state_on_its_own_days() -> None:
    assert knows("CN-GD-SZ")
    assert not is_working_day(date(2026, 10, 1), "CN-GD-SZ", CALENDARS)
    assert not is_working_day(date(2026, 4, 20), "US-MA", CALENDARS)  # Patriots' Day
    assert is_working_day(date(2026, 4, 20), "US-CA", CALENDARS)
