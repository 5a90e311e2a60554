"""States of case, duty, notice set and delivery: one table of allowed moves each."""

from collections.abc import Mapping
from enum import StrEnum

from incidents.errors import MoveNotAllowedError


class CaseState(StrEnum):
    """How far a case has come."""

    REPORTED = "reported"
    SCOPED = "scoped"
    ASSESSED = "assessed"
    DUTIES_LISTED = "duties_listed"
    DRAFTED = "drafted"
    CLOSED = "closed"


class DutyState(StrEnum):
    """What counsel answered."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LATE = "late"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class SetState(StrEnum):
    """How far a notice set has come."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    REJECTED = "rejected"
    RELEASED = "released"
    FINISHED = "finished"
    VOID = "void"


class DeliveryState(StrEnum):
    """What became of one message to one person by one channel.

    `standby` is a sealed next channel that opens only when the one before it failed.
    """

    STANDBY = "standby"
    PLANNED = "planned"
    LEASED = "leased"
    SENDING = "sending"
    HANDED_OVER = "handed_over"
    DEFERRED = "deferred"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    BOUNCED = "bounced"
    EXPIRED = "expired"
    HELD = "held"
    CANCELLED = "cancelled"
    LISTED = "listed"
    DONE_BY_HAND = "done_by_hand"
    NOT_REACHED = "not_reached"


C, D, S, V = CaseState, DutyState, SetState, DeliveryState

CASE_MOVES: Mapping[StrEnum, frozenset[StrEnum]] = {
    C.REPORTED: frozenset({C.REPORTED, C.SCOPED, C.CLOSED}),
    C.SCOPED: frozenset({C.REPORTED, C.SCOPED, C.ASSESSED, C.CLOSED}),
    C.ASSESSED: frozenset({C.REPORTED, C.SCOPED, C.ASSESSED, C.DUTIES_LISTED}),
    C.DUTIES_LISTED: frozenset(
        {C.REPORTED, C.SCOPED, C.ASSESSED, C.DUTIES_LISTED, C.DRAFTED, C.CLOSED}
    ),
    C.DRAFTED: frozenset({C.REPORTED, C.SCOPED, C.ASSESSED, C.DUTIES_LISTED, C.DRAFTED, C.CLOSED}),
    C.CLOSED: frozenset({C.REPORTED}),
}
"""New facts lead back to `reported` from anywhere; a closed case reopens only so."""

DUTY_MOVES: Mapping[StrEnum, frozenset[StrEnum]] = {
    D.OPEN: frozenset({D.ACCEPTED, D.DECLINED, D.LATE, D.DONE, D.WITHDRAWN}),
    D.ACCEPTED: frozenset({D.DECLINED, D.LATE, D.DONE, D.WITHDRAWN}),
    D.DECLINED: frozenset({D.OPEN, D.ACCEPTED, D.LATE, D.DONE, D.WITHDRAWN}),
    D.LATE: frozenset({D.LATE, D.DONE, D.WITHDRAWN}),
    D.DONE: frozenset({D.OPEN}),
    D.WITHDRAWN: frozenset({D.OPEN}),
}
"""A done duty opens again only when new facts change what it asks."""

SET_MOVES: Mapping[StrEnum, frozenset[StrEnum]] = {
    S.DRAFTED: frozenset({S.APPROVED, S.REJECTED, S.VOID}),
    S.APPROVED: frozenset({S.RELEASED, S.REJECTED, S.VOID}),
    S.REJECTED: frozenset({S.VOID}),
    S.RELEASED: frozenset({S.FINISHED, S.VOID}),
    S.FINISHED: frozenset(),
    S.VOID: frozenset(),
}

DELIVERY_MOVES: Mapping[StrEnum, frozenset[StrEnum]] = {
    # planned -> in_doubt only where a restored copy cannot know what was sent
    V.STANDBY: frozenset({V.PLANNED, V.LISTED, V.CANCELLED}),
    V.PLANNED: frozenset(
        {V.LEASED, V.SENDING, V.HELD, V.CANCELLED, V.LISTED, V.NOT_REACHED, V.IN_DOUBT}
    ),
    V.LEASED: frozenset({V.SENDING, V.PLANNED, V.HELD, V.CANCELLED}),
    V.SENDING: frozenset({V.HANDED_OVER, V.DEFERRED, V.REFUSED, V.IN_DOUBT, V.PLANNED}),
    V.DEFERRED: frozenset({V.LEASED, V.SENDING, V.EXPIRED, V.HELD, V.CANCELLED, V.IN_DOUBT}),
    V.IN_DOUBT: frozenset(
        {V.LEASED, V.SENDING, V.BOUNCED, V.HANDED_OVER, V.EXPIRED, V.HELD, V.CANCELLED}
    ),
    V.HELD: frozenset({V.PLANNED, V.CANCELLED}),
    V.HANDED_OVER: frozenset({V.BOUNCED}),
    V.REFUSED: frozenset(),
    V.BOUNCED: frozenset(),
    V.EXPIRED: frozenset(),
    V.CANCELLED: frozenset(),
    V.LISTED: frozenset({V.DONE_BY_HAND, V.NOT_REACHED, V.CANCELLED}),
    V.DONE_BY_HAND: frozenset({V.NOT_REACHED}),
    V.NOT_REACHED: frozenset({V.DONE_BY_HAND}),
}

FINAL_DELIVERIES = frozenset(
    {
        V.HANDED_OVER,
        V.REFUSED,
        V.BOUNCED,
        V.EXPIRED,
        V.CANCELLED,
        V.DONE_BY_HAND,
        V.NOT_REACHED,
    }
)
UNREACHED_DELIVERIES = frozenset({V.REFUSED, V.BOUNCED, V.EXPIRED, V.CANCELLED, V.NOT_REACHED})
"""Final without anybody having been handed a message by this channel."""


def check_move(
    moves: Mapping[StrEnum, frozenset[StrEnum]], now: StrEnum, then: StrEnum, *, where: str
) -> None:
    """Let an allowed move pass.

    Raises:
        MoveNotAllowedError: naming both states and what would be allowed.
    """
    if then not in moves[now]:
        allowed = ", ".join(sorted(moves[now])) or "nothing"
        raise MoveNotAllowedError(
            f"cannot go from {now} to {then}", where=where, repair=f"from {now} only: {allowed}"
        )
