"""Whom a breach touches: one set-based statement freezes the list, others count it."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from incidents.models.scope import AgeGroup, Form, Reach, ScopePart, ScopeQuery, ScopeSummary
from incidents.models.tables import AffectedRow
from incidents.store.statements import bound
from incidents.store.unit_of_work import UnitOfWork

_FREEZE = """
INSERT INTO affected (case_ref, version, person_id, place, age_group, exposure, addressee_id,
                      form, locale, reach, reach_reason)
SELECT :case_ref, :version, t.person_id, t.place, t.age_group, t.exposure, t.addressee_id,
  CASE WHEN t.guarded = 1 THEN 'guardian'
       WHEN t.status IN ('consignee', 'supplier') THEN 'no_account' ELSE 'account' END,
  t.locale,
  CASE WHEN t.hand <> '' THEN 'hand'
       WHEN EXISTS (SELECT 1 FROM contact c WHERE c.person_id = t.addressee_id
                    AND c.kind = 'email' AND c.rank < 8) THEN 'email'
       WHEN EXISTS (SELECT 1 FROM contact c WHERE c.person_id = t.addressee_id
                    AND c.kind = 'postal' AND c.rank < 8) THEN 'letter'
       WHEN EXISTS (SELECT 1 FROM contact c WHERE c.person_id = t.addressee_id
                    AND c.kind = 'phone' AND c.rank < 8) THEN 'call'
       ELSE 'none' END,
  t.hand
FROM (
  SELECT p.person_id, p.status, p.exposure, p.place, p.age_group, p.guarded,
    CASE WHEN p.guarded = 1 THEN p.guardian_id ELSE p.person_id END AS addressee_id,
    CASE WHEN p.guarded = 1 AND g.locale IS NOT NULL AND g.locale <> '' THEN g.locale
         ELSE p.locale END AS locale,
    CASE WHEN p.status = 'deceased' THEN 'deceased'
         WHEN p.do_not_write THEN 'do-not-write'
         WHEN p.guarded = 1 AND p.guardian_is_danger THEN 'guardian-is-danger'
         WHEN p.guarded = 1 AND g.person_id IS NULL THEN 'no-guardian'
         WHEN p.guarded = 1 AND g.status = 'deceased' THEN 'guardian-deceased'
         WHEN p.guarded = 1 AND g.do_not_write THEN 'guardian-do-not-write'
         ELSE '' END AS hand
  FROM (
    SELECT q.*, x.exposure,
      CASE WHEN q.country = '' THEN 'unknown'
           WHEN q.region <> '' AND q.country IN ({regional}) THEN q.country || '-' || q.region
           ELSE q.country END AS place,
      CASE WHEN q.birth_date IS NULL THEN 'unknown'
           WHEN q.birth_date > :born_14 THEN 'under_14'
           WHEN q.birth_date > :born_16 THEN '14_15'
           WHEN q.birth_date > :born_18 THEN '16_17' ELSE 'adult' END AS age_group,
      CASE WHEN q.birth_date IS NOT NULL AND q.birth_date > :born_16 THEN 1 ELSE 0 END AS guarded
    FROM (SELECT person_id, SUM(bit) AS exposure FROM ({parts}) AS hits GROUP BY person_id) AS x
    JOIN person q ON q.person_id = x.person_id
  ) AS p LEFT JOIN person g ON g.person_id = p.guardian_id AND p.guardian_id <> ''
) AS t
"""
# Guardians are written to below 16: by law below 14, by the published promise below 16 (S98).


def freeze(work: UnitOfWork, ref: str, version: int, query: ScopeQuery) -> ScopeSummary:
    """Write the frozen list of affected people as one statement and return it in figures.

    Args:
        work: The transaction.
        ref: The case.
        version: Version of the list; older ones stay.
        query: Whom the breach touches.
    """
    binds: dict[str, Any] = {
        "case_ref": ref,
        "version": version,
        **{f"born_{age}": day for age, day in query.born_after.items()},
    }
    dialect = work.session.get_bind().dialect.name
    parts = [_part(part, binds, dialect) for part in query.parts]
    if not parts:
        return _summary(work, ref, version, query)
    regional = ", ".join(f":country_{i}" for i in range(len(query.regional_countries))) or "''"
    binds |= {f"country_{i}": code for i, code in enumerate(query.regional_countries)}
    statement = _FREEZE.format(parts=" UNION ".join(parts), regional=regional)
    work.session.execute(bound(statement, binds))
    return _summary(work, ref, version, query)


def _part(part: ScopePart, binds: dict[str, Any], dialect: str) -> str:
    # Only names made here are put into the statement; every value is bound.
    n = part.bit
    value = 1 << n
    if part.person_ids is not None:
        # A list given by hand counts whether or not the inventory links them to the store.
        binds[f"ids_{n}"] = json.dumps(part.person_ids)
        each = (
            f"SELECT value FROM json_array_elements_text(CAST(:ids_{n} AS json))"
            if dialect == "postgresql"
            else f"SELECT value FROM json_each(:ids_{n})"
        )
        return f"SELECT person_id, {value} AS bit FROM person WHERE person_id IN ({each})"
    where = [f"l.store_id = :store_{n}"]
    binds[f"store_{n}"] = part.store
    if part.window is not None:
        where.append(f"l.first_on <= :last_{n} AND l.last_on >= :first_{n}")
        binds[f"first_{n}"], binds[f"last_{n}"] = part.window.first_on, part.window.last_on
    for column, words in (
        ("country", part.only.countries),
        ("region", part.only.regions),
        ("locale", part.only.locales),
    ):
        if words:
            names = [f"{column}_{n}_{i}" for i in range(len(words))]
            where.append(f"m.{column} IN ({', '.join(':' + name for name in names)})")
            binds |= dict(zip(names, words, strict=True))
    return (
        f"SELECT DISTINCT l.person_id, {value} AS bit FROM link l "
        f"JOIN person m ON m.person_id = l.person_id WHERE {' AND '.join(where)}"
    )


def _summary(work: UnitOfWork, ref: str, version: int, query: ScopeQuery) -> ScopeSummary:
    stores = [""] * (max((part.bit for part in query.parts), default=-1) + 1)
    for part in query.parts:
        stores[part.bit] = part.store

    def by(column: Any, *where: Any) -> dict[Any, int]:
        rows = work.session.execute(
            select(column, func.count())
            .where(AffectedRow.case_ref == ref, AffectedRow.version == version, *where)  # type: ignore[arg-type]
            .group_by(column)
            .order_by(column)
        )
        return {key: int(number) for key, number in rows}

    under_18 = AffectedRow.age_group.in_(  # type: ignore[attr-defined]
        [AgeGroup.UNDER_14, AgeGroup.FROM_14_TO_15, AgeGroup.FROM_16_TO_17]
    )
    reaches = by(AffectedRow.reach)
    digest = hashlib.sha256()
    for person, place, age, exposure, addressee, form, locale, reach in _listed(work, ref, version):
        words = (person, place, age, str(exposure), addressee, form, locale, reach)
        digest.update("\x1f".join(words).encode() + b"\n")
    return ScopeSummary(
        version=version,
        total=sum(reaches.values()),
        digest=digest.hexdigest(),
        by_place=by(AffectedRow.place),
        by_age=by(AffectedRow.age_group),
        by_reach=reaches,
        by_exposure=by(AffectedRow.exposure),
        minors_by_place=by(AffectedRow.place, under_18),
        children_by_place=by(
            AffectedRow.place,
            AffectedRow.age_group == AgeGroup.UNDER_14,
        ),
        stores=stores,
    )


def binary_order(work: UnitOfWork, column: Any) -> Any:
    """Return the column in byte order, the same on every database whatever its locale."""
    return column.collate("C") if work.session.get_bind().dialect.name == "postgresql" else column


def _listed(work: UnitOfWork, ref: str, version: int) -> Iterator[Any]:
    """Yield what the list's digest is taken over, in the byte order of person ids."""
    row = AffectedRow.__table__.c  # type: ignore[attr-defined]
    query = (
        select(
            row.person_id,
            row.place,
            row.age_group,
            row.exposure,
            row.addressee_id,
            row.form,
            row.locale,
            row.reach,
        )
        .where(row.case_ref == ref, row.version == version)
        .order_by(binary_order(work, row.person_id))
    )
    # Asked of the connection: a million rows need no objects of their own.
    options = {"yield_per": 2000}
    yield from work.session.connection().execute(query, execution_options=options)


def affected_people(work: UnitOfWork, ref: str, version: int) -> Iterator[Any]:
    """Yield the frozen list in the byte order of person ids."""
    query = (
        select(AffectedRow.__table__)  # type: ignore[attr-defined]
        .where(AffectedRow.case_ref == ref, AffectedRow.version == version)  # type: ignore[arg-type]
        .order_by(binary_order(work, AffectedRow.person_id))
    )
    yield from work.session.execute(query.execution_options(yield_per=2000))


def groups(
    work: UnitOfWork, ref: str, version: int
) -> list[tuple[str, str, Form, int, Reach, int]]:
    """Return (place, locale, form, exposure, reach, people), the kinds of people there are."""
    columns = (
        AffectedRow.place,
        AffectedRow.locale,
        AffectedRow.form,
        AffectedRow.exposure,
        AffectedRow.reach,
    )
    rows = work.session.execute(
        select(*columns, func.count())  # type: ignore[call-overload]
        .where(AffectedRow.case_ref == ref, AffectedRow.version == version)
        .group_by(*columns)
        .order_by(*columns)
    )
    return [(p, loc, Form(form), exp, Reach(reach), n) for p, loc, form, exp, reach, n in rows]


def affected_elsewhere(work: UnitOfWork, ref: str, version: int, earlier: int) -> tuple[int, int]:
    """Return how many people a version added to, and dropped from, an earlier one."""

    def only_in(a: int, b: int) -> int:
        inner = select(AffectedRow.person_id).where(  # type: ignore[call-overload]
            AffectedRow.case_ref == ref, AffectedRow.version == b
        )
        found: int = work.session.execute(
            select(func.count())
            .select_from(AffectedRow)
            .where(
                AffectedRow.case_ref == ref,  # type: ignore[arg-type]
                AffectedRow.version == a,  # type: ignore[arg-type]
                AffectedRow.person_id.not_in(inner),  # type: ignore[attr-defined]
            )
        ).scalar_one()
        return found

    return only_in(version, earlier), only_in(earlier, version)
