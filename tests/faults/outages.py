"""A locked file, a database server that restarts, connections that are cut, clocks that are wrong,
and fifty starts at once: each once, in the middle of a send."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from incidents.steps.send_deliveries import WINDOW
from tests.faults.campaign import HOURS, Campaign, Verdict, campaign
from tests.faults.sender import DONE, FAILED, REFUSED
from tests.faults.sweep import CONNECTIONS, Crew, stage
from tests.support.postgres import Postgres, postgres_server

HOUR = 1.0
BUSY_SECONDS = 1.5


def locked(*, people: int, longer: bool, folder: Path | None = None) -> Verdict:
    """Another process holds the file exclusively, shorter or longer than a sender waits for it."""
    with ExitStack() as stack:
        where, box, starter = stack.enter_context(stage(pause=0.002, folder=folder))
        made = stack.enter_context(
            campaign(where / "locked", box, starter, people=people, busy=BUSY_SECONDS)
        )
        sender = made.start()
        made.until(lambda: made.taken() > people // 4)
        other = sqlite3.connect(where / "locked" / "ledger.db", timeout=10, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        held_at = made.taken()
        if longer:
            made.until(lambda: not sender.runs, 60)
        else:
            time.sleep(BUSY_SECONDS * 0.6)
        went_on = made.taken() - held_at
        other.execute("ROLLBACK")
        other.close()
        code, said = sender.wait(60), sender.said()
        made.finish()
        verdict = made.verdict(most_allowed=0)
        verdict.faults = 1
        verdict.notes = {"said": said, "sent while locked": went_on}
        verdict.notes["as expected"] = code == (FAILED if longer else DONE)
        return verdict


def cut(
    *, people: int, times: int, how: str, pause: float = 0.0, folder: Path | None = None
) -> Verdict:
    """PostgreSQL cuts the senders off in the middle.

    Args:
        people: How many to write to.
        times: How often.
        how: `fast` or `immediate` restart, or `terminate` for each connection from the server's
            own side (pg_terminate_backend).
        pause: Seconds the receiving server takes for its answers.
        folder: Where to work.
    """
    with ExitStack() as stack:
        where, box, starter = stack.enter_context(stage(pause=pause, folder=folder))
        server = stack.enter_context(postgres_server(durable=True))
        made = stack.enter_context(
            campaign(where / "cut", box, starter, people=people, url=server.url)
        )
        began = time.monotonic()
        crew = Crew(made, [{}])
        done = 0
        for n in range(times):
            made.until(lambda n=n: _reached(crew, people * (n + 1) // (times + 2)), 120)  # type: ignore[misc]
            if crew.done:
                break
            _cut(server, how)
            done += 1
        made.until(crew.at_rest, 120)
        made.finish()
        verdict = made.verdict(most_allowed=done * CONNECTIONS)
        verdict.faults, verdict.seconds = done, round(time.monotonic() - began, 1)
        verdict.notes = {
            "how": how,
            "starts": crew.starts,
            "tracebacks": len(crew.broke),
            "first traceback": crew.broke[0] if crew.broke else "",
        }
        return verdict


def _reached(crew: Crew, goal: int) -> bool:
    crew.keep()
    return crew.done or crew.made.taken() >= goal


def _cut(server: Postgres, how: str) -> None:
    if how != "terminate":
        server.stop(how)
        server.start()
        return
    driver = server.url.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(driver, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        )


def clock_back(*, people: int, folder: Path | None = None) -> Verdict:
    """The clock goes back an hour in the middle; later the sender is killed and started again."""

    def story(made: Campaign) -> int:
        sender = made.start()
        made.until(lambda: made.taken() > people // 4)
        made.clock(-HOUR)
        made.until(lambda: made.taken() > people // 2)
        sender.kill()
        assert made.start().wait(120) == DONE
        return CONNECTIONS

    return _clock_story(people, story, folder)


def clocks_differ(*, people: int, folder: Path | None = None) -> Verdict:
    """A second machine whose clock is an hour ahead believes that the first one's lease ran out."""

    def story(made: Campaign) -> int:
        ahead = Path(made.order.clock).with_name("clock ahead")
        ahead.write_text(str(3600 * HOUR))
        first = made.start(elsewhere="one", journal="")
        made.until(lambda: made.taken() > people // 4)
        second = made.start(elsewhere="two", journal="", clock=str(ahead))
        codes = {first.wait(120), second.wait(120)}
        assert DONE in codes, codes
        return WINDOW

    return _clock_story(people, story, folder)


def _clock_story(people: int, story: Callable[[Campaign], int], folder: Path | None) -> Verdict:
    with ExitStack() as stack:
        where, box, starter = stack.enter_context(stage(pause=0.002, folder=folder))
        made = stack.enter_context(campaign(where / "clock", box, starter, people=people))
        most = story(made)
        on_the_day = made.states()
        # A lease that was written by a clock an hour ahead ends an hour later.
        made.finish(hours=(1.1 * HOUR, *HOURS))
        verdict = made.verdict(most_allowed=most)
        verdict.faults, verdict.notes = 1, {"states before the hour was over": on_the_day}
        return verdict


def crowd(
    *, people: int, starts: int = 50, database: str = "sqlite", folder: Path | None = None
) -> Verdict:
    """Fifty senders of one set begin at the same moment."""
    with ExitStack() as stack:
        where, box, starter = stack.enter_context(stage(pause=0.002, folder=folder))
        url = ""
        if database == "postgresql":
            url = stack.enter_context(postgres_server(durable=True)).url
        made = stack.enter_context(
            campaign(where / "crowd", box, starter, people=people, url=url, journal=False)
        )
        gate = where / "gate"
        senders = [made.start(gate=str(gate)) for _ in range(starts)]
        time.sleep(0.5)
        gate.touch()
        codes = Counter(one.wait(120) for one in senders)
        words: dict[int, str] = {DONE: "done", REFUSED: "refused: another sends"}
        by_themselves = made.taken()
        made.finish()
        verdict = made.verdict(most_allowed=0)
        verdict.faults = starts
        ended: dict[str, Any] = {words.get(c, f"code {c}"): n for c, n in codes.items()}
        verdict.notes = {"database": database, **ended, "sent by the crowd": by_themselves}
        return verdict
