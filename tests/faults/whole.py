"""Faults of a whole installation: Prefect gone, Prefect killed, a database restored from a copy."""

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.embedded import prefect_server
from tests.faults.installation import Installation, installation
from tests.faults.post_box import running_post_box

ADMIN = "privacy-officer"


@dataclass
class Story:
    """What became of a case."""

    mails: int
    """E-mails that the ledger owes."""
    never_handed_over: int
    second_copies: int
    not_marked: int
    finished: bool
    """Whether every set that is sent came to its end."""
    notes: dict[str, Any] = field(default_factory=dict)
    expected: bool = True
    """Whether what the commands said and did is what they should."""
    seconds: float = 0

    @property
    def good(self) -> bool:
        lost = self.never_handed_over or self.not_marked
        return not lost and self.finished and self.expected and self.mails > 0

    def record(self) -> dict[str, Any]:
        """Return the figures for a file."""
        return {**self.__dict__, "good": self.good}


def judged(made: Installation) -> Story:
    """Hold the receiving server's record against the ledger."""
    rows, copies = made.rows(), made.copies()
    states = {state for key, state in made.sets().items() if key != "announcement"}
    return Story(
        mails=len(rows),
        never_handed_over=sum(1 for row in rows if not copies[row]),
        second_copies=sum(n - 1 for n in copies.values()),
        not_marked=sum(1 for row, n in copies.items() if n > 1 + rows[row][1]),
        finished=states == {"finished"} and {one[0] for one in rows.values()} == {"handed_over"},
    )


def until(happened: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError("it never came to that")
        time.sleep(0.002)


def prefect_gone(*, people: int, folder: Path) -> Story:
    """No Prefect server anywhere for the whole campaign; one sender is killed on the way."""
    began = time.monotonic()
    with ExitStack() as stack:
        box = stack.enter_context(running_post_box(folder / "box", pause=0.01))
        made = stack.enter_context(installation(folder / "home", box, people=people))
        mails = len(made.rows())
        first = made.start("step", "send-deliveries", made.case)
        until(lambda: box.taken > mails // 3)
        made.kill(first)
        code, said = made.send()
        until(lambda: box.at_rest)
        story = judged(made)
        story.expected = code == 0 and not (made.home / "prefect").exists()
        story.notes = {"exit": code, "said": said.splitlines()[:3]}
        story.seconds = round(time.monotonic() - began, 1)
        return story


def prefect_killed(*, people: int, folder: Path, wait: float = 60) -> Story:
    """The Prefect server is killed while its flow sends.

    The set under way is sent to its end; what Prefect would have started behind it is sent
    without Prefect.
    """
    began = time.monotonic()
    with ExitStack() as stack:
        box = stack.enter_context(running_post_box(folder / "box", pause=0.1))
        made = stack.enter_context(installation(folder / "home", box, people=people))
        server = stack.enter_context(prefect_server(folder / "prefect"))
        made.prefect = server.api_url
        flow = made.start("send", made.case)
        until(lambda: any(done >= 5 and left >= 15 for done, left in made.under_way().values()))
        server.process.kill()
        server.process.wait()
        middle = [key for key, (done, left) in made.under_way().items() if done and left]
        killed_at = box.taken
        until(lambda: not any(made.under_way()[key][1] for key in middle))
        by_the_flow = box.taken
        try:
            flow.communicate(timeout=wait)
            ended = f"with {flow.returncode}"
        except subprocess.TimeoutExpired:
            ended = f"not within {wait:.0f} s; it was killed"
            made.kill(flow)
        code, again = made.send()
        until(lambda: box.at_rest)
        story = judged(made)
        story.expected = code == 0 and len(middle) > 0 and by_the_flow > killed_at
        story.notes = {
            "killed after": killed_at,
            "sent by the flow": by_the_flow,
            "sets under way": len(middle),
            "the flow ended": ended,
            "sets sent without Prefect": len(again.splitlines()),
        }
        story.seconds = round(time.monotonic() - began, 1)
        return story


def restored(*, people: int, folder: Path) -> Story:
    """The database of a send is lost, and a copy from its middle is put in its place."""
    began = time.monotonic()
    with ExitStack() as stack:
        box = stack.enter_context(running_post_box(folder / "box", pause=0.02))
        made = stack.enter_context(installation(folder / "home", box, people=people))
        mails = len(made.rows())
        copy = folder / "copy.db"
        sender = made.start("step", "send-deliveries", made.case)
        until(lambda: box.taken > mails // 3)
        with sqlite3.connect(made.ledger) as here, sqlite3.connect(copy) as there:
            here.backup(there)
        here.close()
        there.close()
        until(lambda: box.taken > mails * 2 // 3)
        made.kill(sender)
        until(lambda: box.at_rest)
        for old in made.home.glob("forthwith.db*"):
            old.unlink()
        shutil.copy(copy, made.ledger)
        told_by_the_copy = {row for row, one in made.rows(copy).items() if one[0] == "handed_over"}
        at_the_loss = box.taken
        refused = made.send()
        silent = box.taken == at_the_loss
        marked, words = made.run("reconcile", "--by", ADMIN, "--reason", "compared with the relay")
        held, _ = made.send()
        resumed, _ = made.run("resume", made.case, "--by", ADMIN)
        still_silent = box.taken == at_the_loss
        code, _ = made.send()
        until(lambda: box.at_rest)
        story = judged(made)
        copies = made.copies()
        story.expected = (
            refused[0] != 0 and "forthwith reconcile" in refused[1] and held != 0
            and silent and still_silent and (marked, resumed, code) == (0, 0, 0)
            and all(copies[row] == 1 for row in told_by_the_copy)
        )  # fmt: skip
        story.notes = {
            "sent before it was resumed": not (silent and still_silent),
            "told again": sum(copies[row] - 1 for row in told_by_the_copy),
            "handed over in the copy": len(told_by_the_copy),
            "taken when it was lost": at_the_loss,
            "send before reconcile": refused[0],
            "said": refused[1].replace(str(folder), "FOLDER").splitlines()[:3],
            "reconciled": words.strip(),
            "send while on hold": held,
        }
        story.seconds = round(time.monotonic() - began, 1)
        return story
