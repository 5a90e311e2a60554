"""What a notice set needs before it may go out: the rules held against the set."""

from datetime import timedelta

from incidents.approval.enrolment import TWO
from incidents.approval.sources.signing_file import shipped_rules
from incidents.approval.who_signs import Asked, needed
from incidents.models.approval import Needed
from incidents.models.inventory import Approver, Inventory
from incidents.models.scope import Form
from incidents.models.tables import NoticeSetRow
from incidents.settings import Settings
from incidents.steps.enrol_approvers import enrolled_now
from incidents.store import cases, duties, notices
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import UnitOfWork

HOUR = timedelta(hours=1)
STANDING = "standing"
"""Ref of the case that holds what is approved ahead; it is never closed."""


def needs_of(work: UnitOfWork, row: NoticeSetRow, settings: Settings) -> Needed:
    """Return who must sign a set, by the rules its case was scoped with.

    The inventory that the case keeps decides, so a rule that is loosened later loosens nothing
    that is under way.
    """
    organisation = _inventory(work, row.case_ref).organisation
    rules = organisation.signing or shipped_rules()
    return needed(rules, _asked(work, row), at_least=settings.needed_approvals)


def enrolled(work: UnitOfWork, ref: str) -> list[Approver]:
    """Return who may sign for a case: those enrolled at this moment.

    So a key that was revoked counts nowhere any more. Where nobody was enrolled yet, the case's
    inventory says who.
    """
    now = enrolled_now(work)
    return now.approvers if now.people >= TWO else _inventory(work, ref).organisation.approvers


def _inventory(work: UnitOfWork, ref: str) -> Inventory:
    return cases.get_evidence(work, ref, EvidenceKind.INVENTORY, Inventory)


def _asked(work: UnitOfWork, row: NoticeSetRow) -> Asked:
    body = notices.notice_set(row)
    served = [
        duties.duty_value(one)
        for one in duties.duty_rows(work, row.case_ref)
        if one.duty_id in body.duties
    ]
    limits = [
        (duty.due_by - duty.clock.at) / HOUR for duty in served if duty.due_by and duty.clock.at
    ]
    return Asked(
        audience=body.audience,
        people=notices.sealed_of(row).counts.get("people", 0),
        child=any(one.form is Form.GUARDIAN for one in body.classes),
        phases=frozenset(str(duty.phase) for duty in served),
        shortest_hours=min(limits, default=None),
    )
