"""Six questions in place of a file."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.errors import ForthwithError
from incidents.intake.ask import questions, report_from_answers
from incidents.intake.breach_report import InvalidReportError
from incidents.models.report import UNKNOWN, BreachReport, Certainty, Kind, Timeline

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ZONE = "Asia/Shanghai"


def said(**answers: str) -> BreachReport:
    return report_from_answers(answers, now=NOW, zone=ZONE)


def at(timeline: Timeline, key: str) -> datetime:
    moment = timeline.moment(key)
    assert moment is not None
    return moment.at


def test_there_are_six_questions_and_each_may_stay_unknown() -> None:
    keys = [question.key for question in questions()]
    assert keys == ["kinds", "stores", "occurred", "noticed", "cause", "contained"]
    for word in ("", "unknown", "?"):
        report = said(**dict.fromkeys(keys, word))
        assert report.claim.kinds == UNKNOWN
        assert report.claim.stores == []
        assert report.timeline == Timeline()


def test_words_and_systems_become_the_claim() -> None:
    claim = said(kinds="accessed, Published", stores="order-db，accounts", cause="mis send").claim
    assert claim.kinds == [Kind.ACCESSED, Kind.PUBLISHED]
    assert [store.store for store in claim.stores] == ["order-db", "accounts"]
    assert claim.cause == "mis_send"


def test_a_span_of_bare_days_is_read_whole_in_the_organisations_zone() -> None:
    timeline = said(occurred="since 2026-02-27 until 2026-03-01").timeline
    assert at(timeline, "occurred_from") == datetime(2026, 2, 26, 16, 0, tzinfo=UTC)
    assert at(timeline, "occurred_to") == datetime(2026, 3, 1, 15, 59, tzinfo=UTC)


def test_a_span_that_ends_today_does_not_reach_into_the_future() -> None:
    assert at(said(occurred="3 days ago to today").timeline, "occurred_to") == NOW


def test_first_sign_and_certainty_are_two_moments() -> None:
    report = said(noticed="yesterday 22:10; today 08:00")
    assert at(report.timeline, "first_alert") == datetime(2026, 3, 1, 14, 10, tzinfo=UTC)
    assert at(report.timeline, "aware") == datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    assert report.claim.certainty is Certainty.CERTAIN


def test_a_first_sign_alone_leaves_the_breach_suspected() -> None:
    report = said(noticed="2h ago; unknown")
    assert at(report.timeline, "first_alert") == datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
    assert report.timeline.aware == UNKNOWN
    assert report.claim.certainty is Certainty.SUSPECTED


def test_a_bare_day_of_awareness_starts_the_clock_at_its_first_minute() -> None:
    timeline = said(noticed="2026-03-01; 2026-03-01").timeline
    assert at(timeline, "aware") == datetime(2026, 2, 28, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize("answer", ["yes", "still going on", "unknown", ""])
def test_what_still_goes_on_has_no_moment_of_containment(answer: str) -> None:
    assert said(contained=answer).timeline.contained == UNKNOWN


@pytest.mark.parametrize(
    "answer", ["no, since today 09:15", "stopped at today 09:15", "today 09:15"]
)
def test_containment_is_read_from_the_words_around_it(answer: str) -> None:
    assert at(said(contained=answer).timeline, "contained") == datetime(
        2026, 3, 2, 1, 15, tzinfo=UTC
    )


def test_an_unknown_word_is_refused_with_the_question_and_the_word_meant() -> None:
    with pytest.raises(InvalidReportError, match="did you mean ransomware") as caught:
        said(cause="ransonware")
    assert caught.value.where == "answers: cause"


def test_a_moment_nobody_can_read_is_refused_without_repeating_it() -> None:
    with pytest.raises(InvalidReportError) as caught:
        said(noticed="when Li Wei called")
    assert caught.value.where == "answers: noticed"
    assert "Li Wei" not in str(caught.value)


@given(st.dictionaries(st.sampled_from([q.key for q in questions()]), st.text(max_size=40)))
def test_any_answers_make_a_report_or_a_refusal(answers: dict[str, str]) -> None:
    try:
        outcome: str = said(**answers).format
    except ForthwithError as error:
        outcome = error.repair
    assert outcome
