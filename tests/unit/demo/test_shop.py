"""The demo's invented shop."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows.demo.crowd import GROUPS, PEOPLE
from flows.demo.shop import (
    WRITTEN_AT,
    build_shop,
    demo_amendment,
    demo_report,
)
from incidents.intake.breach_report import amend, parse_report
from incidents.inventory.catalogue import check_organisation
from incidents.inventory.sources.folder import InventoryFolder, read_folder
from incidents.models.inventory import ContactKind, ContactQuality, PersonStatus
from incidents.scope.finding import finding

KEYS = ["ssh-ed25519 " + letter * 68 for letter in "AB"]
DAY = WRITTEN_AT.date()
AFFECTED = 3994
"""People with data in orders or accounts within the report's window, for the shipped seed."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> InventoryFolder:
    folder = tmp_path_factory.mktemp("shop")
    build_shop(folder, approver_keys=KEYS)
    return read_folder(folder, today=DAY)


def age(born: str, day: date) -> int:
    birthday = date.fromisoformat(born)
    return day.year - birthday.year - ((day.month, day.day) < (birthday.month, birthday.day))


def test_the_shop_is_read_without_error_or_warning(shop: InventoryFolder) -> None:
    assert shop.counts["people"] == PEOPLE
    assert shop.warnings == []


def test_the_organisation_lacks_nothing(shop: InventoryFolder) -> None:
    assert check_organisation(shop.inventory.organisation) == []


def test_the_stores_cover_all_thirty_five_activities(shop: InventoryFolder) -> None:
    named = {activity for store in shop.inventory.stores for activity in store.activities}
    assert named == {f"A{number}" for number in range(1, 36)}


def test_people_live_where_the_reference_says(shop: InventoryFolder) -> None:
    places = Counter(f"{person.country} {person.region}".strip() for person in shop.people())
    assert places == {
        "CN": 1870,
        "DE": 500,
        "GB": 450,
        "FR": 350,
        "US CA": 350,
        "JP": 300,
        "US TX": 250,
        "US NY": 250,
        "KR": 250,
        "BR": 250,
        "SG": 150,
        "": 30,
    }


def test_the_hard_groups_are_as_large_as_the_reference_says(shop: InventoryFolder) -> None:
    people = list(shop.people())
    status = Counter(person.status for person in people)
    assert status[PersonStatus.CONSIGNEE] == GROUPS["consignee"] == 250
    assert status[PersonStatus.SUPPLIER] == 20
    assert status[PersonStatus.DECEASED] == 6
    assert status[PersonStatus.FORMER] == 120
    assert sum("do_not_write" in person.flags for person in people) == 9
    ages = {p.person_id: age(p.birth_date, DAY) for p in people if p.birth_date}
    under_14 = [person for person in people if ages.get(person.person_id, 99) < 14]
    assert Counter(bool(child.guardian_id) for child in under_14) == {True: 41, False: 8}
    assert sum(14 <= years < 18 for years in ages.values()) == 60
    quality = Counter(contact.quality for contact in shop.contacts())
    assert quality[ContactQuality.BAD] == 60
    assert quality[ContactQuality.COMPROMISED] == 15


def test_some_have_no_mailbox_and_some_no_way_at_all(shop: InventoryFolder) -> None:
    ways: dict[str, set[ContactKind]] = {person.person_id: set() for person in shop.people()}
    for contact in shop.contacts():
        ways[contact.person_id].add(contact.kind)
    without = [kinds for kinds in ways.values() if ContactKind.EMAIL not in kinds]
    assert len(without) == 250 + 100 + 50 + 5
    assert sum(not kinds for kinds in ways.values()) == 5
    assert sum(kinds == {ContactKind.PHONE} for kinds in without) >= 50
    consignees = [p.person_id for p in shop.people() if p.status is PersonStatus.CONSIGNEE]
    assert all(ways[person] and ContactKind.EMAIL not in ways[person] for person in consignees)


def test_guardians_are_adults_in_the_same_place(shop: InventoryFolder) -> None:
    people = {person.person_id: person for person in shop.people()}
    wards = [person for person in people.values() if person.guardian_id]
    assert len(wards) == 53
    for ward in wards:
        guardian = people[ward.guardian_id]
        assert guardian.birth_date
        assert age(guardian.birth_date, DAY) >= 18
        assert (guardian.country, guardian.region) == (ward.country, ward.region)


def test_every_mailbox_lies_under_a_name_that_never_delivers(shop: InventoryFolder) -> None:
    mailboxes = [c.value for c in shop.contacts() if c.kind is ContactKind.EMAIL]
    assert all(mailbox.endswith(".example") for mailbox in mailboxes)
    assert len(set(mailboxes)) == len(mailboxes)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        build_shop(tmp_path / name, people=300, seed=seed, approver_keys=KEYS)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    read = {k: [(tmp_path / k / name).read_bytes() for name in names] for k in "abc"}
    assert read["a"] == read["b"]
    assert read["a"] != read["c"]


def test_a_small_shop_passes_too(tmp_path: Path) -> None:
    build_shop(tmp_path, people=60, approver_keys=KEYS, anchor=date(2031, 3, 1))
    assert read_folder(tmp_path, today=date(2031, 3, 1)).counts["people"] == 60


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=731, hours=5)])
def test_the_reports_clocks_are_live_whenever_it_is_played(ahead: timedelta) -> None:
    now = WRITTEN_AT.astimezone(UTC) + ahead
    report = parse_report(demo_report(now), where="report.yaml", now=now)
    aware = report.timeline.moment("aware")
    assert aware is not None
    assert now - aware.at == timedelta(hours=20)


def test_the_report_is_wrong_in_two_places_and_read_for_safety(shop: InventoryFolder) -> None:
    report = parse_report(demo_report(WRITTEN_AT), where="report.yaml")
    found = finding(report, shop.inventory, DAY)
    slugs = [(item.slug, item.store) for item in found.contradictions]
    assert ("unknown-store", "order-db") in slugs
    assert ("element-missed", "orders") in slugs
    assert {exposure.store: exposure.added for exposure in found.exposures} == {
        "accounts": [],
        "orders": ["identity.national_id"],
    }
    assert found.preservation[0].store == "web-log"
    assert found.preservation[0].on == (DAY + timedelta(days=1)).isoformat()


def test_the_amended_report_repairs_both(shop: InventoryFolder) -> None:
    report = parse_report(demo_report(WRITTEN_AT), where="report.yaml")
    amended = parse_report(demo_amendment(WRITTEN_AT), where="report_amended.yaml")
    assert "claim.stores.orders: now named" in amend(report, amended).differences
    slugs = {item.slug for item in finding(amended, shop.inventory, DAY).contradictions}
    assert slugs == {"copy-not-reported"}


def test_the_affected_are_as_many_as_the_reference_says(shop: InventoryFolder) -> None:
    report = parse_report(demo_report(WRITTEN_AT), where="report.yaml")
    windows = {e.store: e.window for e in finding(report, shop.inventory, DAY).exposures}
    touched = set()
    for link in shop.links():
        window = windows.get(link.store_id)
        if window and link.first_on <= window.last_on and link.last_on >= window.first_on:
            touched.add(link.person_id)
    assert len(touched) == AFFECTED
    assert datetime.fromisoformat("2026-11-20T17:00:00+08:00") == WRITTEN_AT
