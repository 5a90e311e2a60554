"""Starts sender processes fast: a warm process that forks one for each order it reads.

Python's start and the imports take a second; a sweep starts hundreds. What it forks is a process
like any other: it has its own number, and dies of a SIGKILL at once.
"""

import json
import os
import queue
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.sender import Order, child

ROOT = Path(__file__).parents[2]


def serve() -> None:
    """Fork a sender for each line of standard input, tell of each end, until the input ends."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(write)
    selector = selectors.DefaultSelector()
    selector.register(0, selectors.EVENT_READ)
    selector.register(read, selectors.EVENT_READ)
    buffer, children = b"", set[int]()
    while True:
        ready = {key.fd for key, _ in selector.select()}
        if read in ready:
            os.read(read, 4096)
            _reap(children)
        if 0 in ready:
            data = os.read(0, 65536)
            if not data:
                break
            *lines, buffer = (buffer + data).split(b"\n")
            for line in lines:
                pid = os.fork()
                if not pid:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    given = json.loads(line)
                    given["die"] = tuple(given["die"]) if given["die"] else None
                    child(Order(**given))
                children.add(pid)
                _tell(started=pid)
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _reap(children: set[int]) -> None:
    for pid in list(children):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            children.discard(pid)
            _tell(ended=pid, code=os.waitstatus_to_exitcode(status))


def _tell(**what: int) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


@dataclass
class Sender:
    """One sender process as the test sees it."""

    pid: int
    order: Order
    ended: threading.Event = field(default_factory=threading.Event)
    code: int = 0

    @property
    def runs(self) -> bool:
        return not self.ended.is_set()

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal; with SIGKILL wait for the end."""
        if self.runs:  # its number may be another's by now
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)
        if number == signal.SIGKILL:
            self.wait(10)

    def wait(self, seconds: float) -> int:
        """Return how it ended; -9 for a SIGKILL."""
        if not self.ended.wait(seconds):
            raise TimeoutError(f"sender {self.pid} did not end; see {self.order.log}")
        return self.code

    def said(self) -> str:
        """Return the last words of all that wrote to its log; empty of one that was killed."""
        lines = Path(self.order.log).read_text(encoding="utf-8", errors="replace").splitlines()
        last = lines[-1] if lines else ""
        return str(json.loads(last)["said"]) if last.startswith('{"said"') else ""


class Starter:
    """The warm process as the test sees it."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._started: queue.Queue[int] = queue.Queue()
        self._known: dict[int, Sender] = {}
        self._early: dict[int, int] = {}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def start(self, order: Order) -> Sender:
        """Start a sender."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order._asdict()).encode() + b"\n")
        self._process.stdin.flush()
        sender = Sender(self._started.get(timeout=60), order)
        with self._lock:
            self._known[sender.pid] = sender
            if sender.pid in self._early:
                self._end(sender.pid, self._early.pop(sender.pid))
        return sender

    def kill_all(self) -> None:
        """Kill what still runs."""
        for sender in list(self._known.values()):
            sender.kill()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told: dict[str, Any] = json.loads(line)
            if "started" in told:
                self._started.put(told["started"])
                continue
            with self._lock:
                if told["ended"] in self._known:
                    self._end(told["ended"], told["code"])
                else:
                    self._early[told["ended"]] = told["code"]

    def _end(self, pid: int, code: int) -> None:
        sender = self._known.pop(pid)
        sender.code = code
        sender.ended.set()


@contextmanager
def running_starter() -> Iterator[Starter]:
    """Run a starter; whatever it started is killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.starter"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    starter = Starter(process)
    try:
        yield starter
    finally:
        starter.kill_all()
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        time.sleep(0)


if __name__ == "__main__":
    serve()
