"""What an inventory lacks."""

from datetime import date
from typing import Any

import pytest

from incidents.inventory.catalogue import check_organisation, check_stores
from incidents.inventory.schema import inventory_schema
from incidents.models.inventory import Organisation, Store

KEY_A = "ssh-ed25519 " + "A" * 68
KEY_B = "ssh-ed25519 " + "B" * 68
TODAY = date(2026, 3, 2)
WHOLE: dict[str, Any] = {
    "legal_name": "Blue Finch Ltd",
    "postal_address": "1 Sample Street",
    "phone": "+44 20 7946 0000",
    "email": "ask@finch.example",
    "website": "https://finch.example",
    "place": "GB",
    "court": "County Court",
    "zone": "Europe/London",
    "established_in": ["GB"],
    "representatives": {"EU": "x", "GB": "not needed: established there"},
    "officers": {
        role: {"title": role, "contact": f"{role}@finch.example"}
        for role in ("privacy", "children", "counsel", "security")
    },
    "approvers": [
        {"id": "a", "role": "privacy", "ssh_public_key": KEY_A},
        {"id": "b", "role": "counsel", "ssh_public_key": KEY_B},
    ],
    "on_call": [{"title": "Duty desk", "contact": "+44 20 7946 0001"}],
    "policies": [{"id": "p1", "published_on": "2025-01-01"}],
    "notices": {
        "sender": "notice@breach.finch.example",
        "reply_to": "ask@finch.example",
        "announcement_url": "https://finch.example/a",
        "check_url": "https://finch.example/c",
        "link_domains": ["finch.example"],
    },
    "targets_hours": {"default": 72},
}
STORE: dict[str, Any] = {
    "id": "log",
    "name": "Log",
    "elements": {"device.log": {"state": "clear"}},
    "retention": {"delete_after_days": 60},
    "policy": "p1",
    "owner": "Ops",
    "last_review": "2025-03-02",
    "evidence": True,
}


def lacking(**changes: Any) -> set[str]:
    organisation = Organisation.model_validate(WHOLE | changes)
    return {f"{f.level} {f.where}" for f in check_organisation(organisation)}


def store_findings(**changes: Any) -> list[str]:
    stores = [Store.model_validate(STORE | changes)]
    organisation = Organisation.model_validate(WHOLE)
    found = check_stores(stores, organisation, today=TODAY)
    return [f"{finding.where} {finding.what}" for finding in found]


def test_a_whole_organisation_lacks_nothing() -> None:
    assert lacking() == set()


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"postal_address": ""}, "error organisation.yaml: postal_address"),
        ({"phone": ""}, "error organisation.yaml: phone"),
        ({"officers": {}}, "error organisation.yaml: officers.children"),
        ({"approvers": WHOLE["approvers"][:1]}, "error organisation.yaml: approvers"),
        ({"notices": {}}, "error organisation.yaml: notices.sender"),
        ({"notices": {"sender": "not a mailbox"}}, "error organisation.yaml: notices.sender"),
        ({"policies": []}, "warning organisation.yaml: policies"),
        ({"on_call": []}, "warning organisation.yaml: on_call"),
        ({"targets_hours": {}}, "warning organisation.yaml: targets_hours.default"),
        ({"representatives": {}}, "warning organisation.yaml: representatives.EU"),
    ],
)
def test_each_gap_is_named(changes: dict[str, Any], finding: str) -> None:
    assert finding in lacking(**changes)


def test_two_approvers_with_one_key_count_once() -> None:
    twins = [{"id": i, "role": "privacy", "ssh_public_key": f"{KEY_A} {i}"} for i in ("a", "b")]
    found = lacking(approvers=twins)
    assert "error organisation.yaml: approvers" in found
    assert "error organisation.yaml: approvers.1.ssh_public_key" in found


def test_a_well_kept_store_lacks_nothing_on_the_last_day_of_its_year() -> None:
    assert store_findings() == []


def test_a_review_is_overdue_the_day_after() -> None:
    assert any("overdue" in line for line in store_findings(last_review="2025-03-01"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"elements": {}}, "elements is empty"),
        ({"elements": {"device.log": {}}}, "protection is not known"),
        ({"elements": {"identity.passport": {"state": "clear"}}}, "in clear although sensitive"),
        ({"policy": ""}, "policy is empty"),
        ({"policy": "p9"}, "does not list"),
        ({"owner": ""}, "owner is empty"),
        ({"copies": ["tape"]}, "names tape"),
        ({"retention": {}}, "nothing is ever deleted"),
        ({"retention": {"delete_after_days": 7, "mask_after_days": 7}}, "masks after deletion"),
        ({"retention": {"delete_after_days": 7, "masks": ["contact.email"]}}, "does not hold"),
        ({"last_review": None}, "never reviewed"),
        ({"evidence": False}, "marked as evidence"),
    ],
)
def test_each_gap_of_a_store_is_named(changes: dict[str, Any], words: str) -> None:
    found = store_findings(**changes)
    assert len(found) == 1
    assert words in found[0]


def test_the_schema_describes_every_field_of_every_part() -> None:
    schema = inventory_schema()
    silent = [
        f"{name}.{field}"
        for name, part in schema["$defs"].items()
        for field, shape in part.get("properties", {}).items()
        if not shape.get("description")
    ]
    assert silent == []
    assert schema["$id"] == "forthwith/inventory/1"
