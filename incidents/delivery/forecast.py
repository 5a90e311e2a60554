"""Whether everybody can be written to in time: what is left, how fast it goes, when it ends.

Sets go out one after another. A set is taken to go at its slowest limit from its first message to
its last, and a duty is met when the last message of its set is out: never sooner than it will be.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from incidents.delivery.pace import (
    HOUR,
    NEVER,
    Clock,
    Limits,
    Load,
    begin_of,
    in_turn,
    pace,
    seconds_for,
    wait_in,
)
from incidents.models.base import Instant, Value

MOST_CONNECTIONS = 64


class Verdict(StrEnum):
    """How a duty stands in a forecast."""

    MET = "met"
    MISSED = "missed"
    PASSED = "passed"
    """Its deadline lies behind us and people are still to be told."""
    NOT_KNOWN = "not_known"
    """No rate is known."""
    NO_NUMBER = "no_number"
    """The law names none."""
    NOBODY_LEFT = "nobody_left"


class Remedy(Value):
    """One thing that would have to be otherwise for a deadline to be met.

    `rate`, `per_hour`, `per_domain` and `lists` of one duty are enough together. `connections` is
    a guess at what brings the rate, and `first` another way. Nothing mends `earlier`, a set sealed
    to go out too late, but a new draft, nor `late` at all.
    """

    kind: Literal[
        "rate", "connections", "per_hour", "per_domain", "first", "lists", "earlier", "late"
    ]
    value: float = 0
    """Messages a second, connections, messages an hour, or list tasks an hour."""


class Outlook(Value):
    """One duty in a forecast."""

    duty: str
    verdict: Verdict
    mail_margin: float | None = None
    """Seconds from the last e-mail to the deadline, or to the own target where the law names no
    number; negative when it comes too late; None without e-mail or where no rate is known."""
    lists_margin: float | None = None
    """The same from the moment by which the last letter, call or hand case is to be worked."""
    needed_rate: float | None = None
    """Messages a second at which the e-mail is just in time; None where no rate would do, and
    where there is no deadline."""
    remedies: list[Remedy] = []

    @property
    def in_time(self) -> bool:
        """Whether nothing is known to come too late."""
        return all(one >= 0 for one in (self.mail_margin, self.lists_margin) if one is not None)


class Course(Value):
    """One set in a forecast."""

    key: str
    mails: int
    starts_at: Instant
    ends_at: Instant
    """When its last message is out; where no rate is known, not before then."""
    start_by: Instant | None = None
    """When sending has to begin, this set in its turn, to meet the first of its deadlines."""
    outlooks: list[Outlook]


def needed_rate(
    chain: Sequence[Load], due_by: datetime, now: datetime, limits: Limits
) -> float | None:
    """Return at how many messages a second the last of several sets is out by a moment.

    Args:
        chain: That set and all that go before it, in turn.
        due_by: The moment.
        now: When sending can begin.
        limits: Only what is waited for behind the first messages counts here.

    Returns:
        Messages a second, 0 where nothing is left, None where no rate would do.
    """
    needed = 0.0
    for k, first in enumerate(chain):
        mails = sum(one.mails for one in chain[k:])
        if not mails:
            continue
        waits = sum(wait_in(one, limits) for one in chain[k:])
        room = (due_by - begin_of(first, now)).total_seconds() - waits
        if room <= 0:
            return None
        needed = max(needed, mails / room)
    return needed


def forecast(
    loads: Sequence[Load], limits: Limits, now: datetime, *, first: str = ""
) -> list[Course]:
    """Return when each set goes out and whether its duties are met, in the order they are sent.

    Args:
        loads: What every set has left.
        limits: What holds it back.
        now: When sending begins.
        first: The set that goes before all others, whatever its clocks; empty for none.
    """
    ordered, courses, end, spent = in_turn(loads, first), [], now, 0.0
    for i, load in enumerate(ordered):
        begin = max(end, begin_of(load, now))
        took = seconds_for(load, limits)
        end, spent = begin + timedelta(seconds=took), spent + took
        chain = ordered[: i + 1]
        outlooks = [_outlook(one, chain, limits, now, end) for one in load.clocks]
        dues = [one.due_by for one in load.clocks if one.due_by and one.mails]
        start_by = min(dues) - timedelta(seconds=spent) if dues and pace(load, limits) else None
        courses.append(
            Course(
                key=load.key,
                mails=load.mails,
                starts_at=begin,
                ends_at=end,
                start_by=start_by,
                outlooks=outlooks,
            )
        )
    return courses


def _outlook(
    clock: Clock, chain: Sequence[Load], limits: Limits, now: datetime, end: datetime
) -> Outlook:
    if not clock.mails and not clock.listed:
        return Outlook(duty=clock.duty, verdict=Verdict.NOBODY_LEFT)
    mail, lists = _margins(clock, limits, end)
    if clock.due_by is None:
        return Outlook(
            duty=clock.duty, verdict=Verdict.NO_NUMBER, mail_margin=mail, lists_margin=lists
        )
    needed = needed_rate(chain, clock.due_by, now, limits) if clock.mails else 0.0
    verdict = Verdict.MET
    if clock.due_by <= now:
        verdict = Verdict.PASSED
    elif min(mail or 0.0, lists or 0.0) < 0:
        verdict = Verdict.MISSED
    elif clock.mails and mail is None:
        verdict = Verdict.NOT_KNOWN
    remedies = []
    if verdict is Verdict.PASSED:
        remedies = [Remedy(kind="late")]
    elif verdict is Verdict.MISSED:
        remedies = _remedies(clock, chain, limits, now, needed, end)
    return Outlook(
        duty=clock.duty,
        verdict=verdict,
        mail_margin=mail,
        lists_margin=lists,
        needed_rate=needed,
        remedies=remedies,
    )


def _margins(clock: Clock, limits: Limits, end: datetime) -> tuple[float | None, float | None]:
    """Return how many seconds e-mail and lists are early; None where there is no such thing."""
    by = clock.due_by or clock.target_by
    mail = (by - end).total_seconds() if by and clock.mails else None
    if mail is not None and mail >= 0 and limits.rate is None:
        mail = None  # the end is the soonest there can be: it shows what is late, and no more
    lists = clock.lists_by if clock.listed else None
    return mail, (by - lists).total_seconds() if by and lists else None


def _remedies(
    clock: Clock,
    chain: Sequence[Load],
    limits: Limits,
    now: datetime,
    needed: float | None,
    end: datetime,
) -> list[Remedy]:
    """Return what has to change for one deadline; limits that are wide enough are not named."""
    due_by = clock.due_by or NEVER
    found = []
    if clock.listed and clock.lists_by and clock.lists_by > due_by:
        hours = (due_by - now).total_seconds() / HOUR
        found.append(Remedy(kind="lists", value=clock.listed / hours))
    if needed is None:
        return [*found, Remedy(kind="earlier")]
    if end <= due_by:
        return found
    if limits.rate and limits.rate < needed:
        found.append(Remedy(kind="rate", value=needed))
        more = limits.connections * needed / limits.rate
        if more <= MOST_CONNECTIONS:
            found.append(Remedy(kind="connections", value=-(-more // 1)))
    if limits.per_hour and limits.per_hour < needed * HOUR:
        found.append(Remedy(kind="per_hour", value=needed * HOUR))
    share = max((one.to_one_domain / one.mails for one in chain if one.mails), default=0.0)
    if limits.per_domain and limits.per_domain < needed * HOUR * share:
        found.append(Remedy(kind="per_domain", value=needed * HOUR * share))
    alone = begin_of(chain[-1], now) + timedelta(seconds=seconds_for(chain[-1], limits))
    if clock.mails and len(chain) > 1 and alone <= due_by:
        found.append(Remedy(kind="first"))
    return found
