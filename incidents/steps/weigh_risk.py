"""Weighs how badly people could be hurt; a named person may judge otherwise, with a reason."""

from incidents.errors import InvalidInputError
from incidents.models.inventory import Inventory
from incidents.models.report import UNKNOWN, BreachReport, Range, Unknown
from incidents.models.risk import HarmOverride, Override, Overrides, RiskAssessment
from incidents.models.scope import ScopeFinding, ScopeSummary
from incidents.models.states import CaseState
from incidents.models.vocabulary import vocabulary
from incidents.risk.assess import assess
from incidents.risk.facts import RiskFacts, risk_facts_from_report
from incidents.risk.scales import Scales
from incidents.scope.exposed_data import worst_protection
from incidents.store import cases
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database, UnitOfWork


def weigh_risk(database: Database, ref: str, scales: Scales, *, actor: str) -> RiskAssessment:
    """Store and return the assessment; overrides given before stay in force."""
    with database.write(actor) as work:
        judged = assess(_risk_facts(work, ref), scales).overridden(_in_force(work, ref))
        cases.put_evidence(work, ref, EvidenceKind.ASSESSMENT, judged)
        cases.move_case(work, ref, CaseState.ASSESSED)
    return judged


def override_risk(
    database: Database, ref: str, level: str, *, by: str, reason: str
) -> RiskAssessment:
    """Put a named person's judgement in place of the computed level, and return the assessment.

    The computed one stays on record beside it. Grades of harm are not touched: laws ask them
    apart. Duties have to be listed again afterwards.

    Raises:
        InvalidInputError: for a level there is not, or without a person or a reason.
        NotFoundError: while the risk was not weighed yet.
    """
    if level not in {"unlikely", "risk", "high"}:
        raise InvalidInputError(
            f"{level!r} is no level", where="level", repair="write unlikely, risk or high"
        )
    _refuse_nameless(by, reason)
    with database.write(by) as work:
        override = Override(level=level, by=by, reason=reason, at=work.now)
        now = _in_force(work, ref).model_copy(update={"level": override})
        return _judged(work, ref, now)


def override_harm(
    database: Database, ref: str, harm: str, answer: str, *, by: str, reason: str
) -> RiskAssessment:
    """Put a named person's answer in place of one computed grade of harm.

    The computed answer and its reasons stay on record beside it, and the level is not touched.
    It stays in force over later assessments until the same grade is answered again. Duties have
    to be listed again afterwards.

    Args:
        database: Where the case lies.
        ref: The case.
        harm: A word of the vocabulary's harms, such as `misuse`.
        answer: yes, no, or unknown to open the question again.
        by: The named person who judges.
        reason: Why; it goes on record.

    Raises:
        InvalidInputError: for a grade or answer there is not, or without a person or a reason.
        NotFoundError: while the risk was not weighed yet.
    """
    if harm not in vocabulary().harms:
        raise InvalidInputError(
            f"{harm!r} is no grade of harm",
            where="harm",
            repair=f"write one of {', '.join(sorted(vocabulary().harms))}",
        )
    if answer not in {"yes", "no", "unknown"}:
        raise InvalidInputError(
            f"{answer!r} is no answer", where="answer", repair="write yes, no or unknown"
        )
    _refuse_nameless(by, reason)
    with database.write(by) as work:
        override = HarmOverride(harm=harm, answer=answer, by=by, reason=reason, at=work.now)
        before = _in_force(work, ref)
        now = before.model_copy(update={"harms": {**before.harms, harm: override}})
        return _judged(work, ref, now)


def _risk_facts(work: UnitOfWork, ref: str) -> RiskFacts:
    """Return what the report says, with data and people as inventory and frozen list know them."""
    report = cases.get_evidence(work, ref, EvidenceKind.REPORT, BreachReport)
    found = cases.get_evidence(work, ref, EvidenceKind.FINDING, ScopeFinding)
    scope = cases.get_evidence(work, ref, EvidenceKind.SCOPE, ScopeSummary)
    inventory = cases.find_evidence(work, ref, EvidenceKind.INVENTORY, Inventory)
    told = risk_facts_from_report(report)
    return told.model_copy(
        update={
            "elements": worst_protection(found.exposures),
            "more_elements": told.more_elements and not found.exposures,
            "people": Range.exactly(scope.total),
            "children": _any_minor(scope),
            "roles": list(inventory.organisation.roles) if inventory else told.roles,
        }
    )


def _any_minor(scope: ScopeSummary) -> bool | Unknown:
    if any(scope.minors_by_place.values()):
        return True
    return UNKNOWN if scope.by_age.get(UNKNOWN) else False


def _in_force(work: UnitOfWork, ref: str) -> Overrides:
    return cases.find_evidence(work, ref, EvidenceKind.OVERRIDE, Overrides) or Overrides()


def _judged(work: UnitOfWork, ref: str, now: Overrides) -> RiskAssessment:
    judged = cases.get_evidence(work, ref, EvidenceKind.ASSESSMENT, RiskAssessment).overridden(now)
    cases.put_evidence(work, ref, EvidenceKind.OVERRIDE, now)
    cases.put_evidence(work, ref, EvidenceKind.ASSESSMENT, judged)
    cases.move_case(work, ref, CaseState.ASSESSED)
    return judged


def _refuse_nameless(by: str, reason: str) -> None:
    if not by.strip() or not reason.strip():
        raise InvalidInputError(
            "an override needs a person and a reason", where="--by, --reason", repair="give both"
        )
