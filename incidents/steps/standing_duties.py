"""What stands between a duty and its end: an authority's request to wait, a page that must stay."""

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


def refuse_held(work: UnitOfWork, ref: str, set_key: str, named: Iterable[str]) -> None:
    """Refuse to send a set that serves a notice an authority has asked to wait.

    Raises:
        HeldError: naming the duty, who asked, and until when.
    """
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
