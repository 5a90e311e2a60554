"""Lets an approver pass a finding of the gate, on record and for everybody to see."""

from incidents.drafting.allowed import Allowance, Allowances, check_allowance
from incidents.drafting.words import Words
from incidents.steps.signing_needs import enrolled
from incidents.store import cases
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database, UnitOfWork


def allowances(work: UnitOfWork, ref: str) -> list[Allowance]:
    """Return what was allowed in a case."""
    found = cases.find_evidence(work, ref, EvidenceKind.ALLOWANCE, Allowances)
    return found.allowed if found else []


def allow_finding(
    database: Database, ref: str, slug: str, words: Words, *, where: str, by: str, reason: str
) -> None:
    """Record that a finding may stand; drafting again then takes it for a warning.

    Args:
        database: Where the case lies.
        ref: The case.
        slug: The finding's word, as the refusal names it.
        words: The words, which say what can be allowed.
        where: Beginning of the places it is allowed at; empty for all.
        by: Id of an enrolled approver.
        reason: Why it may stand.

    Raises:
        InvalidInputError: when nobody may allow it, or nobody of that id is enrolled.
    """
    one = Allowance(slug=slug, where=where, by=by, reason=" ".join(reason.split())[:2000])
    with database.write(by or "nobody") as work:
        check_allowance(one, words.banned, approvers={each.id for each in enrolled(work, ref)})
        before = allowances(work, ref)
        cases.put_evidence(work, ref, EvidenceKind.ALLOWANCE, Allowances(allowed=[*before, one]))
