"""Shows which open cases a change of the law touches, and takes one over to the newer law."""

from incidents.duties.differences import Difference, differences
from incidents.duties.engine import duties_owed
from incidents.duties.regime import Catalogue
from incidents.errors import InvalidInputError
from incidents.models.base import Value
from incidents.models.duty import DutyList
from incidents.models.states import CaseState
from incidents.steps.case_facts import read_facts
from incidents.steps.case_law import law_of
from incidents.steps.list_duties import derive
from incidents.store import cases, law
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database


class Replay(Value):
    """One open case under the law it was judged by and under the loaded one."""

    case: str
    judged_by: str
    loaded: str
    changes: list[Difference]


def replay_law(database: Database, catalogue: Catalogue) -> list[Replay]:
    """Return every open case that was judged by another version of the law, with what changes.

    Both answers are worked out from the same facts, so that only the law makes the difference.
    """
    found = []
    with database.read() as work:
        for row in cases.case_rows(work):
            judged = cases.find_evidence(work, row.ref, EvidenceKind.DUTIES, DutyList)
            if row.state == CaseState.CLOSED or judged is None:
                continue
            if judged.law_version == catalogue.version:
                continue
            facts = read_facts(work, row.ref)
            kept = law.kept_law(work, judged.law_version)
            before = duties_owed(facts, kept) if kept else judged
            changes = list(differences(before, duties_owed(facts, catalogue)))
            found.append(
                Replay(
                    case=row.ref,
                    judged_by=judged.law_version,
                    loaded=catalogue.version,
                    changes=changes,
                )
            )
    return found


def adopt_law(database: Database, ref: str, catalogue: Catalogue, *, by: str) -> DutyList:
    """Judge a case by the loaded law from now on; its notices have to be drafted again.

    Raises:
        InvalidInputError: without a named person, or where the case has this law already.
    """
    if not by.strip():
        raise InvalidInputError(
            "another law needs a named person", where="--by", repair="name who decides"
        )
    with database.write(by) as work:
        before = law_of(work, ref, catalogue).version
        if before == catalogue.version:
            raise InvalidInputError(
                "the case is judged by the loaded law already",
                where=ref,
                repair="nothing needs to be done",
            )
        law.keep_law(work, catalogue)
        found = derive(work, ref, catalogue)
        cases.move_case(work, ref, CaseState.DUTIES_LISTED)
        work.note("law.adopted", ref, before=before, after=catalogue.version)
    return found
