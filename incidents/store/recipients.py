"""The list of who gets what by which channel: planned as one statement, sealed as a stream."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from incidents.models.states import UNREACHED_DELIVERIES, DeliveryState
from incidents.models.tables import DeliveryRow
from incidents.store.affected import binary_order
from incidents.store.statements import bound
from incidents.store.unit_of_work import UnitOfWork

TOLD = "'sending', 'handed_over', 'in_doubt', 'done_by_hand'"

_PLAN = """
INSERT INTO delivery (case_ref, set_key, version, person_id, addressee_id, channel, rank, address,
                      name, about, place, locale, form, exposure, class_key, state, reason,
                      attempts, doubts, lease, message_id, reply_code, owner, due_by, outcome_by)
SELECT :case_ref, :set_key, :version, w.person_id, w.addressee_id, w.channel, w.rank, w.address,
       w.name, w.about, w.place, w.locale, w.form, w.exposure,
       w.locale || '.' || w.form || '.' || CAST(w.exposure AS VARCHAR(20)) || '.' || w.channel,
       CASE WHEN w.rank = 1 THEN 'planned' ELSE 'standby' END,
       w.reason, 0, 0, 0, '', 0, :owner, :due_by, ''
FROM (
  SELECT a.person_id, a.addressee_id, a.place, a.form, a.exposure, a.reach_reason AS reason,
    {locale} AS locale, c.channel, c.address,
    CASE WHEN d.person_id IS NULL THEN p.name ELSE d.name END AS name,
    CASE WHEN a.form = 'guardian' THEN p.name ELSE '' END AS about,
    ROW_NUMBER() OVER (PARTITION BY a.person_id ORDER BY c.sort) AS rank
  FROM affected a
  JOIN person p ON p.person_id = a.person_id
  LEFT JOIN person d ON d.person_id = a.addressee_id AND a.addressee_id <> ''
  JOIN (
    SELECT k.person_id, k.value AS address,
      CASE k.kind WHEN 'email' THEN 'email' WHEN 'postal' THEN 'letter' ELSE 'call' END AS channel,
      CASE k.kind WHEN 'email' THEN 1 WHEN 'postal' THEN 2 ELSE 3 END AS sort
    FROM contact k WHERE k.rank < 8 AND k.kind IN ('email', 'postal', 'phone')
      AND NOT EXISTS (SELECT 1 FROM contact b WHERE b.person_id = k.person_id AND b.kind = k.kind
        AND (b.rank < k.rank OR (b.rank = k.rank AND b.id < k.id)))
  ) AS c ON c.person_id = a.addressee_id
  WHERE a.case_ref = :case_ref AND a.version = :scope AND a.reach NOT IN ('hand', 'none')
    AND {who}
) AS w
"""

_LIST = """
INSERT INTO delivery (case_ref, set_key, version, person_id, addressee_id, channel, rank, address,
                      name, about, place, locale, form, exposure, class_key, state, reason,
                      attempts, doubts, lease, message_id, reply_code, owner, due_by, outcome_by)
SELECT :case_ref, :set_key, :version, a.person_id, a.addressee_id,
  CASE a.reach WHEN 'hand' THEN 'hand' ELSE 'none' END, 1, '', p.name, '', a.place,
  {locale}, a.form, a.exposure, '', 'planned',
  CASE a.reach WHEN 'hand' THEN a.reach_reason ELSE 'no-address' END,
  0, 0, 0, '', 0, :owner, :due_by, ''
FROM affected a JOIN person p ON p.person_id = a.person_id
WHERE a.case_ref = :case_ref AND a.version = :scope AND a.reach IN ('hand', 'none')
  AND {who}
"""

PLAN = (_PLAN, _LIST)
"""Statements that write a list: who has an address, and who has none; `{locale}` and `{who}` go in.
"""

_FRESH = f"""NOT EXISTS (SELECT 1 FROM delivery e WHERE e.case_ref = :case_ref
    AND e.person_id = a.person_id AND e.state IN ({TOLD})
    AND NOT (e.set_key = :set_key AND e.version = :besides)
    AND e.set_key NOT LIKE 'correction-%' AND e.set_key NOT LIKE 'recall-%')"""


def plan(
    work: UnitOfWork,
    ref: str,
    set_key: str,
    version: int,
    *,
    scope: int,
    places: Sequence[str],
    locales: Mapping[str, str],
    owner: str,
    list_due_by: datetime | None,
    besides: int = 0,
    waiting: Sequence[str] = (),
) -> dict[str, int]:
    """Write the recipient list of a set and return how many people start with which channel.

    People told in an earlier version of the case are left out: a correction is a set of its own.

    Args:
        work: The transaction.
        ref: Case.
        set_key: Set.
        version: Version of the set.
        scope: Version of the frozen list.
        places: Where the set's people live.
        locales: Person's locale -> locale of the words; every locale of the list is in it.
        owner: Who works the letter, call and hand lists.
        list_due_by: By when those lists are to be done.
        besides: Version of the set whose people count as not told, to compare the list with it.
        waiting: People's own locales for which a sentence has no wording yet: they are left out.
    """
    binds: dict[str, Any] = {
        "case_ref": ref,
        "set_key": set_key,
        "version": version,
        "scope": scope,
        "owner": owner,
        "due_by": list_due_by,
        "besides": besides,
    }
    binds |= {f"place_{i}": place for i, place in enumerate(places)}
    names = ", ".join(f":place_{i}" for i in range(len(places))) or "''"
    locale, more = locale_case(locales)
    later, held_back = not_waiting(waiting)
    for template in PLAN:
        who = f"a.place IN ({names}) AND {later} AND {_FRESH}"
        statement = template.format(locale=locale, who=who)
        work.session.execute(bound(statement, binds | more | held_back, moments=("due_by",)))
    return by_channel(work, ref, set_key, version)


def locale_case(locales: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the SQL that turns a person's locale into that of the words, and its values."""
    binds: dict[str, str] = {}
    whens = []
    for i, (theirs, ours) in enumerate(sorted(locales.items())):
        binds |= {f"theirs_{i}": theirs, f"ours_{i}": ours}
        whens.append(f"WHEN :theirs_{i} THEN :ours_{i}")
    return (f"CASE a.locale {' '.join(whens)} END" if whens else "a.locale"), binds


def not_waiting(locales: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Return the SQL that leaves out people of these locales, and its values."""
    binds = {f"later_{i}": locale for i, locale in enumerate(locales)}
    names = ", ".join(f":{name}" for name in binds)
    return (f"a.locale NOT IN ({names})" if binds else "1 = 1"), binds


def by_channel(work: UnitOfWork, ref: str, set_key: str, version: int) -> dict[str, int]:
    """Return how many people of a list start with which channel."""
    rows = work.session.execute(
        text(
            "SELECT channel, COUNT(*) FROM delivery WHERE case_ref = :case_ref "
            "AND set_key = :set_key AND version = :version AND rank = 1 "
            "GROUP BY channel ORDER BY channel"
        ),
        {"case_ref": ref, "set_key": set_key, "version": version},
    )
    return {str(key): int(number) for key, number in rows}


def sealed_rows(work: UnitOfWork, ref: str, set_key: str, version: int) -> Iterator[Any]:
    """Yield a set's recipient list in byte order of person and channel, as the seal hashes it."""
    row = DeliveryRow.__table__.c  # type: ignore[attr-defined]
    query = (
        select(
            row.person_id,
            row.channel,
            row.address,
            row.name,
            row.about,
            row.locale,
            row.form,
            row.exposure,
            row.class_key,
            row.addressee_id,
        )
        .where(row.case_ref == ref, row.set_key == set_key, row.version == version)
        .order_by(binary_order(work, row.person_id), binary_order(work, row.channel))
    )
    # Asked of the connection: a million rows need no objects of their own.
    work.session.flush()
    options = {"yield_per": 2000}
    yield from work.session.connection().execute(query, execution_options=options)


def forget(work: UnitOfWork, ref: str, set_key: str, version: int) -> None:
    """Take back a list that was planned and never sealed."""
    work.session.execute(
        bound(
            "DELETE FROM delivery WHERE case_ref = :r AND set_key = :s AND version = :v",
            {"r": ref, "s": set_key, "v": version},
        )
    )


def classes(work: UnitOfWork, ref: str, set_key: str, version: int) -> dict[str, int]:
    """Return the message classes of a set's list with the number of rows of each."""
    rows = work.session.execute(
        text(
            "SELECT class_key, COUNT(*) FROM delivery WHERE case_ref = :r AND set_key = :s "
            "AND version = :v AND class_key <> '' GROUP BY class_key ORDER BY class_key"
        ),
        {"r": ref, "s": set_key, "v": version},
    )
    return {str(key): int(number) for key, number in rows}


def open_next_channels(work: UnitOfWork, ref: str, set_key: str, version: int) -> int:
    """Open the standby channel of everybody whose channel before it failed; return how many."""
    failed = ", ".join(f"'{state}'" for state in sorted(UNREACHED_DELIVERIES))
    result = work.session.execute(
        text(
            f"""UPDATE delivery SET state = CASE WHEN channel = 'email' THEN 'planned'
                   ELSE 'listed' END
                WHERE case_ref = :r AND set_key = :s AND version = :v AND state = 'standby'
                AND EXISTS (SELECT 1 FROM delivery b WHERE b.case_ref = delivery.case_ref
                  AND b.set_key = delivery.set_key AND b.version = delivery.version
                  AND b.person_id = delivery.person_id AND b.rank = delivery.rank - 1
                  AND b.state IN ({failed}))"""
        ),
        {"r": ref, "s": set_key, "v": version},
    )
    opened = int(result.rowcount)  # type: ignore[attr-defined]
    if opened:
        work.note("deliveries.next-channel", ref, set=set_key, version=version, people=opened)
    return opened


def cancel_unsent(work: UnitOfWork, ref: str, set_key: str, version: int) -> int:
    """Cancel what a void set had not sent yet; return how many rows."""
    open_states = (DeliveryState.PLANNED, DeliveryState.STANDBY, DeliveryState.DEFERRED)
    result = work.session.execute(
        text(
            "UPDATE delivery SET state = 'cancelled', reason = 'set-void' WHERE case_ref = :r "
            "AND set_key = :s AND version = :v AND state IN (:a, :b, :c, 'listed', 'held')"
        ),
        {"r": ref, "s": set_key, "v": version, **dict(zip("abc", open_states, strict=True))},
    )
    return int(result.rowcount)  # type: ignore[attr-defined]
