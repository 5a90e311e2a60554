"""What becomes of people not written to yet when a report is amended: a person chooses.

`hold`: nobody gets the old words; the new ones have to be signed first. `hold-these`: only those in
the stores that the amendment is about wait, the others get the old words. `go-on`: everybody gets
the old words by the deadline, and whoever was told something wrong is written to again.
"""

from collections.abc import Mapping
from typing import Literal

from incidents.errors import InvalidInputError
from incidents.intake.breach_report import amend
from incidents.models.base import Instant, Value
from incidents.models.notice import FactSheet
from incidents.models.report import BreachReport
from incidents.models.states import DeliveryState, SetState
from incidents.steps.open_case import PeopleLists, take_amendment
from incidents.store import cases, deliveries, duties, held_rows, notices
from incidents.store.cases import EvidenceKind
from incidents.store.deliveries import people_in
from incidents.store.unit_of_work import Database, UnitOfWork

Meanwhile = Literal["hold", "hold-these", "go-on"]
_LIVE = frozenset({SetState.DRAFTED, SetState.APPROVED, SetState.RELEASED})
_UNSENT = (
    DeliveryState.PLANNED,
    DeliveryState.DEFERRED,
    DeliveryState.LISTED,
    DeliveryState.HELD,
)


class Running(Value):
    """A set that is going out, and the clock it serves."""

    set_key: str
    version: int
    unsent: int
    these: int
    """How many of them lie in the stores that the amendment is about."""
    duty: str
    act_by: Instant | None


class AmendmentPreview(Value):
    """What a new version of a report would change, before anything is changed."""

    differences: list[str]
    voids: list[str]
    """Notice sets that lose their approval when any word or name in them changes."""
    holds: dict[str, int]
    """People per delivery state who would be held."""
    running: list[Running] = []
    """Sets that are going out: what to do with them is a person's choice."""


class Waiting(Value):
    """An amendment that is taken in once what is going out has gone out."""

    report: BreachReport
    people: PeopleLists
    meanwhile: Meanwhile
    by: str
    held: int


def preview_amendment(database: Database, ref: str, report: BreachReport) -> AmendmentPreview:
    """Return what amending would void, whom it would hold and what it endangers."""
    with database.read() as work:
        before = cases.get_evidence(work, ref, EvidenceKind.REPORT, BreachReport)
        amendment = amend(before, report)
        live = [row for row in notices.set_rows(work, ref) if row.state in _LIVE]
        unsent = {str(state) for state in _UNSENT}
        waiting = {
            state: number for state, number in people_in(work, ref).items() if state in unsent
        }
        return AmendmentPreview(
            differences=amendment.differences,
            voids=[f"{row.set_key} v{row.version}" for row in live],
            holds=waiting if live else {},
            running=_running(work, ref, _mask(work, ref, before, report)),
        )


def amend_later(
    database: Database,
    ref: str,
    report: BreachReport,
    *,
    actor: str,
    meanwhile: Meanwhile,
    people: Mapping[str, list[str]] | None = None,
) -> Waiting:
    """Keep an amendment until what is going out has gone out; `waiting_amendment` tells of it.

    Raises:
        InvalidInputError: when nothing is going out, so that there is nothing to choose.
    """
    with database.write(actor) as work:
        before = cases.get_evidence(work, ref, EvidenceKind.REPORT, BreachReport)
        amend(before, report)
        mask = _mask(work, ref, before, report)
        if not _running(work, ref, mask):
            raise InvalidInputError(
                "nothing is going out, so nobody gets the old words meanwhile",
                where=ref,
                repair="leave out --meanwhile",
            )
        held = held_rows.hold_exposed(work, ref, mask) if meanwhile == "hold-these" else 0
        waiting = Waiting(
            report=report,
            people=PeopleLists(lists=dict(people or {})),
            meanwhile=meanwhile,
            by=actor,
            held=held,
        )
        cases.put_evidence(work, ref, EvidenceKind.WAITING_REPORT, waiting)
        return waiting


def waiting_amendment(work: UnitOfWork, ref: str) -> Waiting | None:
    """Return the amendment that waits, unless a newer report has been taken in since."""
    rows = cases.evidence_rows(work, ref, EvidenceKind.WAITING_REPORT)
    if not rows:
        return None
    taken = cases.evidence_rows(work, ref, EvidenceKind.REPORT)
    if taken and (taken[-1].id or 0) > (rows[-1].id or 0):
        return None
    return Waiting.model_validate_json(rows[-1].body)


def take_waiting(database: Database, ref: str, *, actor: str) -> int:
    """Take in the amendment that waits; return how many messages in the old words are not sent.

    Raises:
        InvalidInputError: when none waits.
    """
    with database.write(actor) as work:
        waiting = waiting_amendment(work, ref)
        if waiting is None:
            raise InvalidInputError("no amendment waits", where=ref, repair="name a report file")
        left = sum(one.unsent for one in _running(work, ref, 0))
        take_amendment(work, ref, waiting.report, waiting.people.lists)
        return left


def _running(work: UnitOfWork, ref: str, mask: int) -> list[Running]:
    """Return the sets for people that were released and have messages left to send."""
    clocks = {
        row.duty_id: row.due_by or row.target_by
        for row in duties.duty_rows(work, ref)
        if row.due_by or row.target_by
    }
    found = []
    for row in notices.set_rows(work, ref):
        if row.state != SetState.RELEASED or row.audience != "individuals":
            continue
        unsent, these = held_rows.unsent(work, ref, row.set_key, row.version, mask)
        ends = [(at, name) for name in notices.notice_set(row).duties if (at := clocks.get(name))]
        first = min(ends, default=None)
        if unsent:
            found.append(
                Running(
                    set_key=row.set_key,
                    version=row.version,
                    unsent=unsent,
                    these=these,
                    duty=first[1] if first else "",
                    act_by=first[0] if first else None,
                )
            )
    return found


def _mask(work: UnitOfWork, ref: str, before: BreachReport, after: BreachReport) -> int:
    """Return the exposure mask of those whom the amendment concerns; -1 is everybody.

    Anything but a store's own claim, such as when it happened, is in everybody's message.
    """
    sheet = cases.find_evidence(work, ref, EvidenceKind.FACT_SHEET, FactSheet)
    keep = {"amendment", "format"}
    was, now = (one.model_dump(mode="json", exclude=keep) for one in (before, after))
    stores_was, stores_now = (
        {store["store"]: store for store in one["claim"].pop("stores")} for one in (was, now)
    )
    if sheet is None or was != now:
        return -1
    touched = {
        name
        for name in stores_was.keys() | stores_now.keys()
        if stores_was.get(name) != stores_now.get(name)
    }
    bits = {store.store: store.bit for store in sheet.stores}
    if not touched <= bits.keys():
        return -1  # a store that the notices do not know by this name
    return sum(1 << bits[name] for name in touched)


def counts_left(work: UnitOfWork, ref: str) -> int:
    """Return how many messages of released sets are neither sent nor settled."""
    return sum(one.unsent for one in _running(work, ref, 0)) + sum(
        number
        for (_, state), number in deliveries.counts(work, ref).items()
        if state in {DeliveryState.SENDING, DeliveryState.IN_DOUBT}
    )
