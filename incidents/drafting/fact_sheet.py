"""The one source of every text: what is known of a case, since when, how sure, and what is not."""

from collections.abc import Sequence

from incidents.errors import DraftingError
from incidents.models.inventory import Organisation
from incidents.models.notice import FactSheet, Measure, Offer, StoreFact
from incidents.models.report import UNKNOWN, BreachReport
from incidents.models.risk import RiskAssessment
from incidents.models.scope import Exposure, ScopeSummary

NEEDED = {
    "legal_name": "the registered name",
    "postal_address": "the full postal address",
    "phone": "a telephone number that people answer",
    "email": "an address that people read",
    "website": "the address of the website",
    "court": "the court at the organisation's seat (where people may sue)",
    "officers.privacy": "title and contact of whoever answers for personal data",
    "notices.check_url": "the page on which people check that a notice is real",
    "notices.link_domains": "the domains that notices may link to",
}
"""Field of organisation.yaml -> what a notice needs from it (S100, S108, S109)."""


def missing_fields(organisation: Organisation) -> dict[str, str]:
    """Return field -> what to write into it, for all that a notice needs and does not have."""
    privacy = organisation.officers.get("privacy")
    present = {
        "officers.privacy": bool(privacy and privacy.title and privacy.contact),
        "notices.check_url": bool(organisation.notices.check_url),
        "notices.link_domains": bool(organisation.notices.link_domains),
    }
    return {
        field: repair
        for field, repair in NEEDED.items()
        if not present.get(field, bool(getattr(organisation, field, "")))
    }


def fact_sheet(
    *,
    case_ref: str,
    version: int,
    organisation: Organisation,
    report: BreachReport,
    exposures: Sequence[Exposure],
    summary: ScopeSummary,
    assessment: RiskAssessment,
    measures: Sequence[Measure],
    next_update_on: str,
    offer: Offer | None = None,
) -> FactSheet:
    """Return the fact sheet of a case.

    Args:
        case_ref: The case.
        version: Version of the fact sheet.
        organisation: Who writes.
        report: What happened and when, in its newest version.
        exposures: What was touched, store by store.
        summary: The frozen list in figures; its `stores` give each store's bit.
        assessment: The risk and its reasons.
        measures: What was done and is planned, as keys of the catalogue (`measure.<key>.done`).
        next_update_on: Day by which the organisation writes again, ISO.
        offer: What people get a code for.

    Raises:
        DraftingError: listing every field of organisation.yaml that a notice needs and lacks;
            for a store that the frozen list does not know.
    """
    missing = missing_fields(organisation)
    if missing:
        raise DraftingError(
            f"a notice needs {len(missing)} fields that are empty: {', '.join(missing)}",
            where="organisation.yaml",
            repair="; ".join(f"{field}: {what}" for field, what in missing.items()),
        )
    strangers = [each.store for each in exposures if each.store not in summary.stores]
    if strangers:
        raise DraftingError(
            f"stores that the frozen list does not know: {', '.join(strangers)}",
            where=case_ref,
            repair="size the scope again, then draft",
        )
    claim = report.claim
    return FactSheet(
        case_ref=case_ref,
        version=version,
        organisation=organisation,
        kinds=None if claim.kinds == UNKNOWN else claim.kinds,
        cause=claim.cause,
        failure=claim.failure,
        certainty=claim.certainty,
        timeline=report.timeline,
        stores=[_store(each, summary.stores.index(each.store)) for each in exposures],
        people_total=summary.total,
        people_by_place=summary.by_place,
        children_total=sum(summary.children_by_place.values()),
        measures=list(measures),
        unknown=_unknown(report, exposures),
        risk=assessment.level,
        risk_reasons=[reason.text for reason in assessment.reasons],
        policy_version=_policy(organisation, report),
        next_update_on=next_update_on,
        offer=offer,
    )


def _store(exposure: Exposure, bit: int) -> StoreFact:
    return StoreFact(
        store=exposure.store,
        name=exposure.name,
        names=exposure.names,
        bit=bit,
        elements=exposure.elements,
        window=exposure.window,
    )


def _unknown(report: BreachReport, exposures: Sequence[Exposure]) -> list[str]:
    claim, line = report.claim, report.timeline
    states = {
        "kinds": claim.kinds == UNKNOWN,
        "cause": claim.cause == "unknown",
        "occurred_from": line.moment("occurred_from") is None,
        "occurred_to": line.moment("occurred_to") is None,
        "aware": line.moment("aware") is None,
        "stores": not claim.stores,
        "elements": any(each.elements == UNKNOWN or not each.elements for each in claim.stores),
        "window": any(each.window is None for each in exposures),
        "holder": report.facts.holder == "unknown",
        "misuse": report.facts.misuse_seen == UNKNOWN,
    }
    return [word for word, unknown in states.items() if unknown]


def _policy(organisation: Organisation, report: BreachReport) -> str:
    """Return the policy that stood when the breach began, or when it was noticed (S1)."""
    line = report.timeline
    moment = line.moment("occurred_from") or line.moment("first_alert") or line.moment("aware")
    if moment is None:
        return ""
    day = moment.at.date().isoformat()
    return next(
        (
            policy.id
            for policy in organisation.policies
            if policy.published_on <= day and (policy.ended_on is None or day <= policy.ended_on)
        ),
        "",
    )
