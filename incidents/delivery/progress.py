"""How far a sending has come, how fast it goes, and whether it will be in time at that."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime

from incidents.delivery.forecast import Outlook, forecast
from incidents.delivery.pace import NEVER, Limits, Load
from incidents.models.base import Instant, Value
from incidents.models.states import DeliveryState as D

WINDOW_SECONDS = 30.0
"""How far back a rate looks: it shows what the relay does now."""
LEAST_SECONDS = 1.0
UNDER_WAY = (D.PLANNED, D.LEASED, D.SENDING)
"""E-mail that goes out in this run; what was put off waits for a moment of its own."""
NOT_COUNTED = frozenset({D.STANDBY, D.CANCELLED})


class Speed:
    """How many messages a second end at present."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def sees(self, at: float, ended: int) -> float | None:
        """Take a look at a growing count and return messages a second; None at the beginning.

        Args:
            at: Seconds of a clock that only goes forward.
            ended: How many have ended by then.
        """
        if self._seen and ended < self._seen[-1][1]:
            self._seen.clear()  # another count began
        self._seen.append((at, ended))
        while len(self._seen) > 2 and at - self._seen[1][0] >= WINDOW_SECONDS:  # noqa: PLR2004
            self._seen.popleft()
        since, before = self._seen[0]
        return (ended - before) / (at - since) if at - since >= LEAST_SECONDS else None


class Ahead(Value):
    """One duty while its sets go out: when the last e-mail to its people will be out."""

    duty: str
    by: Instant | None
    """The law's deadline, or the own target where it names no number."""
    legal: bool
    """Whether `by` is the law's."""
    ends_at: Instant | None
    """None where no rate is known yet."""
    margin: float | None = None
    """Seconds from then to `by`; negative when it comes too late."""


class Progress(Value):
    """A sending at one moment. Ids, counts and times only."""

    ref: str
    set_key: str
    number: int
    """Which set of the run this is, from 1 on."""
    sets: int
    at: Instant
    states: dict[str, int]
    """State -> e-mails of this set."""
    rate: float | None
    """Messages a second at present."""
    ends_at: Instant | None
    """When this set will be out at that rate; None where that is not known."""
    behind: int
    """E-mails of the sets that go after this one."""
    duties: list[Ahead]
    refusals: dict[str, int] = {}
    """`<state> <reason>` -> e-mails, of this set."""

    @property
    def total(self) -> int:
        """E-mails of this set, whatever became of them."""
        return sum(self.states.values())

    @property
    def left(self) -> int:
        """E-mails of this set that are still to go out in this run."""
        return sum(self.states.get(state, 0) for state in UNDER_WAY)


def progress(
    ref: str,
    loads: Sequence[Load],
    states: Mapping[str, int],
    *,
    now: datetime,
    rate: float | None,
    number: int = 1,
    sets: int = 1,
    refusals: Mapping[str, int] | None = None,
) -> Progress:
    """Return how a sending stands.

    Args:
        ref: The case.
        loads: The set under way, then those that go after it, as they stood when it began.
        states: State -> e-mails of the set under way, now.
        now: The moment.
        rate: Messages a second at present; what caps there are is in it already.
        number: Which set of the run it is.
        sets: How many the run has.
        refusals: `<state> <reason>` -> e-mails.
    """
    counted = {str(key): n for key, n in states.items() if n and key not in NOT_COUNTED}
    left = sum(counted.get(state, 0) for state in UNDER_WAY)
    current = loads[0].model_copy(update={"mails": left, "not_before": None})
    rest = [current, *loads[1:]]
    courses = forecast(rest, Limits(rate=rate or None), now, first=current.key)
    known = bool(rate) or not left
    outlooks = [
        (one.ends_at, look) for one in courses for look in one.outlooks if known or not one.mails
    ]
    clocks = {clock.duty: clock for load in rest for clock in load.clocks if clock.mails}
    ends = _ends(outlooks)
    return Progress(
        ref=ref,
        set_key=current.key,
        number=number,
        sets=sets,
        at=now,
        states=counted,
        rate=rate,
        ends_at=courses[0].ends_at if known else None,
        behind=sum(one.mails for one in loads[1:]),
        duties=[
            Ahead(
                duty=duty,
                by=(by := clock.due_by or clock.target_by),
                legal=clock.due_by is not None,
                ends_at=(end := ends.get(duty) if known else None),
                margin=(by - end).total_seconds() if by and end else None,
            )
            for duty, clock in sorted(
                clocks.items(), key=lambda one: one[1].due_by or one[1].target_by or NEVER
            )
        ],
        refusals=dict(refusals or {}),
    )


def _ends(outlooks: Sequence[tuple[datetime, Outlook]]) -> dict[str, datetime]:
    """Return duty -> when the last of its sets is out."""
    ends: dict[str, datetime] = {}
    for end, look in outlooks:
        ends[look.duty] = max(end, ends.get(look.duty, end))
    return ends
