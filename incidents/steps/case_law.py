"""A case keeps the law it was judged by, until a named person takes it over to a newer one."""

from incidents.duties.regime import Catalogue
from incidents.models.duty import DutyList
from incidents.store import cases, law
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import UnitOfWork


def law_of(work: UnitOfWork, ref: str, catalogue: Catalogue) -> Catalogue:
    """Return the law a case is judged by: the one of its last judgement, or the loaded one.

    The law that is returned is kept with the case. One that was lost is replaced by the loaded
    law, and the audit says so.
    """
    before = cases.find_evidence(work, ref, EvidenceKind.DUTIES, DutyList)
    if before is not None and before.law_version != catalogue.version:
        kept = law.kept_law(work, before.law_version)
        if kept is not None:
            return kept
        work.note("law.lost", ref, version=before.law_version, instead=catalogue.version)
    law.keep_law(work, catalogue)
    return catalogue
