"""Faults on purpose, and what became of the people who had to be told.

    python -m tests.faults NAME [--people N] [--kills N] [--senders N]
                           [--database NAME] [--quick] [--json FILE]
    python -m tests.faults all

The receiving server's own record, on disk before it says yes, is what is counted. `all` runs the
long ones, about two hours on two cores; `--quick` runs each with few people. The last result stands
in docs/explanation/faults.md.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from tests.faults.crash_points import crash_points
from tests.faults.disk import disk_full
from tests.faults.limits import within
from tests.faults.mails import mails
from tests.faults.outages import clock_back, clocks_differ, crowd, cut, locked
from tests.faults.sweep import sweep
from tests.faults.whole import prefect_gone, prefect_killed, restored

DATABASES = ("sqlite", "postgresql")


class Result(Protocol):
    """What a fault program found."""

    @property
    def good(self) -> bool:
        """Whether nobody was lost, and every second copy was announced."""
        ...

    def record(self) -> dict[str, Any]:
        """Return the figures."""
        ...


class Size(NamedTuple):
    """How large to run it."""

    people: int
    kills: int
    senders: int
    quick: bool
    databases: Sequence[str]
    folder: Path
    """Empty, and of this run alone."""


Runs = Iterator[tuple[str, Callable[[], Result]]]


def _crash_points(size: Size) -> Runs:
    sample = 40 if size.quick else 0
    for journal in (True, False):
        what = "with the journal" if journal else "without it"
        yield what, lambda journal=journal: crash_points(journal=journal, sample=sample)  # type: ignore[misc]


def _kill_senders(size: Size) -> Runs:
    for database in size.databases:
        for journal in (True, False):
            what = f"{database}, {'with' if journal else 'without'} the journal"
            yield (
                what,
                lambda database=database, journal=journal: sweep(  # type: ignore[misc]
                    people=size.people or (5_000 if size.quick else 100_000),
                    number=size.kills or (10 if size.quick else 200),
                    database=database,
                    journal=journal,
                    senders=size.senders,
                ),
            )


def _take_over(size: Size) -> Runs:
    for database in size.databases:
        yield (
            f"{database}, from another machine",
            lambda database=database: sweep(  # type: ignore[misc]
                people=size.people or (2_000 if size.quick else 20_000),
                number=size.kills or (2 if size.quick else 20),
                database=database,
                journal=False,
                elsewhere=True,
                senders=size.senders,
            ),
        )


def _kill_postgres(size: Size) -> Runs:
    yield (
        "the postmaster",
        lambda: sweep(
            people=size.people or (3_000 if size.quick else 100_000),
            number=size.kills or (2 if size.quick else 50),
            database="postgresql",
            victim="postgres",
            senders=size.senders,
        ),
    )


def _disk_full(size: Size) -> Runs:
    yield "room for N pages more", lambda: disk_full(step=40 if size.quick else 1)


def _outages(size: Size) -> Runs:
    people = size.people or (1_500 if size.quick else 5_000)
    times = size.kills or (2 if size.quick else 10)
    yield "locked shorter than a sender waits", lambda: locked(people=people, longer=False)
    yield "locked longer", lambda: locked(people=people, longer=True)
    for how in ("fast", "immediate", "terminate"):
        yield (
            f"PostgreSQL, {how}",
            lambda how=how: cut(people=2 * people, times=times, how=how, pause=0.002),  # type: ignore[misc]
        )
    yield "clock an hour back", lambda: clock_back(people=people)
    yield "clocks an hour apart", lambda: clocks_differ(people=people)
    for database in size.databases:
        yield (
            f"50 starts at once, {database}",
            lambda database=database: crowd(people=500, database=database),  # type: ignore[misc]
        )


def _prefect(size: Size) -> Runs:
    people = size.people or (200 if size.quick else 2_000)
    yield "gone", lambda: prefect_gone(people=people, folder=size.folder / "gone")
    yield "killed", lambda: prefect_killed(people=people, folder=size.folder / "killed")


def _restored(size: Size) -> Runs:
    people = size.people or (200 if size.quick else 2_000)
    yield "a copy from the middle", lambda: restored(people=people, folder=size.folder / "copy")


def _mails(size: Size) -> Runs:
    people = size.people or (5_000 if size.quick else 100_000)
    for database in size.databases:
        yield (
            database,
            lambda database=database: mails(  # type: ignore[misc]
                people=people, database=database, folder=size.folder / database
            ),
        )


PROGRAMS: dict[str, tuple[Callable[[Size], Runs], int]] = {
    "crash-points": (_crash_points, 3600),
    "kill-senders": (_kill_senders, 1800),
    "take-over": (_take_over, 900),
    "kill-postgres": (_kill_postgres, 1800),
    "disk-full": (_disk_full, 900),
    "outages": (_outages, 300),
    "prefect": (_prefect, 600),
    "restored": (_restored, 600),
    "mails": (_mails, 1200),
}
"""Name -> its runs, and the seconds after which one that hangs fails."""


def main() -> None:
    """Run one or all, print what they found, fail when it was not good."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=[*PROGRAMS, "all"])
    parser.add_argument("--people", type=int, default=0)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument(
        "--senders", type=int, default=1, help="processes on the same set at a time"
    )
    parser.add_argument("--database", choices=DATABASES, help="by default one after the other")
    parser.add_argument("--quick", action="store_true", help="few people, minutes for all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    given = parser.parse_args()
    found: dict[str, Any] = {}
    for name in PROGRAMS if given.name == "all" else [given.name]:
        with tempfile.TemporaryDirectory() as folder:
            databases = [given.database] if given.database else DATABASES
            sizes = (given.people, given.kills, given.senders, given.quick)
            size = Size(*sizes, databases, Path(folder))
            runs, seconds = PROGRAMS[name]
            for what, run in runs(size):
                found[f"{name}: {what}"] = _run(f"{name}: {what}", run, seconds)
                if given.json:
                    given.json.write_text(json.dumps(found, indent=2, ensure_ascii=False))
    bad = [what for what, one in found.items() if not one["good"]]
    print(
        f"{len(found) - len(bad)} of {len(found)} good",
        *(f"not good: {one}" for one in bad),
        sep="\n",
    )
    sys.exit(bool(bad))


def _run(what: str, run: Callable[[], Result], seconds: int) -> dict[str, Any]:
    try:
        with within(seconds):
            record = run().record()
    except TimeoutError as error:
        record = {"good": False, "error": str(error)}
    print(f"{what}: {'good' if record['good'] else 'NOT GOOD'}")
    for key, value in record.items():
        if key != "good":
            print(f"    {key.replace('_', ' ')}: {value}")
    sys.stdout.flush()
    return record


if __name__ == "__main__":
    main()
