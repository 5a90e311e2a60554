"""The step keeps the ledger true, whatever the relay, a person or a signal does."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from incidents.clock import FixedClock
from incidents.delivery import dispatch
from incidents.delivery.attempt import Answer, Envelope, Feed, Stage
from incidents.delivery.orders import Composed
from incidents.delivery.sources.process import this_process
from incidents.errors import ApprovalError, DeliveryError, HeldError
from incidents.models.states import SetState
from incidents.models.tables import SenderRow
from incidents.store import cases, deliveries, notices, senders
from incidents.store.deliveries import Outgoing
from incidents.store.unit_of_work import Database
from tests.support.mailserver import Fault, running_mailserver, until
from tests.support.sending import (
    SET,
    Sending,
    channel_to,
    open_database,
    overtake,
    released_set,
    renderer,
    rows,
    states,
)


class Scripted:
    """A way that answers as a function says, after a while; it counts what it was given."""

    def __init__(
        self, answer: Callable[[Envelope], Answer], *, lines: int = 4, seconds: float = 0.0
    ) -> None:
        self.answer, self.lines, self.seconds = answer, lines, seconds
        self.begun: list[int] = []

    async def send(self, feed: Feed) -> None:
        async def line() -> None:
            while await feed.more():
                while (envelope := feed.take()) is not None:
                    self.begun.append(envelope.id)
                    await asyncio.sleep(self.seconds)
                    feed.tell(self.answer(envelope))

        await asyncio.gather(*(line() for _ in range(self.lines)))


def accepted(envelope: Envelope) -> Answer:
    return Answer(envelope.id, Stage.BODY, 250, "2.0.0")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def database(tmp_path: Path, clock: FixedClock) -> Database:
    return open_database(tmp_path / "ledger.db", clock)


def hold(database: Database, ref: str) -> None:
    with database.write("ada") as work:
        cases.hold_case(work, ref, reason="wrong text")


def test_everybody_is_handed_over_once_and_the_chain_tells_of_it(
    tmp_path: Path, database: Database
) -> None:
    ref = released_set(database, 130)
    with running_mailserver(tmp_path / "mail") as server:
        sending = Sending(database, ref, channel_to(server.port))
        report = asyncio.run(sending.run())
        received = server.received()
    assert (report.counts, report.stopped_by) == ({"handed_over": 130}, "")
    assert states(database, ref) == {"handed_over": 130}
    assert len({one.recipient for one in received}) == len(received) == 130
    assert sending.seen[-1] == {"handed_over": 130}
    by_id = {one.message_id for one in received}
    assert {one["message_id"] for one in rows(database, ref).values()} == by_id
    noted = [one for one in database.audit_rows(ref) if one.action == "deliveries.recorded"]
    assert sum(json.loads(one.body)["handed_over"] for one in noted) == 130


def test_each_refusal_has_its_state_reason_and_next_channel(
    tmp_path: Path, database: Database
) -> None:
    ref = released_set(database, 6, letters=True)
    faults = [
        Fault("rcpt", "550 5.1.1 nobody here", match="person0@"),
        Fault("rcpt", "450 4.7.1 greylisted", match="person1@"),
        Fault("dot", "drop", match="person2@"),
        Fault("dot", "554 5.7.1 spam", match="person3@"),
    ]
    with running_mailserver(tmp_path / "mail", faults) as server:
        report = asyncio.run(Sending(database, ref, channel_to(server.port)).run())
        times = [one.recipient for one in server.received()].count("person2@people.example")
    found = {who: (one["state"], one["reason"]) for who, one in rows(database, ref).items()}
    assert found == {
        "p0": ("refused", "unknown-user"),
        "p1": ("deferred", "greylisted"),
        "p2": ("in_doubt", "connection-lost"),
        "p3": ("refused", "policy"),
        "p4": ("handed_over", ""),
        "p5": ("handed_over", ""),
    }
    letters = {who: one["state"] for who, one in rows(database, ref, "letter").items()}
    assert [who for who, state in letters.items() if state == "listed"] == ["p0", "p3"]
    assert report.opened == 2
    # In doubt twice: sent again at once the first time, then not before the next day.
    assert (times, rows(database, ref)["p2"]["doubts"]) == (2, 2)


def test_what_was_put_off_goes_out_when_its_time_has_come(
    tmp_path: Path, database: Database, clock: FixedClock
) -> None:
    ref = released_set(database, 3)
    with running_mailserver(
        tmp_path / "mail", [Fault("rcpt", "450 4.7.1 grey", times=3)]
    ) as server:
        sending = Sending(database, ref, channel_to(server.port))
        asyncio.run(sending.run())
        assert states(database, ref) == {"deferred": 3}
        clock.advance(timedelta(minutes=4))
        asyncio.run(sending.run())
        assert states(database, ref) == {"deferred": 3}
        clock.advance(timedelta(minutes=3))
        asyncio.run(sending.run())
        assert states(database, ref) == {"handed_over": 3}
        assert len(server.received()) == 3


def test_waiting_for_what_was_put_off_ends_when_every_message_is_final(
    database: Database, clock: FixedClock
) -> None:
    ref = released_set(database, 5)
    late = Scripted(
        lambda one: accepted(one) if later else Answer(one.id, Stage.RCPT, 451, "4.3.0", "later")
    )
    later: list[bool] = []

    async def run() -> None:
        task = asyncio.create_task(Sending(database, ref, late, {"until_idle": False}).run())
        await until(lambda: states(database, ref).get("deferred") == 5)
        later.append(True)
        clock.advance(timedelta(minutes=10))
        report = await asyncio.wait_for(task, 20)
        assert report.counts == {"deferred": 5, "handed_over": 5}

    asyncio.run(run())
    assert states(database, ref) == {"handed_over": 5}


@pytest.mark.parametrize("state", [SetState.DRAFTED, SetState.APPROVED, SetState.VOID])
def test_a_set_that_is_not_released_sends_nothing(database: Database, state: SetState) -> None:
    ref = released_set(database, 3, state=state)
    way = Scripted(accepted)
    with pytest.raises(DeliveryError, match="not released"):
        asyncio.run(Sending(database, ref, way).run())
    assert (way.begun, states(database, ref)) == ([], {"planned": 3})


def test_a_case_on_hold_sends_nothing(database: Database) -> None:
    ref = released_set(database, 3)
    hold(database, ref)
    way = Scripted(accepted)
    with pytest.raises(HeldError, match="forthwith resume"):
        asyncio.run(Sending(database, ref, way).run())
    assert way.begun == []


def test_a_broken_seal_sends_nothing(database: Database) -> None:
    ref = released_set(database, 3)

    def broken() -> None:
        raise ApprovalError("is not what was sealed")

    way = Scripted(accepted)
    with pytest.raises(ApprovalError):
        asyncio.run(Sending(database, ref, way, {"check_seal": broken}).run())
    assert (way.begun, states(database, ref)) == ([], {"planned": 3})


def test_a_seal_that_breaks_on_the_way_stops_the_sending(database: Database) -> None:
    ref = released_set(database, 300)
    asked: list[int] = []

    def breaks_the_second_time() -> None:
        asked.append(1)
        if len(asked) > 1:
            raise ApprovalError("is not what was sealed")

    way = Scripted(accepted, seconds=0.001)
    more = {"check_seal": breaks_the_second_time, "window": 2}
    with pytest.raises(ApprovalError):
        asyncio.run(Sending(database, ref, way, more).run())
    left = states(database, ref)
    assert left["handed_over"] == len(way.begun) < 300
    assert left["planned"] == 300 - len(way.begun)


def test_a_hold_in_the_middle_stops_within_a_second_and_resume_goes_on(
    database: Database,
) -> None:
    ref = released_set(database, 400)
    way = Scripted(accepted, seconds=0.02)

    async def run() -> None:
        task = asyncio.create_task(Sending(database, ref, way).run())
        await until(lambda: len(way.begun) > 60)
        await asyncio.to_thread(hold, database, ref)
        held = time.monotonic()
        report = await task
        assert time.monotonic() - held < 1
        assert report.stopped_by == "held"

    asyncio.run(run())
    now = states(database, ref)
    assert now == {"handed_over": len(way.begun), "planned": 400 - len(way.begun)}
    with database.write("ada") as work:
        cases.resume_case(work, ref, reason="text was right")
    asyncio.run(Sending(database, ref, Scripted(accepted)).run())
    assert states(database, ref) == {"handed_over": 400}


def test_a_set_made_void_in_the_middle_stops(database: Database) -> None:
    ref = released_set(database, 400)
    way = Scripted(accepted, seconds=0.02)

    def void() -> None:
        with database.write("ada") as work:
            notices.move_set(work, notices.set_row(work, ref, SET), SetState.VOID)

    async def run() -> None:
        task = asyncio.create_task(Sending(database, ref, way).run())
        await until(lambda: len(way.begun) > 20)
        await asyncio.to_thread(void)
        assert (await task).stopped_by == "set-void"

    asyncio.run(run())
    assert states(database, ref)["handed_over"] == len(way.begun) < 400


def test_the_caller_can_stop_it_by_a_word(database: Database) -> None:
    ref = released_set(database, 400)
    way = Scripted(accepted, seconds=0.02)

    def stop() -> str | None:
        return "kill-switch" if len(way.begun) > 40 else None

    report = asyncio.run(Sending(database, ref, way, {"should_stop": stop}).run())
    assert report.stopped_by == "kill-switch"
    assert states(database, ref)["planned"] == 400 - len(way.begun) > 0


def test_a_caller_that_hangs_stops_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "ASK_SECONDS", 0.1)
    ref = released_set(database, 30)
    let_go = threading.Event()
    sending = Sending(database, ref, Scripted(accepted), {"should_stop": lambda: let_go.wait(20)})
    threading.Timer(1.0, let_go.set).start()
    asyncio.run(sending.run())
    assert states(database, ref) == {"handed_over": 30}


def test_a_look_that_says_stop_at_once_lets_nothing_out(database: Database) -> None:
    ref = released_set(database, 40)
    way = Scripted(accepted)
    report = asyncio.run(Sending(database, ref, way, {"should_stop": lambda: "no"}).run())
    assert (report.stopped_by, way.begun) == ("no", [])
    assert states(database, ref) == {"planned": 40}


def test_cancelling_ends_messages_on_the_wire_and_plans_the_rest_again(database: Database) -> None:
    ref = released_set(database, 200)
    way = Scripted(accepted, seconds=0.3)

    async def run() -> None:
        task = asyncio.create_task(Sending(database, ref, way).run())
        await until(lambda: len(way.begun) > 6)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert states(database, ref) == {
        "handed_over": len(way.begun),
        "planned": 200 - len(way.begun),
    }
    # The right to send was given back: nobody has to wait for the lease.
    asyncio.run(Sending(database, ref, Scripted(accepted)).run())
    assert states(database, ref) == {"handed_over": 200}


def test_only_one_of_many_senders_wins(database: Database) -> None:
    ref = released_set(database, 60)
    ways = [Scripted(accepted, seconds=0.02) for _ in range(8)]

    async def run() -> list[Any]:
        return await asyncio.gather(
            *(Sending(database, ref, way).run() for way in ways), return_exceptions=True
        )

    ends = asyncio.run(run())
    # One that begins after the winner has finished finds nothing to do: it is no second winner.
    others = [one for one in ends if isinstance(one, DeliveryError) or not one.counts]
    assert len(others) == 7
    assert sum(len(way.begun) for way in ways) == 60
    assert states(database, ref) == {"handed_over": 60}


def test_a_sender_that_was_overtaken_stops_and_leaves_the_ledger_alone(
    database: Database,
) -> None:
    ref = released_set(database, 400)
    way = Scripted(accepted, seconds=0.02)

    def overtaken() -> None:
        with database.write("other") as work:
            overtake(work, ref, "other:1:1:1")

    async def run() -> None:
        task = asyncio.create_task(Sending(database, ref, way).run())
        await until(lambda: len(way.begun) > 20)
        await asyncio.to_thread(overtaken)
        with pytest.raises(DeliveryError, match="taken over"):
            await task

    asyncio.run(run())
    # What was on the wire then is in doubt, and not called handed over by the one overtaken.
    doubtful = sum(one["state"] == "in_doubt" for one in rows(database, ref).values())
    assert doubtful >= 4
    with database.read() as work:
        sender = work.session.get(SenderRow, (ref, 0))
    assert sender is not None
    assert sender.owner == "other:1:1:1"


def test_a_dead_sender_on_this_machine_is_taken_over_at_once(database: Database) -> None:
    ref = released_set(database, 5)
    host, _, _, rest = this_process().rsplit(":", 3)
    with database.write("tester") as work:
        token = senders.take(work, ref, f"{host}:4194999:77:{rest}").token
        deliveries.claim(work, ref, SET, 1, token=token, size=2)
    report = asyncio.run(Sending(database, ref, Scripted(accepted)).run())
    assert report.in_doubt == 2
    found = rows(database, ref)
    assert [found[who]["doubts"] for who in ("p0", "p1", "p2")] == [1, 1, 0]
    assert states(database, ref) == {"handed_over": 5}


def test_a_sender_elsewhere_is_waited_for(database: Database) -> None:
    ref = released_set(database, 5)
    with database.write("tester") as work:
        senders.take(work, ref, "another-host/b/n:1:1:r")
    with pytest.raises(DeliveryError, match="being sent by"):
        asyncio.run(Sending(database, ref, Scripted(accepted)).run())


def test_what_was_in_doubt_three_times_goes_to_the_next_channel_unsent(
    database: Database, clock: FixedClock
) -> None:
    ref = released_set(database, 2, letters=True)
    for n in range(3):
        with database.write("tester") as work:
            token = senders.take(work, ref, f"elsewhere:{n}:1:r").token
            senders.doubt(work, ref, but=[token])
        clock.advance(timedelta(hours=25))  # after the first doubt the next try waits a day
        with database.write("tester") as work:
            token = senders.take(work, ref, f"elsewhere:{n}:1:r").token
            assert [
                one.person_id for one in deliveries.claim(work, ref, SET, 1, token=token, size=1)
            ] == ["p0"]
        clock.advance(timedelta(minutes=2))
    way = Scripted(accepted)
    asyncio.run(Sending(database, ref, way).run())
    clock.advance(timedelta(hours=25))
    asyncio.run(Sending(database, ref, way).run())
    assert len(way.begun) == 1
    assert rows(database, ref)["p0"]["reason"] == "in-doubt-too-often"
    assert rows(database, ref, "letter")["p0"]["state"] == "listed"


def test_an_address_that_must_not_go_out_ends_for_that_person_alone(database: Database) -> None:
    ref = released_set(
        database, 3, addresses=["ada@people.example", "b@x.example>\r\nRCPT", "c@p.example"]
    )
    asyncio.run(Sending(database, ref, Scripted(accepted)).run())
    found = {who: (one["state"], one["reason"]) for who, one in rows(database, ref).items()}
    assert found["p1"] == ("refused", "not-composed")
    assert found["p0"] == found["p2"] == ("handed_over", "")


def test_a_fault_of_our_own_in_rendering_stops_and_loses_nobody(database: Database) -> None:
    ref = released_set(database, 50)
    good = renderer(ref, database.clock.now())

    def render(one: Outgoing) -> Composed:
        if one.person_id == "p30":
            raise ZeroDivisionError
        return good(one)

    way = Scripted(accepted)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(Sending(database, ref, way, {"render": render}).run())
    assert states(database, ref) == {"handed_over": len(way.begun), "planned": 50 - len(way.begun)}


def test_a_relay_that_blocks_us_stops_the_sending_before_people_are_marked(
    database: Database,
) -> None:
    ref = released_set(database, 300, letters=True)
    way = Scripted(lambda one: Answer(one.id, Stage.RCPT, 550, "5.7.1", "blocked"))
    with pytest.raises(DeliveryError, match="policy-block"):
        asyncio.run(Sending(database, ref, way).run())
    assert len(way.begun) < 30
    assert states(database, ref, "letter") == {"standby": 300}


def test_a_relay_that_wants_another_login_stops_and_keeps_the_queue(database: Database) -> None:
    ref = released_set(database, 100)
    way = Scripted(lambda one: Answer(one.id, Stage.MAIL, 530, "5.7.0", "log in"))
    with pytest.raises(DeliveryError, match="login refused"):
        asyncio.run(Sending(database, ref, way).run())
    assert states(database, ref) == {"planned": 100}


def test_a_relay_that_vanishes_keeps_the_queue(tmp_path: Path, database: Database) -> None:
    ref = released_set(database, 500)
    with running_mailserver(tmp_path / "mail") as server:
        sending = Sending(database, ref, channel_to(server.port, pauses=(0.02,)))

        async def run() -> None:
            task = asyncio.create_task(sending.run())
            await until(lambda: server.oracle.taken > 40)
            server.oracle.faults += [Fault("mail", "drop"), Fault("banner", "drop")]
            with pytest.raises(DeliveryError, match="relay"):
                await task

        asyncio.run(run())
        now = states(database, ref)
        assert now["planned"] > 300
        assert now["handed_over"] == server.oracle.taken
        server.oracle.faults.clear()
        asyncio.run(sending.run())
        assert now.get("deferred", 0) <= 4
        assert len({one.recipient for one in server.received()}) >= 496


def test_a_way_that_breaks_without_a_word_leaves_what_it_took_in_doubt(database: Database) -> None:
    ref = released_set(database, 20)

    class Broken:
        async def send(self, feed: Feed) -> None:
            await feed.more()
            feed.take()
            feed.take()
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011  # any error of a channel that keeps no promise
        asyncio.run(Sending(database, ref, Broken()).run())
    assert states(database, ref) == {"in_doubt": 2, "planned": 18}


def test_a_view_that_fails_never_spoils_a_sending(database: Database) -> None:
    ref = released_set(database, 5)

    def broken(_states: object) -> None:
        raise OSError

    asyncio.run(Sending(database, ref, Scripted(accepted), {"progress": broken}).run())
    assert states(database, ref) == {"handed_over": 5}


def test_nothing_due_ends_at_once_without_a_word_to_the_relay(database: Database) -> None:
    ref = released_set(database, 0)
    report = asyncio.run(Sending(database, ref, channel_to(1)).run())
    assert (report.counts, report.stopped_by) == ({}, "")
