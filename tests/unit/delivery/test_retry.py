"""Each answer of a relay has one meaning, and every message comes to an end."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.delivery.attempt import Answer, Stage
from incidents.delivery.outcome import Result, is_doubted_out, settle
from incidents.delivery.retry import (
    GIVE_UP_AFTER,
    Breaker,
    Verdict,
    after_doubt,
    classify,
    is_spent,
    next_try,
    wait_after,
)
from incidents.errors import DeliveryError
from incidents.models.states import DELIVERY_MOVES, DeliveryState
from incidents.store.deliveries import Outgoing

D = DeliveryState
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def judged(stage: Stage, code: int, enhanced: str = "", text: str = "") -> tuple[str, str]:
    return tuple(classify(Answer(1, stage, code, enhanced, text)))  # type: ignore[return-value]


def row(*, attempts: int = 1, doubts: int = 0) -> Outgoing:
    return Outgoing(1, "p1", "ada@people.example", "Ada", "", "en", doubts, attempts)


def settled(answer: Answer, *, attempts: int = 1, doubts: int = 0) -> Result:
    result, _ = settle(
        row(attempts=attempts, doubts=doubts),
        answer,
        message_id="<1@shop.example>",
        now=NOW,
        rng=random.Random(1),
    )
    return result


@pytest.mark.parametrize(
    ("stage", "code", "enhanced", "text", "state", "reason"),
    [
        (Stage.BODY, 250, "2.0.0", "queued", D.HANDED_OVER, ""),
        (Stage.RCPT, 450, "4.2.0", "Greylisted, come back", D.DEFERRED, "greylisted"),
        (Stage.RCPT, 451, "4.7.1", "please wait", D.DEFERRED, "greylisted"),
        (Stage.MAIL, 451, "", "later", D.DEFERRED, "refused-for-now"),
        (Stage.MAIL, 421, "", "too many", D.DEFERRED, "relay-busy"),
        (Stage.RCPT, 452, "4.2.2", "", D.DEFERRED, "mailbox-full"),
        (Stage.RCPT, 552, "5.2.2", "", D.DEFERRED, "mailbox-full"),
        (Stage.RCPT, 552, "", "", D.DEFERRED, "mailbox-full"),
        (Stage.BODY, 452, "4.3.1", "disk", D.DEFERRED, "relay-busy"),
        (Stage.RCPT, 550, "5.1.1", "no such user", D.REFUSED, "unknown-user"),
        (Stage.RCPT, 550, "", "no such user", D.REFUSED, "unknown-user"),
        (Stage.RCPT, 551, "", "moved", D.REFUSED, "unknown-user"),
        (Stage.RCPT, 550, "5.1.10", "", D.REFUSED, "unknown-domain"),
        (Stage.RCPT, 556, "", "", D.REFUSED, "unknown-domain"),
        (Stage.RCPT, 553, "", "", D.REFUSED, "bad-address"),
        (Stage.RCPT, 550, "5.2.1", "", D.REFUSED, "mailbox-disabled"),
        (Stage.RCPT, 550, "5.7.1", "", D.REFUSED, "policy"),
        (Stage.RCPT, 550, "", "blocked by blacklist", D.REFUSED, "policy"),
        (Stage.BODY, 554, "", "no", D.REFUSED, "policy"),
        (Stage.BODY, 550, "5.7.26", "DMARC", D.REFUSED, "policy"),
        (Stage.MAIL, 552, "5.3.4", "", D.REFUSED, "too-large"),
        (Stage.BODY, 552, "", "", D.REFUSED, "too-large"),
        (Stage.RCPT, 553, "5.6.7", "no-smtputf8", D.REFUSED, "no-smtputf8"),
        (Stage.RCPT, 504, "", "", D.REFUSED, "not-accepted"),
        (Stage.MAIL, 553, "5.1.8", "", D.DEFERRED, "sender-refused"),
        (Stage.MAIL, 550, "", "no such user", D.DEFERRED, "sender-refused"),
        (Stage.MAIL, 0, "", "lost", D.DEFERRED, "connection-lost"),
        (Stage.RCPT, 0, "", "timeout", D.DEFERRED, "no-reply"),
        (Stage.DATA, 0, "", "junk", D.DEFERRED, "reply-unclear"),
        (Stage.DATA, 250, "", "", D.DEFERRED, "reply-unclear"),
        (Stage.BODY, 0, "", "lost", D.IN_DOUBT, "connection-lost"),
        (Stage.BODY, 0, "", "timeout", D.IN_DOUBT, "no-reply"),
        (Stage.BODY, 0, "", "junk", D.IN_DOUBT, "reply-unclear"),
        (Stage.BODY, 999, "", "", D.IN_DOUBT, "reply-unclear"),
        (Stage.BODY, 354, "", "", D.IN_DOUBT, "reply-unclear"),
        (Stage.CONNECT, 0, "", "lost", D.PLANNED, "not-attempted"),
    ],
)
def test_an_answer_means(
    stage: Stage, code: int, enhanced: str, text: str, state: str, reason: str
) -> None:
    assert judged(stage, code, enhanced, text) == (state, reason)


@pytest.mark.parametrize(
    ("stage", "code"),
    [(Stage.AUTH, 535), (Stage.MAIL, 530), (Stage.RCPT, 530), (Stage.CONNECT, 554)],
)
def test_a_refused_login_says_nothing_about_a_person_and_closes_the_way(
    stage: Stage, code: int
) -> None:
    with pytest.raises(DeliveryError, match=str(code)):
        judged(stage, code)


@given(
    stage=st.sampled_from(Stage),
    code=st.integers(0, 999),
    enhanced=st.sampled_from(["", "4.2.2", "5.1.1", "5.7.1", "9.9.9", "5."]),
    text=st.text(max_size=60),
)
def test_any_answer_leads_to_an_allowed_state_and_only_a_2xx_is_handed_over(
    stage: Stage, code: int, enhanced: str, text: str
) -> None:
    try:
        state, reason = judged(stage, code, enhanced, text)
    except DeliveryError:
        return
    assert state in DELIVERY_MOVES[D.SENDING]
    assert (state == D.HANDED_OVER) == (stage is Stage.BODY and 200 <= code < 300)
    assert (state == D.IN_DOUBT) == (stage is Stage.BODY and code // 100 not in {2, 4, 5})
    assert bool(reason) == (state != D.HANDED_OVER)


@given(attempts=st.integers(1, 10_000), seed=st.integers())
def test_waits_grow_from_five_minutes_to_four_hours_and_a_quarter(attempts: int, seed: int) -> None:
    wait = wait_after(attempts, random.Random(seed))
    least = min(timedelta(minutes=5) * 2 ** min(attempts - 1, 9), timedelta(hours=4))
    assert least <= wait <= least * 1.25
    assert next_try(attempts, NOW, random.Random(seed)) == NOW + wait


def test_trying_ends_after_about_five_days() -> None:
    attempts, at, rng = 1, NOW, random.Random(3)
    while not is_spent("greylisted", attempts, now=at, released_at=NOW):
        at, attempts = next_try(attempts, at, rng), attempts + 1
    assert GIVE_UP_AFTER <= at - NOW < GIVE_UP_AFTER + timedelta(hours=6)


def test_without_a_start_the_waits_are_counted() -> None:
    attempts = 1
    while not is_spent("greylisted", attempts, now=NOW):
        attempts += 1
    assert attempts == 36


def test_a_first_attempt_long_after_the_release_is_not_the_last() -> None:
    late = NOW + timedelta(days=9)
    assert not is_spent("greylisted", 1, now=late, released_at=NOW)


def test_a_full_mailbox_opens_the_next_channel_after_three_days() -> None:
    at = NOW + timedelta(hours=73)
    assert is_spent("mailbox-full", 5, now=at, released_at=NOW)
    assert not is_spent("greylisted", 5, now=at, released_at=NOW)


def test_doubt_is_sent_again_at_once_then_daily_then_no_more() -> None:
    assert [after_doubt(n, NOW) for n in (1, 2, 3)] == [NOW, NOW + timedelta(hours=24), None]


def test_the_third_doubt_ends_as_refused_so_that_a_letter_goes_out() -> None:
    lost = Answer(1, Stage.BODY, text="lost")
    assert settled(lost).state is D.IN_DOUBT
    assert settled(lost, doubts=1).next_at == NOW + timedelta(hours=24)
    end = settled(lost, doubts=2)
    assert (end.state, end.reason) == (D.REFUSED, "in-doubt-too-often")
    assert is_doubted_out(row(doubts=3))
    assert not is_doubted_out(row(doubts=2))


def test_a_deferral_carries_when_to_try_again_and_its_code() -> None:
    put_off = settled(Answer(1, Stage.RCPT, 450, "4.7.1"))
    assert put_off.next_at is not None
    assert put_off.next_at >= NOW + timedelta(minutes=5)
    assert (put_off.reply_code, put_off.message_id) == (450, "<1@shop.example>")


def test_a_deferral_too_many_is_refused_as_expired() -> None:
    end = settled(Answer(1, Stage.RCPT, 450), attempts=50)
    assert (end.state, end.reason, end.next_at) == (D.REFUSED, "expired", None)


@given(st.lists(st.sampled_from([Answer(1, Stage.BODY, text="lost"), Answer(1, Stage.RCPT, 450)])))
def test_any_row_of_answers_comes_to_an_end(answers: list[Answer]) -> None:
    doubts, last = 0, Answer(1, Stage.RCPT, 450)
    for attempts, answer in enumerate([*answers, *[last] * 60], 1):
        result = settled(answer, attempts=attempts, doubts=doubts)
        if result.state is D.REFUSED:
            return
        doubts += result.state is D.IN_DOUBT
        assert doubts < 3
    raise AssertionError


def test_many_policy_refusals_stop_the_sending_and_a_few_do_not() -> None:
    breaker = Breaker()
    good, bad = Verdict(D.HANDED_OVER, ""), Verdict(D.REFUSED, "policy")
    assert not any(breaker.trips(bad) for _ in range(19))
    assert breaker.trips(bad) == "policy-block"
    calm = Breaker()
    assert not any(calm.trips(good) for _ in range(2000))
    assert not any(calm.trips(bad) for _ in range(40))


def test_three_refusals_of_our_own_address_in_a_row_stop_the_sending() -> None:
    breaker = Breaker()
    bad = Verdict(D.DEFERRED, "sender-refused")
    said = [breaker.trips(one) for one in (bad, bad, Verdict(D.HANDED_OVER, ""), bad, bad, bad)]
    assert said == ["", "", "", "", "", "sender-refused"]
