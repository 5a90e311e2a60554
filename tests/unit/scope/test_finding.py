"""The report held against the inventory."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.errors import InvalidInputError
from incidents.models.inventory import Inventory
from incidents.models.report import BreachReport, PeopleFilter, Protection, Window
from incidents.models.scope import Contradiction, Exposure
from incidents.scope.contradictions import find
from incidents.scope.exposed_data import expose, less_protected, worst_protection
from incidents.scope.finding import finding
from incidents.scope.store_names import meant_by

TODAY = date(2026, 3, 2)
CLEAR = Protection(state="clear")
SAFE = Protection(state="encrypted", key="safe")
TAKEN = Protection(state="encrypted", key="taken")
WINDOW = {"first_on": "2026-01-01", "last_on": "2026-02-01"}


def a_store(store: str, name: str, *elements: str, **more: Any) -> dict[str, Any]:
    held = {key: {"state": "clear"} for key in elements}
    return {"id": store, "name": name, "elements": held, "last_review": "2026-01-01"} | more


def an_inventory(*stores: dict[str, Any]) -> Inventory:
    organisation = {"legal_name": "Blue Finch Ltd", "place": "CN", "zone": "Asia/Shanghai"}
    kept = {"delete_after_days": 365}
    return Inventory.model_validate(
        {
            "organisation": organisation,
            "stores": stores
            or [
                a_store(
                    "orders", "Orders", "identity.name", "identity.national_id", retention=kept
                ),
                a_store("accounts", "Customer accounts", "contact.email", "account.password"),
            ],
        }
    )


def a_report(*claims: dict[str, Any], **more: Any) -> BreachReport:
    return BreachReport.model_validate({"claim": {"stores": list(claims)}, **more})


def whole(store: str, *elements: str, **more: Any) -> dict[str, Any]:
    return {"store": store, "elements": list(elements), "window": WINDOW} | more


def slugs(report: BreachReport, inventory: Inventory) -> list[tuple[str, str]]:
    return [(item.slug, item.store) for item in find(report, inventory, TODAY)]


def exposed(report: BreachReport, inventory: Inventory) -> dict[str, Exposure]:
    return {exposure.store: exposure for exposure in expose(report, inventory)}


def the(slug: str, report: BreachReport, inventory: Inventory) -> Contradiction:
    return next(item for item in find(report, inventory, TODAY) if item.slug == slug)


def test_a_report_that_fits_the_inventory_contradicts_nothing() -> None:
    report = a_report(whole("orders", "identity.name", "identity.national_id"))
    assert slugs(report, an_inventory()) == []
    exposure = exposed(report, an_inventory())["orders"]
    assert exposure.window == Window(**WINDOW)
    assert exposure.added == []


@pytest.mark.parametrize("name", ["order-db", "Order DB", "orders_prod", "ordrs", "ORDERS"])
def test_a_name_nearly_right_is_read_as_the_store_most_like_it_and_says_so(name: str) -> None:
    report = a_report(whole(name, "identity.name", "identity.national_id"))
    assert list(exposed(report, an_inventory())) == ["orders"]
    assert slugs(report, an_inventory()) == [("unknown-store", name)]
    assert the("unknown-store", report, an_inventory()).read_as == "orders"


def test_a_store_is_known_by_its_full_name_too() -> None:
    assert [s.id for s in meant_by("customer account", an_inventory().stores)] == ["accounts"]


def test_a_name_that_fits_two_stores_is_read_as_both() -> None:
    inventory = an_inventory(a_store("order-eu", "x", "identity.name"), a_store("order-us", "y"))
    assert sorted(exposed(a_report(whole("order-db")), inventory)) == ["order-eu", "order-us"]


def test_a_name_like_none_puts_every_store_in_question() -> None:
    report = a_report(whole("mainframe"))
    assert sorted(exposed(report, an_inventory())) == ["accounts", "orders"]
    assert "all are in question" in the("unknown-store", report, an_inventory()).read_as


def test_no_store_named_puts_every_store_in_question() -> None:
    assert sorted(exposed(a_report(), an_inventory())) == ["accounts", "orders"]
    assert slugs(a_report(), an_inventory()) == [("stores-unknown", "")]


def test_an_element_the_report_misses_is_added_and_named() -> None:
    report = a_report(whole("orders", "identity.name"))
    exposure = exposed(report, an_inventory())["orders"]
    assert exposure.added == ["identity.national_id"]
    assert exposure.elements["identity.national_id"] == CLEAR
    assert "identity card number" in the("element-missed", report, an_inventory()).what


def test_an_element_the_inventory_lacks_counts_with_unknown_protection() -> None:
    report = a_report(whole("accounts", "contact.email", "account.password", "health.record"))
    assert exposed(report, an_inventory())["accounts"].elements["health.record"] == Protection()
    assert slugs(report, an_inventory()) == [("element-not-held", "accounts")]


def test_an_element_named_without_its_store_counts_in_every_touched_store() -> None:
    facts = {"elements": {"health.record": {"state": "clear"}}}
    report = a_report(whole("accounts", "contact.email", "account.password"), facts=facts)
    assert exposed(report, an_inventory())["accounts"].elements["health.record"] == CLEAR
    assert slugs(report, an_inventory()) == [("element-not-held", "")]


def test_unknown_elements_and_window_mean_all_of_both() -> None:
    report = a_report({"store": "orders"})
    exposure = exposed(report, an_inventory())["orders"]
    assert set(exposure.elements) == {"identity.name", "identity.national_id"}
    assert exposure.window is None
    assert slugs(report, an_inventory()) == [
        ("elements-unknown", "orders"),
        ("window-unknown", "orders"),
    ]
    assert the("window-unknown", report, an_inventory()).read_as == "all 365 days it is kept"


@pytest.mark.parametrize(("first", "told"), [("2025-03-02", False), ("2025-03-01", True)])
def test_a_window_older_than_the_data_is_kept_is_told(first: str, told: bool) -> None:
    window = {"first_on": first, "last_on": "2026-02-01"}
    report = a_report(
        {"store": "orders", "elements": ["identity.name", "identity.national_id"], "window": window}
    )
    assert (("window-before-retention", "orders") in slugs(report, an_inventory())) is told
    assert exposed(report, an_inventory())["orders"].window == Window(**window)


def test_two_claims_on_one_store_are_read_as_one_that_covers_both() -> None:
    report = a_report(
        whole("orders", "identity.name", only={"countries": ["DE"], "locales": ["de"]}),
        whole(
            "order",
            "identity.national_id",
            window={"first_on": "2025-12-01", "last_on": "2025-12-02"},
            only={"countries": ["FR"]},
        ),
    )
    exposure = exposed(report, an_inventory())["orders"]
    assert exposure.window == Window(first_on="2025-12-01", last_on="2026-02-01")
    assert exposure.only == PeopleFilter(countries=["DE", "FR"])
    assert exposure.added == []


def test_an_untouched_copy_is_asked_for_and_a_reported_one_is_not() -> None:
    inventory = an_inventory(
        a_store("orders", "Orders", "identity.name", copies=["backup"]),
        a_store("backup", "Backup", "identity.name"),
    )
    one = a_report(whole("orders", "identity.name"))
    both = a_report(whole("orders", "identity.name"), whole("backup", "identity.name"))
    assert slugs(one, inventory) == [("copy-not-reported", "orders")]
    assert slugs(both, inventory) == []


def test_a_copy_that_was_taken_touches_the_store_it_copies() -> None:
    inventory = an_inventory(
        a_store("orders", "Orders", "identity.name", copies=["backup"]),
        a_store("backup", "Backup", "identity.name"),
    )
    report = a_report(whole("backup", "identity.name"))
    assert sorted(exposed(report, inventory)) == ["backup", "orders"]
    assert ("linked-store", "orders") in slugs(report, inventory)


def test_an_old_entry_of_a_touched_store_is_told_and_of_another_is_not() -> None:
    inventory = an_inventory(
        a_store("orders", "Orders", "identity.name", last_review="2025-03-01"),
        a_store("accounts", "Accounts", "contact.email", last_review=None),
    )
    assert slugs(a_report(whole("orders", "identity.name")), inventory) == [
        ("review-overdue", "orders")
    ]


def test_what_the_report_knows_of_protection_counts_when_it_is_worse() -> None:
    inventory = an_inventory(
        a_store("ids", "Ids", "identity.name") | {"elements": {"identity.passport": SAFE}}
    )
    claim = whole("ids", "identity.passport")
    for state, told in ((TAKEN, TAKEN), (Protection(), SAFE), (CLEAR, CLEAR)):
        facts = {"elements": {"identity.passport": state}}
        exposure = exposed(a_report(claim, facts=facts), inventory)["ids"]
        assert exposure.elements["identity.passport"] == told


def test_a_better_protection_in_the_report_does_not_undo_the_inventory() -> None:
    facts = {"elements": {"identity.name": {"state": "redacted"}}}
    exposure = exposed(a_report(whole("orders"), facts=facts), an_inventory())["orders"]
    assert exposure.elements["identity.name"] == CLEAR


PROTECTIONS = st.builds(
    Protection,
    state=st.sampled_from(["clear", "encrypted", "hashed", "redacted", "unknown"]),
    key=st.sampled_from(["safe", "taken", "believed_taken", "unknown"]),
)


@given(PROTECTIONS, PROTECTIONS)
def test_the_weaker_of_two_protections_never_shields_more_than_either(
    one: Protection, other: Protection
) -> None:
    weaker = less_protected(one, other)
    assert weaker in (one, other)
    if weaker.unintelligible:
        assert one.unintelligible
        assert other.unintelligible


def test_an_element_in_two_stores_counts_as_weakly_as_in_the_weaker() -> None:
    def one(store: str, how: Protection) -> Exposure:
        return Exposure(store=store, name=store, elements={"contact.email": how})

    assert worst_protection([one("a", SAFE), one("b", CLEAR)]) == {"contact.email": CLEAR}
    assert worst_protection([one("a", SAFE), one("b", TAKEN)]) == {"contact.email": TAKEN}


def test_a_named_file_of_people_narrows_the_store_to_them() -> None:
    report = a_report(whole("orders", people_file="ids.txt"))
    found = finding(report, an_inventory(), TODAY, {"ids.txt": ["c2", "c1"]})
    assert found.exposures[0].person_ids == ["c1", "c2"]


def test_a_file_of_people_that_was_not_read_is_refused_not_ignored() -> None:
    with pytest.raises(InvalidInputError, match="was not read"):
        finding(a_report(whole("orders", people_file="ids.txt")), an_inventory(), TODAY)


def test_a_claim_without_a_list_beside_one_with_a_list_means_the_whole_store() -> None:
    report = a_report(whole("orders", people_file="ids.txt"), whole("orders"))
    assert expose(report, an_inventory(), {"ids.txt": ["c1"]})[0].person_ids is None


@given(st.lists(st.sampled_from(["orders", "accounts", "order-db", "zzz"]), max_size=3))
def test_naming_fewer_stores_never_leaves_one_out_that_was_named(names: list[str]) -> None:
    touched = set(exposed(a_report(*(whole(name) for name in names)), an_inventory()))
    assert {"orders", "accounts"} & set(names) <= touched
    assert touched
