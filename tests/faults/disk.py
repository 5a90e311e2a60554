"""The disk is full at any write: the sender ends with a clear word, and goes on when there is room.

Two ways to have no room. A file system of a few megabytes that is filled to the last page but N,
for which root mounts a tmpfs; and the system's own limit for the size of a file (RLIMIT_FSIZE),
which anybody can set and which stops one file after the other at its Nth page.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.campaign import Verdict, campaign
from tests.faults.ledgers import written
from tests.faults.post_box import PostBox
from tests.faults.sender import DONE, FAILED
from tests.faults.starter import Starter
from tests.faults.sweep import stage

PEOPLE, CONNECTIONS = 200, 4
WINDOWS = (16, 0)
"""Many small commits, and the window that is used by itself: its journal is the larger one."""
PAGE = 4096


@dataclass
class Full:
    """What became of every amount of room."""

    ways: list[str] = field(default_factory=list)
    points: int = 0
    """Amounts of room with which a send did not end well."""
    recovered: int = 0
    """Those after which everybody was told once there was room."""
    clear: int = 0
    """Sends that ended with an error that says what, where and what to do."""
    words: list[str] = field(default_factory=list)
    """The different errors."""
    never_handed_over: int = 0
    second_copies: int = 0
    not_marked: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0

    @property
    def good(self) -> bool:
        return self.points == self.recovered == self.clear > 0

    def record(self) -> dict[str, Any]:
        """Return the figures for a file."""
        return {**self.__dict__, "good": self.good}


def may_mount() -> bool:
    """Return whether a small file system can be had here."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        tried = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder],
            check=False,
            capture_output=True,
        )
        if tried.returncode == 0:
            subprocess.run(["umount", folder], check=True)
    return tried.returncode == 0


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """Mount a file system of so many bytes while the block lasts."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, leave: int) -> Path:
    """Fill a file system but for so many bytes; return the file that does."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(PAGE)):
            pass
    os.truncate(ballast, max(ballast.stat().st_size - leave, 0))
    return ballast


def disk_full(*, step: int = 1, most: int = 400, folder: Path | None = None) -> Full:
    """Send with room for N pages more, for N = 0, `step`, 2 `step` ... until a send ends well.

    Args:
        step: Pages between two amounts of room.
        most: Pages after which to give up looking for the end.
        folder: Where to work.
    """
    began, found = time.monotonic(), Full()
    with stage(folder=folder) as (where, box, starter):
        room = _Room(where, box, starter, found)
        for way in ("tmpfs", "limit") if may_mount() else ("limit",):
            found.ways.append(way)
            for window in WINDOWS:
                pages = 0
                while pages < most and room.too_little(way, window, pages):
                    pages += step
    found.seconds = round(time.monotonic() - began, 1)
    return found


class _Room:
    """Sends on copies of one ledger with different amounts of room."""

    def __init__(self, where: Path, box: PostBox, starter: Starter, found: Full) -> None:
        self.where, self.box, self.starter, self.found = where, box, starter, found
        self.template = where / "template.db"
        self.ref = written(f"sqlite:///{self.template}", PEOPLE)

    def too_little(self, way: str, window: int, pages: int) -> bool:
        """Send once with so much room; return whether that was too little."""
        disk = self.where / "disk"
        with small_disk(disk, 8 << 20) if way == "tmpfs" else _plain(disk):
            ledger = Path(shutil.copy(self.template, disk / "ledger.db"))
            # Log and clock lie beside it, the journal beside the ledger as in a home.
            with campaign(
                self.where / "beside",
                self.box,
                self.starter,
                people=PEOPLE,
                url=f"sqlite:///{ledger}",
                ref=self.ref,
                window=window,
                connections=CONNECTIONS,
            ) as made:
                journal = str(disk / "journal" / f"{self.ref}.journal")
                made.order = made.order._replace(journal=journal)
                ballast = fill(disk, pages * PAGE) if way == "tmpfs" else None
                sender = made.start(largest_file=0 if ballast else PAGE * (1 + pages))
                code, said = sender.wait(60), sender.said()
                if ballast:
                    ballast.unlink()
                if code != DONE:
                    made.finish(60)
                    verdict = made.verdict(most_allowed=CONNECTIONS)
                    self._count(verdict, code, said.replace(str(disk), "DISK"), f"{way} {pages}")
        shutil.rmtree(self.where / "beside")
        shutil.rmtree(disk)
        return code != DONE

    def _count(self, verdict: Verdict, code: int, said: str, where: str) -> None:
        found = self.found
        found.points += 1
        found.clear += code == FAILED
        found.recovered += verdict.good
        found.never_handed_over += verdict.never_handed_over
        found.second_copies += verdict.second_copies
        found.not_marked += verdict.not_marked
        if said not in found.words:
            found.words.append(said)
        if not verdict.good or code != FAILED:
            found.wrong.append(f"{where}: ended with {code}: {said}: {verdict}")


@contextmanager
def _plain(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    yield folder
