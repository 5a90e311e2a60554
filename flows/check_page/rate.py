"""Holds off guessing: so many wrong codes a minute, by address and by all together.

Only wrong codes count in full. A real code gives its try back but for a tenth, so that a campus or
a mobile network behind one address can check a thousand real notices; a slip never counts for all.
In memory, of bounded size, for one process.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

SMALL = 0.1
"""What a real code or a slip costs its address, of a try."""
MOST_CLIENTS = 20_000
MINUTE = 60.0


@dataclass
class _Bucket:
    tokens: float
    at: float


class Rate:
    """Token buckets: one for each address, one for all. A bucket holds what a minute gives."""

    def __init__(
        self,
        *,
        each: int,
        together: int,
        now: Callable[[], float],
        most_clients: int = MOST_CLIENTS,
    ) -> None:
        """Take the numbers.

        Args:
            each: Wrong codes a minute from one address.
            together: Wrong codes a minute from everybody.
            now: Seconds that never go back.
            most_clients: How many addresses are remembered; the one longest unused goes first.
        """
        self._each, self._together, self._now = each, together, now
        self._most = most_clients
        self._all = _Bucket(together, now())
        self._clients: OrderedDict[str, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._clients)

    def take(self, client: str) -> float:
        """Take one try from an address and from all; return 0, or seconds to wait when none is."""
        bucket = self._of(client)
        wait = max(self._wait(bucket, self._each, 1), self._wait(self._all, self._together, 1))
        if not wait:
            bucket.tokens -= 1
            self._all.tokens -= 1
        return wait

    def give_back(self, client: str) -> None:
        """Give a try back that was a real code; the address keeps paying a tenth."""
        bucket = self._of(client)
        bucket.tokens = min(self._each, bucket.tokens + 1 - SMALL)
        self._all.tokens = min(self._together, self._all.tokens + 1)

    def take_small(self, client: str) -> float:
        """Take what a slip costs from an address alone; return 0, or seconds to wait."""
        bucket = self._of(client)
        wait = self._wait(bucket, self._each, SMALL)
        if not wait:
            bucket.tokens -= SMALL
        return wait

    def _of(self, client: str) -> _Bucket:
        bucket = self._clients.pop(client, None) or _Bucket(self._each, self._now())
        self._refill(bucket, self._each)
        self._clients[client] = bucket
        self._forget()
        return bucket

    def _forget(self) -> None:
        """Forget addresses unused for a minute, whose buckets are full again, and any too many."""
        while self._clients:
            longest_unused = next(iter(self._clients))
            idle = self._now() - self._clients[longest_unused].at
            if idle < MINUTE and len(self._clients) <= self._most:
                return
            del self._clients[longest_unused]

    def _refill(self, bucket: _Bucket, a_minute: int) -> None:
        now = self._now()
        bucket.tokens = min(a_minute, bucket.tokens + (now - bucket.at) * a_minute / MINUTE)
        bucket.at = now

    def _wait(self, bucket: _Bucket, a_minute: int, cost: float) -> float:
        self._refill(bucket, a_minute)
        # A hair of rounding must not turn a whole try into none.
        short = cost - bucket.tokens
        return short * MINUTE / a_minute if short > 1e-9 else 0.0  # noqa: PLR2004
