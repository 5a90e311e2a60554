"""How a sending is shown to go: what is left, at what rate, and in time or not."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from incidents.delivery.pace import Clock, Load
from incidents.delivery.progress import WINDOW_SECONDS, Speed, progress

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def load(key: str, mails: int, hours: float | None, target: float | None = None) -> Load:
    def moment(at: float | None) -> datetime | None:
        return None if at is None else NOW + timedelta(hours=at)

    clock = Clock(duty=f"law/{key}", mails=mails, due_by=moment(hours), target_by=moment(target))
    shared = Clock(duty="own/promise", mails=mails, target_by=moment(1))
    return Load(key=key, mails=mails, clocks=[clock, shared])


@given(st.floats(0.1, 5000), st.floats(0.2, 3), st.integers(3, 60))
def test_a_steady_sending_shows_its_rate(rate: float, every: float, looks: int) -> None:
    speed, shown = Speed(), None
    for n in range(looks):
        shown = speed.sees(n * every, int(n * every * rate))
    if (looks - 1) * every >= 1:
        assert shown is not None
        assert abs(shown - rate) <= 1 / min((looks - 1) * every, WINDOW_SECONDS) + 1e-6
    else:
        assert shown is None


def test_a_rate_forgets_what_was_long_ago_and_begins_anew_with_another_set() -> None:
    speed = Speed()
    for second in range(60):
        speed.sees(float(second), 1000 * second)
    for second in range(60, 120):
        shown = speed.sees(float(second), 59_000)
    assert shown == 0
    assert speed.sees(120.0, 5) is None


def test_by_hand_two_sets_one_behind_the_other() -> None:
    loads = [load("now", 1000, 1), load("next", 500, 0.05)]
    states = {"handed_over": 390, "sending": 10, "planned": 590, "deferred": 7, "refused": 3}
    seen = progress("c", loads, states, now=NOW, rate=5.0, number=2, sets=3)
    assert (seen.total, seen.left, seen.behind) == (1000, 600, 500)
    assert seen.ends_at == NOW + timedelta(seconds=120)
    ends = {one.duty: one for one in seen.duties}
    assert ends["law/now"].margin == 3600 - 120
    # The one behind waits for this one, though its clock ends first.
    assert ends["law/next"].margin == 180 - 220
    assert ends["own/promise"].ends_at == NOW + timedelta(seconds=220)
    assert not ends["own/promise"].legal
    assert seen.duties[0].duty == "law/next"


def test_without_a_rate_no_end_is_named() -> None:
    for rate in (None, 0.0):
        seen = progress("c", [load("now", 10, 1)], {"planned": 10}, now=NOW, rate=rate)
        assert seen.ends_at is None
        assert [one.margin for one in seen.duties] == [None, None]


def test_rows_that_are_no_message_are_not_counted() -> None:
    states = {"standby": 4, "cancelled": 2, "handed_over": 3}
    seen = progress("c", [load("now", 3, 1)], states, now=NOW, rate=None)
    assert (seen.states, seen.total, seen.left) == ({"handed_over": 3}, 3, 0)
    assert seen.ends_at == NOW
