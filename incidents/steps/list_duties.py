"""Derives every duty and its clock from what the case now knows."""

from incidents.duties.engine import duties_owed
from incidents.duties.regime import Catalogue
from incidents.models.duty import DutyList
from incidents.models.states import CaseState
from incidents.steps.case_facts import ask_counsel, read_facts
from incidents.steps.case_law import law_of
from incidents.store import cases, duties
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database, UnitOfWork


def list_duties(database: Database, ref: str, catalogue: Catalogue, *, actor: str) -> DutyList:
    """Store and return the duties that follow from report, inventory, scope and risk.

    A case that was judged before is judged by the same law again; `law_of` keeps it.
    """
    with database.write(actor) as work:
        found = derive(work, ref, law_of(work, ref, catalogue))
        cases.move_case(work, ref, CaseState.DUTIES_LISTED)
    return found


def refresh_duties(database: Database, ref: str, catalogue: Catalogue, *, actor: str) -> bool:
    """Bring the clocks of a case up to date after something was sent; return whether any moved.

    Deadlines chained to a filing start here. Nothing else of the case changes.
    """
    with database.write(actor) as work:
        before = cases.find_evidence(work, ref, EvidenceKind.DUTIES, DutyList)
        if before is None:
            return False
        found = duties_owed(read_facts(work, ref), law_of(work, ref, catalogue))
        if found.model_dump(mode="json") == before.model_dump(mode="json"):
            return False
        _store(work, ref, found)
        return True


def derive(work: UnitOfWork, ref: str, catalogue: Catalogue) -> DutyList:
    """Store and return what one law asks of a case."""
    found = duties_owed(read_facts(work, ref), catalogue)
    _store(work, ref, found)
    duties.reopen_repeating(
        work, ref, since=cases.evidence_rows(work, ref, EvidenceKind.REPORT)[-1].made_at
    )
    return found


def _store(work: UnitOfWork, ref: str, found: DutyList) -> None:
    cases.put_evidence(work, ref, EvidenceKind.DUTIES, found)
    facts = read_facts(work, ref)
    asked = [ask_counsel(one, facts) for one in found.unknown_law]
    duties.save_duties(work, ref, found.model_copy(update={"duties": [*found.duties, *asked]}))
