"""An inventory folder: organisation, stores, and people as streams.

The folder is read through once to check it whole. Then people, contacts and links are streamed
again, so that a table of any length needs memory for its ids only.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from incidents.errors import InvalidInputError
from incidents.inventory.schema import CONTACT_COLUMNS, LINK_COLUMNS, PEOPLE_COLUMNS
from incidents.inventory.sources.documents import read_organisation, read_stores
from incidents.inventory.sources.problems import Problems
from incidents.inventory.sources.rows import (
    CONTACTS,
    LINKS,
    PEOPLE,
    RowChecks,
    contact_of,
    link_of,
    person_of,
)
from incidents.inventory.sources.tables import Row, as_value, read_rows
from incidents.models.inventory import Contact, Finding, Inventory, Link, Person

V = TypeVar("V", bound=BaseModel)
TABLES: dict[str, tuple[Collection[str], Collection[str]]] = {
    PEOPLE: (PEOPLE_COLUMNS, ("person_id",)),
    CONTACTS: (CONTACT_COLUMNS, ("person_id", "kind", "value")),
    LINKS: (LINK_COLUMNS, tuple(LINK_COLUMNS)),
}
"""Per table: its columns, and those it cannot be without."""


@dataclass(frozen=True)
class InventoryFolder:
    """A folder that was checked and found sound."""

    path: Path
    inventory: Inventory
    counts: dict[str, int]
    """Rows: people, contacts, links."""
    warnings: list[Finding] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each table as it was checked."""

    def people(self) -> Iterator[Person]:
        """Yield each person, in the order of the file."""
        return self._stream(PEOPLE, person_of)

    def contacts(self) -> Iterator[Contact]:
        """Yield each contact, in the order of the file."""
        return self._stream(CONTACTS, contact_of)

    def links(self) -> Iterator[Link]:
        """Yield each link, in the order of the file."""
        return self._stream(LINKS, link_of)

    def _stream(self, name: str, make: Callable[[Row], V]) -> Iterator[V]:
        if _digest(self.path / name) != self.digests[name]:
            raise InvalidInputError(
                "changed since it was checked", where=name, repair="read the folder again"
            )
        columns, required = TABLES[name]
        problems = Problems()
        for line, row in read_rows(self.path / name, columns, required, problems):
            value = as_value(make, row, name, line, problems)
            problems.raise_if_any(str(self.path))
            if value is not None:
                yield value
        problems.raise_if_any(str(self.path))


def read_folder(path: Path, *, today: date | None = None) -> InventoryFolder:
    """Return an inventory folder after checking all of it.

    Args:
        path: The folder.
        today: The organisation's day. Without it, days of birth in the future are not found.

    Raises:
        InvalidInventoryError: naming file, line, column and repair of up to 50 errors. Nothing is
            taken in by halves. It never repeats what stands in a field.
    """
    problems = Problems()
    organisation = read_organisation(path, problems)
    stores = read_stores(path, problems)
    known = None if stores is None else frozenset(store.id for store in stores)
    checks = RowChecks(known, today, problems)
    digests = {name: _digest(path / name) for name in TABLES if (path / name).is_file()}
    counts = {"people": _check(path, PEOPLE, checks.person, problems)}
    checks.guardians()
    counts["contacts"] = _check(path, CONTACTS, checks.contact, problems)
    counts["links"] = _check(path, LINKS, checks.link, problems)
    problems.raise_if_any(str(path))
    if organisation is None or stores is None:
        raise InvalidInputError("not readable", where=str(path), repair="see the files' errors")
    return InventoryFolder(
        path=path,
        inventory=Inventory(organisation=organisation, stores=stores),
        counts=counts,
        warnings=problems.warnings(),
        digests=digests,
    )


def _check(path: Path, name: str, check: Callable[[int, Row], bool], problems: Problems) -> int:
    columns, required = TABLES[name]
    rows = read_rows(path / name, columns, required, problems)
    return sum(check(line, row) for line, row in rows)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
