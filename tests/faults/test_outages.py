"""Short versions of what goes wrong around a sender: disk, lock, connection, clock, crowd."""

from pathlib import Path

import pytest

from tests.faults.disk import disk_full
from tests.faults.limits import within
from tests.faults.outages import clock_back, clocks_differ, crowd, cut, locked


def test_a_full_disk_is_told_and_the_send_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with within(300):
        found = disk_full(step=40, folder=tmp_path)
    assert found.good, found.wrong
    assert found.points > 4


@pytest.mark.parametrize("longer", [False, True])
def test_a_locked_file_is_waited_for_or_told(tmp_path: Path, longer: bool) -> None:
    with within(240):
        verdict = locked(people=1500, longer=longer, folder=tmp_path)
    assert verdict.good, verdict
    assert verdict.notes["as expected"], verdict.notes
    assert verdict.doubts == 0
    if longer:
        assert "another process keeps it locked" in verdict.notes["said"]


@pytest.mark.parametrize("how", ["fast", "terminate"])
def test_postgresql_cuts_the_sender_off(tmp_path: Path, how: str) -> None:
    with within(240):
        verdict = cut(people=3000, times=2, how=how, pause=0.002, folder=tmp_path)
    assert verdict.good, verdict
    assert verdict.notes["tracebacks"] == 0, verdict.notes


def test_a_clock_that_goes_back_an_hour_resends_nothing_and_loses_nobody(tmp_path: Path) -> None:
    with within(240):
        verdict = clock_back(people=1500, folder=tmp_path)
    assert verdict.good, verdict
    assert verdict.notes["states before the hour was over"] == {"handed_over": 1500}


def test_two_machines_whose_clocks_differ_by_an_hour(tmp_path: Path) -> None:
    with within(240):
        verdict = clocks_differ(people=1500, folder=tmp_path)
    assert verdict.good, verdict
    assert verdict.doubts > 0


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_of_fifty_starts_at_once_nobody_is_told_twice(tmp_path: Path, database: str) -> None:
    with within(240):
        verdict = crowd(people=500, database=database, folder=tmp_path)
    assert verdict.good, verdict
    assert verdict.second_copies == verdict.doubts == 0
    assert verdict.notes["sent by the crowd"] == 500
    assert set(verdict.notes) <= {
        "database", "done", "refused: another sends", "sent by the crowd",
    }  # fmt: skip
