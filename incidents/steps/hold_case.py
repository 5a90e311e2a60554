"""Stops all sending of a case, and lets only a named person resume it."""

from incidents.errors import InvalidInputError
from incidents.store import cases
from incidents.store.unit_of_work import Database


def hold(database: Database, ref: str, *, reason: str, actor: str) -> bool:
    """Put a case on hold; return False when it is on hold already."""
    with database.write(actor) as work:
        return cases.hold_case(work, ref, reason=reason)


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
