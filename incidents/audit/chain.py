"""A keyed hash chain over everything that was done: what is changed later shows.

Each link is a MAC over its entry and the link before it. Whoever can write the database but has
not the key can neither change an entry nor hash the chain anew; the head, kept apart, shows when
its end was cut off.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import rfc8785
from pydantic import ConfigDict

from incidents.errors import AuditError
from incidents.models.base import Instant, Value

GENESIS = "0" * 64
CHAIN_FORMAT = "forthwith-audit/1"
MOST_PROBLEMS = 100
"""So many are listed; the first one tells where to look."""


class AuditEntry(Value):
    """One thing done: ids, counts, digests and dates only."""

    model_config = ConfigDict(str_strip_whitespace=False)  # a blank added later must show too

    seq: int
    case_ref: str
    at: Instant
    action: str
    actor: str
    body: dict[str, Any]


class Chained(Value):
    """An entry as it stands in the store, with its links."""

    model_config = ConfigDict(str_strip_whitespace=False)

    entry: AuditEntry
    previous: str
    link: str


def body_text(body: dict[str, Any]) -> str:
    """Return an entry's body as the one JSON text the store keeps."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True)


def body_of(text: str) -> dict[str, Any]:
    """Return the body a stored text holds.

    A text that is not exactly what `body_text` writes was not written here. It is returned whole
    under one key, so that its link cannot hold and the chain names it, instead of failing.
    """
    try:
        body = json.loads(text)
        if isinstance(body, dict) and body_text(body) == text:
            return body
    except (ValueError, RecursionError):
        pass
    return {"not as it was written": text}


def link(previous: str, entry: AuditEntry, mac: Callable[[bytes], str]) -> str:
    """Return the link that ties an entry to the one before it.

    Args:
        previous: The link before, `GENESIS` for the first.
        entry: What was done.
        mac: Keyed hash; without its key nobody can forge a chain that verifies.

    Raises:
        AuditError: when the body holds what JSON cannot say exactly, such as NaN.
    """
    return mac(linked_bytes(previous, entry))


def linked_bytes(previous: str, entry: AuditEntry) -> bytes:
    """Return what a link is the MAC of: RFC 8785 JSON of format, link before, and entry.

    Text counts as it is written, without any normalisation.

    Raises:
        AuditError: when the body holds what JSON cannot say exactly.
    """
    try:
        return rfc8785.dumps(
            {
                "format": CHAIN_FORMAT,
                "previous": previous,
                "seq": entry.seq,
                "case_ref": entry.case_ref,
                "at": _utc(entry.at),
                "action": entry.action,
                "actor": entry.actor,
                "body": entry.body,
            }
        )
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError):
        raise AuditError(
            "an entry holds what JSON cannot say exactly",
            where=f"{entry.action} of {entry.case_ref or 'the installation'}",
            repair="note ids, counts, digests and dates as text and whole numbers",
        ) from None


def verify(
    rows: Iterable[Chained], head: tuple[int, str], check: Callable[[bytes, str], bool]
) -> list[str]:
    """Return what is wrong with a chain, first trouble first; empty when it holds.

    The rows are read once and none is kept. The whole chain must be given: one case's rows alone
    do not follow on one another.

    Args:
        rows: The chain in the order of its numbers.
        head: Number and link that the chain must end with; `(0, GENESIS)` for an empty one.
        check: Whether a keyed hash belongs to bytes, under any version of the key.
    """
    problems: list[str] = []
    for problem in _problems(rows, head, check):
        if len(problems) == MOST_PROBLEMS:
            problems.append(f"more than {MOST_PROBLEMS} problems; the first one tells where")
            break
        problems.append(problem)
    return problems


def _problems(
    rows: Iterable[Chained], head: tuple[int, str], check: Callable[[bytes, str], bool]
) -> Iterator[str]:
    seq, last = 0, GENESIS
    for row in rows:
        yield from _gap(row.entry.seq, seq)
        follows = row.previous == last
        if not _holds(row, check):
            yield f"link {row.entry.seq} was changed after it was written"
        elif not follows and row.entry.seq == seq + 1:
            yield f"link {row.entry.seq} does not continue the one before it"
        seq, last = row.entry.seq, row.link
    if seq < head[0]:
        yield f"the chain ends at link {seq}, the head says {head[0]}: its end was cut off"
    elif (seq, last) != head:
        yield f"the chain ends at link {seq}, and the head is another one ({head[0]})"


def _gap(this: int, before: int) -> Iterator[str]:
    if this == before + 1:
        return
    if this <= before:
        yield f"link {this} stands after link {before}: inserted, or not in its place"
    else:
        missing = f"{before + 1}" if this == before + 2 else f"{before + 1} to {this - 1}"
        yield f"link {missing} is missing: {this} follows {before}"


def _holds(row: Chained, check: Callable[[bytes, str], bool]) -> bool:
    try:
        return check(linked_bytes(row.previous, row.entry), row.link)
    except AuditError:
        return False


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
