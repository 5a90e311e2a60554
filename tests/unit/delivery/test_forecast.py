"""The arithmetic of a forecast: never sooner than it will be, and what it asks for is enough."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from incidents.delivery.forecast import Verdict, forecast, needed_rate
from incidents.delivery.measured import IDLE, Measured, measured
from incidents.delivery.pace import HOUR, Clock, Limits, Load, seconds_for

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = 86_400.0


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def load(key: str = "a", mails: int = 1000, due: float | None = DAY, **more: Any) -> Load:
    clock = Clock(duty=f"law/{key}", mails=mails, due_by=None if due is None else later(due))
    return Load(key=key, mails=mails, clocks=[clock], **more)


mails = st.integers(0, 2_000_000)
dues = st.floats(1, 60 * DAY)
rates = st.floats(0.01, 20_000)


@st.composite
def loads(draw: st.DrawFn, *, waits: bool = True) -> list[Load]:
    made = []
    for n in range(draw(st.integers(1, 4))):
        number = draw(mails)
        made.append(
            load(
                f"set-{n}",
                number,
                draw(dues),
                to_one_domain=draw(st.integers(0, number)),
                not_before=later(draw(st.floats(0, DAY)))
                if waits and draw(st.booleans())
                else None,
            )
        )
    return made


@st.composite
def limits(draw: st.DrawFn) -> Limits:
    caps = st.none() | st.floats(1, 1_000_000)
    return Limits(
        rate=draw(rates),
        connections=draw(st.integers(1, 64)),
        per_hour=draw(caps),
        per_domain=draw(caps),
        canary=draw(st.none() | st.integers(1, 1000)),
        canary_wait=draw(st.none() | st.floats(0, HOUR)),
    )


@given(mails, limits())
def test_no_limit_is_ever_exceeded(number: int, given_limits: Limits) -> None:
    one = load(mails=number, to_one_domain=number // 2)
    took = seconds_for(one, given_limits)
    slack = 1 + 1e-9
    assert number <= (given_limits.rate or 0) * took * slack
    if given_limits.per_hour:
        assert number <= given_limits.per_hour * took / HOUR * slack
    if given_limits.per_domain:
        assert number // 2 <= given_limits.per_domain * took / HOUR * slack


@given(loads(), limits())
def test_sets_go_one_after_another_and_none_before_it_may(
    found: list[Load], given_limits: Limits
) -> None:
    courses = forecast(found, given_limits, NOW)
    assert sorted(one.key for one in courses) == sorted(one.key for one in found)
    by_key = {one.key: one for one in found}
    end = NOW
    for one in courses:
        assert one.starts_at >= max(end, by_key[one.key].not_before or NOW)
        assert one.ends_at >= one.starts_at
        end = one.ends_at


@given(loads(), limits())
def test_what_it_asks_for_is_enough(found: list[Load], given_limits: Limits) -> None:
    """Give a missed duty the rate and caps it names: it is met, as the last of the same row."""
    courses = forecast(found, given_limits, NOW)
    for n, course in enumerate(courses):
        outlook = course.outlooks[0]
        assume(outlook.needed_rate is not None)
        asked = {one.kind: one.value * (1 + 1e-6) for one in outlook.remedies}
        widened = given_limits.model_copy(
            update={k: v for k, v in asked.items() if k in {"rate", "per_hour", "per_domain"}}
        )
        again = forecast(found, widened, NOW)[n]
        assert again.key == course.key
        if outlook.verdict is Verdict.MISSED:
            assert again.outlooks[0].verdict is Verdict.MET


@given(loads(), limits())
def test_a_rate_a_little_lower_than_needed_misses(found: list[Load], given_limits: Limits) -> None:
    bare = given_limits.model_copy(update={"per_hour": None, "per_domain": None})
    for n, course in enumerate(forecast(found, bare, NOW)):
        needed = course.outlooks[0].needed_rate
        if not needed or not course.mails or needed < 1e-6:
            continue
        slower = bare.model_copy(update={"rate": needed * (1 - 1e-4)})
        again = forecast(found, slower, NOW)[n]
        # Microseconds are the finest a moment knows.
        late = again.outlooks[0].mail_margin
        assert late is not None
        assert late < 0.001


@given(st.lists(st.tuples(mails, dues), min_size=1, max_size=5), rates)
def test_if_this_order_misses_a_deadline_every_order_does(
    given_sets: list[tuple[int, float]], rate: float
) -> None:
    found = [load(f"set-{n}", number, due) for n, (number, due) in enumerate(given_sets)]
    missed = [
        one.outlooks[0].verdict is Verdict.MISSED for one in forecast(found, Limits(rate=rate), NOW)
    ]
    assume(any(missed))
    for order in permutations(given_sets):
        spent, late = 0.0, False
        for number, due in order:
            spent += number / rate
            late = late or (number > 0 and spent > due - 1e-3)
        assert late


@given(loads(waits=False), limits())
def test_whoever_begins_by_the_moment_it_names_is_in_time(
    found: list[Load], given_limits: Limits
) -> None:
    for course in forecast(found, given_limits, NOW):
        if course.start_by is None:
            continue
        for begin, met in (
            (course.start_by, True),
            (course.start_by + timedelta(seconds=1), False),
        ):
            again = {one.key: one for one in forecast(found, given_limits, begin)}[course.key]
            due = found[int(course.key[-1])].clocks[0].due_by
            assert due is not None
            assert (again.ends_at <= due + timedelta(milliseconds=1)) is met


@given(loads(), limits(), st.floats(1.0, 100.0))
def test_a_faster_relay_never_makes_anything_later(
    found: list[Load], given_limits: Limits, factor: float
) -> None:
    faster = given_limits.model_copy(update={"rate": (given_limits.rate or 1) * factor})
    slow, fast = forecast(found, given_limits, NOW), forecast(found, faster, NOW)
    for before, after in zip(slow, fast, strict=True):
        assert after.ends_at <= before.ends_at


def test_by_hand_a_hundred_thousand_under_an_hourly_cap() -> None:
    """100,000 at 50 a second take 33 min 20 s; at most 20,000 an hour they take five hours."""
    one = load(mails=100_000, due=4 * HOUR)
    (free,) = forecast([one], Limits(rate=50), NOW)
    assert free.ends_at == later(2000)
    assert (free.outlooks[0].verdict, free.outlooks[0].mail_margin) == (Verdict.MET, 12_400)
    assert free.start_by == later(4 * HOUR - 2000)
    (capped,) = forecast([one], Limits(rate=50, per_hour=20_000), NOW)
    assert capped.ends_at == later(5 * HOUR)
    (remedy,) = capped.outlooks[0].remedies
    assert (remedy.kind, remedy.value) == ("per_hour", 25_000)


def test_by_hand_the_set_behind_a_large_one() -> None:
    """The large one ends first by its clock; the small one behind it would be in time alone."""
    large, small = load("large", 36_000, 2 * HOUR), load("small", 100, 2.5 * HOUR)
    courses = forecast([small, large], Limits(rate=3, connections=2), NOW)
    assert [one.key for one in courses] == ["large", "small"]
    assert courses[1].ends_at == later(36_100 / 3)
    remedies = {one.kind: one.value for one in courses[1].outlooks[0].remedies}
    assert remedies == {"rate": 36_100 / 9000, "connections": 3, "first": 0}
    chosen = forecast([small, large], Limits(rate=3), NOW, first="small")
    assert chosen[0].outlooks[0].verdict is Verdict.MET


def test_by_hand_one_domain_that_takes_little() -> None:
    one = load(mails=1000, due=HOUR, to_one_domain=600)
    (course,) = forecast([one], Limits(rate=100, per_domain=300), NOW)
    assert course.ends_at == later(2 * HOUR)
    (remedy,) = course.outlooks[0].remedies
    assert remedy.kind == "per_domain"
    assert abs(remedy.value - 600) < 1e-6


def test_no_rate_is_never_called_in_time_and_a_cap_alone_can_show_that_it_is_late() -> None:
    one = load(mails=1000, due=HOUR)
    (course,) = forecast([one], Limits(), NOW)
    outlook = course.outlooks[0]
    assert (outlook.verdict, outlook.mail_margin) == (Verdict.NOT_KNOWN, None)
    assert outlook.needed_rate == 1000 / HOUR
    assert course.start_by is None
    (late,) = forecast([one], Limits(per_hour=500), NOW)
    assert late.outlooks[0].verdict is Verdict.MISSED
    assert [remedy.kind for remedy in late.outlooks[0].remedies] == ["per_hour"]


def test_a_passed_deadline_nobody_left_and_a_law_without_a_number() -> None:
    past = load("past", 5, -1)
    nobody = load("nobody", 0, DAY)
    words = load("words", 5, None)
    verdicts = {
        one.key: one.outlooks[0] for one in forecast([past, nobody, words], Limits(rate=1), NOW)
    }
    assert verdicts["past"].verdict is Verdict.PASSED
    assert [one.kind for one in verdicts["past"].remedies] == ["late"]
    assert verdicts["nobody"].verdict is Verdict.NOBODY_LEFT
    assert verdicts["words"].verdict is Verdict.NO_NUMBER
    assert verdicts["words"].mail_margin is None


def test_lists_that_may_lie_longer_than_the_deadline_are_a_miss_of_their_own() -> None:
    clock = Clock(duty="law/a", mails=10, listed=48, due_by=later(DAY), lists_by=later(3 * DAY))
    (course,) = forecast([Load(key="a", mails=10, clocks=[clock])], Limits(rate=1), NOW)
    outlook = course.outlooks[0]
    assert outlook.verdict is Verdict.MISSED
    assert (outlook.mail_margin, outlook.lists_margin) == (DAY - 10, -2 * DAY)
    assert [(one.kind, one.value) for one in outlook.remedies] == [("lists", 2)]


def test_a_seal_later_than_the_deadline_has_no_rate_that_mends_it() -> None:
    one = load(mails=10, due=HOUR, not_before=later(2 * HOUR))
    assert needed_rate([one], later(HOUR), NOW, Limits()) is None
    (course,) = forecast([one], Limits(rate=100), NOW)
    assert [remedy.kind for remedy in course.outlooks[0].remedies] == ["earlier"]


@given(
    st.lists(st.tuples(st.floats(0.01, 20), st.integers(1, 500)), min_size=2, max_size=50),
    st.integers(0, 3),
)
def test_what_was_measured_is_the_count_over_the_time_silences_left_out(
    steps: list[tuple[float, int]], pauses: int
) -> None:
    at, moments = NOW, []
    for gap, number in steps:
        at += timedelta(seconds=gap)
        moments.append((at, number))
    once = measured(moments)
    assert once.messages == sum(number for _, number in moments[1:])
    assert abs(once.seconds - (moments[-1][0] - moments[0][0]).total_seconds()) < 1e-6
    # The same again behind a long silence: the same rate, as if it had gone on.
    for _ in range(pauses):
        shift = moments[-1][0] - moments[0][0] + IDLE + timedelta(seconds=1)
        moments += [(when + shift, number) for when, number in moments]
    again = measured(moments)
    assert again.messages == once.messages * 2**pauses
    assert abs(again.seconds - once.seconds * 2**pauses) < 1e-3


def test_too_little_says_nothing_of_a_rate() -> None:
    assert Measured(messages=99, seconds=100).rate is None
    assert Measured(messages=5000, seconds=0.5).rate is None
    assert Measured(messages=5000, seconds=2).rate == 2500
