"""A later message goes to exactly those who got a wrong one, and says what has changed."""

from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest

from flows.demo.shop import demo_amendment, demo_report
from incidents.errors import DraftingError, InvalidInputError
from incidents.intake.breach_report import parse_report
from incidents.models.notice import FactSheet
from incidents.models.report import BreachReport
from incidents.models.scope import ScopeSummary
from incidents.steps.amend_while_sending import (
    amend_later,
    preview_amendment,
    take_waiting,
    waiting_amendment,
)
from incidents.steps.close_case import open_items
from incidents.steps.draft_corrections import RECALL, Corrected, draft_corrections
from incidents.steps.open_case import amend_case
from incidents.steps.preview_person import preview_person
from incidents.steps.to_correct import FollowUps, decline_corrections, to_correct
from incidents.steps.watch_deadlines import find_alarms
from incidents.store import cases
from incidents.store.cases import EvidenceKind
from tests.steps.shop_case import AUTHOR, CASE, EU, NOW, House

ANA = "ana"


def amended(**changes: Any) -> BreachReport:
    return parse_report(demo_report(NOW) | changes, where="amended", now=NOW)


def other_time() -> BreachReport:
    """Return the shipped report with the breach begun a day earlier."""
    data = demo_report(NOW)
    data["timeline"]["occurred_from"]["at"] = (NOW - timedelta(days=12)).isoformat()
    data["timeline"]["evidence_seen"]["at"] = (NOW - timedelta(days=12)).isoformat()
    return parse_report(data | {"amendment": "the first night came to light"}, where="a", now=NOW)


def chinese_only() -> BreachReport:
    """Return the shipped report for people in China alone: the others fall out of it."""
    data = demo_amendment(NOW)
    for one in data["claim"]["stores"]:
        one["only"] = {"countries": ["CN"]}
    return parse_report(data | {"amendment": "only one region"}, where="a", now=NOW)


def look(house: House) -> FollowUps:
    with house.shop.database.read() as work:
        return to_correct(work, CASE)


def send_all(house: House) -> None:
    """Send one set of notices, and whatever follows it."""
    wanted = [
        key
        for key, one in house.sets(CASE).items()
        if (key == EU or key.startswith(("correction", "recall"))) and one.state == "drafted"
    ]
    house.approve(CASE, *wanted)
    for key in wanted:
        house.send(CASE, key)


def amend_and_draft(house: House, report: BreachReport) -> None:
    amend_case(house.shop.database, CASE, report, actor=AUTHOR)
    house.to_drafts(CASE)


def correct(house: House, *, by: str = ANA, news: bool = False) -> Corrected:
    return draft_corrections(
        house.shop.database,
        CASE,
        house.shop.words,
        settings=house.settings,
        by=by,
        news=news,
    )


def told(house: House, *prefixes: str) -> set[str]:
    """Return who was handed a message of sets whose keys begin so."""
    rows = house.sql(
        "SELECT person_id, set_key FROM delivery WHERE case_ref = :r "
        "AND state IN ('handed_over', 'done_by_hand')",
        r=CASE,
    )
    return {person for person, key in rows if key.startswith(prefixes)}


def mails_of(house: House, set_prefix: str) -> list[Any]:
    ids = {
        row[0]
        for row in house.sql(
            "SELECT id FROM delivery WHERE set_key LIKE :s AND state = 'handed_over'",
            s=f"{set_prefix}%",
        )
    }
    return [
        message_from_bytes(raw, policy=policy.default)
        for number, raw in house.mails().items()
        if number in ids
    ]


def test_nobody_is_to_be_corrected_while_the_facts_stand(drafted: House) -> None:
    send_all(drafted)
    assert look(drafted) == FollowUps()
    with pytest.raises(InvalidInputError, match="nobody holds"):
        correct(drafted)


def test_whoever_was_told_another_time_gets_one_correction_that_says_so(drafted: House) -> None:
    send_all(drafted)
    first = told(drafted, "individuals")
    amend_and_draft(drafted, other_time())
    found = look(drafted)
    assert (found.wrong, found.recall) == (len(first), 0)
    with drafted.shop.database.read() as work:
        assert any("forthwith correct" in item for item in open_items(work, CASE))
    alarms = find_alarms(drafted.shop.database, settings=drafted.settings).alarms
    assert any("uncorrected" in alarm.key for alarm in alarms)

    made = correct(drafted)
    assert sum(made.sets.values()) == len(first)
    assert all(key.startswith("correction-time-since-1-") for key in made.sets)
    # Drafting it twice, or drafting the notices again, adds and takes away nothing.
    with pytest.raises(InvalidInputError, match="nobody holds"):
        correct(drafted)
    drafted.draft(CASE)
    assert look(drafted).owed == 0

    assert all(drafted.sets(CASE)[key].author == ANA for key in made.sets)
    send_all(drafted)
    assert told(drafted, "correction") == {
        person for person in first if person in told(drafted, "correction")
    }
    mails = mails_of(drafted, "correction")
    assert mails
    english = next(m for m in mails if "correction to our data breach notice" in m["Subject"])
    said = english.get_body(("plain",)).get_content()
    assert "This message corrects the one we sent you on 2 March 2026." in said
    assert "Changed since then: when it happened." in said
    assert "18 February 2026" in said
    assert look(drafted).owed == 0


def test_only_those_whom_the_change_concerns_are_written_to(drafted: House) -> None:
    send_all(drafted)
    data = demo_amendment(NOW)
    for one in data["claim"]["stores"]:
        if one["store"] == "accounts":
            one["window"] = {"first_on": "2025-05-29", "last_on": "2026-02-20"}
    amend_and_draft(drafted, parse_report(demo_amendment(NOW), where="a", now=NOW))
    if look(drafted).owed:
        correct(drafted)
        send_all(drafted)
    before = told(drafted, "correction")
    amend_and_draft(
        drafted, parse_report(data | {"amendment": "another window"}, where="a", now=NOW)
    )
    found = look(drafted)
    correct(drafted)
    send_all(drafted)
    now = {
        row[0]
        for row in drafted.sql(
            "SELECT person_id FROM delivery WHERE set_key LIKE 'correction-data%' "
            "AND state = 'handed_over'"
        )
    } - before
    with drafted.shop.database.read() as work:
        sheet = cases.get_evidence(work, CASE, EvidenceKind.FACT_SHEET, FactSheet)
        scope = cases.get_evidence(work, CASE, EvidenceKind.SCOPE, ScopeSummary)
    [bit] = [store.bit for store in sheet.stores if store.store == "accounts"]
    exposure = dict(
        tuple(row)
        for row in drafted.sql(
            "SELECT person_id, exposure FROM affected WHERE version = :v", v=scope.version - 1
        )
    )
    assert found.wrong > 0
    assert now
    # Told of the accounts, which the new window concerns; nobody else hears of it.
    assert all(exposure[person] >> bit & 1 for person in now)
    assert any(not mask >> bit & 1 for mask in exposure.values())


def test_people_who_are_not_affected_after_all_are_told_so_and_nothing_else(
    drafted: House,
) -> None:
    send_all(drafted)
    before = told(drafted, "individuals")
    amend_and_draft(drafted, chinese_only())
    found = look(drafted)
    assert found.recall > 0
    made = correct(drafted)
    assert made.sets[RECALL] == found.recall
    send_all(drafted)
    recalled = told(drafted, "recall")
    assert recalled <= before
    affected = {
        row[0]
        for row in drafted.sql(
            "SELECT person_id FROM affected WHERE case_ref = :r AND version = 2", r=CASE
        )
    }
    assert not recalled & affected
    texts = [m.get_body(("plain",)).get_content() for m in mails_of(drafted, "recall")]
    assert texts
    english = next(text for text in texts if "Your data was not part of it" in text)
    assert "On 2 March 2026 we wrote to you" in english
    assert "1. " not in english
    assert look(drafted).owed == 0


def test_whoever_was_recalled_and_is_affected_after_all_is_told_again(drafted: House) -> None:
    send_all(drafted)
    amend_and_draft(drafted, chinese_only())
    correct(drafted)
    send_all(drafted)
    recalled = told(drafted, "recall")
    back = demo_amendment(NOW) | {"amendment": "the orders were copied, the backup log shows it"}
    amend_and_draft(drafted, parse_report(back, where="a", now=NOW))
    assert look(drafted).wrong >= len(recalled)
    made = correct(drafted)
    assert any(key.startswith("correction-recall-") for key in made.sets)
    send_all(drafted)
    assert recalled <= told(drafted, "correction-recall")


def test_a_correction_that_was_not_sent_is_void_when_the_facts_change_again(
    drafted: House,
) -> None:
    send_all(drafted)
    amend_and_draft(drafted, other_time())
    [key, *_] = correct(drafted).sets
    more = other_time().model_copy(update={"amendment": "and more"})
    more = more.model_copy(update={"measures": {**more.measures, "review": "done"}})
    amend_and_draft(drafted, more)
    assert drafted.sets(CASE)[key].state == "void"
    assert look(drafted).wrong > 0


def test_news_goes_only_out_when_asked_for(drafted: House) -> None:
    send_all(drafted)
    data = demo_report(NOW)
    data["measures"] |= {"review": "done"}
    amend_and_draft(drafted, parse_report(data | {"amendment": "reviewed"}, where="a", now=NOW))
    found = look(drafted)
    assert found.wrong == found.recall == 0
    assert found.news > 0
    with pytest.raises(InvalidInputError):
        correct(drafted)
    made = correct(drafted, news=True)
    assert all(key.startswith("correction-news-") for key in made.sets)
    assert sum(made.sets.values()) == found.news


def test_a_named_person_may_decide_that_nothing_is_corrected_for_these_facts_only(
    drafted: House,
) -> None:
    send_all(drafted)
    amend_and_draft(drafted, other_time())
    with pytest.raises(InvalidInputError, match="named person and a reason"):
        decline_corrections(drafted.shop.database, CASE, by=ANA, reason=" ")
    decline_corrections(drafted.shop.database, CASE, by=ANA, reason="a day earlier harms nobody")
    assert look(drafted).owed == 0
    again = other_time().model_copy(update={"amendment": "again"})
    amend_and_draft(drafted, again.model_copy(update={"next_update_on": "2026-05-01"}))
    assert look(drafted).owed > 0


def test_a_correction_waits_until_the_notices_are_drafted_from_the_new_facts(
    drafted: House,
) -> None:
    send_all(drafted)
    amend_case(drafted.shop.database, CASE, other_time(), actor=AUTHOR)
    with pytest.raises(DraftingError, match="drafted first"):
        correct(drafted)
    with pytest.raises(InvalidInputError, match="named person"):
        correct(drafted, by="")


def test_a_person_sees_the_correction_as_it_goes_out(drafted: House) -> None:
    send_all(drafted)
    amend_and_draft(drafted, other_time())
    correct(drafted)
    shown = preview_person(drafted.shop.database, CASE, "x-mail", drafted.shop.ring)
    assert any("This message corrects" in one.text for one in shown)


# Amending while a set goes out.


def under_way(house: House) -> None:
    """Leave the EU set in the middle: part handed over, part planned."""
    house.approve(CASE, EU)
    house.send(CASE, EU)
    # Taken back behind its back: half of what was sent waits again, as if the sender had stopped.
    house.sql("UPDATE notice_set SET state = 'released' WHERE set_key = :s", s=EU)
    house.sql(
        "UPDATE delivery SET state = 'planned', finished_at = NULL WHERE set_key = :s "
        "AND channel = 'email' AND state = 'handed_over' AND id % 2 = 0",
        s=EU,
    )


def states(house: House) -> dict[str, int]:
    rows = house.sql(
        "SELECT state, COUNT(*) FROM delivery WHERE set_key = :s AND version = 1 "
        "AND channel = 'email' GROUP BY state",
        s=EU,
    )
    return dict(tuple(row) for row in rows)


def test_amending_in_the_middle_shows_whom_each_choice_concerns_and_what_it_endangers(
    drafted: House,
) -> None:
    under_way(drafted)
    preview = preview_amendment(drafted.shop.database, CASE, other_time())
    [running] = preview.running
    assert running.set_key == EU
    assert running.unsent == running.these > 0
    assert running.act_by is not None
    assert running.act_by > NOW


def test_going_on_sends_the_old_words_and_corrects_afterwards(drafted: House) -> None:
    under_way(drafted)
    left = states(drafted)["planned"]
    amend_later(drafted.shop.database, CASE, other_time(), actor=AUTHOR, meanwhile="go-on")
    with drafted.shop.database.read() as work:
        assert waiting_amendment(work, CASE) is not None
        assert any("--waiting" in item for item in open_items(work, CASE))
    drafted.send(CASE, EU)
    assert "planned" not in states(drafted)
    alarms = find_alarms(drafted.shop.database, settings=drafted.settings).alarms
    assert any("amendment-waits" in alarm.key for alarm in alarms)
    take_waiting(drafted.shop.database, CASE, actor=AUTHOR)
    with drafted.shop.database.read() as work:
        assert waiting_amendment(work, CASE) is None
    drafted.to_drafts(CASE)
    assert look(drafted).wrong >= left
    with pytest.raises(InvalidInputError, match="no amendment waits"):
        take_waiting(drafted.shop.database, CASE, actor=AUTHOR)


def test_holding_these_sends_to_the_others_only(drafted: House) -> None:
    under_way(drafted)
    waiting = amend_later(
        drafted.shop.database, CASE, other_time(), actor=AUTHOR, meanwhile="hold-these"
    )
    assert waiting.held == states(drafted)["held"] > 0
    handed = states(drafted)["handed_over"]
    drafted.send(CASE, EU)
    assert states(drafted)["handed_over"] == handed
    take_waiting(drafted.shop.database, CASE, actor=AUTHOR)
    drafted.to_drafts(CASE)
    # Whoever was held is on the new list, with the new words.
    assert "held" not in states(drafted)
    assert drafted.sets(CASE)[EU].version == 2
    assert drafted.sets(CASE)[EU].people >= waiting.held


def test_without_a_send_there_is_nothing_to_choose(drafted: House) -> None:
    with pytest.raises(InvalidInputError, match="nothing is going out"):
        amend_later(drafted.shop.database, CASE, other_time(), actor=AUTHOR, meanwhile="go-on")
