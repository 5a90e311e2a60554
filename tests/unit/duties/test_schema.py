"""What the schema can say, each on a law of a few lines; no real law is needed to show it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from incidents.data_files import LAW
from incidents.duties.conditions import AtLeast
from incidents.duties.engine import duties_owed
from incidents.duties.judgement import View
from incidents.duties.judging import judge
from incidents.duties.regime import Catalogue, Regime
from incidents.duties.sources.folder import read_catalogue
from incidents.duties.working_days import Calendar
from incidents.models.duty import Duty, DutyList, Facts
from incidents.models.report import LawEnforcementHold

CITED = {"article": "1", "read_on": "2026-11-22", "confidence": "memory"}
ROLLS = {"roll": "next_working_day", "calendar": "DE"}
FIVE = {"days": 5}
RELIEF = {"ask": "relief", "text": "Is there relief on days off for this report?"}
AWARE = "2026-03-02T09:30:00+00:00"


def law(*duties: dict[str, Any], **head: Any) -> Regime:
    made = [
        {
            "name": "tell",
            "recipient": {"kind": "individual"},
            "clocks": [{"start": "aware"}],
            "phrase": "soon",
            "citation": CITED,
            **duty,
        }
        for duty in duties
    ]
    return Regime.model_validate(
        {
            "id": "xx-law",
            "name": "Law",
            "where": "Xland",
            "places": ["DE"],
            "zone": "UTC",
            "in_force": {"from": "2020-01-01"},
            "citation": CITED,
            "duties": made,
            **head,
        }
    )


def ask(*laws: Regime, **facts: Any) -> DutyList:
    calendars: dict[str, Calendar] = {}
    catalogue = Catalogue(version="t", regimes=list(laws), authorities={}, calendars=calendars)
    given = {"people": {"DE": {"low": 5, "best": 5, "high": 5}}, "timeline": {"aware": AWARE}}
    return duties_owed(Facts.model_validate({**given, **facts}), catalogue)


def due(answer: DutyList, duty: str = "a") -> datetime | None:
    return named(answer, duty).due_by


def named(answer: DutyList, duty: str = "a") -> Duty:
    return next(one for one in answer.duties if one.duty == duty)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def clocks(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"id": "a", "clocks": [{"start": "aware", "zone": "UTC", **rule} for rule in rules]}


@pytest.mark.parametrize(
    ("rules", "wanted"),
    [
        ([{"within": {"days": 3}, "counting": "first_day_counts"}], "2026-03-04T23:59:59"),
        ([{"within": {"days": 3}}], "2026-03-05T23:59:59"),
        ([{"within": {"days": 60}, "count_from": "end_of_year"}], "2027-03-01T23:59:59"),
        ([{"within": {"days": 5}}, {"within": {"hours": 30}}], "2026-03-03T15:30:00"),
        # Day five is a Saturday; the limit rolls to Monday noon.
        (
            [{"within": {"days": 5}, **ROLLS, "roll_at": "12:00"}],
            "2026-03-09T12:00:00",
        ),
        (
            [{"within": {"days": 5}, **ROLLS, "roll_when": RELIEF}],
            "2026-03-07T23:59:59",
        ),
        ([{"within": {"business_days": 5}, "calendar": "QX"}], "2026-03-09T23:59:59"),
    ],
)  # fmt: skip
def test_a_clock_counts_as_its_rule_says(rules: list[dict[str, Any]], wanted: str) -> None:
    assert due(ask(law(clocks(*rules)))) == at(wanted)


def test_a_limit_grows_only_when_a_person_has_said_that_the_ground_is_there() -> None:
    longer = {
        "text": "good cause was shown",
        "add": {"days": 15},
        "when": {"ask": "cause", "text": "Was good cause shown to the authority in time?"},
    }
    rule = law(clocks({"within": {"days": 30}, "extensions": [longer]}))
    unanswered = ask(rule)
    assert due(unanswered) == at("2026-04-01T23:59:59")
    assert "xx-law.cause" in {one.fact for one in unanswered.questions}
    answered = ask(rule, answers={"xx-law.cause": "yes"})
    assert due(answered) == at("2026-04-16T23:59:59")
    assert "good cause" in named(answered).clock.rule


def test_the_earlier_limit_falls_away_where_grading_came_after_its_end() -> None:
    rule = law(
        clocks(
            {"start": "classified", "otherwise": [], "within": {"hours": 4}},
            {"within": {"hours": 24}, "yields_to": "classified"},
        )
    )
    early = {"aware": AWARE, "classified": "2026-03-02T12:00:00Z"}
    late = {"aware": AWARE, "classified": "2026-03-04T12:00:00Z"}
    assert due(ask(rule)) == at("2026-03-03T09:30:00")
    assert due(ask(rule, timeline=early)) == at("2026-03-02T16:00:00")
    assert due(ask(rule, timeline=late)) == at("2026-03-04T16:00:00")


@pytest.mark.parametrize(("which", "wanted"), [("first", "2026-03-08"), ("last", "2026-03-12")])
def test_a_chained_clock_runs_from_the_recorded_filing(which: str, wanted: str) -> None:
    rule = law(
        {"id": "b"},
        {
            "id": "a",
            "clocks": [{"after": "b", "which": which, "within": {"days": 5}, "zone": "UTC"}],
        },
    )
    assert due(ask(rule)) is None
    filed = {"xx-law/b": ["2026-03-03T10:00:00Z", "2026-03-07T10:00:00Z"]}
    assert due(ask(rule, filings=filed)) == at(f"{wanted}T23:59:59")


@pytest.mark.parametrize("relation", ["before", "not_later_than", "same_time"])
def test_a_tie_pulls_a_deadline_forward_and_never_back(relation: str) -> None:
    tie = {"relative_to": {"duty": "b", "relation": relation}}
    first = {**clocks({"within": {"days": 10}}), "id": "b"}
    open_ = law({"id": "a", **tie}, first)
    assert due(ask(open_)) == at("2026-03-12T23:59:59")
    sooner = law({**clocks({"within": {"days": 2}}), **tie}, first)
    assert due(ask(sooner)) == at("2026-03-04T23:59:59")
    sent = {"xx-law/b": ["2026-03-03T10:00:00Z"]}
    assert due(ask(open_, filings=sent)) == at("2026-03-03T10:00:00")


def hold(**more: Any) -> LawEnforcementHold:
    return LawEnforcementHold.model_validate(
        {"by": "police", "reference": "7", "duties": ["xx-law/a"], "since": AWARE, **more}
    )


def test_a_request_to_wait_takes_the_deadline_of_what_it_names_and_of_nothing_else() -> None:
    own = {**clocks({"within": {"days": 10}}), "hold": {"by": "law_enforcement", "article": "2"}}
    rule = law(own, {**own, "id": "b"})
    answer = ask(rule, holds=[hold()])
    assert due(answer) is None
    assert named(answer).held is not None
    assert due(answer, "b") == at("2026-03-12T23:59:59")
    ended = ask(rule, holds=[hold(until="2026-03-20T12:00:00Z")])
    assert due(ended) == at("2026-03-20T12:00:00")
    brief = ask(rule, holds=[hold(until="2026-03-04T12:00:00Z")])
    assert due(brief) == at("2026-03-12T23:59:59")


def test_after_a_request_has_ended_the_laws_own_time_runs() -> None:
    then = {"by": "law_enforcement", "article": "2", "then": {"days": 7}}
    rule = law({"id": "a", "hold": then})
    assert due(ask(rule, holds=[hold(until="2026-03-20T12:00:00Z")])) == at("2026-03-27T23:59:59")


def test_a_spoken_request_lasts_so_many_days_or_does_not_count() -> None:
    oral = {"by": "law_enforcement", "article": "2", "written": True, "oral_days": 30}
    limited = law({**clocks({"within": {"days": 1}}), "hold": oral})
    spoken = hold(written=False)
    assert due(ask(limited, holds=[spoken])) == at("2026-04-01T09:30:00")
    written = {"by": "law_enforcement", "article": "2", "written": True}
    strict = law({**clocks({"within": {"days": 1}}), "hold": written})
    answer = ask(strict, holds=[spoken])
    assert due(answer) == at("2026-03-03T23:59:59")
    assert any("written" in step.fact for step in named(answer).trace)


def test_a_request_under_a_law_that_knows_none_changes_nothing_and_says_so() -> None:
    answer = ask(law(clocks({"within": {"days": 1}})), holds=[hold()])
    assert due(answer) == at("2026-03-03T23:59:59")
    assert named(answer).held is None
    assert any("knows no such request" in step.fact for step in named(answer).trace)


def test_rules_to_come_are_shown_and_never_applied() -> None:
    rule = law(
        {**clocks({"within": {"days": 9}}), "in_force": {"from": "2020-01-01", "to": "2026-12-31"}},
        {**clocks({"within": {"days": 1}}), "in_force": {"from": "2027-01-01"}},
        {**clocks({"within": {"hours": 1}}), "in_force": {}},
    )
    answer = ask(rule)
    assert due(answer) == at("2026-03-11T23:59:59")
    assert [one.begins for one in answer.coming] == ["2027-01-01", None]


def test_one_duty_for_each_region_is_judged_by_the_people_there() -> None:
    rule = law(
        {
            "id": "a",
            "recipient": {"kind": "media", "route": "each_region"},
            "when": {"fact": "people.here", "more_than": 500},
        },
        places=["US"],
    )

    def found(**people: int) -> dict[str, str]:
        ranges = {
            place.replace("_", "-"): {"low": n, "best": n, "high": n} for place, n in people.items()
        }
        return {duty.id: str(duty.status) for duty in ask(rule, people=ranges).duties}

    assert found(US_CA=501, US_TX=500) == {"xx-law/a/US-CA": "owed"}
    # Of people known to live somewhere in the country, some may live in either.
    assert found(US_CA=501, US_TX=500, US=700) == {
        "xx-law/a/US-CA": "owed",
        "xx-law/a/US-TX": "may_be_owed",
        "xx-law/a/US": "may_be_owed",
    }


def test_a_law_for_some_asks_first_whether_it_binds() -> None:
    rule = law(
        {"id": "a", "when": {"ask": "grave", "text": "Is the incident grave in the law's sense?"}},
        binds={"fact": "roles", "includes_any": ["insurer"]},
    )
    unknown = ask(rule)
    assert [one.fact for one in unknown.questions] == ["roles"]
    bound = ask(rule, roles=["insurer"])
    assert [one.fact for one in bound.questions] == ["xx-law.grave"]
    free = ask(rule, roles=["controller"])
    assert (free.duties, free.questions, free.not_owed[0].duty) == ([], [], "")


def test_a_law_for_some_does_not_make_a_place_known() -> None:
    rule = law({"id": "a"}, binds={"fact": "roles", "includes_any": ["insurer"]})
    assert [gap.place for gap in ask(rule).unknown_law] == ["DE"]
    assert ask(law({"id": "a"})).unknown_law == []


@pytest.mark.parametrize(("filed", "status"), [({}, "owed_if"), ({"xx-law/b": [AWARE]}, "owed")])
def test_a_duty_that_waits_for_another_begins_when_that_was_met(filed: Any, status: str) -> None:
    rule = law({"id": "b"}, {"id": "a", "contingent": {"once": "b was sent", "met": "b"}})
    assert named(ask(rule, filings=filed)).status == status


def test_another_laws_duty_is_looked_at_after_all_others_were_judged() -> None:
    first = law({"id": "a", "when": {"duty": "zz-law/b", "is": "owed"}}, id="aa-law")
    second = law({"id": "b", "when": {"fact": "risk", "is": "high"}}, id="zz-law")
    assert {duty.id for duty in ask(first, second, risk="high").duties} == {"aa-law/a", "zz-law/b"}
    assert ask(first, second, risk="unlikely").duties == []
    assert ask(first, risk="high").duties == []


def test_what_has_to_stand_does_so_from_the_day_it_was_done() -> None:
    rule = law({"id": "a", "lasts": {"days": 90, "text": "a page"}})
    assert named(ask(rule)).lasts_until is None
    done = {"xx-law/a": [AWARE]}
    assert named(ask(rule, filings=done)).lasts_until == at("2026-05-31T23:59:59")


def test_grounds_of_an_announcement_are_looked_at_for_each_duty() -> None:
    announcement = {
        "rule": "costly notices may be replaced",
        "when": {"fact": "notice_cost_usd", "more_than": 1000},
        "means": [{"text": "page", "days": 30}, {"text": "press"}],
        "means_needed": 1,
    }
    rule = law({"id": "a", "announcement": announcement})
    assert named(ask(rule)).announcement_allowed
    cheap = named(ask(rule, notice_cost_usd={"low": 1, "high": 1000}))
    assert cheap.announcement_allowed == ""
    assert cheap.announcement is not None
    assert (cheap.announcement.allowed, cheap.announcement.posted_days) == ("no", 30)


@pytest.mark.parametrize(
    "wrong",
    [
        {"clocks": [{"start": "aware", "after": "a"}]},
        {"clocks": [{}]},
        {"clocks": [{"start": "aware", "within": {"hours": 1}, "roll": "next_working_day"}]},
        {"clocks": [{"after": "nothing", "within": {"days": 1}}]},
        {"relative_to": {"duty": "nothing", "relation": "before"}},
        {"when": {"at_least_of": 3, "of": [{"harm": "misuse", "is": "yes"}] * 2}},
        {"when": {"harm": "sorrow", "is": "yes"}},
        {"when": {"harm": "misuse", "is": "perhaps"}},
        {"when": {"fact": "media", "includes_any": ["stone"]}},
        {"announcement": {"rule": "r", "means": [{"text": "page"}], "means_needed": 2}},
    ],
)
def test_what_makes_no_sense_is_refused_when_the_file_is_read(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        law({"id": "a", **wrong})


truths = st.sampled_from(["yes", "no", "unknown"])


@given(st.lists(truths, min_size=2, max_size=5), st.data())
def test_so_many_of_several_is_total_and_agrees_with_every_way_of_knowing_more(
    found: list[str], data: st.DataObject
) -> None:
    number = data.draw(st.integers(1, len(found)))
    harms = ["misuse", "serious_harm", "adverse_effect", "property_damage", "protection_needed"]
    parts = [{"harm": harm, "is": "yes"} for harm in harms[: len(found)]]
    condition = AtLeast.model_validate({"at_least_of": number, "of": parts})

    def truth(values: list[str]) -> str:
        facts = Facts.model_validate({"harms": dict(zip(harms, values, strict=False))})
        return judge(condition, View(facts)).truth

    before = truth(found)
    known = [
        data.draw(st.sampled_from(["yes", "no"])) if one == "unknown" else one for one in found
    ]
    assert truth(known) == ("yes" if known.count("yes") >= number else "no")
    if before != "unknown":
        assert truth(known) == before


def test_a_copy_with_changes_forgets_what_was_worked_out_before() -> None:
    law = read_catalogue(LAW).regimes[0]
    assert len(law.versions) > 1
    one = law.model_copy(update={"duties": law.duties[:1]})
    assert [rules for rules, _ in one.versions] == [law.duties[:1]]
    assert len(law.model_copy().versions) == len(law.versions)
