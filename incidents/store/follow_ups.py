"""Who was told what before: the people a correction or a recall goes to, and their lists."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import column, text

from incidents.models.scope import Form
from incidents.models.tables import UtcDateTime
from incidents.store.recipients import PLAN, TOLD, by_channel, locale_case
from incidents.store.statements import bound
from incidents.store.unit_of_work import UnitOfWork

PREFIXES = ("correction-", "recall-")
"""How the keys of sets begin that follow an earlier message."""

# The newest message that reached somebody or may have: what people hold in their hands.
_LATEST = f"""d.id = (SELECT MAX(e.id) FROM delivery e WHERE e.case_ref = d.case_ref
  AND e.person_id = d.person_id AND e.state IN ({TOLD}))"""
_AT = "COALESCE(d.finished_at, d.updated_at)"
_ON_THE_WAY = """EXISTS (SELECT 1 FROM delivery o JOIN notice_set s ON s.case_ref = o.case_ref
    AND s.set_key = o.set_key AND s.version = o.version AND s.state <> 'void'
  WHERE o.case_ref = d.case_ref AND o.person_id = d.person_id AND o.id > d.id
  AND (o.set_key LIKE 'correction-%' OR o.set_key LIKE 'recall-%')
  AND o.state IN ('planned', 'leased', 'deferred', 'held', 'listed'))"""


class Told(NamedTuple):
    """People who got one set's message and are on the frozen list: then and now, in figures."""

    set_key: str
    version: int
    exposure_before: int
    place: str
    locale: str
    form: Form
    exposure: int
    people: int
    on_the_way: int
    """How many of them have a correction planned and not sent."""
    first: datetime
    last: datetime


class ToldWrongly(NamedTuple):
    """People who got a message and are not on the frozen list any more."""

    set_key: str
    version: int
    locale: str
    form: Form
    people: int
    on_the_way: int
    first: datetime
    last: datetime


def told(work: UnitOfWork, ref: str, scope: int) -> list[Told]:
    """Return the kinds of people who were told and are affected by the newest list."""
    rows = work.session.execute(
        text(
            f"""SELECT d.set_key, d.version, d.exposure, a.place, a.locale, a.form, a.exposure,
                  COUNT(*), SUM(CASE WHEN {_ON_THE_WAY} THEN 1 ELSE 0 END), MIN({_AT}), MAX({_AT})
                FROM delivery d JOIN affected a ON a.case_ref = d.case_ref AND a.version = :scope
                  AND a.person_id = d.person_id
                WHERE d.case_ref = :r AND d.state IN ({TOLD}) AND {_LATEST}
                GROUP BY d.set_key, d.version, d.exposure, a.place, a.locale, a.form, a.exposure
                ORDER BY d.set_key, d.version, d.exposure, a.place, a.locale, a.form, a.exposure"""
        ).columns(*_columns(11)),
        {"r": ref, "scope": scope},
    )
    return [
        Told(key, version, was, place, locale, Form(form), now, n, int(way), first, last)
        for key, version, was, place, locale, form, now, n, way, first, last in rows
    ]


def told_wrongly(work: UnitOfWork, ref: str, scope: int) -> list[ToldWrongly]:
    """Return the kinds of people whose newest message tells them of a breach that is not theirs."""
    rows = work.session.execute(
        text(
            f"""SELECT d.set_key, d.version, d.locale, d.form, COUNT(*),
                  SUM(CASE WHEN {_ON_THE_WAY} THEN 1 ELSE 0 END), MIN({_AT}), MAX({_AT})
                FROM delivery d
                WHERE d.case_ref = :r AND d.state IN ({TOLD}) AND {_LATEST}
                  AND d.set_key NOT LIKE 'recall-%'
                  AND NOT EXISTS (SELECT 1 FROM affected a WHERE a.case_ref = d.case_ref
                    AND a.version = :scope AND a.person_id = d.person_id)
                GROUP BY d.set_key, d.version, d.locale, d.form
                ORDER BY d.set_key, d.version, d.locale, d.form"""
        ).columns(*_columns(8)),
        {"r": ref, "scope": scope},
    )
    return [
        ToldWrongly(key, version, locale, Form(form), n, int(way), first, last)
        for key, version, locale, form, n, way, first, last in rows
    ]


def plan_correction(
    work: UnitOfWork,
    ref: str,
    set_key: str,
    version: int,
    whom: Iterable[Told],
    *,
    scope: int,
    locales: Mapping[str, str],
    owner: str,
    list_due_by: datetime | None,
) -> dict[str, int]:
    """Write the list of a correction: exactly these kinds of people; return people by channel."""
    kinds = list(whom)
    binds: dict[str, Any] = {
        "case_ref": ref,
        "set_key": set_key,
        "version": version,
        "scope": scope,
        "owner": owner,
        "due_by": list_due_by,
    }
    ways = []
    for i, one in enumerate(kinds):
        binds |= {f"k{i}": one.set_key, f"v{i}": one.version, f"b{i}": one.exposure_before,
                  f"p{i}": one.place, f"n{i}": one.exposure}  # fmt: skip
        ways.append(
            f"(d.set_key = :k{i} AND d.version = :v{i} AND d.exposure = :b{i} "
            f"AND a.place = :p{i} AND a.exposure = :n{i})"
        )
    who = (
        f"EXISTS (SELECT 1 FROM delivery d WHERE d.case_ref = a.case_ref "
        f"AND d.person_id = a.person_id AND d.state IN ({TOLD}) AND {_LATEST} "
        f"AND ({' OR '.join(ways) or '1 = 0'}))"
    )
    locale, more = locale_case(locales)
    for template in PLAN:
        statement = template.format(locale=locale, who=who)
        work.session.execute(bound(statement, binds | more, moments=("due_by",)))
    return by_channel(work, ref, set_key, version)


_RECALL = f"""
INSERT INTO delivery (case_ref, set_key, version, person_id, addressee_id, channel, rank, address,
                      name, about, place, locale, form, exposure, class_key, state, reason,
                      attempts, doubts, lease, message_id, reply_code, owner, due_by, outcome_by)
SELECT :case_ref, :set_key, :version, d.person_id, d.addressee_id, d.channel, 1, d.address,
  d.name, d.about, d.place, d.locale, d.form, 0,
  CASE WHEN d.class_key = '' THEN '' ELSE d.locale || '.' || d.form || '.0.' || d.channel END,
  'planned', d.reason, 0, 0, 0, '', 0, :owner, :due_by, ''
FROM delivery d
WHERE d.case_ref = :case_ref AND d.state IN ({TOLD}) AND {_LATEST}
  AND d.set_key NOT LIKE 'recall-%'
  AND NOT EXISTS (SELECT 1 FROM affected a WHERE a.case_ref = d.case_ref
    AND a.version = :scope AND a.person_id = d.person_id)
"""


def plan_recall(
    work: UnitOfWork,
    ref: str,
    set_key: str,
    version: int,
    *,
    scope: int,
    owner: str,
    list_due_by: datetime | None,
) -> dict[str, int]:
    """Write the list of a recall: everybody told who is not affected, by the way they were told."""
    binds = {
        "case_ref": ref,
        "set_key": set_key,
        "version": version,
        "scope": scope,
        "owner": owner,
        "due_by": list_due_by,
    }
    work.session.execute(bound(_RECALL, binds, moments=("due_by",)))
    return by_channel(work, ref, set_key, version)


def _columns(number: int) -> list[Any]:
    """Return the columns of such a statement; the last two are moments."""
    names = [f"c{i}" for i in range(number)]
    return [*(column(name) for name in names[:-2]), *(column(n, UtcDateTime) for n in names[-2:])]


def places_of(whom: Sequence[Told]) -> list[str]:
    """Return where these people live."""
    return sorted({one.place for one in whom})
