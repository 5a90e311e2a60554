"""Kills at random moments: of senders, of the database server; and who was told in the end."""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from incidents.steps.send_deliveries import WINDOW
from tests.faults.campaign import Campaign, Verdict, campaign
from tests.faults.post_box import running_post_box
from tests.faults.sender import BROKE, DONE
from tests.faults.starter import Sender, Starter, running_starter
from tests.support.postgres import Postgres, postgres_server

CONNECTIONS = 4
_SEATS = """
    SELECT x.seat, COUNT(*) FROM sender x WHERE x.case_ref = :r GROUP BY x.seat"""
AGAIN_SECONDS = 0.3
"""How soon a sender that ended is started again, as a service manager does."""


@dataclass
class Crew:
    """Senders of one set that are started again when they end otherwise than well."""

    made: Campaign
    orders: list[dict[str, Any]]
    senders: list[Sender] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    starts: int = 0
    broke: list[str] = field(default_factory=list)
    """Last words of senders that ended with a traceback."""
    done: bool = False

    def keep(self) -> None:
        """Start who is missing."""
        now = time.monotonic()
        if not self.senders:
            self.senders = [self._start(n) for n in range(len(self.orders))]
            self.waits = [0.0] * len(self.senders)
        for n, sender in enumerate(self.senders):
            if sender.runs:
                continue
            if not self.waits[n]:
                self.waits[n] = now + (AGAIN_SECONDS if sender.code > 0 else 0)
                if sender.code == BROKE:
                    self.broke.append(sender.said())
                self.done = self.done or sender.code == DONE
            if now >= self.waits[n] and not self.done:
                self.senders[n], self.waits[n] = self._start(n), 0.0

    def kill_one(self, chance: random.Random) -> bool:
        """Kill one that runs; return whether there was one."""
        running = [one for one in self.senders if one.runs]
        if running:
            chance.choice(running).kill()
        return bool(running)

    def at_rest(self) -> bool:
        """Return whether one ended well and no other runs."""
        self.keep()
        return self.done and not any(one.runs for one in self.senders)

    def _start(self, n: int) -> Sender:
        self.starts += 1
        return self.made.start(**self.orders[n])


def kills(
    made: Campaign,
    *,
    number: int,
    seed: int,
    senders: int = 1,
    elsewhere: bool = False,
    strike: Callable[[], None] | None = None,
) -> tuple[Crew, int]:
    """Kill at random moments of a campaign until it has ended; return who sent, and kills done.

    Args:
        made: The campaign.
        number: Kills, spread over nine tenths of its messages.
        seed: Of the moments.
        senders: How many are at work at a time.
        elsewhere: Whether each pretends to run on a machine of its own.
        strike: What is killed instead of a sender; it comes back by itself.
    """
    chance = random.Random(seed)
    mean = max(int(0.9 * made.people / number), 2)
    crew = Crew(made, [{"elsewhere": f"host{n}"} if elsewhere else {} for n in range(senders)])
    crew.keep()
    struck = 0
    while struck < number:
        goal = made.taken() + chance.randint(max(mean // 2, 1), max(mean * 3 // 2 - 1, 1))

        def reached(goal: int = goal) -> bool:
            crew.keep()
            return made.taken() >= goal or crew.done

        made.until(reached, 180)
        if crew.done:
            break
        time.sleep(chance.uniform(0, 0.01))
        if strike is not None:
            strike()
            struck += 1
        else:
            struck += crew.kill_one(chance)
    made.until(crew.at_rest, 600)
    return crew, struck


@contextmanager
def stage(
    *, pause: float = 0.0, folder: Path | None = None
) -> "Iterator[tuple[Path, Any, Starter]]":
    """Yield a folder, a receiving server and a starter."""
    with ExitStack() as stack:
        where = folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        box = stack.enter_context(running_post_box(where / "box", pause=pause))
        starter = stack.enter_context(running_starter())
        yield where, box, starter


def sweep(
    *,
    people: int,
    number: int,
    database: str = "sqlite",
    journal: bool = True,
    elsewhere: bool = False,
    senders: int = 1,
    victim: str = "sender",
    seed: int = 20260302,
    pause: float = 0.0,
    folder: Path | None = None,
) -> Verdict:
    """Run one campaign under kills and return what became of it."""
    with ExitStack() as stack:
        where, box, starter = stack.enter_context(stage(pause=pause, folder=folder))
        server: Postgres | None = None
        if database == "postgresql":
            server = stack.enter_context(postgres_server(durable=True))
        made = stack.enter_context(
            campaign(
                where / "campaign",
                box,
                starter,
                people=people,
                url=server.url if server else "",
                journal=journal,
                lease=3.0 if elsewhere else 0.0,
                seats=senders if database == "postgresql" else 1,
                connections=CONNECTIONS,
            )
        )
        began = time.monotonic()

        def strike() -> None:
            assert server is not None
            server.kill()
            server.start()

        crew, struck = kills(
            made,
            number=number,
            seed=seed,
            senders=senders,
            elsewhere=elsewhere,
            strike=strike if victim == "postgres" else None,
        )
        by_itself = made.taken()
        made.finish()
        exact = journal and not elsewhere
        verdict = made.verdict(
            # A kill costs what is open on the wire, or without a journal all that was marked.
            most_allowed=struck * (CONNECTIONS if exact else WINDOW) * senders
        )
        verdict.faults, verdict.seconds = struck, round(time.monotonic() - began, 1)
        verdict.notes = {
            "database": database,
            "journal": journal,
            "elsewhere": elsewhere,
            "senders": senders,
            "victim": victim,
            "seed": seed,
            "starts": crew.starts,
            "on the same day": by_itself,
            "seats that sent": len(made.witness.ask(_SEATS)),
            "tracebacks": len(crew.broke),
            "first traceback": crew.broke[0] if crew.broke else "",
        }
        return verdict
