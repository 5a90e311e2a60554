"""An empty list of people is never taken for `nobody is affected`."""

from datetime import date
from pathlib import Path

import pytest

from incidents.errors import InvalidInputError, NotFoundError
from incidents.intake.breach_report import parse_report
from incidents.models.inventory import Inventory, Organisation, Person, Store
from incidents.settings import Settings
from incidents.steps.find_data import find_data
from incidents.steps.open_case import open_case
from incidents.steps.size_scope import size_scope
from incidents.store import people
from incidents.wiring import Workshop, open_workshop

TODAY = date(2026, 3, 2)


def _reported(home: Path) -> tuple[Workshop, str]:
    shop = open_workshop(Settings(home=home, actor="analyst"))
    report = parse_report({"claim": {"stores": [{"store": "orders"}]}}, where="test")
    ref = open_case(shop.database, report, actor="analyst")
    organisation = Organisation(legal_name="Example Ltd", place="DE", zone="Europe/Berlin")
    inventory = Inventory(
        organisation=organisation, stores=[Store(id="orders", name="Orders", elements={})]
    )
    find_data(shop.database, ref, inventory, today=TODAY, actor="analyst")
    return shop, ref


def test_without_imported_people_nothing_is_decided(tmp_path: Path) -> None:
    shop, ref = _reported(tmp_path)
    with pytest.raises(NotFoundError, match="no people are known"):
        size_scope(shop.database, ref, on_day=TODAY, actor="analyst")


def test_a_report_that_touches_nobody_known_is_not_read_as_nothing_owed(tmp_path: Path) -> None:
    shop, ref = _reported(tmp_path)
    with shop.database.write("analyst") as work:
        somebody = [Person(person_id="p1", name="Ada", country="DE")]
        people.replace_people(work, somebody, [], [], lookup=lambda _kind, value: value)
    with pytest.raises(InvalidInputError, match="nobody in the inventory"):
        size_scope(shop.database, ref, on_day=TODAY, actor="analyst")
