"""The sender dies at its first, second, third ... write of the ledger, and again while it recovers.

The method is SQLite's own: the fault is moved on by one until a run ends without meeting it, so
no write is left out, and nobody has to know how many there are.
"""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.campaign import Campaign, campaign
from tests.faults.crash import CRASHED
from tests.faults.ledgers import written
from tests.faults.post_box import PostBox
from tests.faults.sender import DONE
from tests.faults.starter import Starter
from tests.faults.sweep import stage

PEOPLE, WINDOW, CONNECTIONS = 200, 16, 4
Death = tuple[str, int]


@dataclass
class Enumerated:
    """What became of every point."""

    points: int = 0
    """Campaigns in which the sender died, once or twice."""
    twice: int = 0
    """Those in which it died again while it recovered."""
    recovered: int = 0
    """Those after which everybody had been told, every second copy announced and within limits."""
    never_handed_over: int = 0
    second_copies: int = 0
    not_marked: int = 0
    doubts: int = 0
    writes: dict[str, int] = field(default_factory=dict)
    """Kind of write -> how many one send has."""
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0

    @property
    def good(self) -> bool:
        return self.points == self.recovered > 0

    def record(self) -> dict[str, Any]:
        """Return the figures for a file."""
        return {**self.__dict__, "good": self.good}


class Points:
    """Runs one campaign for each place to die at, on copies of one ledger."""

    def __init__(
        self, folder: Path, box: PostBox, starter: Starter, *, journal: bool, window: int = WINDOW
    ) -> None:
        self.folder, self.box, self.starter, self.journal = folder, box, starter, journal
        self.window = window
        self.ref = written(f"sqlite:///{folder / 'template.db'}", PEOPLE)
        self.found = Enumerated()

    def run(self, deaths: Iterable[Death]) -> int:
        """Send with one death after another, then to the end; return how many deaths it met."""
        where = self.folder / "point"
        where.mkdir()
        shutil.copy(self.folder / "template.db", where / "ledger.db")
        with campaign(
            where,
            self.box,
            self.starter,
            people=PEOPLE,
            url=f"sqlite:///{where / 'ledger.db'}",
            ref=self.ref,
            journal=self.journal,
            window=self.window,
            connections=CONNECTIONS,
        ) as made:
            met = 0
            for death in deaths:
                code = made.start(die=death).wait(60)
                if code != CRASHED:
                    assert code == DONE, (death, code)
                    break
                met += 1
            if met:
                self._judge(made, met, list(deaths))
        shutil.rmtree(where)
        return met

    def _judge(self, made: Campaign, met: int, deaths: list[Death]) -> None:
        made.finish(60)
        most = met * (CONNECTIONS if self.journal else self.window)
        verdict = made.verdict(most_allowed=most)
        found = self.found
        found.points += 1
        found.twice += met > 1
        found.recovered += verdict.good
        found.never_handed_over += verdict.never_handed_over
        found.second_copies += verdict.second_copies
        found.not_marked += verdict.not_marked
        found.doubts += verdict.doubts
        if not verdict.good:
            found.wrong.append(f"{deaths[:met]}: {verdict}")


def every(
    points: Points,
    kind: str,
    *,
    step: int = 1,
    again: Callable[[int], Iterable[Death]] = lambda _number: (),
) -> None:
    """Die at every place of a kind, or at every so-manieth, alone and then again in the recovery.

    Args:
        points: Runs and counts.
        kind: `commit`, `committed` or `journal`.
        step: Distance between two places.
        again: Place -> where the recovery dies, a campaign for each.
    """
    number = 1
    while points.run([(kind, number)]):
        for second in again(number):
            points.run([(kind, number), second])
        number += step
    points.found.writes[kind] = number - 1


def crash_points(
    *,
    journal: bool,
    sample: int = 0,
    window: int = WINDOW,
    folder: Path | None = None,
    kinds: tuple[str, ...] = (),
) -> Enumerated:
    """Enumerate; all places and all pairs of commits, or a sample of them.

    Args:
        journal: With the journal of stages or without.
        sample: 0 for all; else every so-manieth word of the journal, every commit alone, and one
            pair for each place behind a commit, with the second places spread over the recovery.
        window: Messages marked as being sent at a time: the fewer, the more commits there are.
        folder: Where to work.
        kinds: Kinds of places; by default all there are.
    """
    began = time.monotonic()
    with stage(folder=folder) as (where, box, starter):
        points = Points(where, box, starter, journal=journal, window=window)
        for kind in kinds or ("commit", "committed", *(("journal",) if journal else ())):
            if kind == "journal":
                every(points, kind, step=sample or 1)
            elif sample and kind == "commit":
                every(points, kind)
            elif sample:
                every(points, kind, again=lambda n: [("commit", 1 + n * 7 % 20)])
            else:
                every(points, kind, again=_all_of(points))
    points.found.seconds = round(time.monotonic() - began, 1)
    return points.found


def _all_of(points: Points) -> Callable[[int], Iterator[Death]]:
    """Return what gives every place of a recovery, until one ends without meeting it."""

    def again(_number: int) -> Iterator[Death]:
        for where in ("commit", "committed"):
            number, before = 1, -1
            # A pair whose second place was not met counts no further death: the last of its kind.
            while points.found.twice > before:
                before = points.found.twice
                yield where, number
                number += 1

    return again
