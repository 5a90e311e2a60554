"""A case keeps its law; a request to wait stops what it names; clocks chained to a filing start."""

from datetime import timedelta
from typing import Any

import pytest

from flows.demo.shop import demo_amendment
from incidents.duties.clock_rule import ClockRule, Span
from incidents.duties.regime import Catalogue
from incidents.duties.rule import DutyRule, Lasts, Repeats, TieRule
from incidents.duties.sources.folder import version_of
from incidents.errors import HeldError, InvalidInputError
from incidents.intake.breach_report import parse_report
from incidents.models.duty import Duty
from incidents.steps.draft_notices import draft_notices
from incidents.steps.list_duties import list_duties, refresh_duties
from incidents.steps.open_case import amend_case
from incidents.steps.record_receipt import record_receipt
from incidents.steps.replay_law import adopt_law, replay_law
from incidents.steps.send_set import sendable_sets
from incidents.steps.show_case import case_sets, show_case
from incidents.steps.watch_deadlines import find_alarms
from tests.steps.shop_case import AUTHOR, CASE, EU, NOW, House

COUNSEL = "general-counsel"
AUTHORITY = "eu-gdpr/authority-initial/DE"
PEOPLE = "eu-gdpr/individuals-initial"


def changed(house: House, duty: str, **update: Any) -> Catalogue:
    """Return the shop's catalogue with one rule of the GDPR changed, as a new version."""
    catalogue = house.shop.catalogue

    def rule(one: DutyRule) -> DutyRule:
        made = {**one.model_dump(by_alias=True), **update}  # a copy would keep what was worked out
        return DutyRule.model_validate(made) if one.id == duty else one

    regimes = [
        one.model_copy(update={"duties": [rule(each) for each in one.duties]})
        if one.id == "eu-gdpr"
        else one
        for one in catalogue.regimes
    ]
    made = catalogue.model_copy(update={"regimes": regimes})
    return made.model_copy(update={"version": version_of(made)})


def shorter(house: House) -> Catalogue:
    clock = ClockRule(start="aware", within=Span(hours=48), zone="authority")
    return changed(house, "authority-initial", clocks=[clock])


def duties_of(house: House) -> dict[str, Duty]:
    return {duty.id: duty for duty, _ in show_case(house.shop.database, CASE).duties}


def states(house: House) -> dict[str, str]:
    return {duty.id: state for duty, state in show_case(house.shop.database, CASE).duties}


def test_a_case_keeps_the_law_it_was_judged_by_until_a_person_takes_it_over(drafted: House) -> None:
    database, newer = drafted.shop.database, shorter(drafted)
    before = duties_of(drafted)[AUTHORITY].due_by
    assert before is not None
    assert list_duties(database, CASE, newer, actor=AUTHOR).law_version == (
        drafted.shop.catalogue.version
    )
    assert duties_of(drafted)[AUTHORITY].due_by == before

    [replay] = replay_law(database, newer)
    assert (replay.case, replay.loaded) == (CASE, newer.version)
    moved = {one.duty: one for one in replay.changes if one.what == "deadline"}
    assert AUTHORITY in moved
    assert moved[AUTHORITY].before != moved[AUTHORITY].after
    assert replay_law(database, drafted.shop.catalogue) == []

    with pytest.raises(InvalidInputError, match="named person"):
        adopt_law(database, CASE, newer, by=" ")
    adopt_law(database, CASE, newer, by=COUNSEL)
    assert duties_of(drafted)[AUTHORITY].due_by == before - timedelta(hours=24)
    assert replay_law(database, newer) == []
    with pytest.raises(InvalidInputError, match="already"):
        adopt_law(database, CASE, newer, by=COUNSEL)


def test_a_changed_law_leaves_a_replayed_case_as_it_is(drafted: House) -> None:
    database = drafted.shop.database
    head = database.audit_head()
    replay_law(database, shorter(drafted))
    assert database.audit_head() == head


def test_a_chained_clock_starts_with_the_moment_of_the_recorded_filing(drafted: House) -> None:
    database = drafted.shop.database
    clock = ClockRule(after="authority-initial", within=Span(days=30), zone="authority")
    chained = changed(drafted, "authority-supplement", clocks=[clock])
    adopt_law(database, CASE, chained, by=COUNSEL)
    supplement = "eu-gdpr/authority-supplement/DE"
    assert duties_of(drafted)[supplement].due_by is None

    sent_at = NOW - timedelta(hours=1)
    with pytest.raises(InvalidInputError, match="future"):
        record_receipt(
            database, CASE, AUTHORITY, "done", by=COUNSEL, receipt="R", sent_at=NOW + timedelta(1)
        )
    record_receipt(database, CASE, AUTHORITY, "done", by=COUNSEL, receipt="R-1", sent_at=sent_at)
    assert refresh_duties(database, CASE, chained, actor=AUTHOR)
    duty = duties_of(drafted)[supplement]
    assert duty.clock.at == sent_at
    assert duty.due_local.startswith("Wed 2026-04-01 23:59")
    assert states(drafted)[AUTHORITY] == "done"
    assert not refresh_duties(database, CASE, chained, actor=AUTHOR)


def held_report(until: str = "unknown") -> Any:
    data = demo_amendment(NOW)
    data["facts"] = data.get("facts", {}) | {
        "holds": [
            {
                "by": "public prosecutor of Hafenstadt",
                "reference": "AZ 12/26",
                "duties": [PEOPLE],
                "since": (NOW - timedelta(hours=2)).isoformat(),
                "until": until,
            }
        ]
    }
    data["amendment"] = "the public prosecutor asked that people in the Union are told later"
    return parse_report(data, where="amended", now=NOW)


def sets_with(house: House, duty: str) -> set[str]:
    found = case_sets(house.shop.database, CASE)
    return {one.key for one in found if duty in one.duties and one.audience == "individuals"}


def test_a_request_to_wait_stops_the_notices_it_names_and_no_other(drafted: House) -> None:
    database = drafted.shop.database
    amend_case(database, CASE, held_report(), actor=AUTHOR)
    drafted.to_drafts(CASE)
    waiting = duties_of(drafted)[PEOPLE]
    assert waiting.held is not None
    assert waiting.held.until is None
    assert duties_of(drafted)[AUTHORITY].held is None
    drafted.approve(CASE)
    stopped = sets_with(drafted, PEOPLE)
    free = {one.key for one in case_sets(database, CASE) if one.audience == "individuals"}
    assert stopped
    assert free - stopped
    ready = set(sendable_sets(database, CASE))
    assert not stopped & ready
    assert free - stopped <= ready
    with pytest.raises(HeldError, match="AZ 12/26"):
        drafted.send(CASE, min(stopped))
    assert drafted.mails() == {}
    texts = [alarm.text for alarm in find_alarms(database, settings=drafted.settings).alarms]
    assert any("without an end" in one for one in texts)


def test_a_request_that_has_ended_frees_the_notice_and_wakes_somebody(drafted: House) -> None:
    database = drafted.shop.database
    end = (NOW + timedelta(hours=6)).isoformat()
    amend_case(database, CASE, held_report(until=end), actor=AUTHOR)
    drafted.to_drafts(CASE)
    drafted.approve(CASE)
    key = min(sets_with(drafted, PEOPLE))
    with pytest.raises(HeldError):
        drafted.send(CASE, key)
    drafted.clock.advance(timedelta(hours=7))
    texts = [alarm.text for alarm in find_alarms(database, settings=drafted.settings).alarms]
    assert any("has ended" in one and PEOPLE in one for one in texts)
    assert drafted.send(CASE, key)["handed_over"] > 0


def test_what_comes_back_with_new_facts_opens_again(drafted: House) -> None:
    database = drafted.shop.database
    law = changed(drafted, "record-entry", repeats=Repeats(when="facts_change"))
    adopt_law(database, CASE, law, by=COUNSEL)
    record = "eu-gdpr/record-entry"
    record_receipt(database, CASE, record, "done", by=COUNSEL, receipt="register 7")
    list_duties(database, CASE, law, actor=AUTHOR)
    assert states(drafted)[record] == "done"
    drafted.clock.advance(timedelta(hours=1))
    data = demo_amendment(NOW)
    data["amendment"] = "more is known"
    amend_case(database, CASE, parse_report(data, where="amended", now=NOW), actor=AUTHOR)
    drafted.to_duties(CASE)
    assert states(drafted)[record] == "open"


def test_a_notice_that_has_to_wait_for_another_is_not_sent_before(drafted: House) -> None:
    database, people = drafted.shop.database, "eu-gdpr/individuals-initial"
    tie = TieRule(duty="authority-initial", relation="after", wait=Span(days=2))
    law = changed(drafted, "individuals-initial", relative_to=tie)
    adopt_law(database, CASE, law, by=COUNSEL)
    draft_notices(database, CASE, drafted.shop.words, settings=drafted.settings)
    drafted.approve(CASE, EU)
    with pytest.raises(HeldError, match="not recorded as sent"):
        drafted.send(CASE, EU)
    record_receipt(database, CASE, AUTHORITY, "done", by=COUNSEL, receipt="R", sent_at=NOW)
    refresh_duties(database, CASE, law, actor=AUTHOR)
    wait = duties_of(drafted)[people].not_before
    assert wait is not None
    assert wait.isoformat() == "2026-03-04T22:59:59+00:00"
    with pytest.raises(HeldError, match="may not go out before 2 calendar days"):
        drafted.send(CASE, EU)
    drafted.clock.advance(timedelta(days=3))
    drafted.send(CASE, EU)
    assert drafted.sets(CASE)[EU].state == "finished"


def test_what_has_to_stand_for_some_days_is_watched_after_its_end(drafted: House) -> None:
    database = drafted.shop.database
    law = changed(drafted, "record-entry", lasts=Lasts(days=90, text="a line for questions"))
    adopt_law(database, CASE, law, by=COUNSEL)
    record = "eu-gdpr/record-entry"
    record_receipt(database, CASE, record, "done", by=COUNSEL, receipt="line opened", sent_at=NOW)
    refresh_duties(database, CASE, law, actor=AUTHOR)
    until = duties_of(drafted)[record].lasts_until
    assert until is not None
    assert (until - NOW).days == 90

    def said() -> list[str]:
        found = find_alarms(database, settings=drafted.settings).alarms
        return [one.text for one in found if "had to stay up" in one.text]

    assert said() == []
    drafted.clock.advance(timedelta(days=91))
    assert len(said()) == 1
