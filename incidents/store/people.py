"""The people an organisation knows: taken in as streams, matched by fingerprint."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import delete, func, insert, select

from incidents.models.inventory import Contact, Link, Person
from incidents.models.tables import ContactRow, LinkRow, PersonRow
from incidents.store.unit_of_work import UnitOfWork

T = TypeVar("T")
BATCH = 5000
RANK_OF_QUALITY = {"good": 1, "unverified": 2, "compromised": 8, "bad": 9}


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Yield lists of at most `size` items."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def replace_people(
    work: UnitOfWork,
    people: Iterable[Person],
    contacts: Iterable[Contact],
    links: Iterable[Link],
    *,
    lookup: Callable[[str, str], str],
) -> dict[str, int]:
    """Put a whole inventory's people in place of those before; return counts.

    Frozen lists of open cases keep their own copies and are not touched.

    Args:
        work: The transaction.
        people: Persons.
        contacts: Their addresses.
        links: In which store their data lies.
        lookup: Gives the keyed fingerprint of a contact by kind and value.
    """
    for table in (LinkRow, ContactRow, PersonRow):
        work.session.execute(delete(table))
    counts: dict[str, Any] = {
        "people": _insert(work, PersonRow, (_person(person) for person in people)),
        "contacts": _insert(work, ContactRow, (_contact(contact, lookup) for contact in contacts)),
        "links": _insert(work, LinkRow, (link.model_dump() for link in links)),
    }
    work.note("inventory.people-replaced", **counts)
    return counts


def _insert(work: UnitOfWork, table: type[Any], rows: Iterable[dict[str, Any]]) -> int:
    total = 0
    for batch in batches(rows):
        work.session.execute(insert(table), batch)
        total += len(batch)
    return total


def _person(person: Person) -> dict[str, Any]:
    return {
        **person.model_dump(exclude={"flags", "status"}),
        "status": person.status.value,
        "do_not_write": "do_not_write" in person.flags,
        "guardian_is_danger": "guardian_is_danger" in person.flags,
    }


def _contact(contact: Contact, lookup: Callable[[str, str], str]) -> dict[str, Any]:
    return {
        "person_id": contact.person_id,
        "kind": contact.kind.value,
        "value": contact.value,
        "quality": contact.quality.value,
        "rank": RANK_OF_QUALITY[contact.quality.value],
        "lookup": lookup(contact.kind.value, contact.value),
    }


def count_people(work: UnitOfWork) -> int:
    """Return how many people the inventory holds."""
    return int(work.session.execute(select(func.count()).select_from(PersonRow)).scalar_one())


def known_ids(work: UnitOfWork, ids: Iterable[str]) -> set[str]:
    """Return which of the given person ids the inventory holds."""
    known: set[str] = set()
    for batch in batches(ids, 500):
        known.update(
            work.session.execute(
                select(PersonRow.person_id).where(PersonRow.person_id.in_(batch))  # type: ignore[call-overload, attr-defined]
            ).scalars()
        )
    return known


def people_by_lookup(work: UnitOfWork, fingerprints: Iterable[str]) -> list[str]:
    """Return ids of the people who own a contact with one of these fingerprints."""
    return list(
        work.session.execute(
            select(ContactRow.person_id)  # type: ignore[call-overload]
            .where(ContactRow.lookup.in_(list(fingerprints)))  # type: ignore[attr-defined]
            .distinct()
            .order_by(ContactRow.person_id)
        ).scalars()
    )
