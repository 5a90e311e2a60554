"""The ledger's rows of one person: what goes to them, and what goes to somebody else about them."""

from sqlalchemy import or_, select

from incidents.models.tables import DeliveryRow
from incidents.store.unit_of_work import UnitOfWork


def person_rows(
    work: UnitOfWork, ref: str, person_id: str, versions: set[tuple[str, int]]
) -> list[DeliveryRow]:
    """Return a person's rows in these versions of sets, by set and by the order of channels.

    Args:
        work: The transaction.
        ref: Case.
        person_id: The affected person, or the guardian who is written to in their place.
        versions: (set, version) pairs that count.
    """
    rows = work.session.execute(
        select(DeliveryRow)
        .where(
            DeliveryRow.case_ref == ref,  # type: ignore[arg-type]
            or_(
                DeliveryRow.person_id == person_id,  # type: ignore[arg-type]
                DeliveryRow.addressee_id == person_id,  # type: ignore[arg-type]
            ),
        )
        .order_by(DeliveryRow.set_key, DeliveryRow.person_id, DeliveryRow.rank)  # type: ignore[arg-type]
    ).scalars()
    return [row for row in rows if (row.set_key, row.version) in versions]
