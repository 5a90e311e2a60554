"""Names of the people on a case's frozen list, for the few duties that ask for them."""

from collections.abc import Iterator

from sqlalchemy import select

from incidents.models.tables import AffectedRow, PersonRow
from incidents.store.affected import binary_order
from incidents.store.unit_of_work import UnitOfWork


def listed_people(work: UnitOfWork, ref: str, version: int) -> Iterator[tuple[str, str, str]]:
    """Yield (person id, name, place) in the byte order of person ids."""
    query = (
        select(AffectedRow.person_id, PersonRow.name, AffectedRow.place)  # type: ignore[call-overload]
        .join(PersonRow, PersonRow.person_id == AffectedRow.person_id)
        .where(AffectedRow.case_ref == ref, AffectedRow.version == version)
        .order_by(binary_order(work, AffectedRow.person_id))
    )
    rows = work.session.execute(query.execution_options(yield_per=2000))
    yield from ((person_id, name, place) for person_id, name, place in rows)
