"""Releases an approved set and sees it through: mail is sent, the rest becomes lists."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from incidents.delivery.attempt import Channel
from incidents.delivery.orders import Composed
from incidents.errors import ApprovalError, DeliveryError, HeldError
from incidents.models.inventory import Inventory
from incidents.models.states import CaseState, DeliveryState, SetState
from incidents.models.tables import NoticeSetRow
from incidents.settings import Settings
from incidents.steps.approve_notices import check_released
from incidents.steps.person_mail import PersonMail
from incidents.steps.person_words import Addressed, CodeKeys, PersonWords
from incidents.steps.seal_set import check_seal
from incidents.steps.send_deliveries import SendReport, send_deliveries
from incidents.steps.sending_order import in_order, open_duties
from incidents.steps.standing_approval import LEAKED, check_standing
from incidents.steps.standing_duties import holds_on, refuse_held
from incidents.store import cases, deliveries, notices, senders
from incidents.store.cases import EvidenceKind
from incidents.store.deliveries import Outgoing
from incidents.store.unit_of_work import Database, UnitOfWork

STOP_FILE_NAME = "STOP"
"""In the home: whoever can reach nothing else can still make a file."""


class MailKeys(CodeKeys, Protocol):
    """What is needed of the keys."""

    def return_paths(self, local_prefix: str, domain: str) -> Callable[[int], str]:
        """Return what makes envelope senders that name one delivery and cannot be made up."""
        ...


def sendable_sets(database: Database, ref: str, *, first: str = "") -> list[str]:
    """Return the keys of the sets that `sendable_versions` names."""
    return list(sendable_versions(database, ref, first=first))


def stopped_cases(database: Database) -> list[str]:
    """Return the cases with released e-mails that are due, that nobody sends and nobody holds."""
    with database.read() as work:
        return senders.stopped(work)


def sendable_versions(database: Database, ref: str, *, first: str = "") -> dict[str, int]:
    """Return the sets of a case that were approved and are not finished, the most urgent first.

    Each with its version.

    The announcement is not among them, nor is a set that an authority has asked to wait.

    Args:
        database: Where the case lies.
        ref: The case.
        first: The set that somebody wants before all others; empty for none.

    Raises:
        DeliveryError: when that one is none of them.
    """
    with database.read() as work:
        standing = [
            row
            for row in notices.set_rows(work, ref)
            if row.state in {SetState.APPROVED, SetState.RELEASED} and row.audience != "public"
        ]
        versions = {row.set_key: row.version for row in standing}
        found = {row.set_key: notices.notice_set(row).duties for row in standing}
        waiting = {key for key, served in found.items() if holds_on(work, ref, served)}
        ordered = in_order(found, open_duties(work, ref), first)
        sendable = {key: versions[key] for key in ordered if key not in waiting}
        if first and first not in sendable:
            raise DeliveryError(
                f"{first!r} is no set that can be sent now",
                where=ref,
                repair=f"`forthwith notice list {ref}` shows the sets and their states",
            )
        return sendable


def send_set(
    database: Database,
    ref: str,
    set_key: str,
    *,
    channel: Channel,
    ring: MailKeys,
    settings: Settings,
    owner: str,
    owner_is_dead: Callable[[str], bool],
    check_copy: Callable[[], None],
    should_stop: Callable[[], str | None] = lambda: None,
    progress: Callable[[Mapping[str, int]], None] = lambda _counts: None,
) -> dict[str, int]:
    """Release a set, send what is due, and finish it when nobody's mail is open any more.

    Returns counts per state and, as `left_open`, how many e-mails still wait for a later try.

    Args:
        database: Where the case lies.
        ref: The case.
        set_key: The set.
        channel: The way mail goes.
        ring: Keys for codes and return paths.
        settings: Who acts, how many must have signed.
        owner: This process, as the lease names it.
        owner_is_dead: Whether another sender has surely ended.
        check_copy: Raises when this database is a restored or copied one.
        should_stop: Says why to stop, or None.
        progress: Gets live counts.

    Raises:
        StoreError: when this is not the enrolled installation.
        HeldError: while the case is on hold.
        ApprovalError: when it is not exactly what enough people approved.
        DeliveryError: when the relay cannot be used; what was not sent stays planned.
    """
    check_copy()
    stop_file = settings.home / STOP_FILE_NAME
    if stop_file.exists():
        raise HeldError(
            "stops all sending", where=str(stop_file), repair="remove the file, then send again"
        )
    with database.read() as work:
        waiting = notices.notice_set(notices.set_row(work, ref, set_key)).duties
        refuse_held(work, ref, set_key, waiting)
    release(database, ref, set_key, settings=settings)
    with database.read() as work:
        row = notices.set_row(work, ref, set_key)
        audience, version, released = row.audience, row.version, row.drafted_at
        body = notices.notice_set(row)
        inventory = cases.get_evidence(work, ref, EvidenceKind.INVENTORY, Inventory)
    report = SendReport(counts={}, in_doubt=0, opened=0, seconds=0, stopped_by="")
    if audience == "individuals":
        mail = PersonMail(PersonWords(ref, version, body, ring), inventory.organisation, released)
        report = asyncio.run(
            send_deliveries(
                database,
                ref,
                set_key,
                channel=channel,
                render=_renderer(mail, ring, inventory.organisation.notices.sender),
                check_seal=lambda: _check(database, ref, set_key, settings),
                should_stop=should_stop,
                progress=progress,
                owner=owner,
                owner_is_dead=owner_is_dead,
                actor=settings.actor,
                journal=settings.home / "journal" / f"{ref}.journal",
                seats=settings.senders,
                stop_file=stop_file,
            )
        )  # fmt: skip
    if report.stopped_by and report.stopped_by not in {"held", "set-void"}:
        with database.write(settings.actor) as work:
            cases.hold_case(work, ref, reason=report.stopped_by)
    left = finish(database, ref, set_key, settings=settings)
    return {**report.counts, "in_doubt_before": report.in_doubt, "left_open": left}


def release(database: Database, ref: str, set_key: str, *, settings: Settings) -> None:
    """Let an approved set go out; its letters, calls and hand cases become tasks."""
    with database.write(settings.actor) as work:
        row = notices.set_row(work, ref, set_key, lock=True)
        if cases.case_row(work, ref).held_at is not None:
            raise HeldError(
                "is on hold", where=ref, repair=f"`forthwith resume {ref} --by NAME` lets it go on"
            )
        _may_go_out(work, row, settings)
        if row.state == SetState.APPROVED:
            notices.move_set(work, row, SetState.RELEASED)
            if row.audience == "individuals":
                deliveries.release(work, ref, set_key, row.version)


def _check(database: Database, ref: str, set_key: str, settings: Settings) -> None:
    with database.read() as work:
        _may_go_out(work, notices.set_row(work, ref, set_key), settings)


def _may_go_out(work: UnitOfWork, row: NoticeSetRow, settings: Settings) -> None:
    """Let a set pass that is approved as it stands, in a case whose facts stand as drafted."""
    where = f"{row.case_ref} {row.set_key} v{row.version}"
    if row.state not in {SetState.APPROVED, SetState.RELEASED}:
        raise ApprovalError(f"is {row.state}", where=where, repair="have it approved first")
    case = cases.case_row(work, row.case_ref)
    if case.state != CaseState.DRAFTED:
        raise DeliveryError(
            f"the case is {case.state}: its facts changed after the notices were drafted",
            where=where,
            repair=f"`forthwith step draft-notices {row.case_ref}` drafts what has to change",
        )
    if row.set_key == LEAKED and not notices.signatures(work, row):
        standing = check_standing(work, row, settings)
        check_released(work, standing, settings)
        check_seal(work, row)
        return
    check_released(work, row, settings)


def _renderer(mail: PersonMail, ring: MailKeys, sender: str) -> Callable[[Outgoing], Composed]:
    return_path = ring.return_paths("notice", sender.rpartition("@")[2])

    def render(one: Outgoing) -> Composed:
        person = Addressed(one.person_id, one.name, one.about, offer=one.offer)
        ident, message = mail.message(one.class_key, person, one.address)
        return Composed(
            sender=return_path(one.id),
            recipient=one.address,
            message=message,
            message_id=ident,
        )

    return render


def finish(database: Database, ref: str, set_key: str, *, settings: Settings) -> int:
    """Close a set when no e-mail of it is open; return how many still are.

    Lists are worked on after that: their tasks keep the case open, not the set.
    """
    open_states = {
        DeliveryState.PLANNED,
        DeliveryState.LEASED,
        DeliveryState.SENDING,
        DeliveryState.DEFERRED,
        DeliveryState.IN_DOUBT,
        DeliveryState.HELD,
    }
    with database.write(settings.actor) as work:
        left = sum(
            number
            for (channel, state), number in deliveries.counts(work, ref, set_key).items()
            if channel == "email" and state in open_states
        )
        row = notices.set_row(work, ref, set_key, lock=True)
        if not left and row.state == SetState.RELEASED:
            notices.move_set(work, row, SetState.FINISHED)
        return left
