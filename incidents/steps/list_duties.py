"""Derives every duty and its clock from what the case now knows."""

from datetime import timedelta

from incidents.duties.engine import duties_owed
from incidents.duties.regime import Catalogue
from incidents.models.duty import (
    Citation,
    ClockReading,
    Duty,
    DutyList,
    DutyStatus,
    Facts,
    Recipient,
    Truth,
    UnknownLaw,
)
from incidents.models.inventory import Inventory, PolicyVersion
from incidents.models.report import BreachReport, Range
from incidents.models.risk import RiskAssessment
from incidents.models.scope import ScopeFinding, ScopeSummary
from incidents.models.states import CaseState
from incidents.scope.exposed_data import worst_protection
from incidents.store import cases, duties
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database


def list_duties(database: Database, ref: str, catalogue: Catalogue, *, actor: str) -> DutyList:
    """Store and return the duties that follow from report, inventory, scope and risk."""
    with database.write(actor) as work:
        facts = case_facts(
            cases.get_evidence(work, ref, EvidenceKind.REPORT, BreachReport),
            cases.get_evidence(work, ref, EvidenceKind.INVENTORY, Inventory),
            cases.get_evidence(work, ref, EvidenceKind.FINDING, ScopeFinding),
            cases.get_evidence(work, ref, EvidenceKind.SCOPE, ScopeSummary),
            cases.get_evidence(work, ref, EvidenceKind.ASSESSMENT, RiskAssessment),
        )
        found = duties_owed(facts, catalogue)
        cases.put_evidence(work, ref, EvidenceKind.DUTIES, found)
        asked = [ask_counsel(one, facts) for one in found.unknown_law]
        duties.save_duties(work, ref, found.model_copy(update={"duties": [*found.duties, *asked]}))
        cases.move_case(work, ref, CaseState.DUTIES_LISTED)
    return found


def ask_counsel(unknown: UnknownLaw, facts: Facts) -> Duty:
    """Return the question that counsel has to answer for a place whose law is not loaded.

    It stands among the duties so that it has a state, is watched, and keeps the case open: silence
    must never read as nothing owed.
    """
    start = next((key for key in ("aware", "first_alert") if facts.timeline.moment(key)), "aware")
    moment = facts.timeline.moment(start)
    hours = facts.targets_hours.get("law-unknown", facts.targets_hours.get("default"))
    return Duty(
        id=f"law-unknown/ask-counsel/{unknown.place}",
        regime="law-unknown",
        regime_name="law not known here",
        duty="ask-counsel",
        name="ask counsel which law applies",
        status=DutyStatus.MAY_BE_OWED,
        recipient=Recipient(kind="record", name="counsel", place=unknown.place),
        phrase="law not known here, ask counsel",
        target_by=moment.at + timedelta(hours=hours) if moment and hours else None,
        clock=ClockReading(start=start, at=moment.at if moment else None, rule="own target"),
        places=[unknown.place],
        zone=facts.zone,
        citation=Citation(article="no law is loaded", read_on="", confidence="own"),
    )


def case_facts(
    report: BreachReport,
    inventory: Inventory,
    found: ScopeFinding,
    scope: ScopeSummary,
    assessment: RiskAssessment,
) -> Facts:
    """Return what the law may ask, with people counted from the frozen list."""
    organisation = inventory.organisation
    policy = policy_at(report, inventory)
    return Facts(
        kinds=None if report.claim.kinds == "unknown" else list(report.claim.kinds),
        certainty=report.claim.certainty,
        cause=report.claim.cause,
        malicious=_truth(report.claim.malicious),
        people=_exact(scope.by_place),
        children={
            place: Range.exactly(scope.children_by_place.get(place, 0)) for place in scope.by_place
        },
        minors={
            place: Range.exactly(scope.minors_by_place.get(place, 0)) for place in scope.by_place
        },
        elements=worst_protection(found.exposures),
        risk=assessment.level,
        harm_likely=assessment.harm_likely,
        unintelligible=assessment.unintelligible,
        harm_averted=_truth(report.facts.harm_averted),
        crime_suspected=_truth(report.facts.crime_suspected),
        important_data=_truth(report.facts.important_data),
        direct_loss_cny=report.facts.direct_loss_cny,
        roles=list(organisation.roles),
        established_in=list(organisation.established_in),
        place=organisation.place,
        promise=_promise(policy, listed=bool(organisation.policies)),
        promise_version=policy.id if policy else "",
        timeline=report.timeline,
        zone=organisation.zone,
        targets_hours=organisation.targets_hours,
    )


def policy_at(report: BreachReport, inventory: Inventory) -> PolicyVersion | None:
    """Return the policy version in force when the breach happened (S1): promises are judged by it.

    Where that moment is unknown, awareness or the first alert stands in.
    """
    moments = ("occurred_to", "occurred_from", "aware", "first_alert")
    known = [moment for key in moments if (moment := report.timeline.moment(key))]
    versions = sorted(inventory.organisation.policies, key=lambda one: one.published_on)
    if not known:
        return versions[-1] if versions else None
    day = known[0].at.date().isoformat()
    standing = [
        one
        for one in versions
        if one.published_on <= day and (one.ended_on is None or day < one.ended_on)
    ]
    return standing[-1] if standing else None


def _promise(policy: PolicyVersion | None, *, listed: bool) -> Truth:
    if not listed:
        return "unknown"  # nobody entered a policy: that is no proof that none was published
    return "yes" if policy and policy.promises_notice else "no"


def _exact(counts: dict[str, int]) -> dict[str, Range]:
    return {place: Range.exactly(number) for place, number in counts.items()}


def _truth(value: object) -> Truth:
    if value is True:
        return "yes"
    return "no" if value is False else "unknown"
