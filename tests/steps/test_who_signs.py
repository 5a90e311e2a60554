"""Who must sign which set of a real case, and what a rejection does."""

import pytest

from incidents.errors import ApprovalError, InvalidInputError
from incidents.models.approval import SigningRule
from incidents.models.inventory import Inventory
from incidents.models.states import SetState
from incidents.steps.draft_notices import draft_notices
from incidents.steps.reject_notices import reject_set
from incidents.steps.send_set import sendable_sets
from incidents.steps.show_case import show_case
from incidents.store import cases, notices
from incidents.store.cases import EvidenceKind
from tests.steps.shop_case import CASE, CN, EU, FIRST, SECOND, THIRD, House

SHORT = "authority-cn-ndsr"
LONG = "authority-eu-gdpr"


def state(house: House, key: str) -> str:
    return next(one.state for one in show_case(house.shop.database, CASE).sets if one.key == key)


def test_a_set_about_children_waits_for_the_childrens_officer(drafted: House) -> None:
    drafted.sign(CASE, EU, FIRST)
    twice = drafted.sign(CASE, EU, SECOND)
    assert twice.state == "drafted"
    assert (twice.decision.missing, twice.decision.missing_roles) == (0, ["children"])
    assert twice.text().endswith("1 to go, one as children")
    assert drafted.sign(CASE, EU, THIRD).state == "approved"


def test_the_childrens_officer_counts_as_one_of_the_two(drafted: House) -> None:
    drafted.sign(CASE, EU, THIRD)
    assert drafted.sign(CASE, EU, FIRST).state == "approved"


def test_a_filing_waits_for_counsel_and_a_first_report_within_hours_for_one(
    drafted: House,
) -> None:
    drafted.sign(CASE, LONG, FIRST)
    assert drafted.sign(CASE, LONG, THIRD).decision.missing_roles == ["counsel"]
    assert drafted.sign(CASE, LONG, SECOND).state == "approved"
    assert drafted.sign(CASE, SHORT, THIRD).decision.missing_roles == ["counsel|privacy"]
    assert drafted.sign(CASE, SHORT, FIRST).state == "approved"


def test_own_rules_of_the_case_hold_and_loosening_them_later_changes_nothing(
    drafted: House,
) -> None:
    database = drafted.shop.database
    with database.write("analyst") as work:
        known = cases.get_evidence(work, CASE, EvidenceKind.INVENTORY, Inventory)
        strict = [SigningRule(name="all three", signatures=3)]
        organisation = known.organisation.model_copy(update={"signing": strict})
        new = known.model_copy(update={"organisation": organisation})
        cases.put_evidence(work, CASE, EvidenceKind.INVENTORY, new)
    drafted.sign(CASE, SHORT, FIRST)
    assert drafted.sign(CASE, SHORT, SECOND).decision.missing == 1
    assert drafted.sign(CASE, SHORT, THIRD).state == "approved"


def test_a_rejected_set_goes_nowhere_until_it_is_drafted_and_signed_anew(drafted: House) -> None:
    shop = drafted.shop
    drafted.approve(CASE, EU)
    assert EU in sendable_sets(shop.database, CASE)
    reject_set(shop.database, CASE, EU, by=SECOND, reason="The second action is wrong.")
    assert state(drafted, EU) == "rejected"
    assert EU not in sendable_sets(shop.database, CASE)
    with pytest.raises(ApprovalError, match="is rejected"):
        drafted.sign(CASE, EU, FIRST)
    said = [row for row in shop.database.audit_rows() if row.action == "notice.rejected"]
    assert len(said) == 1
    assert "The second action is wrong." in said[0].body
    draft_notices(shop.database, CASE, shop.words, settings=shop.settings)
    with shop.database.read() as work:
        versions = {
            row.version: row.state
            for row in notices.set_rows(work, CASE, every_version=True)
            if row.set_key == EU
        }
    assert versions == {1: SetState.VOID, 2: SetState.DRAFTED}
    drafted.approve(CASE, EU)
    assert EU in sendable_sets(shop.database, CASE)


def test_rejecting_one_set_leaves_the_others_as_they_were(drafted: House) -> None:
    drafted.approve(CASE, CN, EU)
    reject_set(drafted.shop.database, CASE, EU, by=FIRST, reason="wrong date")
    assert state(drafted, CN) == "approved"
    assert sendable_sets(drafted.shop.database, CASE) == [CN]


def test_only_an_approver_with_a_reason_rejects_and_not_what_is_under_way(drafted: House) -> None:
    database = drafted.shop.database
    with pytest.raises(InvalidInputError, match="says why"):
        reject_set(database, CASE, EU, by=FIRST, reason=" \n ")
    with pytest.raises(ApprovalError, match="no enrolled approver"):
        reject_set(database, CASE, EU, by="stranger", reason="no")
    drafted.approve(CASE, EU)
    with database.write("sender") as work:
        notices.move_set(work, notices.set_row(work, CASE, EU), SetState.RELEASED)
    with pytest.raises(ApprovalError, match="cannot be rejected"):
        reject_set(database, CASE, EU, by=FIRST, reason="too late")
