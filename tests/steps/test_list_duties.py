"""Counsel answers every duty; unknown law is a question, never silence; risk can be overruled."""

from datetime import timedelta

import pytest

from incidents.errors import InvalidInputError, MoveNotAllowedError, NotFoundError
from incidents.models.states import DutyState
from incidents.steps.close_case import CaseNotReadyError, close_case
from incidents.steps.record_receipt import record_receipt
from incidents.steps.show_case import case_assessment, case_sets, listed_duties, show_case
from incidents.steps.weigh_risk import override_risk, weigh_risk
from incidents.store import cases, duties
from incidents.store.cases import EvidenceKind
from tests.steps.shop_case import AUTHOR, CASE, EU, FILING, FIRST, House

BERLIN, PARIS = "eu-gdpr/authority-initial/DE", "eu-gdpr/authority-initial/FR"
COUNSEL = "general-counsel"


def answer(house: House, duty: str, said: str, **given: str) -> DutyState:
    return record_receipt(house.shop.database, CASE, duty, said, by=COUNSEL, **given)


def states(house: House) -> dict[str, str]:
    return {duty.id: state for duty, state in show_case(house.shop.database, CASE).duties}


@pytest.mark.parametrize(
    ("said", "given", "why"),
    [
        ("declined", {}, "needs a reason"),
        ("declined", {"reason": "  "}, "needs a reason"),
        ("declined", {"receipt": "R-1"}, "needs a reason"),
        ("late", {"receipt": "R-1"}, "needs a reason"),
        ("done", {"reason": "told them"}, "needs a receipt"),
        ("", {"reason": "x"}, "is no answer"),
        ("open", {"reason": "x"}, "is no answer"),
        ("withdrawn", {"reason": "x"}, "is no answer"),
    ],
)
def test_an_answer_without_its_ground_is_refused(
    drafted: House, said: str, given: dict[str, str], why: str
) -> None:
    links = drafted.shop.database.audit_head()
    with pytest.raises(InvalidInputError, match=why) as refusal:
        answer(drafted, BERLIN, said, **given)
    assert refusal.value.repair
    assert states(drafted)[BERLIN] == "open"
    assert drafted.shop.database.audit_head() == links


def test_an_answer_needs_a_named_person_and_a_duty_that_exists(drafted: House) -> None:
    with pytest.raises(InvalidInputError, match="named person"):
        record_receipt(drafted.shop.database, CASE, BERLIN, "accepted", by=" ")
    with pytest.raises(NotFoundError, match="no duty"):
        answer(drafted, "eu-gdpr/nothing", "accepted")


def test_every_answer_stays_with_its_person_ground_and_time(drafted: House) -> None:
    answer(drafted, BERLIN, "accepted")
    answer(drafted, BERLIN, "late", reason="the list came late")
    answer(drafted, BERLIN, "done", receipt="LDI-77")
    with drafted.shop.database.read() as work:
        [row] = [row for row in duties.duty_rows(work, CASE) if row.duty_id == BERLIN]
        said = duties.answers_of(row)
    assert [one["state"] for one in said] == ["accepted", "late", "done"]
    assert (said[1]["reason"], said[2]["receipt"]) == ("the list came late", "LDI-77")
    assert {one["by"] for one in said} == {COUNSEL}
    with pytest.raises(MoveNotAllowedError):
        answer(drafted, BERLIN, "declined", reason="after all not")


def test_a_late_reason_goes_into_the_filing_and_stays_when_it_is_done(drafted: House) -> None:
    reason = "the frozen list was ready only on the third day"

    def letters() -> dict[str, str]:
        sets = case_sets(drafted.shop.database, CASE)
        return {one.duty_id: one.letter for each in sets for one in each.filings}

    drafted.approve(CASE, FILING)
    drafted.clock.advance(timedelta(hours=60))
    drafted.draft(CASE)
    assert drafted.sets(CASE)[FILING].state == "approved", "the hour alone changes no text"
    answer(drafted, BERLIN, "late", reason=reason)
    drafted.draft(CASE)
    assert drafted.sets(CASE)[FILING].state == "drafted"
    assert reason in letters()[BERLIN]
    assert reason not in letters()[PARIS]
    answer(drafted, BERLIN, "done", receipt="LDI-77")
    drafted.draft(CASE)
    assert reason in letters()[BERLIN]


def test_a_declined_filing_leaves_the_drafts(drafted: House) -> None:
    answer(drafted, PARIS, "declined", reason="Berlin leads")
    drafted.draft(CASE)
    [filings] = [s.filings for s in case_sets(drafted.shop.database, CASE) if s.key == FILING]
    assert [one.duty_id for one in filings] == [BERLIN]


def test_people_whose_every_duty_is_declined_leave_the_drafts_and_only_they(
    drafted: House,
) -> None:
    before = show_case(drafted.shop.database, CASE)
    everyone = before.people_in["planned"]
    for duty, _ in before.duties:
        if duty.recipient.kind in {"individual", "guardian"} and duty.regime == "uk-gdpr":
            answer(drafted, duty.id, "declined", reason="no high risk there", assumptions="none")
    drafted.draft(CASE)
    # The other laws still ask for a notice to the people in Britain.
    assert sum(one.people for one in drafted.sets(CASE).values() if one.state != "void") == everyone
    for duty, state in show_case(drafted.shop.database, CASE).duties:
        if duty.recipient.kind in {"individual", "guardian"} and state == "open":
            answer(drafted, duty.id, "declined", reason="no duty", assumptions="data unreadable")
    drafted.draft(CASE)
    live = [key for key, one in drafted.sets(CASE).items() if one.state != "void"]
    assert not [key for key in live if key.startswith("individuals")]
    assert show_case(drafted.shop.database, CASE).people_in == {"cancelled": everyone}


def test_places_without_a_law_are_questions_that_keep_the_case_open(drafted: House) -> None:
    view = show_case(drafted.shop.database, CASE)
    assert "unknown" in view.unknown_law
    asked = {duty.id: duty for duty, _ in view.duties if duty.regime == "law-unknown"}
    assert {one.places[0] for one in asked.values()} == view.unknown_law.keys()
    assert all(one.target_by and one.status == "may_be_owed" for one in asked.values())
    reasons = listed_duties(drafted.shop.database, CASE).not_owed
    assert all(one.reason for one in reasons)
    assert not [one for one in reasons if "law-unknown" in one.regime]
    for duty, _ in view.duties:
        if duty.id not in asked:
            answer(drafted, duty.id, "done", receipt="R-1")
    with pytest.raises(CaseNotReadyError) as refusal:
        close_case(drafted.shop.database, CASE, actor=FIRST)
    for question in asked:
        assert f"duty {question} is open" in refusal.value.still_open
    for question in asked:
        answer(drafted, question, "done", receipt="advice of local counsel, 2 March")
    with pytest.raises(CaseNotReadyError) as refusal:
        close_case(drafted.shop.database, CASE, actor=FIRST)
    assert not [item for item in refusal.value.still_open if item.startswith("duty")]


def test_people_whose_country_is_unknown_are_a_question_too(shop: House) -> None:
    def unknown(ref: str) -> int:
        found = shop.to_duties(ref)
        return next((one.people.low for one in found.unknown_law if one.place == "unknown"), 0)

    before = unknown(shop.open())
    shop.sql("UPDATE person SET country = '', region = '' WHERE person_id = 'x-mail'")
    ref = shop.open()
    assert unknown(ref) == before + 1
    assert "law-unknown/ask-counsel/unknown" in {
        duty.id for duty, _ in show_case(shop.shop.database, ref).duties
    }


def test_a_closing_lists_all_kinds_of_open_things(drafted: House) -> None:
    drafted.approve(CASE, EU)
    drafted.send(CASE, EU)
    with pytest.raises(CaseNotReadyError) as refusal:
        close_case(drafted.shop.database, CASE, actor=FIRST)
    items = "\n".join(refusal.value.still_open)
    for part in (
        f"duty {BERLIN} is open",
        f"notice set {FILING} v1 is drafted",
        "people are listed",
        "people are planned",
        "measure preserve:web-log is asked",
    ):
        assert part in items
    assert show_case(drafted.shop.database, CASE).state == "drafted"


def test_duties_listed_twice_keep_answers_and_add_nothing(drafted: House) -> None:
    answer(drafted, BERLIN, "done", receipt="LDI-77")
    before = states(drafted)
    drafted.list_duties(CASE)
    assert states(drafted) == before


@pytest.mark.parametrize(
    ("level", "by", "reason"),
    [("low", COUNSEL, "r"), ("unlikely", " ", "r"), ("unlikely", COUNSEL, "")],
)
def test_an_override_needs_a_level_a_person_and_a_reason(
    drafted: House, level: str, by: str, reason: str
) -> None:
    with pytest.raises(InvalidInputError):
        override_risk(drafted.shop.database, CASE, level, by=by, reason=reason)
    assert case_assessment(drafted.shop.database, CASE).override is None


def test_a_named_persons_judgement_changes_the_duties_and_stays_on_record(drafted: House) -> None:
    database = drafted.shop.database
    computed = case_assessment(database, CASE)
    assert computed.level == "high"
    override_risk(database, CASE, "unlikely", by=COUNSEL, reason="the copy was never readable")
    judged = case_assessment(database, CASE)
    assert judged.level == "unlikely"
    assert judged.override is not None
    assert (judged.override.by, judged.override.reason) == (COUNSEL, "the copy was never readable")
    assert (judged.score, judged.reasons) == (computed.score, computed.reasons)

    owed = {duty.id for duty in drafted.list_duties(CASE).duties}
    assert {BERLIN, "eu-gdpr/individuals-initial"}.isdisjoint(owed)
    why = {f"{one.regime}/{one.duty}": one.reason for one in listed_duties(database, CASE).not_owed}
    assert why["eu-gdpr/individuals-initial"]
    assert states(drafted)[BERLIN] == "withdrawn"

    # Weighing again does not lose it, and a second judgement brings the duties back.
    weigh_risk(database, CASE, drafted.shop.scales, actor=AUTHOR)
    assert case_assessment(database, CASE).level == "unlikely"
    override_risk(database, CASE, "high", by=COUNSEL, reason="the key was taken too")
    drafted.list_duties(CASE)
    assert states(drafted)[BERLIN] == "open"
    with database.read() as work:
        assert len(cases.evidence_rows(work, CASE, EvidenceKind.OVERRIDE)) == 2


def test_after_an_override_nothing_is_sent_until_it_is_drafted_again(drafted: House) -> None:
    drafted.approve(CASE, EU)
    override_risk(drafted.shop.database, CASE, "risk", by=COUNSEL, reason="judged anew")
    with pytest.raises(Exception, match="facts changed"):
        drafted.send(CASE, EU)
    assert drafted.mails() == {}
