"""Freezes whom the breach touches, as a versioned list with a digest."""

from datetime import date

from incidents.errors import InvalidInputError, NotFoundError
from incidents.models.scope import ScopeFinding, ScopeQuery, ScopeSummary
from incidents.models.states import CaseState
from incidents.scope.query import scope_query
from incidents.store import affected, cases, people
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database, UnitOfWork


def size_scope(database: Database, ref: str, *, on_day: date, actor: str) -> ScopeSummary:
    """Store and return the next version of the frozen list in figures.

    Args:
        database: Where the case lies.
        ref: The case.
        on_day: The day on which ages count.
        actor: Who acts.
    """
    with database.write(actor) as work:
        found = cases.get_evidence(work, ref, EvidenceKind.FINDING, ScopeFinding)
        if not people.count_people(work):
            raise NotFoundError(
                "no people are known, so nobody could be found affected",
                where=ref,
                repair="`forthwith inventory import` takes them in",
            )
        query = scope_query(found.exposures, on_day)
        _refuse_strangers(work, ref, query)
        version = len(cases.evidence_rows(work, ref, EvidenceKind.SCOPE)) + 1
        summary = affected.freeze(work, ref, version, query)
        if not summary.total:
            raise InvalidInputError(
                "nobody in the inventory is linked to what the report names",
                where=ref,
                repair="check the report's stores and window, and links.csv; nothing was decided, "
                "and this does not mean that nothing is owed",
            )
        cases.put_evidence(work, ref, EvidenceKind.SCOPE, summary)
        cases.move_case(work, ref, CaseState.SCOPED)
        work.note("scope.frozen", ref, version=version, people=summary.total, sha256=summary.digest)
    return summary


def _refuse_strangers(work: UnitOfWork, ref: str, query: ScopeQuery) -> None:
    """Refuse a list of ids that the inventory does not hold: each is a person who would be lost."""
    for part in query.parts:
        if part.person_ids is None:
            continue
        ids = set(part.person_ids)
        strangers = len(ids) - len(people.known_ids(work, ids))
        if strangers:
            raise InvalidInputError(
                f"{strangers} of {len(ids)} listed person ids are not in the inventory",
                where=f"{ref} store {part.store}",
                repair="import the inventory that holds them, or correct the list",
            )
