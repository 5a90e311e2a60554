"""Messages that are held back one by one while the rest of their set goes out."""

from sqlalchemy import text

from incidents.store.statements import bound
from incidents.store.unit_of_work import UnitOfWork

REASON = "amended"
_OPEN = "'planned', 'deferred', 'standby', 'listed', 'held'"


def unsent(work: UnitOfWork, ref: str, set_key: str, version: int, mask: int) -> tuple[int, int]:
    """Return how many people of a set wait for a message, and how many of them a mask touches.

    Args:
        work: The transaction.
        ref: The case.
        set_key: The set.
        version: Its version.
        mask: Exposure mask; -1 touches everybody.
    """
    row = work.session.execute(
        bound(
            f"""SELECT COUNT(*), SUM(CASE WHEN (exposure & :mask) <> 0 THEN 1 ELSE 0 END)
                FROM delivery WHERE case_ref = :r AND set_key = :s AND version = :v
                AND state IN ({_OPEN}) AND state <> 'standby'""",
            {"r": ref, "s": set_key, "v": version, "mask": mask},
        )
    ).one()
    return int(row[0]), int(row[1] or 0)


def hold_exposed(work: UnitOfWork, ref: str, mask: int) -> int:
    """Hold every e-mail of the case that is not sent to people whom a mask touches."""
    result = work.session.execute(
        bound(
            """UPDATE delivery SET state = 'held', reason = 'amended' WHERE case_ref = :r
               AND channel = 'email' AND state IN ('planned', 'deferred')
               AND (exposure & :mask) <> 0
               AND EXISTS (SELECT 1 FROM notice_set s WHERE s.case_ref = delivery.case_ref
                 AND s.set_key = delivery.set_key AND s.version = delivery.version
                 AND s.state IN ('approved', 'released'))""",
            {"r": ref, "mask": mask},
        )
    )
    number = int(result.rowcount)  # type: ignore[attr-defined]
    work.note("deliveries.held", ref, people=number)
    return number


def let_go(work: UnitOfWork, ref: str, set_key: str, version: int) -> int:
    """Plan again what was held for an amendment that left this set as it was."""
    result = work.session.execute(
        text(
            "UPDATE delivery SET state = 'planned', reason = '' WHERE case_ref = :r "
            "AND set_key = :s AND version = :v AND state = 'held' AND reason = :why"
        ),
        {"r": ref, "s": set_key, "v": version, "why": REASON},
    )
    return int(result.rowcount)  # type: ignore[attr-defined]
