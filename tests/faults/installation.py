"""A whole installation with an approved case, and the real `forthwith` command to send it with."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from flows.demo.shop import build_shop, demo_report
from flows.embedded import clean_environment
from incidents.approval.ssh_signature import public_line
from incidents.clock import SystemClock
from incidents.intake.breach_report import parse_report
from incidents.settings import Settings
from incidents.steps.import_inventory import import_inventory
from incidents.steps.open_case import open_case
from incidents.wiring import open_workshop
from tests.faults.post_box import PostBox
from tests.steps.shop_case import AUTHOR, KEYS, House

COMMAND = Path(sys.executable).parent / "forthwith"
CASE = f"inc-{SystemClock().now():%Y}-0001"
NOWHERE = "http://127.0.0.1:9/api"
"""Nobody listens on the discard port: a Prefect that is gone."""


@dataclass
class Installation:
    """A home, its approved case, and the box its relay is."""

    home: Path
    case: str
    box: PostBox
    prefect: str = NOWHERE
    running: list["subprocess.Popen[str]"] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """Return what the command finds set."""
        return {
            **clean_environment(),
            "FORTHWITH_HOME": str(self.home),
            "FORTHWITH_ACTOR": AUTHOR,
            "FORTHWITH_SMTP__HOST": "127.0.0.1",
            "FORTHWITH_SMTP__PORT": str(self.box.port),
            "FORTHWITH_SMTP__SECURITY": "none",
            "PREFECT_API_URL": self.prefect,
            "PREFECT_HOME": str(self.home / "client"),
            "COLUMNS": "160",
        }

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start the command in a group of its own."""
        process = subprocess.Popen(
            [str(COMMAND), *arguments],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def run(self, *arguments: str, seconds: float = 120) -> tuple[int, str]:
        """Run the command; return its exit code and all that it said."""
        process = self.start(*arguments)
        said, _ = process.communicate(timeout=seconds)
        return process.returncode, said

    def send(self, seconds: float = 300) -> tuple[int, str]:
        """Send what is approved, with no Prefect anywhere."""
        return self.run("step", "send-deliveries", self.case, seconds=seconds)

    def kill(self, process: "subprocess.Popen[str]") -> None:
        """Kill a command with all its children."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    @property
    def ledger(self) -> Path:
        return self.home / "forthwith.db"

    def rows(self, ledger: Path | None = None) -> dict[int, tuple[str, int, str]]:
        """Return e-mail of the ledger -> state, times in doubt, address."""
        with sqlite3.connect(ledger or self.ledger) as database:
            found = database.execute(
                "SELECT id, state, doubts, address FROM delivery WHERE channel = 'email' "
                "AND state NOT IN ('standby', 'cancelled')"
            ).fetchall()
        database.close()
        return {row: (state, doubts, address) for row, state, doubts, address in found}

    def under_way(self) -> dict[str, tuple[int, int]]:
        """Return set -> e-mails handed over, and not yet, as the ledger says."""
        with sqlite3.connect(self.ledger) as database:
            found = database.execute(
                "SELECT set_key, SUM(state = 'handed_over'), SUM(state <> 'handed_over') "
                "FROM delivery WHERE channel = 'email' AND state NOT IN ('standby', 'cancelled') "
                "GROUP BY set_key"
            ).fetchall()
        database.close()
        return {key: (done, left) for key, done, left in found}

    def sets(self) -> dict[str, str]:
        """Return set -> state."""
        with sqlite3.connect(self.ledger) as database:
            found = database.execute("SELECT set_key, state FROM notice_set ORDER BY version")
            return dict(found.fetchall())

    def copies(self) -> Counter[int]:
        """Return e-mail of the ledger -> copies the box has on disk, by their return paths."""
        ring = open_workshop(Settings(home=self.home)).ring
        found: Counter[int] = Counter()
        for one in self.box.received():
            row = ring.read_return_path(one.sender)
            assert row is not None, one
            found[row] += 1
        return found


def build_home(home: Path, people: int) -> str:
    """Make a home whose one case is approved and may be sent now; return the case."""
    build_shop(
        home / "inventory",
        people=people,
        approver_keys=[public_line(key) for key in KEYS.values()],
    )
    clock = SystemClock()
    shop = open_workshop(Settings(home=home, actor=AUTHOR), clock)
    import_inventory(shop.database, shop.ring, shop.inventory, actor=AUTHOR)
    house = House(shop, clock)  # type: ignore[arg-type]  # its clock is only looked at
    report = parse_report(demo_report(clock.now()), where="report", now=clock.now())
    case = open_case(shop.database, report, actor=AUTHOR)
    house.to_drafts(case)
    house.approve(case)
    shop.database.engine.dispose()
    return case


@contextmanager
def installation(home: Path, box: PostBox, *, people: int) -> Iterator[Installation]:
    """Yield an installation in a home: one that was built there before, else a new one."""
    case = CASE if home.exists() else build_home(home, people)
    made = Installation(home, case, box)
    try:
        yield made
    finally:
        for process in made.running:
            if process.poll() is None:
                made.kill(process)
