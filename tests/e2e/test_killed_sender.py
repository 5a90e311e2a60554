"""A sender that is killed at any moment loses nobody, and whoever is written twice was in doubt.

The oracle is what the receiving server forced to disk before it said yes, not our ledger.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from incidents.errors import DeliveryError, HeldError, SeatTakenError
from incidents.steps.send_deliveries import WINDOW
from incidents.store import cases
from incidents.store.unit_of_work import Database
from tests.support.mailserver import MailServer, running_mailserver
from tests.support.sending import open_database, released_set, rows, states

PEOPLE = 400
KILLS, CONNECTIONS = 4, 4
ROOT = Path(__file__).parents[2]
PAUSE = 0.004
"""Seconds the program below spends on each message, so that there is a middle to be killed in."""
PROGRAM = """
import asyncio, os, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from incidents.clock import SystemClock
from incidents.errors import ForthwithError
from incidents.store import senders
from tests.support.sending import Sending, channel_to, open_database, renderer

path, ref, port, pause, hours, keep = sys.argv[1:]

class Ahead(SystemClock):
    def now(self):
        return super().now() + timedelta(hours=int(hours))

senders.LEASE = timedelta(seconds=float(os.environ.get("TEST_LEASE", "60")))
made = renderer(ref, datetime(2026, 3, 2, tzinfo=UTC))

def slowly(one):
    time.sleep(float(pause))
    return made(one)

database = open_database(Path(path), Ahead())
journal = Path(path).with_name("journal") / f"{ref}.journal" if keep == "journal" else None
sending = Sending(database, ref, channel_to(int(port)), {"render": slowly, "journal": journal})
try:
    report = asyncio.run(sending.run())
except ForthwithError as error:
    print(type(error).__name__)
    sys.exit(3)
print(report.stopped_by or "done")
"""


class Campaign:
    """A released set, a server, and sender processes."""

    def __init__(self, folder: Path, server: MailServer) -> None:
        self.path, self.server = folder / "ledger.db", server
        self.database: Database = open_database(self.path)
        self.ref = released_set(self.database, PEOPLE)

    def start(
        self, pause: float = PAUSE, *, hours: int = 0, journal: bool = True
    ) -> "subprocess.Popen[str]":
        port = str(self.server.port)
        keep = "journal" if journal else ""
        arguments = [str(self.path), self.ref, port, str(pause), str(hours), keep]
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def wait_for(self, happened: Callable[[], bool], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < end, "it never came to that"
            time.sleep(0.002)

    def times(self) -> Counter[str]:
        return Counter(one.recipient.split("@")[0] for one in self.server.received())

    def doubts(self) -> dict[str, int]:
        found = rows(self.database, self.ref)
        return {f"person{who[1:]}": one["doubts"] for who, one in found.items()}


@pytest.mark.parametrize("journal", [True, False])
def test_kills_at_random_moments_lose_nobody_and_mark_every_second_copy(
    tmp_path: Path, journal: bool
) -> None:
    chance = random.Random(20260302)
    with running_mailserver(tmp_path / "mail") as server:
        campaign = Campaign(tmp_path, server)
        for _ in range(KILLS):
            goal = server.oracle.taken + chance.randint(50, 80)
            sender = campaign.start(journal=journal)
            campaign.wait_for(lambda goal=goal: server.oracle.taken >= goal)  # type: ignore[misc]
            time.sleep(chance.uniform(0, 0.02))
            sender.send_signal(signal.SIGKILL)
            sender.wait()
        # Whoever was in doubt twice is tried again a day later, not at once.
        for hours in (0, 25):
            said, _ = campaign.start(0, hours=hours, journal=journal).communicate(timeout=120)
            assert said.strip() == "done"
        times, doubts = campaign.times(), campaign.doubts()
        assert len(times) == PEOPLE
        assert states(campaign.database, campaign.ref) == {"handed_over": PEOPLE}
        # With the journal only what was open at a kill is in doubt, else all that was claimed.
        assert sum(doubts.values()) <= KILLS * (CONNECTIONS if journal else WINDOW)
        assert journal or sum(doubts.values()) > 0
        assert [who for who, number in times.items() if number > 1 + doubts[who]] == []
        # A second copy is recognisable: it carries the same Message-ID and the same bytes.
        by_person: dict[str, set[tuple[str, str]]] = {}
        for one in server.received():
            by_person.setdefault(one.recipient, set()).add((one.message_id, one.sha256))
        assert {len(copies) for copies in by_person.values()} == {1}


def test_two_senders_at_once_do_not_share_a_case(tmp_path: Path) -> None:
    with running_mailserver(tmp_path / "mail") as server:
        campaign = Campaign(tmp_path, server)
        pair = [campaign.start(), campaign.start()]
        said = sorted(one.communicate(timeout=120)[0].strip() for one in pair)
        assert said == [SeatTakenError.__name__, "done"]
        assert set(campaign.times().values()) == {1}
        assert len(campaign.times()) == PEOPLE


def test_a_hold_stops_within_a_second_and_only_a_resume_goes_on(tmp_path: Path) -> None:
    with running_mailserver(tmp_path / "mail") as server:
        campaign = Campaign(tmp_path, server)
        sender = campaign.start()
        campaign.wait_for(lambda: server.oracle.taken > 80)
        with campaign.database.write("ada") as work:
            cases.hold_case(work, campaign.ref, reason="wrong text")
        time.sleep(1)
        after_a_second = server.oracle.taken
        said, _ = sender.communicate(timeout=60)
        assert said.strip() == "held"
        assert server.oracle.taken == after_a_second < PEOPLE
        again = campaign.start()
        assert again.communicate(timeout=60)[0].strip() == HeldError.__name__
        assert server.oracle.taken == after_a_second
        with campaign.database.write("ada") as work:
            cases.resume_case(work, campaign.ref, reason="the text was right")
        assert campaign.start(0).communicate(timeout=120)[0].strip() == "done"
        assert set(campaign.times().values()) == {1}
        assert len(campaign.times()) == PEOPLE


@pytest.mark.parametrize("number", [1, 2])
def test_an_interrupt_leaves_nothing_in_doubt(tmp_path: Path, number: int) -> None:
    with running_mailserver(tmp_path / "mail") as server:
        campaign = Campaign(tmp_path, server)
        for _ in range(number):
            sender = campaign.start()
            goal = server.oracle.taken + 40
            campaign.wait_for(lambda goal=goal: server.oracle.taken > goal)  # type: ignore[misc]
            sender.send_signal(signal.SIGINT)
            sender.wait(timeout=30)
        now = states(campaign.database, campaign.ref)
        assert now == {
            "handed_over": server.oracle.taken,
            "planned": PEOPLE - server.oracle.taken,
        }
        assert campaign.start(0).communicate(timeout=120)[0].strip() == "done"
        assert set(campaign.times().values()) == {1}
        assert sum(campaign.doubts().values()) == 0


def test_a_sender_that_slept_past_its_lease_wakes_up_and_sends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_LEASE", "2")
    with running_mailserver(tmp_path / "mail") as server:
        campaign = Campaign(tmp_path, server)
        sleeper = campaign.start()
        campaign.wait_for(lambda: server.oracle.taken > 80)
        sleeper.send_signal(signal.SIGSTOP)
        time.sleep(0.3)  # what it had written before may still be taken
        while_asleep = server.oracle.taken
        time.sleep(2.2)
        assert server.oracle.taken == while_asleep
        assert campaign.start(0).communicate(timeout=120)[0].strip() == "done"
        by_the_second = server.oracle.taken
        sleeper.send_signal(signal.SIGCONT)
        assert sleeper.communicate(timeout=60)[0].strip() == DeliveryError.__name__
        assert server.oracle.taken == by_the_second
        times, doubts = campaign.times(), campaign.doubts()
        assert len(times) == PEOPLE
        assert [who for who, number in times.items() if number > 1 + doubts[who]] == []
        assert states(campaign.database, campaign.ref) == {"handed_over": PEOPLE}
