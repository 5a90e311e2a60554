"""The forecast of a real case: whom it counts, in which order, what it says stands in the way."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest

from incidents.clock import SystemClock
from incidents.delivery.forecast import Verdict
from incidents.errors import DeliveryError, NotFoundError
from incidents.models.states import DutyState
from incidents.settings import SmtpSettings
from incidents.steps.forecast_sending import Prospect, forecast_sending
from incidents.steps.hold_case import hold
from incidents.steps.measure_rate import seen_rate
from incidents.steps.send_set import STOP_FILE_NAME, sendable_sets
from incidents.steps.show_case import show_case
from incidents.store import duties
from tests.steps.shop_case import CASE, CN, EU, House
from tests.support.mailserver import running_mailserver
from tests.support.sending import Sending, channel_to, open_database, released_set

RELAY = SmtpSettings(host="127.0.0.1", port=25, security="none", connections=2)


def prospect(house: House, rate: float | None = 20, first: str = "") -> Prospect:
    settings = house.settings.model_copy(update={"smtp": RELAY})
    return forecast_sending(house.shop.database, CASE, settings=settings, rate=rate, first=first)


def test_everybody_who_is_to_be_told_is_counted_once_by_their_channel(drafted: House) -> None:
    found = prospect(drafted)
    planned = drafted.sql(
        "SELECT channel, COUNT(*) FROM delivery WHERE rank = 1 GROUP BY channel ORDER BY channel"
    )
    counted: dict[str, int] = {}
    for one in found.sets:
        for channel, number in one.people.items():
            counted[channel] = counted.get(channel, 0) + number
    assert sorted(counted.items()) == [tuple(row) for row in planned]
    assert len(counted) == 5


def test_each_duty_counts_the_people_of_its_own_places(drafted: House) -> None:
    parts = {one.key: one for one in prospect(drafted).sets}
    gdpr = {one.duty.id: one.people for one in parts[EU].duties}
    assert gdpr["eu-gdpr/individuals-initial"] == parts[EU].people
    places = drafted.sql(
        "SELECT COUNT(*) FROM delivery WHERE set_key = :s AND rank = 1 AND channel = 'email'", s=EU
    )
    assert gdpr["eu-gdpr/individuals-initial"]["email"] == places[0][0]
    assert not any(name.startswith("eu-gdpr") for name in (d.duty.id for d in parts[CN].duties))


def test_looking_ahead_changes_nothing(drafted: House) -> None:
    before = (drafted.shop.database.audit_head(), drafted.sql("SELECT COUNT(*) FROM delivery"))
    prospect(drafted)
    assert (
        drafted.shop.database.audit_head(),
        drafted.sql("SELECT COUNT(*) FROM delivery"),
    ) == before


def test_without_a_rate_nothing_is_called_met_and_the_needed_rate_is_named(drafted: House) -> None:
    found = prospect(drafted, rate=None)
    assert (found.rate_from, found.limits.rate) == ("unknown", None)
    assert not found.verdicts[Verdict.MET]
    open_ = [
        one.outlook
        for part in found.sets
        for one in part.duties
        if one.outlook.verdict is Verdict.NOT_KNOWN
    ]
    assert open_
    assert all(one.needed_rate for one in open_)


def test_sets_are_sent_in_the_order_the_forecast_says(drafted: House) -> None:
    drafted.approve(CASE)
    people = [one.key for one in prospect(drafted).sets]
    sent = [one for one in sendable_sets(drafted.shop.database, CASE) if one in people]
    assert sent == people
    clocks = [prospect(drafted).sets[n].duties for n in range(len(people))]
    firsts = [min(one.duty.act_by for one in part if one.duty.act_by) for part in clocks]
    assert firsts == sorted(firsts)


def test_a_chosen_set_goes_first_in_both(drafted: House) -> None:
    drafted.approve(CASE)
    last = prospect(drafted).sets[-1].key
    assert prospect(drafted, first=last).sets[0].key == last
    assert sendable_sets(drafted.shop.database, CASE, first=last)[0] == last
    with pytest.raises(NotFoundError, match="nowhere"):
        prospect(drafted, first="nowhere")
    with pytest.raises(DeliveryError, match="nowhere"):
        sendable_sets(drafted.shop.database, CASE, first="nowhere")


def test_what_stands_in_the_way_is_said(drafted: House) -> None:
    assert all("not approved" in one.blocks[0] for one in prospect(drafted).sets)
    drafted.approve(CASE)
    assert [block for one in prospect(drafted).sets for block in one.blocks] == []
    assert prospect(drafted).blocks == []
    hold(drafted.shop.database, CASE, reason="", actor="tester")
    (drafted.settings.home / STOP_FILE_NAME).touch()
    blocks = " ".join(prospect(drafted).blocks)
    assert "on hold" in blocks
    assert STOP_FILE_NAME in blocks
    # A signature that has grown old counts no more, here as in the sending.
    drafted.clock.advance(timedelta(days=drafted.settings.approval_days + 1))
    assert all("not approved" in one.blocks[0] for one in prospect(drafted).sets)
    bare = forecast_sending(drafted.shop.database, CASE, settings=drafted.settings)
    assert any("no relay" in one for one in bare.blocks)


def test_who_was_told_is_left_out_and_a_settled_duty_has_no_clock(drafted: House) -> None:
    drafted.approve(CASE)
    before = {one.key: one for one in prospect(drafted).sets}
    drafted.send(CASE, EU)
    after = {one.key: one for one in prospect(drafted).sets}
    assert after[EU].handed_over == before[EU].people["email"]
    assert after[EU].people == {
        k: n for k, n in before[EU].people.items() if k in {"letter", "call", "hand"}
    }
    assert after[CN].people == before[CN].people
    with drafted.shop.database.write("counsel") as work:
        duties.answer_duty(work, CASE, "eu-gdpr/individuals-initial", DutyState.DONE, {})
    now = {one.key: one for one in prospect(drafted).sets}
    assert "eu-gdpr/individuals-initial" not in [one.duty.id for one in now[EU].duties]
    assert len(now[EU].duties) == len(after[EU].duties) - 1


def test_a_passed_deadline_is_told_as_passed(drafted: House) -> None:
    due = [one.due_by for one, _ in show_case(drafted.shop.database, CASE).duties if one.due_by]
    drafted.clock.advance(max(due) - drafted.clock.now() + timedelta(seconds=1))
    found = prospect(drafted)
    assert found.verdicts[Verdict.PASSED] > 0
    assert found.verdicts[Verdict.MET] == found.verdicts[Verdict.MISSED] == 0


def test_the_rate_is_the_one_at_which_mail_really_went_out(tmp_path: Path) -> None:
    database = open_database(tmp_path / "ledger.db", SystemClock())
    ref = released_set(database, 1500)
    with running_mailserver(tmp_path / "mail") as server:
        began = time.monotonic()
        asyncio.run(Sending(database, ref, channel_to(server.port), {"window": 64}).run())
        took = time.monotonic() - began
    with database.read() as work:
        seen = seen_rate(work)
    # What was recorded first of all only starts the clock.
    assert 1500 - 64 <= seen.messages <= 1500
    assert seen.seconds <= took
    if seen.rate is not None:  # a machine may take less than a second for it
        assert 1500 / took * 0.8 <= seen.rate <= 1500 / took * 2
    else:
        assert seen.seconds < 1
    database.engine.dispose()
