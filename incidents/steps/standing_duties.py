"""What stands between a duty and its end: a wait, or a page that must stay."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from incidents.errors import HeldError
from incidents.models.duty import Held
from incidents.steps.announce import Publication
from incidents.store import cases, duties
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import UnitOfWork


def holds_on(work: UnitOfWork, ref: str, named: Iterable[str]) -> dict[str, Held]:
    """Return which of the duties an authority has asked to wait at this moment, by duty id."""
    wanted = set(named)
    return {
        row.duty_id: found.held
        for row in duties.duty_rows(work, ref)
        if row.duty_id in wanted
        and (found := duties.duty_value(row)).held
        and (found.held.until is None or work.now < found.held.until)
    }


def waits_on(work: UnitOfWork, ref: str, named: Iterable[str]) -> dict[str, str]:
    """Return which of the duties have to wait after another notice, and for what, in words."""
    wanted, found = set(named), {}
    for duty in duties.live(work, ref):
        tie = duty.relative_to
        if duty.id not in wanted or tie is None or not tie.wait:
            continue
        if duty.not_before is None:
            found[duty.id] = f"{tie.wait} after {tie.duty}, which is not recorded as sent"
        elif work.now <= duty.not_before:
            found[duty.id] = f"{tie.wait} after {tie.duty}: {duty.not_before:%Y-%m-%d %H:%M} UTC"
    return found


def refuse_held(work: UnitOfWork, ref: str, set_key: str, named: Iterable[str]) -> None:
    """Refuse to send a set that serves a notice which has to wait.

    Raises:
        HeldError: naming the duty, and who asked it to wait or which other notice goes first.
    """
    for duty, wait in waits_on(work, ref, named).items():
        raise HeldError(
            f"{duty} may not go out before {wait}",
            where=f"{ref} {set_key}",
            repair="record that the other notice was sent, and send when the wait is over",
        )
    for duty, held in holds_on(work, ref, named).items():
        end = f"until {held.until:%Y-%m-%d %H:%M} UTC" if held.until else "with the end open"
        raise HeldError(
            f"{duty} waits at the request of {held.by} ({held.reference}), {end}",
            where=f"{ref} {set_key}",
            repair="when the request has ended, amend the report with its end and send again",
        )


def page_stands_until(work: UnitOfWork, ref: str) -> datetime | None:
    """Return until when the published announcement has to stay up; None where no law says."""
    page = cases.find_evidence(work, ref, EvidenceKind.PUBLICATION, Publication)
    if page is None:
        return None
    days = [
        found.announcement.posted_days
        for found in duties.live(work, ref)
        if found.announcement and found.announcement.posted_days
    ]
    return page.published_at + timedelta(days=max(days)) if days else None


def stands_until(work: UnitOfWork, ref: str) -> dict[str, datetime]:
    """Return what has to stay as it is and until when: the page, and duties that last."""
    until = {found.id: found.lasts_until for found in duties.live(work, ref) if found.lasts_until}
    page = page_stands_until(work, ref)
    return {**until, "announcement": page} if page else until
