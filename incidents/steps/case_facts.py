"""What the law may ask of a case: its report, its inventory, its people, what was sent so far."""

from datetime import datetime, timedelta

from incidents.duties.facts import facts_from_report
from incidents.models.duty import (
    Citation,
    ClockReading,
    Duty,
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
from incidents.models.states import DutyState
from incidents.scope.exposed_data import worst_protection
from incidents.store import cases, deliveries, duties, notices
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import UnitOfWork


def read_facts(work: UnitOfWork, ref: str) -> Facts:
    """Return what the law may ask, from the newest evidence of a case.

    Raises:
        NotFoundError: where report, inventory, scope or risk are not there yet.
    """
    return case_facts(
        cases.get_evidence(work, ref, EvidenceKind.REPORT, BreachReport),
        cases.get_evidence(work, ref, EvidenceKind.INVENTORY, Inventory),
        cases.get_evidence(work, ref, EvidenceKind.FINDING, ScopeFinding),
        cases.get_evidence(work, ref, EvidenceKind.SCOPE, ScopeSummary),
        cases.get_evidence(work, ref, EvidenceKind.ASSESSMENT, RiskAssessment),
        filings_of(work, ref),
    )


def filings_of(work: UnitOfWork, ref: str) -> dict[str, list[datetime]]:
    """Return when each duty was met so far: receipts that were entered, and our own notices.

    A notice to people counts from its first message that a relay took or a hand delivered.
    """
    made: dict[str, list[datetime]] = {}
    for row in duties.duty_rows(work, ref):
        for answer in duties.answers_of(row):
            if answer["state"] == DutyState.DONE:
                at = datetime.fromisoformat(answer.get("sent_at") or answer["at"])
                made.setdefault(row.duty_id, []).append(at)
    first = deliveries.first_sent(work, ref)
    for sent in notices.set_rows(work, ref, every_version=True):
        told = first.get((sent.set_key, sent.version))
        if told:
            for duty in notices.notice_set(sent).duties:
                made.setdefault(duty, []).append(told)
    return {duty: sorted(moments) for duty, moments in made.items()}


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
    filings: dict[str, list[datetime]],
) -> Facts:
    """Return what the law may ask, with people counted from the frozen list.

    What the inventory holds is electronic, unless the report says otherwise.
    """
    organisation = inventory.organisation
    policy = policy_at(report, inventory)
    told = facts_from_report(
        report,
        assessment,
        zone=organisation.zone,
        targets_hours=organisation.targets_hours,
        place=organisation.place,
    )
    return told.model_copy(
        update={
            "people": _exact(scope.by_place),
            "children": _subgroup(scope.children_by_place, scope),
            "minors": _subgroup(scope.minors_by_place, scope),
            "elements": worst_protection(found.exposures),
            "more_elements": told.more_elements and not found.exposures,
            "roles": list(organisation.roles),
            "established_in": list(organisation.established_in),
            "promise": _promise(policy, listed=bool(organisation.policies)),
            "promise_version": policy.id if policy else "",
            "media": told.media or (["electronic"] if found.exposures else None),
            "filings": _merged(told.filings, filings),
        }
    )


def _subgroup(counts: dict[str, int], scope: ScopeSummary) -> dict[str, Range]:
    return {place: Range.exactly(counts.get(place, 0)) for place in scope.by_place}


def _merged(
    told: dict[str, list[datetime]], recorded: dict[str, list[datetime]]
) -> dict[str, list[datetime]]:
    return {key: sorted({*told.get(key, ()), *recorded.get(key, ())}) for key in {*told, *recorded}}


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
