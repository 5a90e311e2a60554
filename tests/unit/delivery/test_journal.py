"""The journal tells, after a kill, what was begun and what was taken."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.delivery.channels.journal import Journal, Taken, read_journal
from incidents.errors import DeliveryError

PROGRAM = """
import os, signal, sys
from pathlib import Path
from incidents.delivery.channels.journal import Journal
journal = Journal(Path(sys.argv[1]), "me", 7, 16)
for row in range(1, 9):
    journal.takes_off(row, f"<{row}@shop.example>")
for row in range(1, 7):
    journal.begins(row)
journal.ends(1, taken=True, reply_code=250)
journal.ends(2, taken=True, reply_code=251)
journal.ends(3, taken=False, reply_code=550)
journal.recorded([1])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_leaves_what_was_under_way(tmp_path: Path) -> None:
    path = tmp_path / "case.journal"
    ended = subprocess.run([sys.executable, "-c", PROGRAM, str(path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    left = read_journal(path, "me", 7)
    assert left is not None
    assert left.taken == [Taken(2, 251, "<2@shop.example>")]
    assert left.begun == [4, 5, 6]


def test_the_journal_of_somebody_else_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "case.journal"
    Journal(path, "me", 7, 4)
    assert read_journal(path, "me", 7) is not None
    assert read_journal(path, "me", 8) is None
    assert read_journal(path, "you", 7) is None
    assert read_journal(tmp_path / "none", "me", 7) is None
    path.write_bytes(path.read_bytes()[:-1])
    assert read_journal(path, "me", 7) is None
    path.write_bytes(b"\xff" * 100)
    assert read_journal(path, "me", 7) is None


def test_without_room_for_it_nothing_is_begun(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DeliveryError, match="cannot be written"):
        Journal(tmp_path / "file" / "case.journal", "me", 1, 4)


def test_its_room_is_taken_before_it_is_used(tmp_path: Path) -> None:
    """A page that is only promised ends the process (SIGBUS) when the disk is full by then."""
    Journal(tmp_path / "case.journal", "me", 1, 1536)
    found = (tmp_path / "case.journal").stat()
    assert found.st_blocks * 512 >= found.st_size


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "case.journal", "me", 1, 4)
    assert os.stat(tmp_path / "case.journal").st_mode & 0o77 == 0  # noqa: PTH116
    journal.close()
    assert list(tmp_path.iterdir()) == []


@given(st.lists(st.sampled_from(["off", "begin", "take", "refuse", "record"]), max_size=60))
def test_it_is_what_happened(steps: list[str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.journal"
        journal = Journal(path, "me", 1, 8)
        stage: dict[int, str] = {}
        number = 0
        for step in steps:
            if step == "off" and len(stage) < 8:
                number += 1
                stage[number] = "waits"
                journal.takes_off(number, f"<{number}@x>")
                continue
            at = next(
                (
                    row
                    for row, now in stage.items()
                    if (step, now) in {("begin", "waits"), ("take", "begun"), ("refuse", "begun")}
                    or (step == "record" and now in {"taken", "refused"})
                ),
                None,
            )
            if at is None:
                continue
            if step == "begin":
                journal.begins(at)
                stage[at] = "begun"
            elif step == "record":
                journal.recorded([at])
                del stage[at]
            else:
                journal.ends(at, taken=step == "take", reply_code=250)
                stage[at] = "taken" if step == "take" else "refused"
        left = read_journal(path, "me", 1)
        assert left is not None
        assert sorted(one.id for one in left.taken) == [n for n, s in stage.items() if s == "taken"]
        assert sorted(left.begun) == [n for n, s in stage.items() if s == "begun"]
