"""Stops all sending of a case, and lets only a named person resume it."""

from datetime import datetime

from incidents.errors import InvalidInputError
from incidents.store import cases
from incidents.store.unit_of_work import Database


def hold(database: Database, ref: str, *, reason: str, actor: str) -> bool:
    """Put a case on hold; return False when it is on hold already."""
    with database.write(actor) as work:
        return cases.hold_case(work, ref, reason=reason)


def hold_for_run(database: Database, ref: str, *, run_id: str, at: datetime, actor: str) -> bool:
    """Put a case on hold because a run of its sending was cancelled in Prefect, once for each run.

    Prefect tells of a cancellation more than once, and sometimes late: what was cancelled before a
    person resumed the case holds it no more.

    Args:
        database: Where the case lies.
        ref: The case.
        run_id: The flow run.
        at: When it was cancelled.
        actor: Who acts, for the audit.
    """
    with database.write(actor) as work:
        if not cases.first_word_of_run(work, ref, run_id, at=at):
            return False
        return cases.hold_case(work, ref, reason="cancelled in Prefect")


def is_held(database: Database, ref: str) -> bool:
    """Return whether a case is on hold."""
    with database.read() as work:
        return cases.case_row(work, ref).held_at is not None


def resume(database: Database, ref: str, *, by: str, reason: str = "") -> None:
    """Let a case be sent again.

    Raises:
        InvalidInputError: without a person's name.
    """
    if not by.strip():
        raise InvalidInputError("only a named person resumes", where="--by", repair="name one")
    with database.write(by) as work:
        cases.resume_case(work, ref, reason=reason)
