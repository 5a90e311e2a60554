"""Takes a breach report into the books: a new case, or a new version of an old one's report."""

from collections.abc import Mapping

from incidents.intake.breach_report import Amendment, amend
from incidents.models.base import Value
from incidents.models.report import BreachReport
from incidents.models.states import CaseState
from incidents.store import cases
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database, UnitOfWork


class PeopleLists(Value):
    """Person ids of the files that a report names."""

    lists: dict[str, list[str]] = {}


def open_case(
    database: Database,
    report: BreachReport,
    *,
    actor: str,
    people: Mapping[str, list[str]] | None = None,
) -> str:
    """Open a case for a report and return its ref.

    Args:
        database: Where the case lies.
        report: The report.
        actor: Who reports; the author, who may not approve.
        people: Person ids per file that the report's claims name.
    """
    with database.write(actor) as work:
        ref = cases.open_case(work, author=actor)
        cases.put_evidence(work, ref, EvidenceKind.REPORT, report)
        cases.put_evidence(work, ref, EvidenceKind.PEOPLE_LISTS, PeopleLists(lists=people or {}))
    return ref


def amend_case(
    database: Database,
    ref: str,
    report: BreachReport,
    *,
    actor: str,
    people: Mapping[str, list[str]] | None = None,
) -> Amendment:
    """Store a new version of a case's report and stop all sending until it is drafted again.

    The case goes back to `reported`, from where nothing is sent. Drafting then voids every set
    whose words or list are no longer what was sealed, and keeps those that are. What was handed
    over stays on record.
    """
    with database.write(actor) as work:
        return take_amendment(work, ref, report, people)


def take_amendment(
    work: UnitOfWork, ref: str, report: BreachReport, people: Mapping[str, list[str]] | None
) -> Amendment:
    """Store a new version of a report as the one that counts."""
    before = cases.get_evidence(work, ref, EvidenceKind.REPORT, BreachReport)
    amendment = amend(before, report)
    cases.put_evidence(work, ref, EvidenceKind.REPORT, report)
    if people:
        cases.put_evidence(work, ref, EvidenceKind.PEOPLE_LISTS, PeopleLists(lists=dict(people)))
    cases.move_case(work, ref, CaseState.REPORTED)
    return amendment
