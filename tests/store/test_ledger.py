"""The ledger keeps every person and every attempt, whatever dies when."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from incidents.clock import FixedClock
from incidents.errors import DeliveryError, MoveNotAllowedError
from incidents.models.approval import Sealed
from incidents.models.notice import NoticeSet
from incidents.models.states import DeliveryState, SetState
from incidents.store import cases, deliveries, notices, recipients, senders
from incidents.store.deliveries import Outcome
from incidents.store.unit_of_work import Database
from tests.store.test_affected_people import ORDERS, frozen
from tests.support.sending import overtake

REF, SET = "inc-2026-0001", "individuals-own-promise"
PLACES = ["CN", "DE", "FR", "GB", "JP", "US-CA", "unknown"]
LOCALES = {"": "en", "de": "en", "en-US": "en"}


def planned(database: Database) -> dict[str, int]:
    frozen(database, [ORDERS])
    with database.write("tester") as work:
        sealed = Sealed(
            case_ref=REF, set_key=SET, version=1, fact_sheet="", classes={}, templates={},
            recipients="", counts={}, channels=[], not_before="", law_version="",
        )  # fmt: skip
        notices.save_set(
            work,
            NoticeSet(key=SET, audience="individuals", regimes=[], duties=[], required=[]),
            sealed,
            "root",
        )
        return recipients.plan(
            work, REF, SET, 1, scope=1, places=PLACES, locales=LOCALES, owner="desk",
            list_due_by=work.now + timedelta(days=3),
        )  # fmt: skip


def sent(id_: int, state: DeliveryState = DeliveryState.HANDED_OVER) -> Outcome:
    return Outcome(id_, state, "", 250, None, f"<{id_}@shop.example>")


def test_every_affected_person_has_a_row_and_a_first_channel(database: Database) -> None:
    assert planned(database) == {"call": 1, "email": 3, "hand": 3, "letter": 1, "none": 1}
    with database.read() as work:
        assert deliveries.not_in_ledger(work, REF, 1, PLACES) == 0
        assert sum(deliveries.people_in(work, REF).values()) == 9


def test_a_child_row_names_guardian_and_child(database: Database) -> None:
    planned(database)
    with database.read() as work:
        row = work.session.execute(
            text("SELECT name, about, address FROM delivery WHERE person_id = 'p3'")
        ).one()
    assert tuple(row) == ("Ada", "Chi", "ada@shop.example")


def test_what_is_claimed_is_marked_before_any_attempt_and_claimed_once(
    database: Database,
) -> None:
    planned(database)
    with database.write("a") as work:
        token = senders.take(work, REF, "a").token
        first = deliveries.claim(work, REF, SET, 1, token=token, size=2)
    with database.write("a") as work:
        second = deliveries.claim(work, REF, SET, 1, token=token, size=5)
    assert len(first) == 2
    assert len(second) == 1
    assert {row.id for row in first}.isdisjoint(row.id for row in second)
    with database.read() as work:
        assert deliveries.counts(work, REF)["email", "sending"] == 3


def test_a_second_sender_waits_and_a_stale_token_can_neither_claim_nor_record(
    database: Database, clock: FixedClock
) -> None:
    planned(database)
    with database.write("a") as work:
        old = senders.take(work, REF, "a").token
        rows = deliveries.claim(work, REF, SET, 1, token=old, size=1)
    with pytest.raises(DeliveryError), database.write("b") as work:
        senders.take(work, REF, "b")
    clock.advance(timedelta(minutes=2))
    with database.write("b") as work:
        new = senders.take(work, REF, "b").token
        assert senders.doubt(work, REF, but=[new]) == 1
    with pytest.raises(DeliveryError), database.write("a") as work:
        deliveries.claim(work, REF, SET, 1, token=old, size=1)
    with pytest.raises(DeliveryError), database.write("a") as work:
        deliveries.record(work, REF, SET, [sent(rows[0].id)], token=old)
    with database.read() as work:
        assert deliveries.counts(work, REF)["email", "in_doubt"] == 1


def test_what_a_dead_sender_left_is_in_doubt_and_sent_again_with_the_doubt_on_record(
    database: Database, clock: FixedClock
) -> None:
    planned(database)
    with database.write("a") as work:
        token = senders.take(work, REF, "a").token
        deliveries.claim(work, REF, SET, 1, token=token, size=1)
    clock.advance(timedelta(minutes=2))
    with database.write("b") as work:
        token = senders.take(work, REF, "b").token
        senders.doubt(work, REF, but=[token])
        again = deliveries.claim(work, REF, SET, 1, token=token, size=1)
        deliveries.record(work, REF, SET, [sent(again[0].id)], token=token)
    assert again[0].doubts == 1
    with database.read() as work:
        row = work.session.execute(
            text("SELECT state, doubts, attempts FROM delivery WHERE id = :i"), {"i": again[0].id}
        ).one()
    assert tuple(row) == ("handed_over", 1, 2)


def test_two_seats_share_a_case_and_a_third_sender_waits(
    database: Database, clock: FixedClock
) -> None:
    planned(database)
    with database.write("a") as work:
        one = senders.take(work, REF, "a", seats=2)
        first = deliveries.claim(work, REF, SET, 1, token=one.token, size=1)
    with database.write("b") as work:
        other = senders.take(work, REF, "b", seats=2)
        second = deliveries.claim(work, REF, SET, 1, token=other.token, size=1)
    assert (one.number, other.number) == (0, 1)
    assert one.token != other.token
    assert {row.id for row in first}.isdisjoint(row.id for row in second)
    with pytest.raises(DeliveryError, match="being sent by"), database.write("c") as work:
        senders.take(work, REF, "c", seats=2)
    with database.write("b") as work:
        assert senders.others_until(work, REF, SET, other.token) == work.now + senders.LEASE
        deliveries.record(work, REF, SET, [sent(second[0].id)], token=other.token)
    clock.advance(timedelta(minutes=2))
    with database.write("b") as work:
        senders.keep_lease(work, REF, other.token)
        # One of two died: only what it had under way is in doubt, and its token is worth nothing.
        alone = {"mine": other.token, "owner_is_dead": lambda _owner: False}
        assert senders.clear_dead(work, REF, **alone) == 1
        assert senders.clear_dead(work, REF, **alone) == 0
        assert senders.others_until(work, REF, SET, other.token) is None
    with pytest.raises(DeliveryError, match="taken over"), database.write("a") as work:
        senders.keep_lease(work, REF, one.token)
    with pytest.raises(DeliveryError, match="taken over"), database.read() as work:
        senders.lease_stands(work, REF, one.token, within=timedelta())
    with database.write("c") as work:
        third = senders.take(work, REF, "c", seats=2)
        assert (third.number, third.token > other.token) == (0, True)
        again = deliveries.claim(work, REF, SET, 1, token=third.token, size=1)
    assert [(row.id, row.doubts) for row in again] == [(first[0].id, 1)]


def test_a_stopped_sending_is_one_with_mail_due_that_nobody_sends_or_holds(
    database: Database, clock: FixedClock
) -> None:
    planned(database)
    with database.write("a") as work:
        assert senders.stopped(work) == []  # not released
        row = notices.set_row(work, REF, SET)
        row.state = SetState.RELEASED
        work.session.add(row)
        work.session.flush()
        assert senders.stopped(work) == [REF]
        token = senders.take(work, REF, "a").token
        assert senders.stopped(work) == []  # somebody sends it
        rows = deliveries.claim(work, REF, SET, 1, token=token, size=9)
        later = work.now + timedelta(minutes=5)
        put_off = [Outcome(row.id, DeliveryState.DEFERRED, "x", 451, later, "") for row in rows]
        deliveries.record(work, REF, SET, put_off, token=token)
        senders.leave(work, REF, token)
    with database.read() as work:
        assert senders.stopped(work) == []  # nothing is due yet
    clock.advance(timedelta(minutes=6))
    with database.write("a") as work:
        assert senders.stopped(work) == [REF]
        cases.hold_case(work, REF, reason="test")
        work.session.flush()
        assert senders.stopped(work) == []


def test_a_seat_that_was_given_back_never_has_a_token_again(database: Database) -> None:
    planned(database)
    tokens = []
    for owner in "abcd":
        with database.write(owner) as work:
            tokens.append(senders.take(work, REF, owner, seats=3).token)
            senders.leave(work, REF, tokens[-1])
    assert tokens == sorted(set(tokens))


def test_a_second_doubt_waits_a_day(database: Database, clock: FixedClock) -> None:
    planned(database)
    for round_ in (1, 2):
        with database.write(f"s{round_}") as work:
            token, _ = overtake(work, REF, f"s{round_}")
            assert len(deliveries.claim(work, REF, SET, 1, token=token, size=9)) == 3
        clock.advance(timedelta(minutes=2))
        with database.write("next") as work:
            token, doubtful = overtake(work, REF, "next")
            assert doubtful == 3
    with database.write("next") as work:
        assert deliveries.claim(work, REF, SET, 1, token=token, size=9) == []
        assert deliveries.next_due(work, REF) == clock.now() + timedelta(hours=24)


def test_a_refused_mailbox_opens_the_letter_that_was_sealed_with_it(database: Database) -> None:
    planned(database)
    with database.write("tester") as work:
        work.session.execute(
            text(
                "INSERT INTO delivery (case_ref, set_key, version, person_id, addressee_id, "
                "channel, rank, address, name, about, place, locale, form, exposure, class_key, "
                "state, reason, attempts, doubts, lease, message_id, reply_code, owner, "
                "outcome_by) VALUES (:r, :s, 1, 'p1', 'p1', 'letter', 2, 'A street', 'Ada', '', "
                "'DE', 'en', 'account', 1, '', 'standby', '', 0, 0, 0, '', 0, '', '')"
            ),
            {"r": REF, "s": SET},
        )
        token = senders.take(work, REF, "a").token
        rows = deliveries.claim(work, REF, SET, 1, token=token, size=5)
        refused = next(row for row in rows if row.person_id == "p1")
        deliveries.record(
            work,
            REF,
            SET,
            [
                sent(row.id, DeliveryState.REFUSED if row is refused else DeliveryState.HANDED_OVER)
                for row in rows
            ],
            token=token,
        )
        assert recipients.open_next_channels(work, REF, SET, 1) == 1
        assert recipients.open_next_channels(work, REF, SET, 1) == 0
        assert [row.person_id for row in deliveries.listed(work, REF, "letter")] == ["p1"]


def test_a_deferred_message_is_not_claimed_before_its_time(
    database: Database, clock: FixedClock
) -> None:
    planned(database)
    with database.write("a") as work:
        token = senders.take(work, REF, "a").token
        rows = deliveries.claim(work, REF, SET, 1, token=token, size=9)
        later = work.now + timedelta(minutes=5)
        deliveries.record(
            work,
            REF,
            SET,
            [Outcome(row.id, DeliveryState.DEFERRED, "greylist", 451, later, "") for row in rows],
            token=token,
        )
        assert deliveries.claim(work, REF, SET, 1, token=token, size=9) == []
        assert deliveries.next_due(work, REF) == later
    clock.advance(timedelta(minutes=5))
    with database.write("a") as work:
        token = senders.take(work, REF, "a").token
        assert len(deliveries.claim(work, REF, SET, 1, token=token, size=9)) == 3


def test_lists_become_tasks_on_release_and_take_an_outcome_from_a_person(
    database: Database,
) -> None:
    planned(database)
    with database.write("desk") as work:
        assert deliveries.release(work, REF, SET, 1) == {
            "letter": 1, "call": 1, "hand": 3, "none": 1,
        }  # fmt: skip
        call = deliveries.listed(work, REF, "call")[0]
        assert call.owner == "desk"
        assert call.due_by is not None
        deliveries.record_by_hand(
            work, REF, [(call.id or 0, DeliveryState.DONE_BY_HAND, "spoke to them")]
        )
        assert deliveries.listed(work, REF, "call") == []
    with pytest.raises(MoveNotAllowedError), database.write("desk") as work:
        deliveries.record_by_hand(work, REF, [(call.id or 0, DeliveryState.HANDED_OVER, "")])


def test_people_told_in_one_version_are_not_planned_again_in_the_next(
    database: Database,
) -> None:
    planned(database)
    with database.write("a") as work:
        token = senders.take(work, REF, "a").token
        rows = deliveries.claim(work, REF, SET, 1, token=token, size=1)
        deliveries.record(work, REF, SET, [sent(rows[0].id)], token=token)
        again = recipients.plan(
            work, REF, SET, 2, scope=1, places=PLACES, locales=LOCALES, owner="", list_due_by=None
        )
    assert sum(again.values()) == 8


@pytest.mark.parametrize("reached", [SetState.APPROVED, SetState.RELEASED])
def test_after_a_restore_what_seems_unsent_is_in_doubt_and_the_case_is_held(
    database: Database, reached: SetState
) -> None:
    planned(database)
    with database.write("ana") as work:
        row = notices.set_row(work, REF, SET)
        notices.move_set(work, row, SetState.APPROVED)
        if reached is SetState.RELEASED:
            notices.move_set(work, row, SetState.RELEASED)
        assert deliveries.doubt_unsent(work) == 3
        assert deliveries.doubt_unsent(work) == 0
    with database.read() as work:
        assert deliveries.counts(work, REF)["email", "in_doubt"] == 3
        assert cases.case_row(work, REF).held_at is not None
