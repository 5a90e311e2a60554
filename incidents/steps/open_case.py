"""Takes a breach report into the books: a new case, or a new version of an old one's report."""

from collections.abc import Mapping

from incidents.intake.breach_report import Amendment, amend
from incidents.models.base import Value
from incidents.models.report import BreachReport
from incidents.models.states import CaseState, SetState
from incidents.store import cases, notices
from incidents.store.cases import EvidenceKind
from incidents.store.deliveries import people_in
from incidents.store.unit_of_work import Database


class AmendmentPreview(Value):
    """What a new version of a report would change, before anything is changed."""

    differences: list[str]
    voids: list[str]
    """Notice sets that lose their approval when any word or name in them changes."""
    holds: dict[str, int]
    """People per delivery state who would be held."""


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


def preview_amendment(database: Database, ref: str, report: BreachReport) -> AmendmentPreview:
    """Return what amending would void and whom it would hold; changes nothing."""
    with database.read() as work:
        before = cases.get_evidence(work, ref, EvidenceKind.REPORT, BreachReport)
        amendment = amend(before, report)
        live = [row for row in notices.set_rows(work, ref) if row.state in _LIVE]
        waiting = {
            state: number
            for state, number in people_in(work, ref).items()
            if state in {"planned", "deferred", "listed", "held"}
        }
    return AmendmentPreview(
        differences=amendment.differences,
        voids=[f"{row.set_key} v{row.version}" for row in live],
        holds=waiting if live else {},
    )


_LIVE = frozenset({SetState.DRAFTED, SetState.APPROVED, SetState.RELEASED})


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
        before = cases.get_evidence(work, ref, EvidenceKind.REPORT, BreachReport)
        amendment = amend(before, report)
        cases.put_evidence(work, ref, EvidenceKind.REPORT, report)
        if people:
            cases.put_evidence(work, ref, EvidenceKind.PEOPLE_LISTS, PeopleLists(lists=people))
        cases.move_case(work, ref, CaseState.REPORTED)
    return amendment
