"""One sender process: a real send of a released set, with a clock, a lease or a death as ordered.

Nothing of the product knows of it. A death at a commit is a subclass of the driver's connection, a
death at a word of the journal a wrapper around it; both are put in here, in the child.
"""

import asyncio
import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from incidents.clock import SystemClock
from incidents.delivery.channels.journal import Journal
from incidents.delivery.orders import Composed
from incidents.delivery.sources.process import this_process
from incidents.errors import DeliveryError, ForthwithError, HeldError
from incidents.store import engine as store_engine
from incidents.store.deliveries import Outgoing
from incidents.store.engine import open_engine
from incidents.store.unit_of_work import Database
from tests.faults.crash import CRASHED, die_at
from tests.support.sending import Sending, channel_to, mac, renderer

DONE, STOPPED, REFUSED, FAILED, BROKE = 0, 2, 3, 4, 5
"""Ended well; stopped by a word; somebody else sends; failed with a clear error; with another."""


class Order(NamedTuple):
    """What a sender is told."""

    url: str
    ref: str
    port: int
    log: str
    """Where it writes what it says, a line of JSON at its end."""
    journal: str = ""
    """Where its journal lies; none without."""
    elsewhere: str = ""
    """Name of the machine it pretends to run on: its death cannot be seen, only its silence."""
    clock: str = ""
    """A file with the seconds its clock is wrong by; read at each look at the clock."""
    lease: float = 0
    """Seconds of its lease; 0 leaves it."""
    busy: float = 0
    """Seconds it waits for a locked file; 0 leaves it."""
    largest_file: int = 0
    """Bytes after which the system writes no file further for it; 0 is none."""
    window: int = 0
    seats: int = 1
    """How many senders may share the set."""
    connections: int = 4
    pause: float = 0
    """Seconds it spends on making each message."""
    die: tuple[str, int] | None = None
    """At which write it dies: `commit`, `committed` or `journal`, and the number of it."""
    gate: str = ""
    """A file it waits for before it begins."""


class _Clock(SystemClock):
    """The machine's clock, wrong by what a file says."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=float(self._path.read_text() or 0))


def run(order: Order) -> int:
    """Send as ordered; return how it ended."""
    said: dict[str, Any] = {}
    try:
        code, said["said"] = _send(order)
    except (DeliveryError, HeldError) as error:
        code = REFUSED if "is being sent by" in str(error) else FAILED
        said["said"] = f"{type(error).__name__}: {error}"
    except ForthwithError as error:
        code, said["said"] = FAILED, f"{type(error).__name__}: {error}"
    except BaseException as error:  # noqa: BLE001  # what a person would see as a traceback
        _limit_files(resource.RLIM_INFINITY)
        traceback.print_exc()
        code, said["said"] = BROKE, f"{type(error).__name__}: {error}"
    _limit_files(resource.RLIM_INFINITY)  # what it says may be long
    said["code"] = code
    print(json.dumps(said), flush=True)
    return code


def _send(order: Order) -> tuple[int, str]:
    if order.largest_file:
        _limit_files(order.largest_file)
    if order.busy:
        store_engine.BUSY_SECONDS = order.busy  # type: ignore[assignment]
    if order.lease:
        _shorten_lease(order.lease)
    clock = _Clock(order.clock) if order.clock else SystemClock()
    database = Database(open_engine(order.url), clock, mac)
    if order.die:
        die_at(database, *order.die)
        if order.die[0] == "journal":
            _die_at_word(order.die[1])
    owner = this_process()
    if order.elsewhere:
        owner = ":".join([order.elsewhere, *owner.rsplit(":", 3)[1:]])
    while order.gate and not Path(order.gate).exists():
        time.sleep(0.002)
    sending = Sending(
        database,
        order.ref,
        channel_to(order.port, connections=order.connections),
        {
            "render": _slowly(renderer(order.ref, datetime(2026, 3, 2, tzinfo=UTC)), order.pause),
            "journal": Path(order.journal) if order.journal else None,
            "owner": owner,
            "window": order.window,
            "seats": order.seats,
        },
    )
    report = asyncio.run(sending.run())
    return (STOPPED, report.stopped_by) if report.stopped_by else (DONE, "done")


def _shorten_lease(seconds: float) -> None:
    for name in ("incidents.store.deliveries", "incidents.store.senders"):
        with suppress(ModuleNotFoundError):
            module = import_module(name)
            if hasattr(module, "LEASE"):
                setattr(module, "LEASE", timedelta(seconds=seconds))  # noqa: B010  # mypy


def _limit_files(size: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))


def _slowly(made: Callable[[Outgoing], Composed], pause: float) -> Callable[[Outgoing], Composed]:
    def render(one: Outgoing) -> Composed:
        time.sleep(pause)
        return made(one)

    return render if pause else made


def _die_at_word(number: int) -> None:
    """Have this process die right behind a word that it writes into its journal."""
    left = [number]
    takes_off, begins = Journal.takes_off, Journal.begins
    ends, recorded = Journal.ends, Journal.recorded

    def then_die() -> None:
        left[0] -= 1
        if not left[0]:
            os._exit(CRASHED)

    def takes_off_and_die(self: Journal, row: int, message_id: str) -> None:
        takes_off(self, row, message_id)
        then_die()

    def begins_and_die(self: Journal, row: int) -> None:
        begins(self, row)
        then_die()

    def ends_and_die(self: Journal, row: int, *, taken: bool, reply_code: int) -> None:
        ends(self, row, taken=taken, reply_code=reply_code)
        then_die()

    def recorded_and_die(self: Journal, rows: Sequence[int]) -> None:
        for row in rows:
            recorded(self, [row])
            then_die()

    words: dict[str, Callable[..., None]] = {
        "takes_off": takes_off_and_die,
        "begins": begins_and_die,
        "ends": ends_and_die,
        "recorded": recorded_and_die,
    }
    for name, word in words.items():
        setattr(Journal, name, word)


def child(order: Order) -> None:
    """Be the process: everything said goes to the log; never returns."""
    with Path(order.log).open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    code = run(order)
    sys.stdout.flush()
    os._exit(code)
