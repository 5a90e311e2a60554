"""A changed file enrols nobody: two who are enrolled agree, or everybody hears of it."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incidents.approval.ssh_signature import one_line, public_line, sign
from incidents.errors import ApprovalError, InvalidInputError
from incidents.models.inventory import Approver, Organisation
from incidents.steps.enrol_approvers import (
    agreed_last,
    break_glass,
    change_approvers,
    enrolled_now,
    statement_of_change,
    waiting_changes,
)
from incidents.steps.find_data import find_data
from incidents.steps.watch_deadlines import find_alarms
from tests.steps.shop_case import CASE, FIRST, KEYS, SECOND, THIRD, House

LONG = "authority-eu-gdpr"
THIEF = Ed25519PrivateKey.generate()


def a_thief() -> Approver:
    return Approver(id="thief", role="counsel", ssh_public_key=public_line(THIEF))


def changed(house: House, *approvers: Approver) -> Organisation:
    now = house.shop.inventory.inventory.organisation
    return now.model_copy(update={"approvers": list(approvers)})


def people(house: House) -> dict[str, Approver]:
    return {one.id: one for one in house.shop.inventory.inventory.organisation.approvers}


def with_thief(house: House) -> Organisation:
    return changed(house, *people(house).values(), a_thief())


def signed(house: House, organisation: Organisation, *names: str) -> dict[str, str]:
    text = statement_of_change(house.shop.database, organisation).encode()
    return {name: sign(KEYS[name], text) for name in names}


def enrolled(house: House) -> set[str]:
    with house.shop.database.read() as work:
        return {one.id for one in enrolled_now(work).approvers}


def run_again(house: House, organisation: Organisation) -> None:
    inventory = house.shop.inventory.inventory.model_copy(update={"organisation": organisation})
    find_data(house.shop.database, CASE, inventory, today=house.today, actor="analyst")


def glass_alarms(house: House) -> list[str]:
    seen = find_alarms(house.shop.database, settings=house.settings)
    return [one.text for one in seen.alarms if "changed the approvers alone" in one.text]


def test_the_first_case_enrols_those_in_the_file(drafted: House) -> None:
    assert enrolled(drafted) == set(people(drafted))
    assert (
        waiting_changes(drafted.shop.database, drafted.shop.inventory.inventory.organisation) == []
    )


def test_a_key_slipped_into_the_file_signs_nothing(drafted: House) -> None:
    run_again(drafted, with_thief(drafted))
    assert enrolled(drafted) == set(people(drafted))
    waiting = waiting_changes(drafted.shop.database, with_thief(drafted))
    assert len(waiting) == 1
    assert waiting[0].startswith("enrol thief as counsel with SHA256:")
    KEYS["thief"] = THIEF
    try:
        with pytest.raises(ApprovalError, match="no enrolled approver"):
            drafted.sign(CASE, LONG, "thief")
    finally:
        del KEYS["thief"]
    said = [
        row for row in drafted.shop.database.audit_rows() if row.action == "approvers.not_enrolled"
    ]
    assert said


def test_two_who_are_enrolled_change_it_for_every_case_at_once(drafted: House) -> None:
    new = Ed25519PrivateKey.generate()
    kept = people(drafted)
    replaced = kept[SECOND].model_copy(update={"ssh_public_key": public_line(new)})
    organisation = changed(drafted, kept[FIRST], replaced, kept[THIRD])
    drafted.sign(CASE, LONG, SECOND)
    done = change_approvers(
        drafted.shop.database, organisation, signed(drafted, organisation, FIRST, THIRD), actor="a"
    )
    assert len(done) == 1
    assert done[0].startswith(f"replace {SECOND} as counsel with SHA256:")
    # The key that was replaced counts nowhere any more, not even where it has signed.
    decision = drafted.sign(CASE, LONG, FIRST).decision
    assert decision.signed_by == [FIRST]
    assert decision.missing_roles == ["counsel"]


@pytest.mark.parametrize("names", [[], [FIRST], ["thief"], [FIRST, "thief"]])
def test_fewer_than_two_enrolled_people_change_nothing(drafted: House, names: list[str]) -> None:
    organisation = with_thief(drafted)
    text = statement_of_change(drafted.shop.database, organisation).encode()
    given = {name: sign(KEYS.get(name, THIEF), text) for name in names}
    with pytest.raises(ApprovalError):
        change_approvers(drafted.shop.database, organisation, given, actor="a")
    assert "thief" not in enrolled(drafted)


def test_one_person_under_two_names_counts_once(drafted: House) -> None:
    twice = people(drafted)[FIRST].model_copy(update={"id": "first-again"})
    organisation = changed(drafted, *people(drafted).values(), twice)
    both = signed(drafted, organisation, FIRST, SECOND)
    change_approvers(drafted.shop.database, organisation, both, actor="a")
    further = changed(drafted, *organisation.approvers, a_thief())
    text = statement_of_change(drafted.shop.database, further).encode()
    armour = sign(KEYS[FIRST], text)
    with pytest.raises(ApprovalError, match="1 of 2"):
        change_approvers(
            drafted.shop.database, further, {FIRST: armour, "first-again": armour}, actor="a"
        )


def test_an_agreement_is_for_one_change_from_one_enrolment(drafted: House) -> None:
    database, out = drafted.shop.database, with_thief(drafted)
    old = signed(drafted, out, FIRST, SECOND)
    fewer = changed(drafted, *[one for name, one in people(drafted).items() if name != THIRD])
    with pytest.raises(ApprovalError):
        change_approvers(database, fewer, old, actor="a")
    change_approvers(database, fewer, signed(drafted, fewer, FIRST, SECOND), actor="a")
    # The same signatures agree to nothing that starts from another enrolment.
    with pytest.raises(ApprovalError):
        change_approvers(database, out, old, actor="a")
    assert enrolled(drafted) == {FIRST, SECOND}


def test_an_agreement_in_one_line_is_read_too(drafted: House) -> None:
    organisation = with_thief(drafted)
    lines = {
        name: one_line(it) for name, it in signed(drafted, organisation, FIRST, SECOND).items()
    }
    change_approvers(drafted.shop.database, organisation, lines, actor="a")
    assert "thief" in enrolled(drafted)


def test_broken_glass_is_told_each_day_until_two_enrolled_before_agree(drafted: House) -> None:
    database, organisation = drafted.shop.database, with_thief(drafted)
    assert glass_alarms(drafted) == []
    with pytest.raises(InvalidInputError, match="a name and a reason"):
        break_glass(database, organisation, by="dee", reason=" ")
    break_glass(database, organisation, by="dee", reason="both are on a plane")
    assert "thief" in enrolled(drafted)
    assert "dee changed the approvers alone" in glass_alarms(drafted)[0]
    assert "both are on a plane" in glass_alarms(drafted)[0]
    # The key that came in so cannot confirm itself.
    text = statement_of_change(database, organisation).encode()
    with pytest.raises(ApprovalError, match="thief is not enrolled"):
        change_approvers(
            database,
            organisation,
            {"thief": sign(THIEF, text), FIRST: sign(KEYS[FIRST], text)},
            actor="a",
        )
    assert glass_alarms(drafted)
    with database.read() as work:
        assert {one.id for one in agreed_last(work).approvers} == set(people(drafted))
    change_approvers(
        database, organisation, signed(drafted, organisation, FIRST, SECOND), actor="a"
    )
    assert glass_alarms(drafted) == []


def test_nothing_to_change_is_an_error_and_not_a_statement(drafted: House) -> None:
    organisation = drafted.shop.inventory.inventory.organisation
    with pytest.raises(InvalidInputError, match="are the ones enrolled"):
        statement_of_change(drafted.shop.database, organisation)
    with pytest.raises(InvalidInputError, match="are the ones enrolled"):
        break_glass(drafted.shop.database, organisation, by="dee", reason="why not")


def test_rules_are_changed_like_people(drafted: House) -> None:
    now = drafted.shop.inventory.inventory.organisation
    lax = [{"name": "anything", "people_at_most": 10_000_000, "instead": True}]
    organisation = Organisation.model_validate({**now.model_dump(), "signing": lax})
    run_again(drafted, organisation)
    assert waiting_changes(drafted.shop.database, organisation) == [
        "change the rules of who must sign what"
    ]
    drafted.sign(CASE, LONG, FIRST)
    assert drafted.sign(CASE, LONG, THIRD).state == "drafted"
