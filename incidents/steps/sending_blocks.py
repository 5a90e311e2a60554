"""What stands between a notice set and its sending, in words, before anybody tries."""

from datetime import datetime

from incidents.models.states import CaseState, SetState
from incidents.models.tables import NoticeSetRow
from incidents.settings import Settings
from incidents.steps.approve_notices import decide
from incidents.steps.send_set import STOP_FILE_NAME
from incidents.steps.standing_approval import LEAKED
from incidents.steps.standing_duties import holds_on, waits_on
from incidents.store import notices
from incidents.store.unit_of_work import UnitOfWork


def case_blocks(held_at: datetime | None, state: str, ref: str, settings: Settings) -> list[str]:
    """Return what keeps a whole case from being sent, each in a sentence with what to do."""
    found = []
    if held_at is not None:
        found.append(
            f"the case is on hold since {held_at:%Y-%m-%d %H:%M} UTC: "
            f"`forthwith resume {ref} --by NAME`"
        )
    stop = settings.home / STOP_FILE_NAME
    if stop.exists():
        found.append(f"{stop} stops all sending on this machine: remove it")
    if state != CaseState.DRAFTED:
        found.append(
            f"the case is {state}, so nothing of it is sent: draft with "
            f"`forthwith step draft-notices {ref}`"
        )
    if not settings.smtp.host:
        found.append("no relay is set: FORTHWITH_SMTP__HOST")
    return found


def set_blocks(
    work: UnitOfWork, row: NoticeSetRow, held_back: int, settings: Settings
) -> list[str]:
    """Return what keeps a set from being sent, each in a sentence.

    Args:
        work: The transaction.
        row: The set.
        held_back: How many of its e-mails an amendment holds.
        settings: How many must have signed, and for how long a signature counts.
    """
    ref, found = row.case_ref, []
    if row.state == SetState.REJECTED:
        found.append(f"it was rejected: draft it anew, `forthwith step draft-notices {ref}`")
    elif row.state != SetState.FINISHED and not _stands_ahead(work, row):
        decision = decide(work, row, settings)
        if not decision.allowed:
            found.append(f"it is not approved: {decision.to_go}")
    not_before = notices.sealed_of(row).not_before
    if not_before and datetime.fromisoformat(not_before) > work.now:
        found.append(f"it was sealed to go out no sooner than {not_before}")
    served = notices.notice_set(row).duties
    for name, wait in waits_on(work, ref, served).items():
        found.append(f"{name} may not go out before {wait}")
    for name, held in holds_on(work, ref, served).items():
        end = f"until {held.until:%Y-%m-%d %H:%M} UTC" if held.until else "with the end open"
        found.append(f"{name} waits at the request of {held.by}, {end}")
    if held_back:
        found.append(f"{held_back:,} of its e-mails are held back since the report was amended")
    return found


def _stands_ahead(work: UnitOfWork, row: NoticeSetRow) -> bool:
    """Return whether a set goes out in words approved ahead."""
    return row.set_key == LEAKED and not notices.signatures(work, row)
