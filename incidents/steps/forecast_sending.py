"""Says, before anything is sent, whether the deadlines of a case can be met at the limits set."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from incidents.delivery.forecast import Course, Outlook, Verdict, forecast
from incidents.delivery.measured import Measured
from incidents.delivery.pace import Clock, Limits, Load
from incidents.drafting.choose import covers
from incidents.errors import NotFoundError
from incidents.models.base import Instant, Value
from incidents.models.duty import Duty
from incidents.models.states import DeliveryState as D
from incidents.models.states import SetState
from incidents.models.tables import DutyRow, NoticeSetRow
from incidents.settings import Settings
from incidents.steps.measure_rate import seen_rate
from incidents.steps.sending_blocks import case_blocks, set_blocks
from incidents.steps.sending_order import open_duties
from incidents.store import cases, delivery_counts, duties, notices
from incidents.store.delivery_counts import Standing
from incidents.store.unit_of_work import Database, UnitOfWork

LEFT = frozenset({*delivery_counts.OPEN_MAIL, D.HELD})
ON_LISTS = frozenset({D.PLANNED, D.LISTED})
LISTS = ("letter", "call", "hand")


class DutyProspect(Value):
    """One duty, whom it concerns in a set, and how it will stand."""

    duty: Duty
    state: str
    """What counsel answered."""
    people: dict[str, int]
    """Channel -> people it concerns who are still to be told that way."""
    outlook: Outlook


class SetProspect(Value):
    """One set of notices to people, and when it goes out."""

    key: str
    version: int
    state: str
    people: dict[str, int]
    """Channel -> people still to be told that way; `none` has no address at all."""
    handed_over: int
    course: Course
    duties: list[DutyProspect]
    blocks: list[str]
    """What keeps it from being sent, each in a sentence."""


class Prospect(Value):
    """A case before it is sent."""

    ref: str
    now: Instant
    zone: str
    limits: Limits
    rate_from: Literal["given", "measured", "unknown"]
    seen: Measured
    """What was measured in this installation, whether it is used or not."""
    sets: list[SetProspect]
    blocks: list[str]
    deferred: int
    """E-mails that were refused for now: nobody knows when a later try succeeds."""

    @property
    def verdicts(self) -> Counter[Verdict]:
        """How many duties stand how."""
        return Counter(one.outlook.verdict for part in self.sets for one in part.duties)


def limits_of(settings: Settings, rate: float | None) -> Limits:
    """Return what the settings say of a sending; a cap they do not know, or of 0, is none."""
    smtp = settings.smtp.model_dump(mode="json")
    caps = {name: smtp.get(name) or None for name in ("per_hour", "per_domain", "canary")}
    return Limits(rate=rate, connections=settings.smtp.connections, **caps)


def forecast_sending(
    database: Database,
    ref: str,
    *,
    settings: Settings,
    rate: float | None = None,
    first: str = "",
) -> Prospect:
    """Return when each set of a case would go out from now on, against each of its deadlines.

    Nothing is changed and nobody is asked; a set that waits for signatures counts as if it could
    go now, with what it waits for beside it.

    Args:
        database: Where the case lies.
        ref: The case.
        settings: The limits.
        rate: Messages a second the relay takes, as the operator knows it; None takes what was
            measured here.
        first: The set that goes before all others; empty for none.

    Raises:
        NotFoundError: when there is no such case, or no such set with people left.
    """
    with database.read() as work:
        case = cases.case_row(work, ref)
        seen = seen_rate(work)
        limits = limits_of(settings, rate or seen.rate)
        found = delivery_counts.standings(work, ref)
        clocks = open_duties(work, ref)
        sets = {one.set_key: one for one in notices.set_rows(work, ref) if _counts(one, found)}
        loads = [load_of(work, one, found, clocks, limits) for one in sets.values()]
        if first and first not in sets:
            raise NotFoundError(
                f"no notice set {first!r} with people left",
                where=ref,
                repair=f"`forthwith notice list {ref}`",
            )
        courses = forecast(loads, limits, work.now, first=first)
        return Prospect(
            ref=ref,
            now=work.now,
            zone=next((duties.duty_value(one).zone for one in clocks.values()), "UTC"),
            limits=limits,
            rate_from="given" if rate else "measured" if seen.rate else "unknown",
            seen=seen,
            sets=[_set(work, sets[one.key], one, found, clocks, settings) for one in courses],
            blocks=case_blocks(case.held_at, case.state, ref, settings),
            deferred=_number(found, {"email"}, {D.DEFERRED}),
        )


def _counts(row: NoticeSetRow, found: Sequence[Standing]) -> bool:
    """Return whether a set is for people and has anybody left."""
    if row.audience != "individuals" or row.state == SetState.VOID:
        return False
    return row.state != SetState.FINISHED or bool(_left(_of(found, row.set_key)))


def _of(found: Sequence[Standing], set_key: str) -> list[Standing]:
    return [one for one in found if one.set_key == set_key]


def _left(found: Sequence[Standing]) -> dict[str, int]:
    """Return channel -> people still to be told by it."""
    left: Counter[str] = Counter()
    for one in found:
        open_ = LEFT if one.channel == "email" else ON_LISTS
        left[one.channel] += one.rows if one.state in open_ else 0
    return {channel: number for channel, number in left.items() if number}


def _number(found: Sequence[Standing], channels: set[str], states: set[D]) -> int:
    return sum(one.rows for one in found if one.channel in channels and one.state in states)


def load_of(
    work: UnitOfWork,
    row: NoticeSetRow,
    found: Sequence[Standing],
    clocks: Mapping[str, DutyRow],
    limits: Limits,
) -> Load:
    """Return what a set has left to send, and the clocks that run for it.

    Args:
        work: The transaction.
        row: The set.
        found: All that stands in the ledger of its case.
        clocks: The open duties of its case.
        limits: What holds it back.
    """
    theirs = _of(found, row.set_key)
    not_before = notices.sealed_of(row).not_before
    widest = (
        delivery_counts.most_to_one_domain(work, row.case_ref, row.set_key, row.version)
        if limits.per_domain
        else 0
    )
    return Load(
        key=row.set_key,
        mails=_left(theirs).get("email", 0),
        to_one_domain=widest,
        not_before=datetime.fromisoformat(not_before) if not_before else None,
        clocks=[_clock(duty, theirs) for duty in served_by(row, clocks)],
    )


def served_by(row: NoticeSetRow, clocks: Mapping[str, DutyRow]) -> list[Duty]:
    """Return the open duties a set serves, next deadline first."""
    served = set(notices.notice_set(row).duties)
    return [duties.duty_value(one) for name, one in clocks.items() if name in served]


def _clock(duty: Duty, theirs: Sequence[Standing]) -> Clock:
    concerned = [one for one in theirs if covers(duty, one.place)]
    left = _left(concerned)
    lists = [
        one.due_by
        for one in concerned
        if one.channel in LISTS and one.state in ON_LISTS and one.due_by
    ]
    return Clock(
        duty=duty.id,
        mails=left.get("email", 0),
        listed=sum(left.get(channel, 0) for channel in LISTS),
        due_by=duty.due_by,
        target_by=duty.target_by,
        lists_by=max(lists, default=None),
    )


def _set(
    work: UnitOfWork,
    row: NoticeSetRow,
    course: Course,
    found: Sequence[Standing],
    clocks: Mapping[str, DutyRow],
    settings: Settings,
) -> SetProspect:
    theirs = _of(found, row.set_key)
    outlooks = {one.duty: one for one in course.outlooks}
    return SetProspect(
        key=row.set_key,
        version=row.version,
        state=row.state,
        people=_left(theirs),
        handed_over=_number(theirs, {"email"}, {D.HANDED_OVER}),
        course=course,
        duties=[
            DutyProspect(
                duty=duty,
                state=clocks[duty.id].state,
                people=_left([one for one in theirs if covers(duty, one.place)]),
                outlook=outlooks[duty.id],
            )
            for duty in served_by(row, clocks)
        ],
        blocks=set_blocks(work, row, _number(theirs, {"email"}, {D.HELD}), settings),
    )
