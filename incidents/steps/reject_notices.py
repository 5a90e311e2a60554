"""Lets an approver refuse what was drafted, so that it cannot go out until it is drafted anew."""

from incidents.errors import ApprovalError, InvalidInputError
from incidents.models.states import SetState
from incidents.steps.signing_needs import enrolled
from incidents.store import notices
from incidents.store.unit_of_work import Database

LONGEST_REASON = 2000


def reject_set(database: Database, ref: str, set_key: str, *, by: str, reason: str) -> int:
    """Reject the newest version of a set; return that version.

    Nothing of it goes out, however many signed it. Drafting again makes a new version that needs
    all signatures anew. The clocks keep running, and the watch says so.

    Args:
        database: Where the case lies.
        ref: The case.
        set_key: The set.
        by: Id of an enrolled approver.
        reason: What is wrong with it; kept in the record.

    Raises:
        InvalidInputError: when there is no reason.
        ApprovalError: when nobody of that id is enrolled, or sending has begun.
    """
    said = " ".join(reason.split())[:LONGEST_REASON]
    if not said:
        raise InvalidInputError(
            "a rejection says why", where="--reason", repair="say what has to be changed"
        )
    with database.write(by) as work:
        row = notices.set_row(work, ref, set_key, lock=True)
        where = f"{ref} {set_key} v{row.version}"
        if by not in {one.id for one in enrolled(work, ref)}:
            raise ApprovalError(
                "is no enrolled approver", where=by, repair="an enrolled approver rejects it"
            )
        if row.state not in {SetState.DRAFTED, SetState.APPROVED}:
            raise ApprovalError(
                f"is {row.state} and cannot be rejected",
                where=where,
                repair="`forthwith hold` stops what is being sent",
            )
        notices.move_set(work, row, SetState.REJECTED, why=said)
        return row.version
