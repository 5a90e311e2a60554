"""Short versions of the faults of a whole installation."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.installation import build_home
from tests.faults.limits import within
from tests.faults.whole import prefect_gone, prefect_killed, restored

PEOPLE = 200


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home in it that is put back as it was for each test.

    In the same place: a home that lies elsewhere is a copy, and does not send.
    """
    folder = tmp_path_factory.mktemp("place")
    build_home(folder / "home", PEOPLE)
    shutil.copytree(folder / "home", folder / "as it was")
    return folder


@pytest.fixture
def folder(place: Path) -> Iterator[Path]:
    yield place
    for old in place.iterdir():
        if old.name != "as it was":
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    shutil.copytree(place / "as it was", place / "home")


def test_a_campaign_needs_no_prefect_anywhere(folder: Path) -> None:
    with within(300):
        story = prefect_gone(people=PEOPLE, folder=folder)
    assert story.good, story


def test_the_set_under_way_is_sent_to_its_end_when_prefect_is_killed(folder: Path) -> None:
    with within(300):
        story = prefect_killed(people=PEOPLE, folder=folder, wait=2)
    assert story.good, story
    assert story.second_copies == 0


def test_a_database_restored_from_a_copy_waits_for_a_named_person(folder: Path) -> None:
    with within(300):
        story = restored(people=PEOPLE, folder=folder)
    assert story.good, story
    assert story.second_copies > 0  # some were told behind the copy's back, and marked
