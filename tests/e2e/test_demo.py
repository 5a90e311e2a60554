"""The demo ends with everything it promises, reaches nobody, and leaves nothing running."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.mailserver import MailServer, running_mailserver

ROOT = Path(__file__).parents[2]
PEOPLE = 200
MARK = "DEMO_UNDER_TEST"
COMMAND = [sys.executable, "-c", "from flows.cli import main; main()"]
CHILDREN = 3
"""Prefect, the mail catcher, the web server."""

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="needs /proc to see what is left running"
)


class Demo:
    """One run of the command in a process of its own, every process of it marked."""

    def __init__(self, folder: Path, home: Path, **environment: str) -> None:
        self.mark = secrets.token_hex(8)
        self.output = folder / f"{self.mark}.txt"
        self.folder = folder / "demo"
        self.file = self.output.open("wb")
        self.process = subprocess.Popen(
            [*COMMAND, "demo", "--people", str(PEOPLE), "--dir", str(self.folder)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=self.file,
            stderr=subprocess.STDOUT,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "HOME": str(home),
                MARK: self.mark,
                **environment,
            },
            start_new_session=True,
        )

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def left(self) -> list[int]:
        """Return the processes of this run that are alive."""
        wanted = f"{MARK}={self.mark}".encode()
        alive = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and wanted in (entry / "environ").read_bytes():
                    alive.append(int(entry.name))
            except OSError:
                continue  # it ended meanwhile
        return [one for one in alive if one != self.process.pid]

    def wait_for(self, happened: Callable[[], object]) -> None:
        """Wait until the running demo has come so far."""
        end = time.monotonic() + 120
        while not happened():
            assert time.monotonic() < end, f"it never came to that:\n{self.said}"
            assert self.process.poll() is None, f"it ended:\n{self.said}"
            time.sleep(0.05)

    def wait_until_nothing_is_left(self) -> None:
        end = time.monotonic() + 20
        while self.left():
            assert time.monotonic() < end, "processes outlive the demo"
            time.sleep(0.05)

    def is_up(self) -> bool:
        return len(self.left()) >= CHILDREN and "Everything runs on this machine" in self.said

    def end(self) -> None:
        """Stop whatever a failed test left."""
        self.file.close()
        for one in [self.process.pid, *self.left()]:
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()


@pytest.fixture
def interrupted(tmp_path: Path) -> Iterator[Demo]:
    (tmp_path / "home").mkdir()
    demo = Demo(tmp_path, tmp_path / "home")
    yield demo
    demo.end()


class Story(NamedTuple):
    """A run that was killed in the middle and the one after it in the same folder."""

    killed: Demo
    whole: Demo
    code: int
    relay: MailServer
    home: Path

    @property
    def run(self) -> Path:
        """Return the folder of the second run."""
        return max(self.whole.folder.glob("run-*"))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("demo")
    home = folder / "home"
    home.mkdir()
    with running_mailserver(folder / "relay") as relay:
        killed = Demo(folder, home)
        killed.wait_for(killed.is_up)
        killed.wait_for(lambda: "A breach report comes in" in killed.said)
        killed.process.send_signal(signal.SIGKILL)
        killed.process.wait()
        killed.wait_until_nothing_is_left()
        whole = Demo(
            folder,
            home,
            FORTHWITH_SMTP__HOST="127.0.0.1",
            FORTHWITH_SMTP__PORT=str(relay.port),
            FORTHWITH_SMTP__SECURITY="none",
            FORTHWITH_HOME=str(folder / "someones-own-home"),
            FORTHWITH_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing",
            FORTHWITH_NEEDED_APPROVALS="nonsense",
            PREFECT_API_URL="http://127.0.0.1:1/api",
        )
        try:
            code = whole.process.wait(timeout=180)
            yield Story(killed, whole, code, relay, home)
        finally:
            killed.end()
            whole.end()


def test_a_killed_demo_leaves_no_process_behind(story: Story) -> None:
    assert story.killed.process.returncode == -signal.SIGKILL
    assert story.killed.left() == []


def test_the_demo_after_a_killed_one_comes_to_its_end(story: Story) -> None:
    assert story.code == 0, story.whole.said
    assert "Traceback" not in story.whole.said
    assert "0 problems" in story.whole.said
    assert len(list(story.whole.folder.glob("run-*"))) == 2


def test_every_stage_shows_what_a_security_lead_wants_to_know(story: Story) -> None:
    for words in (
        "Hold these before they are gone",
        "Where the report and the inventory disagree",
        "Risk:",
        "Law not known here, ask counsel",
        "are not owed, each with a reason",
        "Drafted and sealed",
        "signed",
        "Where people stand",
        "published and fetched back as sealed",
        "is closed",
        "links verified",
    ):
        assert words in story.whole.said, words


def test_the_files_it_names_exist_and_hold_what_people_got(story: Story) -> None:
    run = story.run
    mails = sorted((run / "mailbox").glob("*.eml"))
    assert len(mails) > PEOPLE / 3
    for one in mails:
        message = message_from_bytes(one.read_bytes(), policy=policy.default)
        assert str(message["To"]).rstrip(">").endswith(".example")
        assert one.with_suffix(".txt").read_text(encoding="utf-8").strip()
        assert one.with_suffix(".html").read_text(encoding="utf-8").lstrip().startswith("<")
    for name in (
        "public/*.html",
        "out/regulators/*/letter.txt",
        "out/regulators/*/fields.json",
        "out/record/case-record.json",
        "out/record/case-record.txt",
        "out/calls.csv",
        "out/hand-list.csv",
        "out/drafts/*/*.txt",
    ):
        assert list(run.glob(name)), name


def test_nobodys_own_settings_reach_the_demo_and_no_real_relay_is_asked(story: Story) -> None:
    assert story.relay.oracle.connections == 0
    assert list(story.home.iterdir()) == []
    assert not story.home.with_name("someones-own-home").exists()


def test_nothing_is_left_running(story: Story) -> None:
    assert story.whole.left() == []


def test_an_interrupt_stops_everything(interrupted: Demo) -> None:
    interrupted.wait_for(interrupted.is_up)
    interrupted.process.send_signal(signal.SIGINT)
    assert interrupted.process.wait(timeout=60) == 130, interrupted.said
    assert interrupted.left() == []
    assert "Traceback" not in interrupted.said
