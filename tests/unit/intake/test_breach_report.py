"""Reports: what is accepted, what is refused and how, what an amendment must say."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.data_files import parse
from incidents.errors import ForthwithError
from incidents.intake.breach_report import (
    InvalidReportError,
    amend,
    clock_start,
    parse_report,
    report_schema,
)
from incidents.models.report import UNKNOWN, BreachReport
from incidents.models.vocabulary import vocabulary

FIRST = "2026-03-02T09:30:00+08:00"
LATER = "2026-03-03T09:30:00+08:00"


def refusal(data: Any, **more: Any) -> str:
    with pytest.raises(InvalidReportError) as caught:
        parse_report(data, where="breach.yaml", **more)
    return str(caught.value)


def a_report(**fields: Any) -> BreachReport:
    return parse_report(fields, where="test")


def test_an_empty_report_is_a_report_in_which_all_is_unknown() -> None:
    report = parse_report(None, where="empty.yaml")
    assert report.claim.kinds == UNKNOWN
    assert clock_start(report.timeline) is None


def test_a_mistyped_word_of_a_closed_list_names_field_path_and_word_meant() -> None:
    text = refusal({"claim": {"kinds": ["acessed"], "cause": "phising"}})
    assert "claim.kinds.0: is no word known here; did you mean accessed?" in text
    assert "claim.cause: is not in the vocabulary's causes; did you mean phishing?" in text


def test_a_mistyped_element_inside_a_store_is_named_by_its_path() -> None:
    text = refusal({"claim": {"stores": [{"store": "a", "elements": ["contact.emial"]}]}})
    assert "claim.stores.0.elements.0" in text
    assert "did you mean contact.email?" in text
    assert text.count("claim.stores.0") == 1


def test_a_moment_without_offset_is_refused_with_the_form_to_write() -> None:
    text = refusal({"timeline": {"aware": "2026-03-02 09:30"}})
    assert "timeline.aware.at: names no offset from UTC" in text
    assert "+08:00" in text


def test_a_mistyped_field_names_the_field_meant() -> None:
    assert "did you mean aware?" in refusal({"timeline": {"awre": FIRST}})


def test_a_number_in_place_of_a_moment_is_not_read_as_seconds() -> None:
    assert "timeline.aware" in refusal({"timeline": {"aware": {"at": 20260302}}})


def test_a_moment_in_the_future_is_refused_when_the_present_is_known() -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert "timeline.aware: lies in the future" in refusal({"timeline": {"aware": LATER}}, now=now)


def test_another_format_version_is_refused() -> None:
    assert "forthwith/report/1" in refusal({"format": "forthwith/report/9"})


def test_what_stands_in_a_wrong_field_is_never_repeated() -> None:
    text = refusal(
        {
            "claim": {"kinds": "Li Wei li@mail.example", "malicious": "ask Li Wei"},
            "timeline": {"aware": "when Li Wei called", "li wei@x": FIRST},
            "facts": {"people": {"CN": "Li Wei"}},
        }
    )
    assert "Li Wei" not in text
    assert "li wei" not in text
    assert "li@mail.example" not in text


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["claim", "timeline", "facts", "stores", "aware", "at", "kinds"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(JSONISH)
def test_any_data_makes_a_report_or_a_refusal(data: Any) -> None:
    try:
        outcome: str = parse_report(data, where="x").format
    except ForthwithError as error:
        outcome = error.repair
    assert outcome


def test_every_field_of_the_schema_says_what_it_means() -> None:
    schema = report_schema()
    parts = {"BreachReport": schema, **schema["$defs"]}
    silent = [
        f"{name}.{field}"
        for name, part in parts.items()
        for field, shape in part.get("properties", {}).items()
        if not shape.get("description")
    ]
    assert silent == []


def test_the_schema_carries_format_version_and_closed_words() -> None:
    schema = report_schema()
    assert schema["$id"] == "forthwith/report/1"
    assert schema["$defs"]["Claim"]["properties"]["cause"]["enum"] == list(vocabulary().causes)


def test_an_amendment_without_a_text_is_refused() -> None:
    with pytest.raises(InvalidReportError, match="amendment"):
        amend(a_report(), a_report(claim={"cause": "phishing"}))


def test_an_amendment_that_changes_nothing_is_refused() -> None:
    with pytest.raises(InvalidReportError, match="same"):
        amend(a_report(), a_report(amendment="nothing new"))


def test_awareness_moved_later_needs_a_reason_and_says_by_how_much() -> None:
    before = a_report(timeline={"aware": FIRST})
    with pytest.raises(InvalidReportError, match="aware_reason"):
        amend(before, a_report(timeline={"aware": LATER}, amendment="we were sure only then"))
    why = {"aware": LATER, "aware_reason": "the first look was at another system"}
    change = amend(before, a_report(timeline=why, amendment="we were sure only then"))
    assert change.awareness_moved_hours == 24
    assert any(line.startswith("timeline.aware: was 2026-03-02") for line in change.differences)


def test_awareness_later_than_the_first_alert_that_stood_in_for_it_needs_a_reason() -> None:
    after = a_report(timeline={"first_alert": FIRST, "aware": LATER}, amendment="now sure")
    with pytest.raises(InvalidReportError, match="aware_reason"):
        amend(a_report(timeline={"first_alert": FIRST}), after)


def test_awareness_taken_back_needs_a_reason() -> None:
    with pytest.raises(InvalidReportError, match="aware_reason"):
        amend(a_report(timeline={"aware": FIRST}), a_report(amendment="no longer sure"))


def test_an_old_reason_does_not_cover_a_second_move() -> None:
    why = "the first look was at another system"
    before = a_report(timeline={"aware": FIRST, "aware_reason": why})
    after = a_report(timeline={"aware": LATER, "aware_reason": why}, amendment="later still")
    with pytest.raises(InvalidReportError, match="aware_reason"):
        amend(before, after)


def test_awareness_moved_earlier_needs_no_reason() -> None:
    change = amend(
        a_report(timeline={"aware": LATER}),
        a_report(timeline={"aware": FIRST}, amendment="support knew a day before"),
    )
    assert change.awareness_moved_hours == -24


def test_a_store_added_in_front_shows_as_one_store_added() -> None:
    change = amend(
        a_report(claim={"stores": [{"store": "b"}]}),
        a_report(claim={"stores": [{"store": "a"}, {"store": "b"}]}, amendment="a as well"),
    )
    assert all(".a" in line for line in change.differences)
    assert "claim.stores.a: now named" in change.differences


def test_prose_is_named_as_changed_and_not_repeated() -> None:
    change = amend(
        a_report(claim={"narrative": "old words"}),
        a_report(claim={"narrative": "Li Wei told us"}, amendment="heard more"),
    )
    assert change.differences == ["claim.narrative: the text is another one"]


def test_norway_and_ontario_are_places_and_not_answers() -> None:
    text = "facts: {people: {NO: 12, DE: 1}, established_in: [NO], misuse_seen: no}"
    facts = parse_report(parse(text, where="test"), where="test").facts
    assert set(facts.people) == {"NO", "DE"}
    assert facts.established_in == ["NO"]
    assert facts.misuse_seen is False
