"""Looks for what nobody may miss: deadlines coming, lists overdue, sends that stand still."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from incidents.errors import ForthwithError
from incidents.models.base import in_zone
from incidents.models.states import CaseState, DeliveryState, DutyState, SetState
from incidents.models.tables import CaseRow, DutyRow, NoticeSetRow
from incidents.settings import Settings
from incidents.steps import standing_duties
from incidents.steps.amend_while_sending import counts_left, waiting_amendment
from incidents.steps.approve_notices import decide, valid_for
from incidents.steps.close_case import unlisted
from incidents.steps.enrol_approvers import broken_since
from incidents.steps.raise_alarms import Alarm, Sight
from incidents.steps.signing_needs import STANDING, enrolled, needs_of
from incidents.steps.to_correct import to_correct
from incidents.store import alerts, cases, deliveries, duties, notices, senders
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database, UnitOfWork

SETTLED = frozenset({DutyState.DONE, DutyState.DECLINED, DutyState.WITHDRAWN})
WORKED_OUT = frozenset({CaseState.DUTIES_LISTED, CaseState.DRAFTED})
OVERDUE_AGAIN = timedelta(hours=4)
ASK_AGAIN = timedelta(hours=24)
HELD_TOO_LONG = timedelta(hours=1)
STALLED = timedelta(minutes=10)
ENDS_SOON = timedelta(days=7)
UNWORKED = timedelta(minutes=30)
PASSING = ("held", "stalled", "unworked", "unreadable", "amendment-waits")
"""Alarms of a case that end by themselves once their cause is gone."""
WAITING = frozenset({DeliveryState.PLANNED, DeliveryState.LEASED, DeliveryState.SENDING})

Found = Iterator[Alarm]


def find_alarms(database: Database, *, settings: Settings) -> Sight:
    """Return what the open cases call for at this moment, raised before or not."""
    sight = Sight()
    with database.read() as work:
        sight += Sight(alarms=list(_broken_glass(work)))
        for row in cases.case_rows(work):
            sight += _case(work, row, settings)
    return sight


def _case(work: UnitOfWork, row: CaseRow, settings: Settings) -> Sight:
    # A closed case asks nothing more, but its page may still have to stay up.
    looks: list[Callable[[], Found]] = [lambda: _standing(work, row.ref)]
    if row.state != CaseState.CLOSED:
        looks += [
            lambda: _deadlines(work, row.ref, settings.alarm_before_hours),
            lambda: _signatures(work, row.ref, settings),
            lambda: _lists(work, row.ref),
            lambda: _held(work, row),
            lambda: _requests(work, row.ref),
            lambda: _ahead(work, row.ref, settings),
            lambda: _unworked(work, row),
            lambda: _stalled(work, row),
            lambda: _uncorrected(work, row.ref),
            lambda: _amendment(work, row.ref),
            lambda: _unworded(work, row),
        ]
    found: dict[str, Alarm] = {}
    for look in looks:
        # One damaged row must not silence what the rest of the case calls for.
        try:
            for alarm in look():
                found[alarm.key] = alarm
        except (ForthwithError, ValueError) as error:
            unreadable = _unreadable(row.ref, error)
            found[unreadable.key] = unreadable
    passing = {
        f"{row.ref}:{what}"
        for what in ("held", "stalled", "unworked", "unreadable", "amendment-waits")
    }
    passing |= {f"{row.ref}:list:{channel}" for channel in ("letter", "call", "hand")}
    return Sight(alarms=list(found.values()), fine=sorted(passing - found.keys()))


def _unreadable(ref: str, error: Exception) -> Alarm:
    what = error.slug if isinstance(error, ForthwithError) else type(error).__name__
    return Alarm(
        key=f"{ref}:unreadable",
        text=f"{ref}: cannot be watched in full ({what})",
        again_after=OVERDUE_AGAIN,
    )


def _broken_glass(work: UnitOfWork) -> Found:
    """Approvers that one person changed alone are told to everybody until two people agree."""
    found = broken_since(work)
    if found is not None:
        enrolment, since = found
        yield Alarm(
            key=f"enrolment:broken:{since:%Y%m%dT%H%M}",
            text=f"{enrolment.broken_by} changed the approvers alone on {since:%Y-%m-%d %H:%M} UTC "
            f"({enrolment.reason}); two who were enrolled before have not agreed",
            again_after=ASK_AGAIN,
        )


def _deadlines(work: UnitOfWork, ref: str, before_hours: Sequence[float]) -> Found:
    for row in duties.duty_rows(work, ref):
        act_by = _act_by(row)
        if act_by is None:
            continue
        what = "deadline" if row.due_by else "own target"
        when = in_zone(act_by, _zone(row))
        key = f"{ref}:{row.duty_id}:{act_by:%Y%m%dT%H%M}"
        left = act_by - work.now
        reached = _reached(left, before_hours)
        if left <= timedelta(0):
            text = f"{ref} {row.duty_id}: the {what} {when} HAS PASSED; the duty is {row.state}"
            yield Alarm(key=f"{key}:overdue", text=text, again_after=OVERDUE_AGAIN)
        elif reached is not None:
            text = f"{ref} {row.duty_id}: {what} {when}, {_hours(left)}; the duty is {row.state}"
            yield Alarm(key=f"{key}:{reached:g}h", text=text)


def _zone(row: DutyRow) -> str:
    """Return the zone its clock is read in; a damaged duty still has its deadline, in UTC."""
    try:
        return duties.duty_value(row).zone
    except (ForthwithError, ValueError):
        return "UTC"


def _act_by(row: DutyRow) -> datetime | None:
    """Return the moment to act by; None when there is no clock or nothing left to do."""
    return None if DutyState(row.state) in SETTLED else row.due_by or row.target_by


def _reached(left: timedelta, before_hours: Sequence[float]) -> float | None:
    """Return the latest warning that is due: after a long silence one alarm and not three."""
    return min((hours for hours in before_hours if left <= timedelta(hours=hours)), default=None)


def _hours(left: timedelta) -> str:
    return f"in {left.total_seconds() / 3600:.1f} h"


def _signatures(work: UnitOfWork, ref: str, settings: Settings) -> Found:
    """Who has not signed a drafted set while the first clock it serves runs out."""
    clocks = {row.duty_id: _act_by(row) for row in duties.duty_rows(work, ref)}
    for row in notices.set_rows(work, ref):
        if row.state == SetState.REJECTED:
            yield Alarm(
                key=f"{ref}:{row.set_key}:v{row.version}:rejected",
                text=f"{ref} {row.set_key} v{row.version} was rejected and is not drafted anew; "
                "the clocks keep running",
                again_after=OVERDUE_AGAIN,
            )
        if row.state != SetState.DRAFTED:
            continue
        ends = [at for name in notices.notice_set(row).duties if (at := clocks.get(name))]
        if not ends:
            continue
        left = min(ends) - work.now
        reached = _reached(left, settings.alarm_before_hours)
        late = left <= timedelta(0)
        key = f"{ref}:{row.set_key}:v{row.version}:{min(ends):%Y%m%dT%H%M}:signatures"
        deputies = _deputies(work, row, settings)
        if deputies and not late and work.now - row.drafted_at >= left:
            # Half of the time is gone: whoever does not answer is not waited for any longer.
            yield Alarm(
                key=f"{key}:deputies",
                text=f"{ref} {row.set_key} v{row.version}: half of the time to sign it is gone; "
                f"call {', '.join(deputies)}",
            )
        if reached is None and not late:
            continue
        yield Alarm(
            key=f"{key}:overdue" if late else f"{key}:{reached:g}h",
            text=f"{ref} {row.set_key} v{row.version}: {_who(work, row, settings)}; the first "
            f"clock it serves {'HAS ENDED' if late else f'ends {_hours(left)}'}, "
            f"{min(ends):%Y-%m-%d %H:%M} UTC",
            again_after=OVERDUE_AGAIN if late else None,
        )


def _who(work: UnitOfWork, row: NoticeSetRow, settings: Settings) -> str:
    decision, needs = decide(work, row, settings), needs_of(work, row, settings)
    signed = decision.signed_by
    open_ = [one.id for one in enrolled(work, row.case_ref) if one.id not in signed]
    words = ", ".join([f"{len(signed)} of {needs.signatures} signatures", *decision.roles_to_go])
    return f"{words}; not signed by {', '.join(open_) or 'anybody enrolled'}"


def _deputies(work: UnitOfWork, row: NoticeSetRow, settings: Settings) -> list[str]:
    """Return the deputies of those who have not signed, such as `dan for counsel`."""
    signed = decide(work, row, settings).signed_by
    people = enrolled(work, row.case_ref)
    done = {one.role for one in people if one.id in signed}
    return [f"{one.id} for {one.role}" for one in people if one.deputy and one.role not in done]


def _lists(work: UnitOfWork, ref: str) -> Found:
    for channel, (number, oldest) in alerts.overdue_lists(work, ref).items():
        yield Alarm(
            key=f"{ref}:list:{channel}",
            text=f"{ref}: {number} {channel} tasks are overdue, the oldest since "
            f"{oldest:%Y-%m-%d %H:%M} UTC",
            again_after=timedelta(days=1),
        )


def _held(work: UnitOfWork, row: CaseRow) -> Found:
    if row.held_at is not None and work.now - row.held_at > HELD_TOO_LONG:
        yield Alarm(
            key=f"{row.ref}:held",
            text=f"{row.ref} has been on hold since {row.held_at:%Y-%m-%d %H:%M} UTC; "
            "the clocks keep running",
            again_after=OVERDUE_AGAIN,
        )


def _requests(work: UnitOfWork, ref: str) -> Found:
    """A request to wait that has ended frees its notice; one without an end must be asked about."""
    for found in duties.live(work, ref):
        held = found.held
        if held is None or found.id in _settled(work, ref):
            continue
        key = f"{ref}:{found.id}:request:{held.since:%Y%m%dT%H%M}"
        if held.until is None:
            yield Alarm(
                key=f"{key}:open",
                text=f"{ref} {found.id}: {held.by} asked it to wait ({held.reference}) without an "
                "end; ask whether that still stands",
                again_after=ASK_AGAIN,
            )
        elif held.until <= work.now:
            yield Alarm(
                key=f"{key}:ended",
                text=f"{ref} {found.id}: the request of {held.by} to wait ({held.reference}) has "
                "ended; the notice may go out and its time runs",
                again_after=OVERDUE_AGAIN,
            )


def _settled(work: UnitOfWork, ref: str) -> set[str]:
    return {row.duty_id for row in duties.duty_rows(work, ref) if DutyState(row.state) in SETTLED}


def _ahead(work: UnitOfWork, ref: str, settings: Settings) -> Found:
    """Words approved ahead are worth nothing on the day their signatures have expired."""
    if ref != STANDING:
        return
    for row in notices.set_rows(work, ref):
        signed = sorted((one.signed_at for one in notices.signatures(work, row)), reverse=True)
        needed = needs_of(work, row, settings).signatures
        if row.state != SetState.APPROVED or len(signed) < needed:
            continue
        ends = signed[needed - 1] + valid_for(ref, settings)
        if ends - work.now <= ENDS_SOON:
            yield Alarm(
                key=f"{ref}:{row.set_key}:v{row.version}:ends:{ends:%Y%m%d}",
                text=f"{row.set_key}: the words approved ahead "
                f"{'may be used until' if ends > work.now else 'have not been good since'} "
                f"{ends:%Y-%m-%d %H:%M} UTC; sign them again",
                again_after=ASK_AGAIN,
            )


def _standing(work: UnitOfWork, ref: str) -> Found:
    """What had to stay up for some days has stayed long enough."""
    for what, until in standing_duties.stands_until(work, ref).items():
        if until <= work.now:
            yield Alarm(
                key=f"{ref}:{what}:stood:{until:%Y%m%d}",
                text=f"{ref} {what}: had to stay up until {until:%Y-%m-%d %H:%M} UTC and may end",
            )


def _unworked(work: UnitOfWork, row: CaseRow) -> Found:
    """A report from which nobody derived duties has no clock that could ring."""
    if row.kind != "breach" or CaseState(row.state) in WORKED_OUT:
        return
    reports = cases.evidence_rows(work, row.ref, EvidenceKind.REPORT)
    since = reports[-1].made_at if reports else row.opened_at
    if work.now - since > UNWORKED:
        yield Alarm(
            key=f"{row.ref}:unworked",
            text=f"{row.ref}: no duties were worked out from the report of "
            f"{since:%Y-%m-%d %H:%M} UTC; its clocks may be running",
            again_after=OVERDUE_AGAIN,
        )


def _stalled(work: UnitOfWork, row: CaseRow) -> Found:
    """Approved but not sent, and nobody sending: silence must not read as told."""
    last = senders.last_lease(work, row.ref)
    if row.held_at is not None or (last is not None and work.now - last < STALLED):
        return
    waiting, unreleased = 0, []
    for one in notices.set_rows(work, row.ref):
        if one.state == SetState.RELEASED:
            waiting += _unsent(work, one)
        elif one.state == SetState.APPROVED and work.now - _free_since(work, one) > STALLED:
            unreleased.append(f"{one.set_key} v{one.version}")
    retry_at = deliveries.next_due(work, row.ref)
    late = retry_at is not None and work.now - retry_at > STALLED
    words = []
    if waiting:
        words.append(f"{waiting} e-mails wait and nobody is sending")
    if late and retry_at is not None:
        words.append(f"second tries were due {retry_at:%Y-%m-%d %H:%M} UTC and nobody is sending")
    if unreleased:
        words.append(f"approved and not sent: {', '.join(unreleased)}")
    if words:
        yield Alarm(
            key=f"{row.ref}:stalled",
            text=f"{row.ref}: {'; '.join(words)}",
            again_after=timedelta(minutes=30),
        )


def _amendment(work: UnitOfWork, ref: str) -> Found:
    """An amendment that waits for a send that is over."""
    waiting = waiting_amendment(work, ref)
    if waiting is not None and not counts_left(work, ref) - waiting.held:
        yield Alarm(
            key=f"{ref}:amendment-waits",
            text=f"{ref}: what was going out has gone out and the amendment of {waiting.by} still "
            f"waits; `forthwith report --amend {ref} --waiting` takes it in",
            again_after=OVERDUE_AGAIN,
        )


def _unworded(work: UnitOfWork, row: CaseRow) -> Found:
    """People whom no list holds, because a sentence of this case is not there in their language."""
    said = cases.evidence_rows(work, row.ref, EvidenceKind.CASE_WORDS)
    if not said or row.state != CaseState.DRAFTED:
        return
    people = unlisted(work, row.ref)
    if people:
        yield Alarm(
            key=f"{row.ref}:unworded:{said[-1].version}",
            text=f"{row.ref}: {people} people wait for a sentence in their language and are on no "
            f"list; `forthwith words {row.ref}` shows which",
            again_after=OVERDUE_AGAIN,
        )


def _uncorrected(work: UnitOfWork, ref: str) -> Found:
    """People who hold a message that is wrong now, and nobody has decided about it."""
    found = to_correct(work, ref)
    if found.owed:
        yield Alarm(
            key=f"{ref}:uncorrected:{found.wrong}:{found.recall}",
            text=f"{ref}: {found.text()}; `forthwith correct {ref}` drafts what tells them",
            again_after=OVERDUE_AGAIN,
        )


def _unsent(work: UnitOfWork, row: NoticeSetRow) -> int:
    found = deliveries.counts(work, row.case_ref, row.set_key)
    return sum(
        number for (way, state), number in found.items() if way == "email" and state in WAITING
    )


def _free_since(work: UnitOfWork, row: NoticeSetRow) -> datetime:
    """Return since when an approved set might have been sent."""
    moments = [row.drafted_at, *(one.signed_at for one in notices.signatures(work, row))]
    not_before = notices.sealed_of(row).not_before
    if not_before:
        moments.append(datetime.fromisoformat(not_before))
    return max(moments)


def quiet_alarms(database: Database, sources: Sequence[str], *, quiet_for: timedelta) -> Sight:
    """Return an alarm for each source that has been heard of and has gone quiet since."""
    alarms, fine = [], []
    with database.read() as work:
        for source in sources:
            last, key = alerts.last_beat(work, source), f"quiet:{source}"
            if last is None or work.now - last <= quiet_for:
                fine.append(key)
                continue
            alarms.append(
                Alarm(
                    key=key,
                    text=f"{source} has been quiet since {last:%Y-%m-%d %H:%M} UTC",
                    again_after=timedelta(hours=1),
                )
            )
    return Sight(alarms=alarms, fine=fine)
