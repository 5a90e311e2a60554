"""New facts make a new version: old ones stay, nothing goes out until it is drafted again."""

from datetime import timedelta
from typing import Any

import pytest

from flows.demo.shop import demo_amendment, demo_report
from incidents.errors import DeliveryError, InvalidInputError
from incidents.intake.breach_report import parse_report
from incidents.models.report import BreachReport
from incidents.steps.amend_while_sending import preview_amendment
from incidents.steps.close_case import CaseNotReadyError, close_case
from incidents.steps.list_tasks import list_tasks
from incidents.steps.open_case import amend_case
from incidents.steps.record_receipt import record_receipt
from incidents.steps.show_case import show_case
from incidents.store import cases, duties
from incidents.store.cases import EvidenceKind
from tests.steps.shop_case import AUTHOR, CASE, CN, EU, FIRST, NOW, House
from tests.steps.test_whole_path import answer_all, confirm_all, work_the_lists

EU_DEADLINE = "eu-gdpr/authority-initial/DE"


def corrected() -> BreachReport:
    return parse_report(demo_amendment(NOW), where="amended", now=NOW)


def with_other_facts() -> BreachReport:
    """Return the corrected report with a measure carried out, which every notice tells of."""
    data = demo_amendment(NOW)
    data["measures"] |= {"review": "done"}
    return parse_report(data, where="amended", now=NOW)


def aware_later(hours: int, **timeline: Any) -> BreachReport:
    """Return the shipped report with awareness moved; its amendment says why it was written."""
    data = demo_report(NOW)
    at = NOW - timedelta(hours=20 - hours)
    data["timeline"]["aware"] = {"at": at.isoformat(), "zone": "UTC"}
    data["timeline"] |= timeline
    data["amendment"] = "the logs of the night were read again"
    return parse_report(data, where="amended", now=NOW)


def evidence(house: House, kind: EvidenceKind = EvidenceKind.REPORT) -> list[tuple[int, str]]:
    with house.shop.database.read() as work:
        return [(row.version, row.body) for row in cases.evidence_rows(work, CASE, kind)]


def ever_written_to(house: House) -> dict[str, int]:
    rows = house.sql(
        "SELECT person_id, COUNT(*) FROM delivery WHERE case_ref = :ref "
        "AND state = 'handed_over' GROUP BY person_id",
        ref=CASE,
    )
    return dict(tuple(row) for row in rows)


def test_a_preview_says_what_is_void_and_who_is_held_and_changes_nothing(drafted: House) -> None:
    drafted.approve(CASE, EU)
    drafted.send(CASE, EU)
    links = drafted.shop.database.audit_head()
    people = show_case(drafted.shop.database, CASE).people_in
    preview = preview_amendment(drafted.shop.database, CASE, corrected())
    assert drafted.shop.database.audit_head() == links
    assert set(preview.voids) == {f"{key} v1" for key in drafted.sets(CASE) if key != EU}
    assert preview.holds == {state: people[state] for state in ("planned", "listed")}
    assert any("identity.national_id" in line for line in preview.differences)
    assert not any("contractor" in line for line in preview.differences)


def test_every_version_of_a_report_stays_and_the_newest_counts(drafted: House) -> None:
    [first] = evidence(drafted)
    amend_case(drafted.shop.database, CASE, corrected(), actor=AUTHOR)
    assert evidence(drafted)[0] == first
    assert [version for version, _ in evidence(drafted)] == [1, 2]
    drafted.to_drafts(CASE)
    assert [version for version, _ in evidence(drafted, EvidenceKind.SCOPE)] == [1, 2]
    assert show_case(drafted.shop.database, CASE).contradictions < 8


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"amendment": ""}, "amendment"),
        ({"claim": {"kinds": ["altered"]}, "amendment": ""}, "amendment"),
    ],
)
def test_a_version_that_says_nothing_new_or_not_why_is_refused(
    drafted: House, change: dict[str, Any], why: str
) -> None:
    data = demo_amendment(NOW) | change
    report = parse_report(data, where="amended", now=NOW)
    with pytest.raises(InvalidInputError, match=why):
        amend_case(drafted.shop.database, CASE, report, actor=AUTHOR)
    assert (len(evidence(drafted)), show_case(drafted.shop.database, CASE).state) == (1, "drafted")


def test_the_same_report_again_is_refused(drafted: House) -> None:
    with pytest.raises(InvalidInputError, match="the same"):
        amend_case(drafted.shop.database, CASE, drafted.report(), actor=AUTHOR)
    assert len(evidence(drafted)) == 1


def test_awareness_moves_later_only_with_a_reason_and_the_first_deadline_stays_visible(
    drafted: House,
) -> None:
    database = drafted.shop.database
    with database.read() as work:
        before = {row.duty_id: row.due_by for row in duties.duty_rows(work, CASE)}
    with pytest.raises(InvalidInputError, match="aware_reason"):
        amend_case(database, CASE, aware_later(6), actor=AUTHOR)
    moved = aware_later(6, aware_reason="the first sign turned out to be another matter")
    amendment = amend_case(database, CASE, moved, actor=AUTHOR)
    assert amendment.awareness_moved_hours == 6
    drafted.to_duties(CASE)
    with database.read() as work:
        rows = {row.duty_id: row for row in duties.duty_rows(work, CASE)}
    was, row = before[EU_DEADLINE], rows[EU_DEADLINE]
    assert was is not None
    assert (row.due_by, row.first_due_by) == (was + timedelta(hours=6), was)
    assert show_case(database, CASE).first_deadlines[EU_DEADLINE] == was
    # Moved back again, and later once more: the earliest there ever was stays.
    again = aware_later(9, aware_reason="and another log")
    amend_case(database, CASE, again.model_copy(update={"amendment": "more"}), actor=AUTHOR)
    drafted.to_duties(CASE)
    assert show_case(database, CASE).first_deadlines[EU_DEADLINE] == was


def test_awareness_moved_earlier_needs_no_reason_and_brings_the_deadline_forward(
    drafted: House,
) -> None:
    amend_case(drafted.shop.database, CASE, aware_later(-2), actor=AUTHOR)
    drafted.to_duties(CASE)
    view = show_case(drafted.shop.database, CASE)
    due = {duty.id: duty.due_by for duty, _ in view.duties}
    assert due[EU_DEADLINE] == NOW - timedelta(hours=22) + timedelta(hours=72)
    assert EU_DEADLINE not in view.first_deadlines


def test_nobody_who_was_written_to_is_written_to_again_after_an_amendment(drafted: House) -> None:
    drafted.approve(CASE)
    drafted.send(CASE, EU)
    first = ever_written_to(drafted)
    assert first
    amend_case(drafted.shop.database, CASE, with_other_facts(), actor=AUTHOR)
    with pytest.raises(DeliveryError):
        drafted.send(CASE, CN)
    drafted.to_drafts(CASE)
    drafted.approve(CASE)
    for key, one in drafted.sets(CASE).items():
        if one.state == "approved":
            drafted.send(CASE, key)
    then = ever_written_to(drafted)
    assert set(then.values()) == {1}
    assert first.keys() < then.keys()
    view = show_case(drafted.shop.database, CASE)
    assert sum(view.people_in.values()) == view.people_total


def test_a_correction_that_the_inventory_had_foreseen_keeps_what_was_approved(
    drafted: House,
) -> None:
    # The missed data and the misnamed store were read the wider way from the start.
    drafted.approve(CASE, CN)
    amend_case(drafted.shop.database, CASE, corrected(), actor=AUTHOR)
    drafted.to_drafts(CASE)
    assert drafted.sets(CASE)[CN].state == "approved"


def test_whoever_waits_on_a_list_gets_the_new_words_once(drafted: House) -> None:
    drafted.approve(CASE, EU)
    drafted.send(CASE, EU)
    before = list_tasks(drafted.shop.database, CASE, drafted.shop.ring)
    amend_case(drafted.shop.database, CASE, with_other_facts(), actor=AUTHOR)
    drafted.to_drafts(CASE)
    drafted.approve(CASE, EU)
    drafted.send(CASE, EU)
    assert drafted.sets(CASE)[EU].version == 2
    after = list_tasks(drafted.shop.database, CASE, drafted.shop.ring)
    assert {one.person_id for one in after.hand} >= {one.person_id for one in before.hand}
    ids = [one.person_id for one in after.hand]
    assert len(ids) == len(set(ids))
    names = [(one.name, one.phone) for one in after.calls]
    assert len(names) == len(set(names))


def test_a_closed_case_opens_again_for_new_facts_and_closes_only_when_they_are_judged(
    drafted: House,
) -> None:
    database = drafted.shop.database
    drafted.approve(CASE)
    for key in drafted.sets(CASE):
        drafted.send(CASE, key)
    work_the_lists(drafted)
    answer_all(drafted)
    confirm_all(drafted)
    close_case(database, CASE, actor=FIRST)
    amend_case(database, CASE, aware_later(-2), actor=AUTHOR)
    assert show_case(database, CASE).state == "reported"
    with pytest.raises(CaseNotReadyError, match="newest facts"):
        close_case(database, CASE, actor=FIRST)
    drafted.to_drafts(CASE)
    open_again = {duty.id for duty, state in show_case(database, CASE).duties if state == "open"}
    with pytest.raises(CaseNotReadyError) as refusal:
        close_case(database, CASE, actor=FIRST)
    assert EU_DEADLINE in open_again
    assert all(any(one in item for item in refusal.value.still_open) for one in open_again)


def test_a_case_that_was_never_judged_cannot_be_closed(shop: House) -> None:
    ref = shop.open()
    with pytest.raises(CaseNotReadyError, match="newest facts"):
        close_case(shop.shop.database, ref, actor=FIRST)


def test_answers_given_before_an_amendment_stay_on_record(drafted: House) -> None:
    database = drafted.shop.database
    record_receipt(database, CASE, EU_DEADLINE, "accepted", by="counsel")
    amend_case(database, CASE, corrected(), actor=AUTHOR)
    drafted.to_duties(CASE)
    with database.read() as work:
        [row] = [row for row in duties.duty_rows(work, CASE) if row.duty_id == EU_DEADLINE]
        assert [one["by"] for one in duties.answers_of(row)] == ["counsel"]
