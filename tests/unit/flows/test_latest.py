"""Whoever is slow is told the newest and holds nobody up."""

import threading
import time

from flows.latest import Latest


def test_what_is_older_is_dropped_and_the_last_is_told() -> None:
    told: list[int] = []
    box: Latest[int] = Latest(told.append, every=0.2)
    for n in range(200):
        box.put(n)
        time.sleep(0.002)
    assert box.close(2)
    assert told[-1] == 199
    assert told == sorted(set(told))
    assert len(told) < 10


def test_somebody_who_never_answers_holds_nobody_up() -> None:
    never = threading.Event()
    box: Latest[int] = Latest(lambda _n: never.wait(60), every=0.0)
    began = time.monotonic()
    for n in range(10_000):
        box.put(n)
    assert time.monotonic() - began < 1
    assert not box.close(0.3)
    assert time.monotonic() - began < 2
    never.set()


def test_an_error_is_nobodys_and_the_next_is_told_all_the_same() -> None:
    told: list[int] = []

    def call(n: int) -> None:
        told.append(n)
        raise RuntimeError

    box: Latest[int] = Latest(call, every=0.0)
    box.put(1)
    while told != [1]:
        time.sleep(0.01)
    box.put(2)
    assert box.close(2)
    assert told == [1, 2]


def test_no_more_than_its_share_of_the_time_is_taken() -> None:
    spent = []

    def call(_n: int) -> None:
        began = time.monotonic()
        time.sleep(0.02)
        spent.append(time.monotonic() - began)

    box: Latest[int] = Latest(call, every=0.0, share=0.1)
    began = time.monotonic()
    while time.monotonic() - began < 2:
        box.put(1)
        time.sleep(0.005)
    box.close(1)
    assert len(spent) >= 2
    # The last one is told at once, at the end.
    assert sum(spent[:-1]) <= 0.1 * (time.monotonic() - began) + 0.05
