"""Keeps who is enrolled to sign: a changed file enrols nobody until two who are enrolled agree."""

from collections.abc import Mapping
from datetime import datetime

from incidents.approval.enrolment import (
    TWO,
    Enrolment,
    agreed,
    change_statement,
    changes,
    enrolment_of,
)
from incidents.approval.ssh_signature import from_one_line
from incidents.errors import InvalidInputError
from incidents.models.inventory import Inventory, Organisation
from incidents.store import cases
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database, UnitOfWork

ENROLMENT = "enrolment"
"""Name under which the enrolments are kept; it is no case."""


def enrolled_now(work: UnitOfWork) -> Enrolment:
    """Return the enrolment that stands; nobody where none was made yet."""
    return cases.find_evidence(work, ENROLMENT, EvidenceKind.ENROLMENT, Enrolment) or Enrolment()


def agreed_last(work: UnitOfWork) -> Enrolment:
    """Return the newest enrolment that nobody made alone: its people may agree to a change.

    Else whoever broke the glass to enrol a key could confirm it with that key.
    """
    rows = cases.evidence_rows(work, ENROLMENT, EvidenceKind.ENROLMENT)
    kept = [Enrolment.model_validate_json(row.body) for row in rows]
    return next((one for one in reversed(kept) if not one.broken_by), Enrolment())


def with_enrolled(work: UnitOfWork, inventory: Inventory) -> Inventory:
    """Return an inventory in which those sign who are enrolled, whatever its file says since.

    While fewer than two different people are enrolled, nobody could agree, so the file counts and
    becomes the enrolment. After that a change waits for `forthwith approvers`.
    """
    asked, standing = enrolment_of(inventory.organisation), enrolled_now(work)
    if asked.root == standing.root:
        return inventory
    if standing.people < TWO:
        _keep(work, asked, how="first")
        return inventory
    work.note("approvers.not_enrolled", ENROLMENT, changes=len(changes(standing, asked)))
    organisation = inventory.organisation.model_copy(
        update={"approvers": standing.approvers, "signing": standing.signing}
    )
    return inventory.model_copy(update={"organisation": organisation})


def waiting_changes(database: Database, organisation: Organisation) -> list[str]:
    """Return what the file asks for and nobody has agreed to yet, in words."""
    with database.read() as work:
        standing = enrolled_now(work)
    asked = enrolment_of(organisation)
    return [] if standing.people < TWO else changes(standing, asked)


def statement_of_change(database: Database, organisation: Organisation) -> str:
    """Return the text that two enrolled people sign to agree to what the file asks for.

    Raises:
        InvalidInputError: when the file asks for no change.
    """
    with database.read() as work:
        standing, before = enrolled_now(work), agreed_last(work)
    asked = enrolment_of(organisation)
    if asked.root == standing.root and not standing.broken_by:
        raise InvalidInputError(
            "those in organisation.yaml are the ones enrolled",
            where="approvers",
            repair="change the file first",
        )
    return change_statement(before, asked)


def change_approvers(
    database: Database, organisation: Organisation, signatures: Mapping[str, str], *, actor: str
) -> list[str]:
    """Enrol what the file asks for, as two present people agreed; return what changed.

    A change made behind broken glass is agreed to in the same way.

    Args:
        database: Where the enrolment lies.
        organisation: The file as it is now.
        signatures: Armoured or one-line SSH signature by the id of whoever made it.
        actor: Who acts.

    Raises:
        ApprovalError: when fewer than two different people who are enrolled agreed.
    """
    with database.write(actor) as work:
        before, asked = agreed_last(work), enrolment_of(organisation)
        who = agreed(before, asked, {name: from_one_line(one) for name, one in signatures.items()})
        done = changes(before, asked)
        _keep(work, asked.model_copy(update={"agreed_by": who}), how="agreed")
        return done


def break_glass(
    database: Database, organisation: Organisation, *, by: str, reason: str
) -> list[str]:
    """Enrol what the file asks for with nobody's agreement; return what changed.

    It is for the day on which those enrolled cannot be reached. It cannot be hidden: it stands in
    the record with its reason, and the watch tells everybody each day until two people agree.

    Raises:
        InvalidInputError: when a name or a reason is missing, or nothing would change.
    """
    said = " ".join(reason.split())
    if not by.strip() or not said:
        raise InvalidInputError(
            "breaking the glass needs a name and a reason", repair="say --by and --reason"
        )
    with database.write(by) as work:
        standing, asked = enrolled_now(work), enrolment_of(organisation)
        done = changes(standing, asked)
        if not done:
            raise InvalidInputError(
                "those in organisation.yaml are the ones enrolled",
                where="approvers",
                repair="change the file first",
            )
        broken = asked.model_copy(update={"broken_by": by.strip(), "reason": said})
        _keep(work, broken, how="broken-glass", reason=said)
        return done


def broken_since(work: UnitOfWork) -> tuple[Enrolment, datetime] | None:
    """Return the enrolment that somebody made alone and nobody has confirmed, and since when."""
    rows = cases.evidence_rows(work, ENROLMENT, EvidenceKind.ENROLMENT)
    if not rows:
        return None
    newest = Enrolment.model_validate_json(rows[-1].body)
    return (newest, rows[-1].made_at) if newest.broken_by else None


def _keep(work: UnitOfWork, enrolment: Enrolment, *, how: str, **more: str) -> None:
    cases.put_evidence(work, ENROLMENT, EvidenceKind.ENROLMENT, enrolment)
    work.note(
        "approvers.enrolled",
        ENROLMENT,
        how=how,
        people=len(enrolment.approvers),
        agreed_by=enrolment.agreed_by,
        **more,
    )
