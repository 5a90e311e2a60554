"""Exactly what two people read and signed goes out, or nothing does."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from flows.demo.shop import demo_amendment
from incidents.errors import ApprovalError, DeliveryError, ForthwithError, HeldError
from incidents.intake.breach_report import parse_report
from incidents.models.notice import FactSheet
from incidents.steps.announce import SET_KEY, draft_public, publish_announcement
from incidents.steps.approve_notices import sign_line, sign_set
from incidents.steps.draft_notices import draft_notices
from incidents.steps.hold_case import hold, resume
from incidents.steps.open_case import amend_case, open_case
from incidents.steps.record_receipt import record_receipt
from incidents.steps.send_set import sendable_sets
from incidents.store import cases
from incidents.store.cases import EvidenceKind
from tests.steps.shop_case import (
    AUTHOR,
    CASE,
    CN,
    EU,
    FILING,
    FIRST,
    NOW,
    SECOND,
    THIRD,
    House,
)

WHERE = "WHERE case_ref = 'inc-2026-0001' AND set_key = :key"


def one_person_more(body: str) -> str:
    data = json.loads(body)
    data["classes"][0]["text"] = data["classes"][0]["text"].replace("a", "e", 1)
    return json.dumps(data)


def html_byte(body: str) -> str:
    data = json.loads(body)
    data["classes"][0]["html"] = data["classes"][0]["html"].replace("<p", "<P", 1)
    return json.dumps(data)


def subject(body: str) -> str:
    data = json.loads(body)
    data["classes"][-1]["subject"] += "!"
    return json.dumps(data)


def one_channel_more(body: str) -> str:
    data = json.loads(body)
    data["channels"].append("push")
    return json.dumps(data)


def one_class_less(body: str) -> str:
    data = json.loads(body)
    del data["classes"][0]
    return json.dumps(data)


BODIES = [one_person_more, html_byte, subject, one_channel_more, one_class_less]
ROWS = {
    "an address": "UPDATE delivery SET address = 'x@evil.example' {} AND person_id = 'x-mail'",
    "a name": "UPDATE delivery SET name = 'Mia Mial' {} AND person_id = 'x-mail'",
    "whom it is about": "UPDATE delivery SET about = '' {} AND person_id = 'x-child'",
    "the words": "UPDATE delivery SET class_key = 'en.account.2.call' {} AND person_id = 'x-mail'",
    "somebody less": "DELETE FROM delivery {} AND person_id = 'x-mail'",
    "the standing next channel": (
        "UPDATE delivery SET address = '+49 30 999' {} AND person_id = 'x-call' "
        "AND channel = 'call'"
    ),
}


def change_body(house: House, change: Callable[[str], str]) -> None:
    [(body,)] = house.sql(f"SELECT body FROM notice_set {WHERE}", key=EU)
    changed = change(body)
    assert changed != body
    house.sql(f"UPDATE notice_set SET body = :body {WHERE}", key=EU, body=changed)


def change_row(house: House, what: str) -> None:
    house.sql(ROWS[what].format(WHERE), key=EU)


def refuses_to_send(house: House, set_key: str = EU) -> ForthwithError:
    with pytest.raises(ForthwithError) as refusal:
        house.send(CASE, set_key)
    assert house.mails() == {}
    states = house.sql(
        "SELECT DISTINCT state FROM delivery WHERE case_ref = :ref AND set_key = :key",
        ref=CASE,
        key=set_key,
    )
    assert {state for (state,) in states} <= {"planned", "standby", "cancelled"}
    return refusal.value


def test_two_different_people_approve_a_set(drafted: House) -> None:
    once = drafted.sign(CASE, EU, FIRST)
    assert (once.state, once.decision.missing) == ("drafted", 1)
    assert refuses_to_send(drafted).slug == "approval"
    twice = drafted.sign(CASE, EU, THIRD)
    assert (twice.state, twice.decision.signed_by) == ("approved", sorted([FIRST, THIRD]))
    assert sendable_sets(drafted.shop.database, CASE) == [EU]
    assert drafted.send(CASE, EU)["handed_over"] == len(drafted.mails()) > 0


def test_one_person_who_signs_twice_counts_once(drafted: House) -> None:
    drafted.sign(CASE, EU, FIRST)
    again = drafted.sign(CASE, EU, FIRST)
    assert (again.state, again.decision.signed_by) == ("drafted", [FIRST])
    assert refuses_to_send(drafted).slug == "approval"


def test_whoever_drafted_a_set_may_not_sign_it(shop: House) -> None:
    ref = shop.open()
    shop.to_duties(ref)
    mine = shop.settings.model_copy(update={"actor": FIRST})
    draft_notices(shop.shop.database, ref, shop.shop.words, settings=mine)
    with pytest.raises(ApprovalError, match="author"):
        shop.sign(ref, EU, FIRST)
    shop.sign(ref, EU, SECOND)
    assert shop.sign(ref, EU, THIRD).state == "approved"


def test_whoever_reported_a_case_may_not_sign_its_notices(shop: House) -> None:
    ref = open_case(shop.shop.database, shop.report(), actor=FIRST)
    shop.to_drafts(ref)
    with pytest.raises(ApprovalError, match="author"):
        shop.sign(ref, EU, FIRST)
    assert shop.sets(ref)[EU].signed_by == []


@pytest.mark.parametrize(
    ("by", "key", "why"),
    [(FIRST, SECOND, "another key"), ("somebody", FIRST, "no enrolled"), (AUTHOR, FIRST, "author")],
)
def test_a_signature_counts_only_for_the_enrolled_person_who_made_it(
    drafted: House, by: str, key: str, why: str
) -> None:
    line = drafted.line(CASE, EU, key)
    with pytest.raises(ApprovalError, match=why):
        sign_set(drafted.shop.database, CASE, EU, by=by, line=line, settings=drafted.settings)
    assert drafted.sets(CASE)[EU].signed_by == []


def test_a_signature_over_one_set_approves_no_other(drafted: House) -> None:
    line = drafted.line(CASE, CN, FIRST)
    with pytest.raises(ApprovalError):
        sign_line(drafted.shop.database, CASE, f"{EU}:{line}", by=FIRST, settings=drafted.settings)
    with pytest.raises(ApprovalError, match="not a signature line"):
        sign_line(drafted.shop.database, CASE, EU, by=FIRST, settings=drafted.settings)


def test_a_signature_that_has_grown_old_does_not_let_anything_out(drafted: House) -> None:
    drafted.approve(CASE, EU)
    drafted.clock.advance(timedelta(days=drafted.settings.approval_days, minutes=1))
    assert "expired" in str(refuses_to_send(drafted))


@pytest.mark.parametrize("change", BODIES)
def test_a_text_changed_after_signing_is_not_sent(
    drafted: House, change: Callable[[str], str]
) -> None:
    drafted.approve(CASE, EU)
    change_body(drafted, change)
    assert "not what was sealed" in str(refuses_to_send(drafted))


@pytest.mark.parametrize("what", ROWS)
def test_a_list_changed_after_signing_is_not_sent(drafted: House, what: str) -> None:
    drafted.approve(CASE, EU)
    change_row(drafted, what)
    assert "not what was sealed" in str(refuses_to_send(drafted))


def test_a_set_changed_between_two_signatures_takes_no_second_one(drafted: House) -> None:
    drafted.sign(CASE, EU, FIRST)
    change_row(drafted, "an address")
    with pytest.raises(ApprovalError, match="not what was sealed"):
        drafted.sign(CASE, EU, SECOND)
    assert drafted.sets(CASE)[EU].signed_by == [FIRST]


def test_a_filing_changed_after_signing_is_not_released(drafted: House) -> None:
    drafted.approve(CASE, FILING)
    drafted.sql(
        "UPDATE notice_set SET body = replace(body, 'Lanque', 'Lanqui') "
        "WHERE case_ref = :ref AND set_key = :key",
        ref=CASE,
        key=FILING,
    )
    with pytest.raises(ApprovalError, match="not what was sealed"):
        drafted.send(CASE, FILING)


def test_a_seal_made_anew_over_changed_words_has_no_signatures(drafted: House) -> None:
    drafted.approve(CASE, EU)
    [(sealed,)] = drafted.sql(f"SELECT sealed FROM notice_set {WHERE}", key=EU)
    forged = json.loads(sealed)
    forged["counts"]["people"] += 1
    drafted.sql(f"UPDATE notice_set SET sealed = :s {WHERE}", key=EU, s=json.dumps(forged))
    refuses_to_send(drafted)


def test_an_approved_state_written_by_hand_opens_nothing(drafted: House) -> None:
    drafted.sql(f"UPDATE notice_set SET state = 'approved' {WHERE}", key=EU)
    assert "is not approved: 2 to go" in str(refuses_to_send(drafted))


def test_drafting_again_keeps_signatures_where_nothing_changed(drafted: House) -> None:
    drafted.approve(CASE, EU)
    drafted.sign(CASE, CN, FIRST)
    before = drafted.sets(CASE)
    drafted.clock.advance(timedelta(minutes=5))
    drafted.draft(CASE)
    assert drafted.sets(CASE) == before
    assert drafted.send(CASE, EU)["handed_over"] > 0


def test_a_set_that_changes_is_void_and_the_others_stay_approved(drafted: House) -> None:
    drafted.approve(CASE)
    record_receipt(
        drafted.shop.database,
        CASE,
        "eu-gdpr/authority-initial/FR",
        "declined",
        by="counsel",
        reason="the lead authority is the one in Berlin",
    )
    before = drafted.sets(CASE)
    drafted.draft(CASE)
    after = drafted.sets(CASE)
    assert (after[FILING].version, after[FILING].state) == (2, "drafted")
    assert after[FILING].filings == before[FILING].filings - 1
    same = {key for key in before if after[key] == before[key]}
    assert CN in same
    assert all(after[key].state == "approved" for key in same)
    with pytest.raises(ApprovalError, match="is drafted"):
        drafted.send(CASE, FILING)


def test_an_unapproved_set_is_not_sent(drafted: House) -> None:
    error = refuses_to_send(drafted)
    assert (error.slug, "is drafted" in str(error)) == ("approval", True)


def test_a_held_case_is_not_sent_until_a_named_person_resumes_it(drafted: House) -> None:
    drafted.approve(CASE)
    hold(drafted.shop.database, CASE, reason="wrong list?", actor="lead")
    assert isinstance(refuses_to_send(drafted), HeldError)
    with pytest.raises(ForthwithError, match="named person"):
        resume(drafted.shop.database, CASE, by=" ")
    assert isinstance(refuses_to_send(drafted), HeldError)
    resume(drafted.shop.database, CASE, by="lead")
    assert drafted.send(CASE, EU)["handed_over"] > 0


def test_an_amended_case_is_not_sent_until_it_is_drafted_again(drafted: House) -> None:
    drafted.approve(CASE)
    report = parse_report(demo_amendment(NOW), where="amended", now=NOW)
    amend_case(drafted.shop.database, CASE, report, actor=AUTHOR)
    assert isinstance(refuses_to_send(drafted), DeliveryError)


class NoSite:
    """A site that must not be asked for anything."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def publish(self, page: bytes, name: str) -> str:
        self.asked.append(f"{name} {len(page)}")
        return name

    def fetch_back(self, url: str) -> str:
        self.asked.append(url)
        return ""


def publishable(house: House) -> None:
    house.approve(CASE, EU)
    house.send(CASE, EU)
    draft_public(house.shop.database, CASE, house.shop.words, settings=house.settings)
    house.approve(CASE, SET_KEY)


def refuses_to_publish(house: House) -> ForthwithError:
    site = NoSite()
    with pytest.raises(ForthwithError) as refusal:
        publish_announcement(
            house.shop.database, CASE, site, settings=house.settings, clock=house.clock.now
        )
    assert site.asked == []
    return refusal.value


def test_an_announcement_of_a_held_case_is_not_published(drafted: House) -> None:
    publishable(drafted)
    hold(drafted.shop.database, CASE, reason="wait", actor="lead")
    assert isinstance(refuses_to_publish(drafted), HeldError)


def test_an_announcement_is_not_published_once_the_facts_have_changed(drafted: House) -> None:
    publishable(drafted)
    facts = demo_amendment(NOW)
    facts["measures"] |= {"review": "done"}
    report = parse_report(facts, where="amended", now=NOW)
    amend_case(drafted.shop.database, CASE, report, actor=AUTHOR)
    assert isinstance(refuses_to_publish(drafted), DeliveryError)
    with pytest.raises(ForthwithError):
        draft_public(drafted.shop.database, CASE, drafted.shop.words, settings=drafted.settings)
    # Drafting again gives the case new facts; the page still tells the old ones.
    drafted.to_drafts(CASE)
    assert drafted.sets(CASE)[SET_KEY].state == "void"
    assert isinstance(refuses_to_publish(drafted), ApprovalError)


def test_an_announcement_stays_approved_when_drafting_again_changes_no_fact(drafted: House) -> None:
    publishable(drafted)
    drafted.draft(CASE)
    assert drafted.sets(CASE)[SET_KEY].state == "approved"


def test_two_texts_with_different_facts_are_neither_signed_nor_sent(drafted: House) -> None:
    drafted.approve(CASE, CN)
    with drafted.shop.database.write("somebody") as work:
        sheet = cases.get_evidence(work, CASE, EvidenceKind.FACT_SHEET, FactSheet)
        newer = sheet.model_copy(update={"people_total": sheet.people_total + 1, "version": 2})
        cases.put_evidence(work, CASE, EvidenceKind.FACT_SHEET, newer)
    with pytest.raises(ApprovalError, match="older facts"):
        drafted.sign(CASE, EU, FIRST)
    with pytest.raises(ApprovalError, match="older facts"):
        drafted.send(CASE, CN)
    assert not drafted.mails()
