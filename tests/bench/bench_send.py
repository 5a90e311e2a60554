"""Sending, end to end: from a frozen list to every row of the ledger final.

    uv run --group bench python -m tests.bench.bench_send [--quick] [--people N] [--runs N]
                                                          [--memory] [--json FILE]

The words are the demo shop's own notices, text and HTML, in four languages, each with the person's
code and return path. The receiving server is Postfix's smtp-sink. Contenders, in one run:

sqlite       the step itself: build, pipelined connections, durable ledger (synchronous FULL)
postgresql   the same on PostgreSQL as it is installed
naive        a loop of Jinja2, EmailMessage, smtplib and one commit for each message
post-office  django-post-office's queue in SQLite (left out where it is not installed)
source       Postfix's smtp-source with connection reuse at its best of 1, 4, 10 and 50 sessions:
             no words, no ledger; the yardstick

Figures depend on the machine; only ratios of one run are worth comparing.
"""

import argparse
import asyncio
import json
import resource
import shutil
import smtplib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from sqlalchemy import create_engine, text

from incidents.delivery.channels.smtp import SmtpChannel, SmtpRoute
from incidents.delivery.sources.process import is_dead, this_process
from incidents.models.notice import NoticeSet
from incidents.models.states import DeliveryState
from incidents.steps.person_mail import PersonMail
from incidents.steps.person_words import PersonWords
from incidents.steps.send_deliveries import send_deliveries
from incidents.steps.send_set import _renderer
from incidents.store.engine import open_engine
from incidents.store.unit_of_work import Database
from tests.bench.bench_build import chosen, drafted, library
from tests.steps.shop_case import NOW, House
from tests.support.postgres import running_postgres
from tests.support.sending import SET, mac, released_set

PORT: Final = 2525
SINK: Final = f"127.0.0.1:{PORT}"
CONNECTIONS: Final = 8
SESSIONS: Final = (1, 4, 10, 50)
NAMES: Final = ("Ada Lovelace", "王小明", "Jürgen Groß", "山田 太郎")


@contextmanager
def running_sink() -> Iterator[None]:
    """Run smtp-sink while the block lasts."""
    sink = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin") or sys.exit("install postfix")
    with subprocess.Popen([sink, "-u", "nobody", "-m", "300", SINK, "300"]) as process:
        time.sleep(0.5)
        try:
            yield
        finally:
            process.terminate()


class Words:
    """The notices that are sent, as a set of their own."""

    def __init__(self, shop: House, body: NoticeSet) -> None:
        self.classes = chosen(body)
        self.body = body.model_copy(update={"key": SET, "classes": self.classes})
        self.ring, self.organisation = shop.shop.ring, shop.shop.inventory.inventory.organisation

    def renderer(self, ref: str) -> Callable[[Any], Any]:
        """Return what builds one person's mail, as the step does it."""
        mail = PersonMail(PersonWords(ref, 1, self.body, self.ring), self.organisation, NOW)
        return _renderer(mail, self.ring, self.organisation.notices.sender)


def ledger(database: Database, people: int, classes: list[str]) -> str:
    """Write a released case with a row for each person; return the case."""
    ref = released_set(database, 1)
    columns = (
        "case_ref, set_key, version, addressee_id, channel, rank, about, place, form, exposure, "
        "state, reason, attempts, doubts, lease, message_id, reply_code, owner, outcome_by"
    )
    with database.engine.execution_options(write=True).begin() as connection:
        for start in range(1, people, 20_000):
            connection.execute(
                text(
                    f"INSERT INTO delivery ({columns}, person_id, address, name, locale, class_key)"
                    f" SELECT {columns}, :person, :address, :name, :locale, :class"
                    " FROM delivery WHERE person_id = 'p0'"
                ),
                [
                    {
                        "person": f"p{n}",
                        "address": f"p{n}@people.example",
                        "name": NAMES[n % 4],
                        "locale": classes[n % len(classes)].partition(".")[0],
                        "class": classes[n % len(classes)],
                    }
                    for n in range(start, min(start + 20_000, people))
                ],
            )
        connection.execute(
            text("UPDATE delivery SET class_key = :c WHERE person_id = 'p0'"), {"c": classes[0]}
        )
    return ref


def send(database: Database, ref: str, words: Words) -> float:
    """Return seconds for the step to bring every row to its end."""
    route = SmtpRoute(
        host="127.0.0.1", port=PORT, security="none", connections=CONNECTIONS, helo="me.example"
    )
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        asyncio.run(
            send_deliveries(
                database,
                ref,
                SET,
                channel=SmtpChannel(route),
                render=words.renderer(ref),
                check_seal=lambda: None,
                should_stop=lambda: None,
                progress=lambda _counts: None,
                owner=this_process(),
                owner_is_dead=is_dead,
                actor="bench",
                journal=Path(folder) / "journal",
            )
        )
        return time.perf_counter() - began


def final(database: Database, people: int) -> None:
    """Make sure that nobody was left out."""
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT state, COUNT(*) FROM delivery GROUP BY state"))
        assert dict(rows.all()) == {DeliveryState.HANDED_OVER.value: people}


def on(url: str, people: int, words: Words) -> float:
    """Return seconds for the step on one database."""
    from incidents.clock import SystemClock

    database = Database(open_engine(url), SystemClock(), mac)
    database.migrate()
    try:
        ref = ledger(database, people, [one.key for one in words.classes])
        seconds = send(database, ref, words)
        final(database, people)
    finally:
        database.engine.dispose()
    return seconds


def sqlite(words: Words, people: int) -> float:
    """Return seconds on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        return on(f"sqlite:///{Path(folder) / 'ledger.db'}", people, words)


def postgresql(url: str, words: Words, people: int) -> float:
    """Return seconds on PostgreSQL, in an empty schema."""
    admin = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with admin.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    admin.dispose()
    return on(url, people, words)


def naive(words: Words, people: int) -> float:
    """Return seconds for a plain loop over the same notices."""
    make = library(words.classes)
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "ledger.db", isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE ledger (id INTEGER PRIMARY KEY, state TEXT)")
        database.executemany(
            "INSERT INTO ledger VALUES (?, 'planned')", ((n,) for n in range(people))
        )
        began = time.perf_counter()
        for n in range(people):
            with smtplib.SMTP("127.0.0.1", PORT, local_hostname="me.example") as client:
                client.sendmail("a@shop.example", [f"p{n}@people.example"], make(n))
            database.execute("UPDATE ledger SET state = 'sent' WHERE id = ?", (n,))
        seconds = time.perf_counter() - began
        database.close()
    return seconds


def post_office(words: Words, people: int) -> float:
    """Return seconds for django-post-office to work off its queue, in a process of its own."""
    bodies = [{"subject": one.subject, "text": one.text, "html": one.html} for one in words.classes]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "bodies.json").write_text(json.dumps(bodies))
        command = [sys.executable, "-m", "tests.bench.post_office", folder, str(people), str(PORT)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.splitlines()[-1])


def source(people: int, size: int, sessions: int) -> float:
    """Return seconds for smtp-source to push as many messages of the same size."""
    program = shutil.which("smtp-source", path="/usr/sbin:/usr/bin") or "smtp-source"
    began = time.perf_counter()
    command = [program, "-d", "-s", str(sessions), "-m", str(people), "-l", str(size)]
    subprocess.run([*command, "-f", "a@shop.example", "-t", "b@people.example", SINK], check=True)
    return time.perf_counter() - began


def memory(words: Words, people: int) -> dict[str, float]:
    """Return what sending to many people takes, and how much the process grows by it."""
    from incidents.clock import SystemClock

    with tempfile.TemporaryDirectory() as folder:
        database = Database(open_engine(f"sqlite:///{folder}/ledger.db"), SystemClock(), mac)
        database.migrate()
        ref = ledger(database, people, [one.key for one in words.classes])
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        seconds = send(database, ref, words)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        final(database, people)
        database.engine.dispose()
    return {"people": people, "rate": people / seconds, "grown_mb": grown / 1024}


def main() -> None:
    """Measure, print messages a second and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="5,000 people, one run")
    parser.add_argument("--memory", action="store_true", help="a million people on SQLite alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    given = parser.parse_args()
    people, runs = (5_000, 1) if given.quick else (given.people, given.runs)
    with tempfile.TemporaryDirectory() as folder, running_sink():
        shop, body = drafted(Path(folder) / "home")
        shop.shop.database.engine.dispose()
        words = Words(shop, body)
        make = words.renderer("inc-2026-0001")
        size = _size(words, make)
        print(f"{people:,} people, {len(words.classes)} languages, {size:,} bytes a message")
        if given.memory:
            found = memory(words, 1_000_000)
            print(f"{found['rate']:,.0f} messages/s, grown by {found['grown_mb']:.0f} MB")
            return
        rates = measured(words, people, runs, size)
    report(rates, given.json, people, size)


def _size(words: Words, make: Callable[[Any], Any]) -> int:
    from incidents.store.deliveries import Outgoing

    made = [
        len(make(Outgoing(1, "p1", "p1@people.example", NAMES[0], "", one.key, 0, 1)).message)
        for one in words.classes
    ]
    return round(statistics.mean(made))


def measured(words: Words, people: int, runs: int, size: int) -> dict[str, list[float]]:
    """Return contender -> messages a second of each run, one after the other."""
    few = max(people // 100, 200)
    with running_postgres(durable=True) as url:
        ways: dict[str, tuple[Callable[[], float], int]] = {
            "sqlite": (lambda: sqlite(words, people), people),
            "postgresql": (lambda: postgresql(url, words, people), people),
            "naive": (lambda: naive(words, few), few),
        }
        if find_spec("post_office"):
            ways["post-office"] = (lambda: post_office(words, few), few)
        for sessions in SESSIONS:
            ways[f"source-{sessions}"] = (
                lambda sessions=sessions: source(people, size, sessions),  # type: ignore[misc]
                people,
            )
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for run in range(runs):
            for name, (measure, number) in ways.items():
                rates[name].append(number / measure())
                print(f"run {run + 1} of {runs}: {name} {rates[name][-1]:,.0f}/s", flush=True)
    return rates


def report(rates: dict[str, list[float]], file: Path | None, people: int, size: int) -> None:
    """Print medians and how the step compares."""
    medians = {name: statistics.median(found) for name, found in rates.items()}
    best = max((name for name in medians if name.startswith("source")), key=medians.__getitem__)
    shown = {
        name: rate for name, rate in medians.items()
        if name == best or not name.startswith("source")
    }  # fmt: skip
    for name, rate in shown.items():
        spread = f"{min(rates[name]):,.0f} to {max(rates[name]):,.0f}"
        print(f"{name:12} {rate:9,.0f} messages/s  ({spread})")
    for ours in ("sqlite", "postgresql"):
        for name, rate in shown.items():
            if name not in {"sqlite", "postgresql"}:
                print(f"{ours} is {medians[ours] / rate:.2f} times {name}")
    if "post-office" not in rates:
        print("django-post-office is not installed (--group bench): that contender is left out")
    if file:
        file.write_text(json.dumps({"people": people, "bytes": size, "rates": rates}, indent=2))


if __name__ == "__main__":
    main()
