"""Weighs how badly people could be hurt; a named person may judge otherwise, with a reason."""

from incidents.errors import InvalidInputError
from incidents.models.report import UNKNOWN, BreachReport, Range
from incidents.models.risk import Override, RiskAssessment
from incidents.models.scope import ScopeFinding, ScopeSummary
from incidents.models.states import CaseState
from incidents.risk.assess import assess
from incidents.risk.severity import RiskFacts, Scales
from incidents.scope.exposed_data import worst_protection
from incidents.store import cases
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database


def weigh_risk(database: Database, ref: str, scales: Scales, *, actor: str) -> RiskAssessment:
    """Store and return the assessment; an override given before stays in force."""
    with database.write(actor) as work:
        report = cases.get_evidence(work, ref, EvidenceKind.REPORT, BreachReport)
        found = cases.get_evidence(work, ref, EvidenceKind.FINDING, ScopeFinding)
        scope = cases.get_evidence(work, ref, EvidenceKind.SCOPE, ScopeSummary)
        facts = report.facts
        judged = assess(
            RiskFacts(
                elements=worst_protection(found.exposures),
                kinds=None if report.claim.kinds == UNKNOWN else report.claim.kinds,
                cause=report.claim.cause,
                malicious=report.claim.malicious,
                people=Range.exactly(scope.total),
                children=any(scope.minors_by_place.values()),
                vulnerable=facts.vulnerable_people,
                holder=facts.holder,
                recoverable=facts.recoverable,
                harm_averted=facts.harm_averted,
                misuse_seen=facts.misuse_seen,
            ),
            scales,
        )
        override = cases.find_evidence(work, ref, EvidenceKind.OVERRIDE, Override)
        if override is not None:
            judged = judged.model_copy(update={"override": override})
        cases.put_evidence(work, ref, EvidenceKind.ASSESSMENT, judged)
        cases.move_case(work, ref, CaseState.ASSESSED)
    return judged


def override_risk(
    database: Database, ref: str, level: str, *, by: str, reason: str
) -> RiskAssessment:
    """Put a named person's judgement in place of the computed level, and return the assessment.

    The computed one stays on record beside it. Duties have to be listed again afterwards.
    """
    if level not in {"unlikely", "risk", "high"}:
        raise InvalidInputError(
            f"{level!r} is no level", where="level", repair="write unlikely, risk or high"
        )
    if not by.strip() or not reason.strip():
        raise InvalidInputError(
            "an override needs a person and a reason", where="--by, --reason", repair="give both"
        )
    with database.write(by) as work:
        judged = cases.get_evidence(work, ref, EvidenceKind.ASSESSMENT, RiskAssessment)
        override = Override(level=level, by=by, reason=reason, at=work.now)
        cases.put_evidence(work, ref, EvidenceKind.OVERRIDE, override)
        judged = judged.model_copy(update={"override": override})
        cases.put_evidence(work, ref, EvidenceKind.ASSESSMENT, judged)
        cases.move_case(work, ref, CaseState.ASSESSED)
    return judged
