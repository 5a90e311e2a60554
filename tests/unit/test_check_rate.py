"""Guessing is held off, and nobody else is: by a clock that the test moves."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.check_page.client import UNKNOWN, client_of
from flows.check_page.rate import Rate


@dataclass
class Hand:
    """A clock moved by hand."""

    at: float = 0.0

    def __call__(self) -> float:
        return self.at


def rate(hand: Hand, *, each: int = 10, together: int = 300, most: int = 100) -> Rate:
    return Rate(each=each, together=together, now=hand, most_clients=most)


def allowed(one: Rate, client: str, times: int) -> int:
    return sum(one.take(client) == 0 for _ in range(times))


def test_an_address_has_a_minutes_worth_and_then_waits() -> None:
    hand = Hand()
    one = rate(hand)
    assert allowed(one, "a", 50) == 10
    wait = one.take("a")
    assert wait == pytest.approx(6)
    hand.at += wait
    assert allowed(one, "a", 50) == 1


def test_another_address_is_not_held_off_by_a_guesser() -> None:
    one = rate(Hand())
    allowed(one, "a", 50)
    assert one.take("b") == 0


def test_all_together_have_a_limit_of_their_own() -> None:
    hand = Hand()
    one = rate(hand, together=30)
    assert sum(allowed(one, f"client {n}", 10) for n in range(20)) == 30
    assert one.take("somebody") == pytest.approx(2)
    hand.at += 60
    assert allowed(one, "somebody", 50) == 10


@given(hours=st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_nobody_gets_more_than_the_limit_whatever_the_pace(hours: list[float]) -> None:
    hand = Hand()
    one = rate(hand, each=5, together=7)
    done = 0
    for pause in hours:
        hand.at += pause
        done += allowed(one, "a", 3) + allowed(one, "b", 3)
    assert done <= 7 + hand.at * 7 / 60 + 1e-6


def test_a_real_code_costs_a_tenth_and_nothing_of_all() -> None:
    one = rate(Hand(), together=30)
    real = 0
    while real < 1000 and one.take("campus") == 0:
        one.give_back("campus")
        real += 1
    assert real == 91  # 10 tries of which the last tenth of the last one is not whole
    assert allowed(one, "other", 50) == 10
    assert allowed(one, "third", 50) == 10
    assert allowed(one, "fourth", 50) == 10
    assert one.take("fifth") > 0


def test_a_slip_costs_its_address_a_little_and_all_nothing() -> None:
    one = rate(Hand(), together=10)
    assert sum(one.take_small("a") == 0 for _ in range(500)) == 100
    assert one.take_small("a") > 0
    assert allowed(one, "b", 50) == 10


def test_what_is_given_back_never_makes_more_than_a_minutes_worth() -> None:
    one = rate(Hand())
    for _ in range(50):
        one.give_back("a")
    assert allowed(one, "a", 50) == 10


def test_many_addresses_take_bounded_room_and_do_not_refill_all() -> None:
    one = rate(Hand(), together=50, most=100)
    assert sum(allowed(one, f"client {n}", 1) for n in range(5000)) == 50
    assert len(one) == 100


def test_an_address_is_forgotten_after_a_minute_without_a_try() -> None:
    hand = Hand()
    one = rate(hand)
    allowed(one, "a", 50)
    hand.at += 59
    one.take("b")
    assert len(one) == 2
    hand.at += 2
    assert allowed(one, "b", 1) == 1
    assert len(one) == 1
    assert allowed(one, "a", 50) == 10
    hand.at += 500
    assert allowed(one, "a", 50) == 10  # the one that asks is not forgotten while it does


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "client"),
    [
        ("192.0.2.7", [], 0, "192.0.2.7"),
        ("192.0.2.7", ["198.51.100.1"], 0, "192.0.2.7"),
        ("192.0.2.7", ["198.51.100.1"], 1, "198.51.100.1"),
        ("192.0.2.7", ["203.0.113.9, 198.51.100.1"], 1, "198.51.100.1"),
        ("192.0.2.7", ["203.0.113.9", "198.51.100.1"], 1, "198.51.100.1"),
        ("192.0.2.7", ["6.6.6.6, 203.0.113.9, 198.51.100.1"], 2, "203.0.113.9"),
        ("192.0.2.7", ["198.51.100.1"], 2, "192.0.2.7"),
        ("192.0.2.7", [], 1, "192.0.2.7"),
        ("192.0.2.7", ["198.51.100.1:5050"], 1, "198.51.100.1"),
        ("192.0.2.7", ["[2001:db8:1:2:3::9]:443"], 1, "2001:db8:1:2::/64"),
        ("192.0.2.7", ["unknown"], 1, UNKNOWN),
        ("192.0.2.7", [""], 1, UNKNOWN),
        ("192.0.2.7", ["<script>"], 1, UNKNOWN),
        ("2001:db8:1:2:ffff::1", [], 0, "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", [], 0, "2001:db8:1:2::/64"),
        ("::1", [], 0, "::/64"),
        ("::ffff:192.0.2.7", [], 0, "192.0.2.7"),
        ("fe80::1%eth0", [], 0, "fe80::/64"),
        ("", [], 0, UNKNOWN),
    ],
)
def test_what_a_request_counts_for(
    peer: str, forwarded: list[str], proxies: int, client: str
) -> None:
    assert client_of(peer, forwarded, proxies) == client


@given(text=st.text(max_size=60), proxies=st.integers(0, 3))
def test_no_header_breaks_it(text: str, proxies: int) -> None:
    assert client_of("192.0.2.7", [text], proxies)
