"""The engine against the law that ships."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.data_files import LAW
from incidents.duties.conditions import Ask, parts_of
from incidents.duties.engine import duties_owed
from incidents.duties.explain import explain
from incidents.duties.facts import facts_from_report
from incidents.duties.sources.folder import read_catalogue
from incidents.models.duty import Duty, DutyList, DutyStatus, Facts
from incidents.models.report import BreachReport, Protection, Range, Timeline
from incidents.models.vocabulary import vocabulary
from incidents.risk.assess import assess
from incidents.risk.facts import risk_facts_from_report
from incidents.risk.sources.scales_file import read_scales

CATALOGUE = read_catalogue(LAW)
PLACES = ["CN", "DE", "FR", "GB", "US-CA", "US-TX", "US", "AR", "NO", "unknown"]


def ask(**facts: Any) -> DutyList:
    return duties_owed(Facts.model_validate(facts), CATALOGUE)


def by_id(answer: DutyList) -> dict[str, Duty]:
    return {duty.id: duty for duty in answer.duties}


def exactly(**people: int) -> dict[str, Range]:
    return {place.replace("_", "-"): Range.exactly(n) for place, n in people.items()}


def test_people_where_no_law_is_loaded_are_never_not_owed_but_unknown() -> None:
    answer = ask(
        people=exactly(CN=5, AR=4, VN=3, US_OH=2, unknown=1),
        promise="yes",
    )
    assert {gap.place: gap.people.low for gap in answer.unknown_law} == {
        "AR": 4,
        "VN": 3,
        "US-OH": 2,
        "unknown": 1,
    }


def test_a_country_whose_regions_have_laws_is_itself_unknown_law() -> None:
    assert [gap.place for gap in ask(people=exactly(US=10)).unknown_law] == ["US"]


def test_a_place_with_nobody_is_no_gap() -> None:
    assert ask(people=exactly(AR=0, CN=1)).unknown_law == []


def test_a_law_not_yet_in_force_still_counts_as_known() -> None:
    timeline = Timeline.model_validate({"suspected": "2020-01-01T00:00:00Z"})
    answer = ask(people=exactly(CN=5), timeline=timeline)
    assert answer.unknown_law == []
    [reason] = [no.reason for no in answer.not_owed if no.regime == "cn-pipl"][:1]
    assert "in force from 2021-11-01" in reason


def test_a_law_of_elsewhere_gives_its_place_as_the_reason() -> None:
    reasons = {(no.regime, no.duty): no.reason for no in ask(people=exactly(CN=5)).not_owed}
    assert reasons["us-ca-1798-82", ""] == ("nobody affected is known to live in California")


def test_an_unknown_establishment_is_asked_for_and_named_in_the_reason() -> None:
    answer = ask(people=exactly(AR=5))
    asked = {question.fact: question.changes for question in answer.questions}
    assert "eu-gdpr/authority-initial" in asked["established_in"]
    reason = next(no.reason for no in answer.not_owed if no.regime == "eu-gdpr")
    assert "established there is not known" in reason


def test_nothing_known_leaves_every_duty_open_and_asks_where_people_live() -> None:
    answer = ask()
    assert {duty.status for duty in answer.duties} == {DutyStatus.MAY_BE_OWED}
    assert "people" in {question.fact for question in answer.questions}
    assert all("in force" in no.reason for no in answer.not_owed)


def test_a_case_without_people_owes_only_what_laws_on_incidents_ask() -> None:
    about_incidents = {one.id for one in CATALOGUE.regimes if one.reach.without_people}
    answer = ask(people=exactly(CN=0, DE=0), promise="yes", established_in=["CN", "DE"])
    asking = {duty.regime for duty in answer.duties}
    assert asking
    assert asking <= about_incidents
    assert ask(people=exactly(CN=0, DE=0), promise="yes", established_in=["US"]).duties == []


def test_overseas_places_go_to_the_authority_of_their_state() -> None:
    answer = ask(people=exactly(FR=1, RE=2), risk="risk", established_in=[])
    filings = [d for d in answer.duties if d.duty == "authority-initial" and d.regime == "eu-gdpr"]
    assert [(d.id, d.places) for d in filings] == [("eu-gdpr/authority-initial/FR", ["FR", "RE"])]


def test_a_filing_for_a_place_that_may_be_empty_may_be_owed() -> None:
    people = {"DE": Range.exactly(5), "FR": Range(low=0, best=1, high=2)}
    duties = by_id(ask(people=people, risk="risk", established_in=[]))
    assert duties["eu-gdpr/authority-initial/DE"].status == DutyStatus.OWED
    assert duties["eu-gdpr/authority-initial/FR"].status == DutyStatus.MAY_BE_OWED


def test_the_first_alert_stands_in_for_awareness_and_says_so() -> None:
    timeline = Timeline.model_validate({"first_alert": "2026-03-02T09:00:00Z"})
    duty = by_id(ask(people=exactly(GB=5), risk="risk", timeline=timeline))[
        "uk-gdpr/authority-initial"
    ]
    assert duty.clock.fallback
    assert "standing in" in duty.clock.rule
    assert duty.due_by == datetime(2026, 3, 5, 9, 0, tzinfo=UTC)


def test_duties_come_by_the_moment_to_act() -> None:
    timeline = Timeline.model_validate({"aware": "2026-03-02T09:00:00Z"})
    answer = ask(
        people=exactly(CN=2_000_000, DE=5, GB=5, US_CA=900),
        kinds=["accessed"],
        risk="high",
        promise="yes",
        roles=["controller"],
        elements={"identity.name": Protection(state="clear")},
        timeline=timeline,
        targets_hours={"default": 24},
    )
    moments = [duty.act_by for duty in answer.duties if duty.act_by]
    assert moments == sorted(moments)
    assert answer.duties[0].id == "cn-cac-incident-reporting/authority-initial"
    assert answer.duties[0].due_local == "Mon 2026-03-02 21:00 CST (UTC+08:00)"
    assert [duty.act_by for duty in answer.duties][-1] is None


def test_an_own_target_for_one_duty_stands_beside_its_legal_deadline() -> None:
    timeline = Timeline.model_validate({"aware": "2026-03-02T09:00:00Z"})
    duty = by_id(
        ask(
            people=exactly(GB=5),
            risk="risk",
            timeline=timeline,
            targets_hours={"uk-gdpr/authority-initial": 48, "default": 1},
        )
    )["uk-gdpr/authority-initial"]
    assert duty.target_by == datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
    assert duty.act_by == datetime(2026, 3, 5, 9, 0, tzinfo=UTC)


def test_the_sample_for_california_hangs_on_the_notice_to_people() -> None:
    elements = {
        "identity.name": Protection(state="clear"),
        "identity.ssn": Protection(state="clear"),
    }
    duty = by_id(
        ask(people=exactly(US_CA=501), acquired="yes", kinds=["accessed"], elements=elements)
    )["us-ca-1798-82/authority-sample"]
    assert duty.relative_to is not None
    assert duty.relative_to.duty == "us-ca-1798-82/individuals-initial"
    assert (duty.relative_to.relation, duty.relative_to.days) == ("within_after", 15)
    assert duty.due_by is None


def test_california_prescribes_title_and_headings() -> None:
    elements = {
        "contact.email": Protection(state="clear"),
        "account.password": Protection(state="hashed"),
    }
    duty = by_id(
        ask(people=exactly(US_CA=1), acquired="yes", kinds=["accessed"], elements=elements)
    )["us-ca-1798-82/individuals-initial"]
    assert duty.title == "Notice of Data Breach"
    assert len(duty.headings) == 5
    assert "500,000" in duty.announcement_allowed


def test_a_guardian_is_a_recipient_of_his_own_only_where_children_live() -> None:
    people, children = exactly(CN=50, DE=10), exactly(CN=2, DE=1)
    duty = by_id(ask(people=people, children=children, harm_averted="no"))[
        "cn-pipl/guardians-initial"
    ]
    assert (duty.recipient.kind, duty.places) == ("guardian", ["CN"])


def test_a_duty_explains_itself_with_source_and_its_sureness() -> None:
    duty = by_id(ask(people=exactly(GB=5), kinds=["accessed"], risk="high", unintelligible="no"))[
        "uk-gdpr/individuals-initial"
    ]
    text = explain(duty)
    assert "from memory, unverified" in text
    assert "[yes] risk is high: high" in text
    assert "UK GDPR Art 34(1)-(3)" in text
    assert text.endswith("it does not replace counsel.")


def test_facts_of_a_report_need_no_inventory_and_know_two_other_spellings() -> None:
    report = BreachReport.model_validate(
        {
            "claim": {"kinds": ["accessed"], "certainty": "certain"},
            "facts": {
                "people": {"uk": 3, "EL": 2, "us-ca": 1, "Unknown": {"low": 0, "high": 9}},
                "elements": {"contact.email": {"state": "clear"}},
                "crime_suspected": True,
            },
        }
    )
    assessment = assess(risk_facts_from_report(report), read_scales())
    facts = facts_from_report(report, assessment, zone="Asia/Shanghai", targets_hours={})
    assert set(facts.people) == {"GB", "GR", "US-CA", "unknown"}
    assert (facts.kinds, facts.crime_suspected, facts.harm_averted) == (
        ["accessed"],
        "yes",
        "unknown",
    )
    assert facts.risk == assessment.level


truths = st.sampled_from(["yes", "no", "unknown"])
ranges = st.one_of(
    st.integers(0, 3_000_000).map(Range.exactly),
    st.builds(lambda low, more: Range(low=low, high=low + more), *[st.integers(0, 2_000_000)] * 2),
    st.just(Range()),
)
moments = st.one_of(
    st.just("unknown"),
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001
        lambda at: at.replace(tzinfo=UTC).isoformat()
    ),
)
elements = st.none() | st.dictionaries(
    st.sampled_from(
        ["identity.name", "identity.ssn", "contact.email", "account.password", "health.record"]
    ),
    st.builds(
        Protection,
        state=st.sampled_from(["clear", "encrypted", "hashed", "redacted", "unknown"]),
        key=st.sampled_from(["safe", "taken", "unknown"]),
    ),
)


def asked(condition: Any) -> set[str]:
    own = {condition.ask} if isinstance(condition, Ask) else set()
    return own.union(*(asked(part) for part in parts_of(condition)))


QUESTIONS = sorted(
    f"{regime.id}.{name}"
    for regime in CATALOGUE.regimes
    for rule in regime.duties
    for condition in (rule.when, *(one.when for one in rule.unless))
    if condition is not None
    for name in asked(condition)
)
DUTIES = sorted(f"{regime.id}/{rule.id}" for regime in CATALOGUE.regimes for rule in regime.duties)
cases = st.fixed_dictionaries(
    {
        "acquired": truths,
        "internal_only": truths,
        "was_source": truths,
        "media": st.none() | st.just(["electronic"]) | st.just(["paper"]),
        "harms": st.dictionaries(st.sampled_from(sorted(vocabulary().harms)), truths, max_size=4),
        "answers": st.dictionaries(st.sampled_from(QUESTIONS), truths, max_size=4),
        "filings": st.dictionaries(
            st.sampled_from(DUTIES),
            st.lists(
                st.datetimes(datetime(2025, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001
                min_size=1,
                max_size=2,
            ),
            max_size=2,
        ),
        "without_contact": st.dictionaries(st.sampled_from(PLACES), ranges, max_size=2),
        "employees": ranges,
        "notice_cost_usd": ranges,
        "kinds": st.none() | st.lists(st.sampled_from(["accessed", "lost", "altered"]), max_size=2),
        "people": st.dictionaries(st.sampled_from(PLACES), ranges, max_size=5),
        "children": st.dictionaries(st.sampled_from(PLACES), ranges, max_size=2),
        "elements": elements,
        "risk": st.sampled_from(["unlikely", "risk", "high", "unknown"]),
        "harm_likely": truths,
        "unintelligible": truths,
        "harm_averted": truths,
        "crime_suspected": truths,
        "promise": truths,
        "roles": st.none() | st.lists(st.sampled_from(sorted(vocabulary().roles)), max_size=3),
        "established_in": st.none() | st.lists(st.sampled_from(["CN", "DE", "US-CA"]), max_size=2),
        "timeline": st.fixed_dictionaries({"suspected": moments, "aware": moments}),
        "targets_hours": st.sampled_from([{}, {"default": 24}]),
    }
)


@given(cases)
@settings(max_examples=150, deadline=None)
def test_any_facts_give_each_duty_exactly_one_answer(case: dict[str, Any]) -> None:
    answer = ask(**case)
    fired = {(duty.regime, duty.duty) for duty in answer.duties}
    refused = {(no.regime, no.duty) for no in answer.not_owed}
    every = {(regime.id, rule.id) for regime in CATALOGUE.regimes for rule in regime.duties}
    whole = {regime for regime, duty in refused if not duty}
    refused |= {(regime, duty) for regime, duty in every if regime in whole}
    assert fired | refused - {(regime, "") for regime in whole} == every
    # A duty that fans out over regions may exist in one and not in another.
    fanned = {
        (regime.id, rule.id)
        for regime in CATALOGUE.regimes
        for rule in regime.duties
        if rule.recipient.route == "each_region"
    }
    assert fired & refused <= fanned
    assert all(no.reason for no in answer.not_owed)
    for duty in answer.duties:
        if duty.status == DutyStatus.MAY_BE_OWED:
            assert any(duty.id in question.changes for question in answer.questions)


@given(cases, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_laws_changes_nothing(case: dict[str, Any], random: Any) -> None:
    regimes = list(CATALOGUE.regimes)
    random.shuffle(regimes)
    shuffled = CATALOGUE.model_copy(update={"regimes": regimes})
    facts = Facts.model_validate(case)
    assert duties_owed(facts, shuffled) == duties_owed(facts, CATALOGUE)


SURENESS = {DutyStatus.OWED_IF: 0, DutyStatus.MAY_BE_OWED: 0, DutyStatus.OWED: 1}


@given(cases, st.integers(0, len(CATALOGUE.regimes) - 1))
@settings(max_examples=60, deadline=None)
def test_a_law_that_is_added_removes_no_other_duty(case: dict[str, Any], left_out: int) -> None:
    fewer = [r for i, r in enumerate(CATALOGUE.regimes) if i != left_out]
    facts = Facts.model_validate(case)
    before = duties_owed(facts, CATALOGUE.model_copy(update={"regimes": fewer}))
    after = duties_owed(facts, CATALOGUE)
    kept = by_id(after)
    for duty in before.duties:
        assert SURENESS[kept[duty.id].status] >= SURENESS[duty.status]
        if duty.due_by:  # a notice under the added law may pull one that is tied to it forward
            now = kept[duty.id].due_by
            assert now is not None
            assert now <= duty.due_by


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001
    st.sampled_from(["Asia/Shanghai", "America/Los_Angeles", "Europe/Berlin", "Asia/Kathmandu"]),
)
@settings(max_examples=60, deadline=None)
def test_one_moment_written_in_another_zone_gives_the_same_answer(at: datetime, zone: str) -> None:
    moment = at.replace(tzinfo=UTC)
    answers = [
        ask(
            people=exactly(CN=1_000_000, DE=1, US_CA=501),
            risk="high",
            timeline={"aware": written.isoformat()},
        )
        for written in (moment, moment.astimezone(ZoneInfo(zone)))
    ]
    assert answers[0] == answers[1]


@given(cases, st.integers(0, 3_000_000))
@settings(max_examples=100, deadline=None)
def test_a_number_that_becomes_known_moves_no_deadline_later(
    case: dict[str, Any], number: int
) -> None:
    vague = {**case, "people": {"CN": Range()}}
    sure = {**case, "people": {"CN": Range.exactly(number)}}
    before, after = by_id(ask(**vague)), by_id(ask(**sure))
    for key in before.keys() & after.keys():
        assert after[key].due_by == before[key].due_by


OPEN = {
    **dict.fromkeys(
        (
            "acquired",
            "internal_only",
            "was_source",
            "unintelligible",
            "harm_averted",
            "crime_suspected",
            "promise",
            "harm_likely",
            "risk",
        ),
        "unknown",
    ),
    **dict.fromkeys(("media", "elements", "roles", "established_in", "kinds")),
    "employees": {},
    "notice_cost_usd": {},
}


@given(cases, st.sampled_from(sorted([*OPEN, "more_elements"])), st.data())
@settings(max_examples=300, deadline=None)
def test_a_fact_that_becomes_known_turns_no_answer_and_moves_no_deadline_later(
    case: dict[str, Any], fact: str, data: st.DataObject
) -> None:
    if fact == "more_elements":
        known = case["elements"] or {}
        found = {**known, **(data.draw(elements) or {}), **known}
        vague, sure = {**case, "elements": known, fact: True}, {**case, "elements": found}
    else:
        vague, sure = {**case, fact: OPEN[fact]}, case
    before, after = ask(**vague), ask(**sure)
    now = by_id(after)
    hanging = {key for question in before.questions for key in question.changes}
    for duty in before.duties:
        # An exemption that the organisation must show leaves a duty owed, and is asked about.
        if duty.status == DutyStatus.OWED and duty.id not in hanging:
            assert now[duty.id].status == DutyStatus.OWED
        if duty.due_by and duty.id in now and (later := now[duty.id].due_by):
            assert later <= duty.due_by
    refused = {(no.regime, no.duty) for no in before.not_owed}
    owed = {(duty.regime, duty.duty) for duty in before.duties}
    for duty in after.duties:
        # A law that binds by a seat alone is asked about and not listed until the seat is known.
        asked_about = f"{duty.regime}/{duty.duty}" in hanging
        refused_before = {(duty.regime, duty.duty), (duty.regime, "")} & refused
        assert (duty.regime, duty.duty) in owed or asked_about or not refused_before


@given(cases)
@settings(max_examples=100, deadline=None)
def test_awareness_after_the_first_alert_is_the_only_fact_that_moves_a_clock_later(
    case: dict[str, Any],
) -> None:
    alert = datetime(2026, 5, 1, tzinfo=UTC)
    unsure = ask(**{**case, "timeline": {"first_alert": alert.isoformat()}})
    sure = ask(
        **{
            **case,
            "timeline": {
                "first_alert": alert.isoformat(),
                "aware": (alert + timedelta(hours=5)).isoformat(),
            },
        }
    )
    later = by_id(sure)
    for duty in unsure.duties:
        if duty.due_by and duty.id in later:
            moved = later[duty.id].due_by
            assert moved is not None
            assert duty.due_by <= moved
            if not duty.clock.fallback and duty.relative_to is None:
                assert moved == duty.due_by
