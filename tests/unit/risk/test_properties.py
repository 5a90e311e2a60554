"""What holds for any facts: an answer always, and better news never makes it worse.

Four limits are known and left out on purpose. How many people there are, whether they were
singled out, and whether they are children is said as an open point and not read at its worst,
for else every case would be high. Dependence nobody stated is presumed for care alone. A hash of
which nothing more is known lies between a broken and a sound one. And a case of very few people
can be read as aimed at them, which more people would contradict.
"""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from incidents.models.report import Range
from incidents.models.risk import RiskAssessment
from incidents.models.vocabulary import vocabulary
from incidents.risk.assess import assess
from incidents.risk.facts import RiskFacts
from incidents.risk.people import ORDER
from incidents.risk.sources.scales_file import read_scales

SCALES = read_scales()
CLEAR = {"state": "clear"}
SAFE = {"state": "encrypted", "key": "safe"}
PROTECTIONS = [
    CLEAR,
    SAFE,
    {"state": "unknown"},
    {"state": "encrypted"},
    {"state": "encrypted", "key": "taken"},
    {"state": "hashed"},
    {"state": "hashed", "key": "safe"},
    {"state": "redacted"},
]
KEYS = sorted(vocabulary().elements)
HOLDERS = ["unknown", "known_trusted", "known_untrusted", "public", "criminal", "returned"]

unknowns = st.sampled_from([True, False, "unknown"])
ranges = st.one_of(
    st.integers(0, 200_000).map(Range.exactly),
    st.builds(lambda low, more: Range(low=low, high=low + more), *[st.integers(0, 90_000)] * 2),
    st.builds(lambda low: Range(low=low), st.integers(0, 900)),
)
cases = st.fixed_dictionaries(
    {
        "elements": st.dictionaries(
            st.sampled_from(KEYS), st.sampled_from(PROTECTIONS), min_size=1, max_size=4
        ),
        "kinds": st.none()
        | st.lists(
            st.sampled_from(["accessed", "published", "altered", "destroyed", "lost"]), max_size=3
        ),
        "cause": st.sampled_from(sorted(vocabulary().causes)),
        "people": ranges,
        "holder": st.sampled_from(HOLDERS),
        "unavailable_hours": ranges,
        "media": st.none() | st.lists(st.sampled_from(["electronic", "paper"]), max_size=2),
        "roles": st.none() | st.lists(st.sampled_from(sorted(vocabulary().roles)), max_size=2),
        **dict.fromkeys(
            [
                "malicious",
                "children",
                "vulnerable",
                "recoverable",
                "harm_averted",
                "misuse_seen",
                "acquired",
                "internal_only",
                "deletion_confirmed",
                "targeted",
                "depended_on",
            ],
            unknowns,
        ),
    }
)


def weigh(case: dict[str, Any], **changed: Any) -> RiskAssessment:
    return assess(RiskFacts.model_validate({**case, **changed}), SCALES)


def rank(found: RiskAssessment) -> int:
    return ORDER.index(found.level)


def few_and_perhaps_aimed_at(case: dict[str, Any]) -> bool:
    people = case["people"]
    most = max(people.low, people.best or 0, people.high or 0)
    return case["targeted"] == "unknown" and most <= SCALES.targeted_up_to


@given(cases)
@settings(max_examples=300, deadline=None)
def test_every_case_is_scored_within_the_method_and_explained(case: dict[str, Any]) -> None:
    found = weigh(case)
    assert 0.25 <= found.score <= 6.0
    assert found.score == found.dpc * found.ei + found.cb
    assert found.level in ORDER
    assert set(found.harms) == set(found.answers) == set(vocabulary().harms)
    for graded in found.harms.values():
        assert graded.reasons
        assert all(reason.text.endswith(".") for reason in graded.reasons)
    assert RiskAssessment.model_validate_json(found.model_dump_json()) == found


@given(cases)
@settings(max_examples=100, deadline=None)
def test_only_unknown_data_leaves_the_level_unknown(case: dict[str, Any]) -> None:
    found = weigh(case, elements=None)
    assert found.level == ("unlikely" if case["people"].high == 0 else "unknown")
    if case["misuse_seen"] is not True and case["people"].high != 0:
        assert set(found.answers.values()) == {"unknown"}


@given(cases, st.sampled_from(KEYS), st.sampled_from(PROTECTIONS))
@settings(max_examples=300, deadline=None)
def test_one_more_element_never_lowers_the_level(
    case: dict[str, Any], key: str, protection: dict[str, str]
) -> None:
    assume(key not in case["elements"])
    more = weigh(case, elements={**case["elements"], key: protection})
    assert rank(more) >= rank(weigh(case))


@given(cases, st.sampled_from(KEYS), st.sampled_from(PROTECTIONS))
@settings(max_examples=300, deadline=None)
def test_what_is_settled_while_data_may_be_missing_stays_settled_when_it_is_found(
    case: dict[str, Any], key: str, protection: dict[str, str]
) -> None:
    assume(key not in case["elements"])
    before = weigh(case, more_elements=True)
    after = weigh(case, elements={**case["elements"], key: protection})
    settled = {harm for harm, answer in before.answers.items() if answer != "unknown"}
    assert {harm: after.answers[harm] for harm in settled} == {
        harm: before.answers[harm] for harm in settled
    }
    assert before.unintelligible in {"unknown", after.unintelligible}
    assert before.level == "unknown" or rank(after) >= rank(before)
    assert before.level != "unlikely" or after.level == "unlikely"


@given(cases, st.data())
@settings(max_examples=300, deadline=None)
def test_a_safe_key_never_raises_the_level(case: dict[str, Any], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(case["elements"])))
    blacked_out = case["elements"][key] == {"state": "redacted"}
    assume(not (blacked_out and "paper" in (case["media"] or [])))  # paper is never encrypted
    safer = weigh(case, elements={**case["elements"], key: SAFE})
    assert rank(safer) <= rank(weigh(case))


@given(cases)
@settings(max_examples=300, deadline=None)
def test_all_unreadable_and_nothing_lost_is_unlikely(case: dict[str, Any]) -> None:
    assume(case["misuse_seen"] is not True and "paper" not in (case["media"] or []))
    found = weigh(
        case,
        elements=dict.fromkeys(case["elements"], SAFE),
        kinds=["accessed"],
        unavailable_hours=Range.exactly(0),
    )
    assert found.level == "unlikely"
    assert found.answers["low_probability_of_compromise"] in {"yes", "unknown"}
    others = {key: found.answers[key] for key in found.answers if not key.startswith("low")}
    assert set(others.values()) == {"no"}


@given(cases, st.integers(1, 300_000))
@settings(max_examples=300, deadline=None)
def test_more_people_never_lower_the_level(case: dict[str, Any], more: int) -> None:
    assume(not few_and_perhaps_aimed_at(case))
    people = case["people"]
    top = max(people.low, people.best or 0, people.high or 0)
    many = people.model_copy(update={"high": top + more})
    assert rank(weigh(case, people=many)) >= rank(weigh(case))


@given(cases, st.integers(1, 1_000))
@settings(max_examples=300, deadline=None)
def test_a_longer_outage_never_lowers_the_level(case: dict[str, Any], more: int) -> None:
    hours = case["unavailable_hours"]
    assume(hours.high is not None)
    longer = Range(low=hours.low, high=hours.high + more)
    assert rank(weigh(case, unavailable_hours=longer)) >= rank(weigh(case))


@given(cases, st.sampled_from(HOLDERS))
@settings(max_examples=300, deadline=None)
def test_a_criminal_or_public_holder_is_never_better_than_another(
    case: dict[str, Any], holder: str
) -> None:
    other = rank(weigh(case, holder=holder))
    if holder not in {"criminal", "public"}:
        assert other <= rank(weigh(case, holder="unknown")), "an unknown holder is read as bad"
    assert other <= rank(weigh(case, holder="criminal")) == rank(weigh(case, holder="public"))


GOOD_NEWS: list[tuple[str, object]] = [
    ("acquired", False),
    ("internal_only", True),
    ("deletion_confirmed", True),
    ("targeted", False),
    ("depended_on", False),
    ("recoverable", True),
    ("misuse_seen", False),
    ("children", False),
    ("vulnerable", False),
]


@pytest.mark.parametrize(("field", "good"), GOOD_NEWS)
@given(case=cases)
@settings(max_examples=120, deadline=None)
def test_good_news_never_raises_and_bad_news_never_lowers_the_level(
    field: str, good: object, case: dict[str, Any]
) -> None:
    good_level = rank(weigh(case, **{field: good}))
    bad_level = rank(weigh(case, **{field: not good}))
    assert good_level <= rank(weigh(case, **{field: "unknown"})) <= bad_level


@given(cases)
@settings(max_examples=300, deadline=None)
def test_intent_that_is_denied_never_raises_the_level(case: dict[str, Any]) -> None:
    innocent = rank(weigh(case, malicious=False))
    assert innocent <= rank(weigh(case, malicious="unknown")) <= rank(weigh(case, malicious=True))


def turned_round(before: RiskAssessment, after: RiskAssessment) -> set[str]:
    """Return the grades whose answer went from yes to no or back."""
    pairs = {harm: {answer, after.answers[harm]} for harm, answer in before.answers.items()}
    return {harm for harm, answers in pairs.items() if answers == {"yes", "no"}}


@given(cases, st.sampled_from(SCALES.open_causes), st.booleans())
@settings(max_examples=200, deadline=None)
def test_an_answer_holds_whether_it_was_meant_or_not(
    case: dict[str, Any], cause: str, meant: bool
) -> None:
    case = {**case, "cause": cause}  # other causes speak of intent, and are an answer already
    assert not turned_round(weigh(case, malicious="unknown"), weigh(case, malicious=meant))


@given(cases, st.booleans())
@settings(max_examples=200, deadline=None)
def test_an_answer_holds_whether_the_data_comes_back_or_not(
    case: dict[str, Any], back: bool
) -> None:
    assert not turned_round(weigh(case, recoverable="unknown"), weigh(case, recoverable=back))


@given(cases, st.data())
@settings(max_examples=300, deadline=None)
def test_an_answer_holds_whatever_a_key_turns_out_to_be(
    case: dict[str, Any], data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(sorted(case["elements"])))
    before = weigh(case, elements={**case["elements"], key: {"state": "encrypted"}})
    for protection in (SAFE, {"state": "encrypted", "key": "taken"}):
        after = weigh(case, elements={**case["elements"], key: protection})
        assert not turned_round(before, after), protection


@given(cases)
@settings(max_examples=200, deadline=None)
def test_grades_hang_together(case: dict[str, Any]) -> None:
    found = weigh(case).answers
    order = ["no", "unknown", "yes"]
    assert order.index(found["misuse"]) <= order.index(found["misuse_possible"])
    assert not (found["misuse"] == "yes" == found["low_probability_of_compromise"])
