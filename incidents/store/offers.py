"""Codes of what people are offered: each goes to one person, and each person of a case has one."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, insert, select

from incidents.errors import DraftingError
from incidents.models.tables import OfferCodeRow, OfferGivenRow, OfferPoolRow
from incidents.store.statements import bound
from incidents.store.unit_of_work import UnitOfWork, upsert

CHUNK = 500
_FREE = "NOT EXISTS (SELECT 1 FROM offer_given g WHERE g.code_id = c.id)"


def known(work: UnitOfWork, pool: str, codes: Sequence[str]) -> set[str]:
    """Return which codes the pool has already."""
    there: set[str] = set()
    for some in _chunks(codes):
        rows = select(OfferCodeRow.code).where(  # type: ignore[call-overload]
            OfferCodeRow.pool == pool,
            OfferCodeRow.code.in_(some),  # type: ignore[attr-defined]
        )
        there.update(work.session.execute(rows).scalars())
    return there


def add(work: UnitOfWork, pool: str, url: str, until: str, codes: Sequence[str]) -> None:
    """Add codes to a pool, and say where and until when its codes are entered."""
    values = {"pool": pool, "url": url, "until": until, "loaded_at": work.now}
    upsert(work.session, OfferPoolRow, values, ["pool"])
    for some in _chunks(codes):
        work.session.execute(insert(OfferCodeRow), [{"pool": pool, "code": code} for code in some])


def pools(work: UnitOfWork) -> list[OfferPoolRow]:
    """Return every pool."""
    return list(work.session.execute(select(OfferPoolRow).order_by(OfferPoolRow.pool)).scalars())


def free(work: UnitOfWork, pool: str) -> int:
    """Return how many codes nobody has."""
    statement = bound(f"SELECT COUNT(*) FROM offer_code c WHERE pool = :p AND {_FREE}", {"p": pool})
    return int(work.session.execute(statement).scalar_one())


def given(work: UnitOfWork, pool: str) -> dict[str, int]:
    """Return how many codes of a pool each case has given out."""
    rows = work.session.execute(
        select(OfferGivenRow.case_ref, func.count())  # type: ignore[call-overload]
        .join(OfferCodeRow, OfferCodeRow.id == OfferGivenRow.code_id)
        .where(OfferCodeRow.pool == pool)
        .group_by(OfferGivenRow.case_ref)
        .order_by(OfferGivenRow.case_ref)
    )
    return dict(rows.all())


def assign(work: UnitOfWork, ref: str, set_key: str, version: int, pool: str) -> int:
    """Give everybody on a set's list a code who has none in this case; return how many got one.

    The pool's row stays locked until the transaction ends, and a code can stand for one person
    only: neither a second process nor the same thing done twice gives one away again.

    Raises:
        DraftingError: when there are too few; nobody gets one then.
    """
    locked = select(OfferPoolRow).where(OfferPoolRow.pool == pool).with_for_update()  # type: ignore[arg-type]
    work.session.execute(locked).scalar_one()
    listed = {"r": ref, "s": set_key, "v": version}
    without = """FROM delivery d WHERE d.case_ref = :r AND d.set_key = :s AND d.version = :v
        AND NOT EXISTS (SELECT 1 FROM offer_given g
          WHERE g.case_ref = d.case_ref AND g.person_id = d.person_id)"""
    counted = bound(f"SELECT COUNT(DISTINCT d.person_id) {without}", listed)
    people = int(work.session.execute(counted).scalar_one())
    if not people:
        return 0
    left = free(work, pool)
    if left < people:
        raise DraftingError(
            f"{people:,} people need a code of {pool}, and {left:,} are left",
            where=f"{ref} {set_key}",
            repair=f"`forthwith offers load {pool} FILE` takes in {people - left:,} more",
        )
    work.session.execute(
        bound(
            f"""INSERT INTO offer_given (case_ref, person_id, code_id, given_at)
            SELECT :r, who.person_id, which.id, :now FROM
              (SELECT person_id, ROW_NUMBER() OVER (ORDER BY person_id) AS n FROM
                (SELECT DISTINCT d.person_id AS person_id {without}) t) who
            JOIN (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS n FROM
                (SELECT c.id AS id FROM offer_code c WHERE c.pool = :p AND {_FREE}
                  ORDER BY c.id LIMIT :people) u) which
            ON which.n = who.n""",
            {**listed, "p": pool, "people": people, "now": work.now},
        )
    )
    return people


def given_in(work: UnitOfWork, ref: str) -> bool:
    """Return whether anybody of a case has a code."""
    one = select(OfferGivenRow.code_id).where(OfferGivenRow.case_ref == ref).limit(1)  # type: ignore[call-overload]
    return work.session.execute(one).first() is not None


def codes_of(work: UnitOfWork, ref: str, people: Sequence[str]) -> dict[str, str]:
    """Return each person's code, for those who have one in this case."""
    found: dict[str, str] = {}
    for some in _chunks(people):
        rows = work.session.execute(
            select(OfferGivenRow.person_id, OfferCodeRow.code)  # type: ignore[call-overload]
            .join(OfferCodeRow, OfferCodeRow.id == OfferGivenRow.code_id)
            .where(OfferGivenRow.case_ref == ref, OfferGivenRow.person_id.in_(some))  # type: ignore[attr-defined]
        )
        found.update(rows.all())
    return found


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[at : at + CHUNK] for at in range(0, len(values), CHUNK))
