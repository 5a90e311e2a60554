"""Closes a case, or lists what is still open and refuses."""

from incidents.drafting.choose import set_keys
from incidents.errors import ForthwithError
from incidents.models.scope import ScopeSummary
from incidents.models.states import CaseState, DutyState, SetState
from incidents.steps.amend_while_sending import waiting_amendment
from incidents.steps.drafting_material import live_duties
from incidents.steps.to_correct import to_correct
from incidents.store import alerts, cases, deliveries, duties, notices
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database, UnitOfWork

SETTLED = frozenset({DutyState.DONE, DutyState.DECLINED, DutyState.WITHDRAWN})
JUDGED = frozenset({CaseState.DUTIES_LISTED, CaseState.DRAFTED, CaseState.CLOSED})
"""Before, nobody knows what is owed: that no duty stands open there means nothing."""


class CaseNotReadyError(ForthwithError):
    """A case still has something open."""

    slug = "case-not-ready"

    def __init__(self, ref: str, still_open: list[str]) -> None:
        super().__init__(
            f"{len(still_open)} things are open:\n  - " + "\n  - ".join(still_open),
            where=ref,
            repair="settle each, or answer its duty with a reason",
        )
        self.still_open = still_open


def open_items(work: UnitOfWork, ref: str) -> list[str]:
    """Return everything that keeps a case from being closed, in words."""
    items = [
        f"duty {row.duty_id} is {row.state}"
        for row in duties.duty_rows(work, ref)
        if DutyState(row.state) not in SETTLED
    ]
    items += [
        f"notice set {row.set_key} v{row.version} is {row.state}"
        for row in notices.set_rows(work, ref)
        if row.state not in {SetState.FINISHED, SetState.VOID}
    ]
    unfinished = {"planned", "leased", "sending", "deferred", "in_doubt", "held", "listed"}
    items += [
        f"{number} people are {state.replace('_', ' ')}"
        for state, number in deliveries.people_in(work, ref).items()
        if state in unfinished
    ]
    if lost := unlisted(work, ref):
        items.append(f"{lost} people who are owed a notice stand in no ledger row")
    if waiting_amendment(work, ref):
        items.append(f"an amendment waits: `forthwith report --amend {ref} --waiting`")
    if (uncorrected := to_correct(work, ref)).owed:
        items.append(f"{uncorrected.text()}: `forthwith correct {ref}`")
    items += [
        f"measure {row.measure} {row.person_id}".rstrip() + f" is {row.state}"
        for row in alerts.containment(work, ref)
        if row.state != "done"
    ]
    row = cases.case_row(work, ref)
    if row.kind == "breach" and CaseState(row.state) not in JUDGED:
        items.append(f"the case is {row.state}: its duties do not follow from the newest facts")
    if row.held_at is not None:
        items.append("the case is on hold")
    return items


def unlisted(work: UnitOfWork, ref: str) -> int:
    """Return how many people who are owed a notice stand on no list."""
    scope = cases.find_evidence(work, ref, EvidenceKind.SCOPE, ScopeSummary)
    if scope is None:
        return 0
    owed = set_keys(live_duties(work, ref), scope.by_place)
    return deliveries.not_in_ledger(work, ref, scope.version, sorted(owed))


def close_case(database: Database, ref: str, *, actor: str) -> None:
    """Close a case.

    Raises:
        CaseNotReadyError: listing everything that is open.
    """
    with database.write(actor) as work:
        still_open = open_items(work, ref)
        if still_open:
            raise CaseNotReadyError(ref, still_open)
        cases.move_case(work, ref, CaseState.CLOSED)
