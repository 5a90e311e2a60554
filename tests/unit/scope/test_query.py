"""Whom a breach touches, as a query."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.models.scope import Exposure
from incidents.scope.query import born_after, scope_query


def an_exposure(store: str) -> Exposure:
    return Exposure(store=store, name=store, elements={})


def test_bits_follow_the_order_of_store_ids_whatever_order_they_come_in() -> None:
    query = scope_query([an_exposure("orders"), an_exposure("accounts")], date(2026, 3, 2))
    assert [(part.bit, part.store) for part in query.parts] == [(0, "accounts"), (1, "orders")]


def test_the_three_birthdays_of_a_day() -> None:
    query = scope_query([], date(2026, 3, 2))
    assert query.born_after == {"14": "2012-03-02", "16": "2010-03-02", "18": "2008-03-02"}


@pytest.mark.parametrize(
    ("on_day", "born", "is_child"),
    [
        ("2026-03-02", "2012-03-02", False),  # the fourteenth birthday itself
        ("2026-03-02", "2012-03-03", True),
        ("2026-02-28", "2012-02-29", True),  # no 29 February in 2026: fourteen on 1 March
        ("2026-03-01", "2012-02-29", False),
        ("2028-02-29", "2014-02-28", False),
        ("2028-02-29", "2014-03-01", True),
    ],
)
def test_fourteen_is_reached_on_the_birthday(on_day: str, born: str, is_child: bool) -> None:
    cut = born_after(14, date.fromisoformat(on_day))
    assert (date.fromisoformat(born) > cut) is is_child


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.sampled_from([14, 16, 18]))
def test_a_child_is_never_a_child_again_the_day_after(day: date, age: int) -> None:
    following = date.fromordinal(day.toordinal() + 1)
    assert born_after(age, day) <= born_after(age, following)
