"""Reads a case as its people see it: counts, duties, sets, where everybody stands."""

from incidents.models.base import Instant, Value
from incidents.models.duty import Duty, DutyList
from incidents.models.inventory import Inventory
from incidents.models.notice import NoticeSet
from incidents.models.risk import RiskAssessment
from incidents.models.scope import ScopeFinding, ScopeSummary
from incidents.store import alerts, cases, deliveries, duties, notices
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database, UnitOfWork


class SetView(Value):
    """One notice set in a line."""

    key: str
    version: int
    state: str
    root: str
    people: int
    signed_by: list[str]
    author: str
    filings: int


class CaseView(Value):
    """One case without a person in it."""

    ref: str
    kind: str
    state: str
    author: str
    now: Instant
    zone: str
    opened_at: Instant
    held_at: Instant | None
    held_by: str
    people_total: int
    people_by_place: dict[str, int]
    people_by_age: dict[str, int]
    people_by_reach: dict[str, int]
    unknown_law: dict[str, int]
    risk: str
    contradictions: int
    duties: list[tuple[Duty, str]]
    first_deadlines: dict[str, Instant]
    """Duties whose deadline moved later than it once was."""
    sets: list[SetView]
    people_in: dict[str, int]
    ledger: dict[str, int]
    containment: dict[str, str]


def show_case(database: Database, ref: str) -> CaseView:
    """Return a case as it stands."""
    with database.read() as work:
        row = cases.case_row(work, ref)
        scope = cases.find_evidence(work, ref, EvidenceKind.SCOPE, ScopeSummary)
        found = cases.find_evidence(work, ref, EvidenceKind.FINDING, ScopeFinding)
        listed = cases.find_evidence(work, ref, EvidenceKind.DUTIES, DutyList)
        risk = cases.find_evidence(work, ref, EvidenceKind.ASSESSMENT, RiskAssessment)
        inventory = cases.find_evidence(work, ref, EvidenceKind.INVENTORY, Inventory)
        rows = duties.duty_rows(work, ref)
        return CaseView(
            ref=ref,
            kind=row.kind,
            state=row.state,
            author=row.author,
            now=work.now,
            zone=inventory.organisation.zone if inventory else "UTC",
            opened_at=row.opened_at,
            held_at=row.held_at,
            held_by=row.held_by,
            people_total=scope.total if scope else 0,
            people_by_place=scope.by_place if scope else {},
            people_by_age=scope.by_age if scope else {},
            people_by_reach=scope.by_reach if scope else {},
            unknown_law={
                one.place: one.people.best or one.people.low
                for one in (listed.unknown_law if listed else [])
            },
            risk=risk.level if risk else "",
            contradictions=len(found.contradictions) if found else 0,
            duties=[(duties.duty_value(one), one.state) for one in rows],
            first_deadlines={
                one.duty_id: one.first_due_by
                for one in rows
                if one.first_due_by and one.due_by and one.first_due_by < one.due_by
            },
            sets=[_set_view(work, one.set_key, ref) for one in notices.set_rows(work, ref)],
            people_in=deliveries.people_in(work, ref),
            ledger={
                f"{channel} {state}": number
                for (channel, state), number in deliveries.counts(work, ref).items()
            },
            containment={
                f"{one.measure} {one.person_id}".strip(): one.state
                for one in alerts.containment(work, ref)
            },
        )


def _set_view(work: UnitOfWork, set_key: str, ref: str) -> SetView:
    row = notices.set_row(work, ref, set_key)
    body: NoticeSet = notices.notice_set(row)
    return SetView(
        key=row.set_key,
        version=row.version,
        state=row.state,
        root=row.root,
        people=notices.sealed_of(row).counts.get("people", 0),
        signed_by=[one.approver for one in notices.signatures(work, row)],
        author=row.author,
        filings=len(body.filings),
    )


def listed_duties(database: Database, ref: str) -> DutyList:
    """Return the newest list of duties with what is not owed and what is asked."""
    with database.read() as work:
        return cases.get_evidence(work, ref, EvidenceKind.DUTIES, DutyList)


def case_scope(database: Database, ref: str) -> ScopeSummary:
    """Return the newest frozen list in figures."""
    with database.read() as work:
        return cases.get_evidence(work, ref, EvidenceKind.SCOPE, ScopeSummary)


def case_assessment(database: Database, ref: str) -> RiskAssessment:
    """Return the newest assessment of risk."""
    with database.read() as work:
        return cases.get_evidence(work, ref, EvidenceKind.ASSESSMENT, RiskAssessment)


def case_finding(database: Database, ref: str) -> ScopeFinding:
    """Return how the report stands against the inventory."""
    with database.read() as work:
        return cases.get_evidence(work, ref, EvidenceKind.FINDING, ScopeFinding)


def all_cases(database: Database) -> list[dict[str, object]]:
    """Return every case in a line, newest first."""
    with database.read() as work:
        return [
            row.model_dump(mode="json", exclude={"hold_reason"}) for row in cases.case_rows(work)
        ]


def case_sets(database: Database, ref: str) -> list[NoticeSet]:
    """Return the newest version of every set that is not void."""
    with database.read() as work:
        return [
            notices.notice_set(row) for row in notices.set_rows(work, ref) if row.state != "void"
        ]
