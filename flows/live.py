"""Follows a sending for those who watch it: the terminal, and Prefect's interface.

The sending itself only drops its counts into a box. What is read and shown beyond that happens in
threads that it never waits for.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock

from flows.latest import Latest
from incidents.delivery.progress import Progress, Speed, progress
from incidents.steps.show_sending import SendingPlan, ledger_before, refusals, sending_plan
from incidents.store.delivery_counts import Standing
from incidents.store.unit_of_work import Database

LOOK_SECONDS = 0.5
LOOK_SHARE = 1 / 20
"""The part of the time that looking at the ledger may take."""
END_SECONDS = 2.0
"""How long the last look may take when the sending has ended."""
Show = Callable[[Progress, SendingPlan], None]
Counts = Mapping[str, int]


@dataclass
class _Run:
    """What is read once for all sets of a case that go out one after another."""

    ledger: list[Standing] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    """Sets it is through with."""
    reading: Lock = field(default_factory=Lock)


_runs: dict[tuple[str, str], _Run] = {}


def begin_run(database: Database, ref: str) -> None:
    """Forget how the ledger of a case stood: its sets are about to be sent anew."""
    _runs.pop(_name(database, ref), None)


def _name(database: Database, ref: str) -> tuple[str, str]:
    return str(database.engine.url), ref


class Follower:
    """Turns counts of one set into what people want to know."""

    def __init__(self, database: Database, ref: str, set_key: str, shows: Sequence[Show]) -> None:
        self.database, self.ref, self.set_key, self.shows = database, ref, set_key, shows
        self._plan: SendingPlan | None = None
        self._speed = Speed()

    def look(self, heard: tuple[float, Counts]) -> None:
        """Work out how it stands and show it; called in a thread of its own."""
        at, counts = heard
        if self._plan is None:
            self._plan = self._planned()
        if not counts:
            return
        ended = sum(counts.get(state, 0) for state in ("handed_over", "refused", "deferred"))
        now = progress(
            self.ref,
            self._plan.loads,
            counts,
            now=self.database.clock.now(),
            rate=self._speed.sees(at, ended),
            number=self._plan.number,
            sets=self._plan.sets,
            refusals=refusals(self.database, self.ref, self.set_key),
        )
        for show in self.shows:
            with suppress(Exception):  # one that fails takes nothing from the others
                show(now, self._plan)

    def _planned(self) -> SendingPlan:
        run = _runs.setdefault(_name(self.database, self.ref), _Run())
        with run.reading:  # a small set may have ended while it was read for the first time
            run.ledger = run.ledger or ledger_before(self.database, self.ref)
        return sending_plan(self.database, self.ref, self.set_key, run.ledger, sent=run.sent)


@contextmanager
def following(
    database: Database, ref: str, set_key: str, shows: Sequence[Show]
) -> Iterator[Callable[[Counts], None]]:
    """Yield what a sending calls with its counts, while others are shown how it goes."""
    if not shows:
        yield lambda _counts: None
        return
    follower = Follower(database, ref, set_key, shows)
    box = Latest(follower.look, every=LOOK_SECONDS, share=LOOK_SHARE)
    box.put((time.monotonic(), {}))  # the clocks are read before anybody is told
    try:
        yield lambda counts: box.put((time.monotonic(), dict(counts)))
    finally:
        box.close(END_SECONDS)
        _runs.setdefault(_name(database, ref), _Run()).sent.append(set_key)
