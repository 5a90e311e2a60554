"""Tells somebody slow the newest of many things, and keeps nobody waiting."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """Calls a function with the newest value in a thread of its own; what is older is dropped.

    However long the function takes, or if it never returns, `put` returns at once.

    Args:
        call: What is told; its errors are nobody's.
        every: Seconds that lie between two calls at least.
        share: The part of the time the function may take at most.
    """

    def __init__(self, call: Callable[[T], object], *, every: float, share: float = 1.0) -> None:
        self._call, self._every, self._share = call, every, share
        self._values: list[T] = []
        self._news, self._closing = threading.Event(), threading.Event()
        # A daemon: a server that never answers must not keep the command alive.
        self._thread = threading.Thread(target=self._run, name="latest", daemon=True)
        self._thread.start()

    def put(self, value: T) -> None:
        """Take a value; it is told soon, or a newer one is."""
        self._values[:] = [value]
        self._news.set()

    def close(self, seconds: float) -> bool:
        """Have the newest value told and end; return whether that was done in this time."""
        self._closing.set()
        self._news.set()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            self._news.wait()
            self._news.clear()
            ending = self._closing.is_set()
            newest, self._values[:] = self._values[-1:], []
            began = time.monotonic()
            for value in newest:
                with suppress(Exception):
                    self._call(value)
            if ending:
                return
            took = time.monotonic() - began
            self._closing.wait(max(self._every - took, took / self._share - took, 0.0))
