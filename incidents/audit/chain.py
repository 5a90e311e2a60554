"""A keyed hash chain over everything that was done: what is changed later shows."""

from collections.abc import Callable, Iterable
from typing import Any

import rfc8785

from incidents.models.base import Instant, Value

GENESIS = "0" * 64


class AuditEntry(Value):
    """One thing done: ids, counts, digests and dates only."""

    seq: int
    case_ref: str
    at: Instant
    action: str
    actor: str
    body: dict[str, Any]


def link(previous: str, entry: AuditEntry, mac: Callable[[bytes], str]) -> str:
    """Return the link that ties an entry to the one before it.

    Args:
        previous: The link before, `GENESIS` for the first.
        entry: What was done.
        mac: Keyed hash; without its key nobody can forge a chain that verifies.
    """
    return mac(rfc8785.dumps({"previous": previous, "entry": entry.model_dump(mode="json")}))


class Chained(Value):
    """An entry as it stands in the store, with its links."""

    entry: AuditEntry
    previous: str
    link: str


def verify(
    rows: Iterable[Chained], head: tuple[int, str], check: Callable[[bytes, str], bool]
) -> list[str]:
    """Return what is wrong with a chain, first trouble first; empty when it holds.

    Args:
        rows: The chain in order.
        head: Number and link that the chain must end with.
        check: Whether a keyed hash belongs to bytes, under any version of the key.
    """
    problems: list[str] = []
    seq, last = 0, GENESIS
    for row in rows:
        seq += 1
        if row.entry.seq != seq:
            problems.append(f"link {seq} is missing: {row.entry.seq} follows")
            seq = row.entry.seq
        if row.previous != last:
            problems.append(f"link {seq} does not continue the one before it")
        data = rfc8785.dumps({"previous": row.previous, "entry": row.entry.model_dump(mode="json")})
        if not check(data, row.link):
            problems.append(f"link {seq} was changed after it was written")
        last = row.link
    if (seq, last) != head:
        problems.append(f"the chain ends at link {seq}, the head says {head[0]}")
    return problems
