"""Places from coarse to fine, and numbers of people in them."""

import pytest

from incidents.duties import places
from incidents.models.report import Range


@pytest.mark.parametrize(
    ("place", "area", "within"),
    [
        ("US-CA", "US", True),
        ("US-CA", "US-CA", True),
        ("US", "US-CA", False),
        ("CN-GD-SZ", "CN-GD", True),
        ("CNX", "CN", False),
        ("CA", "US-CA", False),
    ],
)
def test_a_finer_place_lies_within_a_coarser_one(place: str, area: str, within: bool) -> None:
    assert places.is_within_any(place, [area]) is within


def test_people_of_coarser_or_unknown_place_widen_the_upper_bound_only() -> None:
    counts = {
        "US-CA": Range.exactly(10),
        "US": Range.exactly(5),
        "unknown": Range.exactly(2),
        "US-TX": Range.exactly(100),
    }
    assert places.count_here(counts, ["US-CA"]) == Range(low=10, best=10, high=17)


def test_without_any_count_nothing_is_known() -> None:
    assert places.count_here({}, ["US-CA"]) == Range()


def test_an_uncounted_group_is_anything_up_to_everybody() -> None:
    whole = {"CN": Range.exactly(20)}
    assert places.subgroup_here({}, whole, ["CN"]) == Range(low=0, high=20)
    assert places.subgroup_here({}, {"DE": Range.exactly(3)}, ["CN"]) == Range(low=0, high=0)


@pytest.mark.parametrize(
    ("people", "words"),
    [
        (Range.exactly(500), "500"),
        (Range(low=400, high=600), "between 400 and 600"),
        (Range(low=5), "at least 5"),
        (Range(), "not known"),
    ],
)
def test_a_range_reads_as_people_write_it(people: Range, words: str) -> None:
    assert places.words_for(people) == words
