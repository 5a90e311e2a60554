"""Takes in mail that came back: whoever it did not reach gets the next channel."""

from collections import Counter
from collections.abc import Iterable

from incidents.delivery.bounces import Kind, read_bounce
from incidents.delivery.bounces.return_path import addressed_to
from incidents.keys import KeyRing
from incidents.models.base import Value
from incidents.models.states import SetState
from incidents.store import deliveries, notices, recipients
from incidents.store.deliveries import Bounced
from incidents.store.unit_of_work import Database


class TakenBounces(Value):
    """What came back, in figures."""

    read: int
    bounced: dict[str, int]
    """Reason -> people whose message came back just now."""
    known: int
    """Reports on messages that had come back already."""
    waiting: int
    """Reports of servers that still try."""
    other: dict[str, int]
    """Kind -> automatic answers, complaints, messages of people; they change nothing."""
    not_ours: int
    """Reports that came to no return path of this installation; they change nothing."""
    opened: int
    """People whose next channel was opened."""


def take_bounces(
    database: Database, ring: KeyRing, messages: Iterable[tuple[str, bytes]], *, actor: str
) -> TakenBounces:
    """Match each report to its delivery by the return path it came to, and record it.

    A report can only say that a message did not arrive; none makes one count as delivered. Without
    a return path that this installation made it changes nothing.

    Args:
        database: Where the ledger lies.
        ring: Knows its own return paths.
        messages: Name and bytes of each; the same twice is harmless.
        actor: Who takes them in.
    """
    bounced: Counter[str] = Counter()
    other: Counter[str] = Counter()
    read = known = waiting = not_ours = opened = 0
    for _, raw in messages:
        read += 1
        found = read_bounce(raw)
        delivery = next(
            (row for one in addressed_to(raw) if (row := ring.read_return_path(one)) is not None),
            None,
        )
        if found.kind is not Kind.BOUNCE:
            other[found.kind] += 1
        elif delivery is None:
            not_ours += 1
        elif all(fate.waiting for fate in found.each):
            waiting += 1
        else:
            done, more = _record(database, delivery, found.reason, actor=actor)
            opened += more
            if done is Bounced.NOW:
                bounced[found.reason] += 1
            elif done is Bounced.BEFORE:
                known += 1
            else:
                not_ours += 1
    return TakenBounces(
        read=read,
        bounced=dict(bounced.most_common()),
        known=known,
        waiting=waiting,
        other=dict(other.most_common()),
        not_ours=not_ours,
        opened=opened,
    )


def _record(database: Database, delivery: int, reason: str, *, actor: str) -> tuple[Bounced, int]:
    with database.write(actor) as work:
        done, at = deliveries.bounce(work, delivery, f"bounced-{reason}")
        if done is not Bounced.NOW or at is None:
            return done, 0
        ref, set_key, version = at
        work.note("deliveries.bounced", ref, set=set_key, delivery=delivery, reason=reason)
        row = notices.find_set(work, ref, set_key)
        goes_on = row is not None and row.version == version
        if not goes_on or row is None or row.state not in {SetState.RELEASED, SetState.FINISHED}:
            return done, 0
        return done, recipients.open_next_channels(work, ref, set_key, version)
