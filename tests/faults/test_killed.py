"""Short versions of the kills: at enumerated writes, at random moments, of PostgreSQL."""

from pathlib import Path

import pytest

from tests.faults.crash_points import crash_points
from tests.faults.limits import within
from tests.faults.sweep import sweep


def test_a_death_at_every_write_and_again_in_the_recovery_loses_nobody(tmp_path: Path) -> None:
    with within(300):
        found = crash_points(journal=True, sample=80, folder=tmp_path)
    assert found.good, found.wrong
    assert found.writes["commit"] > 20
    assert found.writes["journal"] > 700
    assert found.twice > 10


def test_without_the_journal_too(tmp_path: Path) -> None:
    with within(300):
        found = crash_points(
            journal=False, sample=1, window=32, folder=tmp_path, kinds=("committed",)
        )
    assert found.good, found.wrong
    assert found.doubts >= found.second_copies > 0


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("senders", [1, 2])
def test_kills_at_random_moments_of_five_thousand(
    tmp_path: Path, database: str, senders: int
) -> None:
    with within(300):
        verdict = sweep(people=5000, number=10, database=database, senders=senders, folder=tmp_path)
    assert verdict.good, verdict
    assert verdict.faults == 10
    # On PostgreSQL they share it; a file has one writer, and the second waits its turn.
    assert verdict.notes["seats that sent"] == (senders if database == "postgresql" else 1)


def test_whole_windows_are_in_doubt_when_another_machine_takes_over(tmp_path: Path) -> None:
    with within(300):
        verdict = sweep(people=2000, number=2, journal=False, elsewhere=True, folder=tmp_path)
    assert verdict.good, verdict
    assert verdict.doubts > 0
    assert verdict.notes["starts"] > 3  # it was refused until the lease had run out


def test_of_two_machines_that_share_it_one_dies_and_the_other_takes_over(tmp_path: Path) -> None:
    with within(300):
        verdict = sweep(
            people=3000,
            number=2,
            database="postgresql",
            journal=False,
            elsewhere=True,
            senders=2,
            folder=tmp_path,
        )
    assert verdict.good, verdict
    assert verdict.doubts > 0
    assert verdict.notes["seats that sent"] == 2


def test_a_killed_postmaster_loses_nobody(tmp_path: Path) -> None:
    with within(300):
        verdict = sweep(
            people=3000, number=2, database="postgresql", victim="postgres", folder=tmp_path
        )
    assert verdict.good, verdict
    assert verdict.faults == 2
