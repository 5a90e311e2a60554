"""Sending, end to end: from a released list to every row of the ledger final.

    python -m tests.bench.bench_send [--quick] [--json] [--people N] [--runs N]

Contenders run one after the other against the same sink in a process of its own:

ours      the step itself: render, compose, reused connections, durable ledger (SQLite, FULL)
naive     a loop of EmailMessage, smtplib and one commit for each message
source    Postfix's smtp-source with connection reuse: no rendering, no ledger; a yardstick

Figures depend on the machine; only ratios of one run are worth comparing.
"""

import argparse
import asyncio
import json
import shutil
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from incidents.clock import FixedClock
from incidents.models.states import DeliveryState
from incidents.store import deliveries
from incidents.store.deliveries import Outcome, Outgoing
from incidents.store.unit_of_work import Database
from tests.support.sending import (
    SENDER,
    SET,
    Sending,
    channel_to,
    open_database,
    released_set,
    renderer,
    states,
)

BODY: Final = "Somebody copied your orders between two dates. " * 85  # about 4 kB in each part
CONNECTIONS: Final = 8


async def _sink(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        word = line[:4].upper()
        if word == b"DATA":
            writer.write(b"354 go\r\n")
            await reader.readuntil(b"\r\n.\r\n")
        elif word == b"QUIT":
            writer.write(b"221 bye\r\n")
            break
        writer.write(b"250 ok\r\n")
    writer.close()


async def _serve() -> None:
    server = await asyncio.start_server(_sink, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def running_sink() -> Iterator[int]:
    """Yield the port of a sink in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.bench_send", "--sink"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def _ledger(folder: Path, people: int) -> tuple[Database, str]:
    database = open_database(folder / "ledger.db", FixedClock())
    return database, released_set(database, people)


def ours(port: int, people: int) -> float:
    """Return seconds for the step to bring every row to its end."""
    with tempfile.TemporaryDirectory() as folder:
        database, ref = _ledger(Path(folder), people)
        sending = Sending(database, ref, channel_to(port, connections=CONNECTIONS))
        sending.more["render"] = renderer(ref, datetime(2026, 3, 2, tzinfo=UTC), body=BODY)
        began = time.perf_counter()
        asyncio.run(sending.run())
        seconds = time.perf_counter() - began
        assert states(database, ref) == {"handed_over": people}
        database.engine.dispose()
        return seconds


def naive(port: int, people: int) -> float:
    """Return seconds for a plain loop to do the same."""
    with tempfile.TemporaryDirectory() as folder:
        database, ref = _ledger(Path(folder), people)
        began = time.perf_counter()
        with database.write("bench") as work:
            token = deliveries.take_sender(work, ref, "bench")
            claimed = deliveries.claim(work, ref, SET, 1, token=token, size=people)
        for one in claimed:
            _send_naively(port, one)
            with database.write("bench") as work:
                done = Outcome(one.id, DeliveryState.HANDED_OVER, "", 250, None, "")
                deliveries.record(work, ref, SET, [done], token=token)
        seconds = time.perf_counter() - began
        assert states(database, ref) == {"handed_over": people}
        database.engine.dispose()
        return seconds


def _send_naively(port: int, one: Outgoing) -> None:
    message = EmailMessage()
    message["From"], message["To"] = SENDER.address, one.address
    message["Subject"] = "About your data"
    message.set_content(f"Dear {one.name},\n\n{BODY}\n")
    message.add_alternative(f"<p>Dear {one.name},</p><p>{BODY}</p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", port, local_hostname="me.example") as client:
        client.send_message(message)


def source(port: int, people: int) -> float:
    """Return seconds for smtp-source to push as many messages of the same size."""
    began = time.perf_counter()
    command = ["smtp-source", "-d", "-s", str(CONNECTIONS), "-m", str(people), "-l", "9000"]
    addresses = ["-f", "a@shop.example", "-t", "b@people.example"]
    subprocess.run([*command, *addresses, f"127.0.0.1:{port}"], check=True)
    return time.perf_counter() - began


def main() -> None:
    """Measure, print messages a second and their ratios."""
    parser = argparse.ArgumentParser(description="Sending, end to end.")
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="400 people, one run")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--sink", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.sink:
        asyncio.run(_serve())
        return
    people, runs = (400, 1) if given.quick else (given.people, given.runs)
    contenders: dict[str, tuple[Callable[[int, int], float], int]] = {
        "ours": (ours, people),
        "naive": (naive, max(people // 10, 100)),
    }
    if shutil.which("smtp-source"):
        contenders["source"] = (source, people)
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    with running_sink() as port:
        for _ in range(runs):
            for name, (measure, number) in contenders.items():
                rates[name].append(number / measure(port, number))
    medians = {name: statistics.median(found) for name, found in rates.items()}
    ratios = {name: medians["ours"] / rate for name, rate in medians.items() if name != "ours"}
    if given.json:
        print(json.dumps({"people": people, "rates": rates, "ours_against": ratios}))
        return
    for name, rate in medians.items():
        spread = f"{min(rates[name]):,.0f} to {max(rates[name]):,.0f}"
        print(f"{name:8} {rate:9,.0f} messages/s  ({spread})")
    for name, ratio in ratios.items():
        print(f"ours is {ratio:.2f} times {name}")
    if "source" not in contenders:
        print("smtp-source is not installed: that contender is left out")


if __name__ == "__main__":
    main()
