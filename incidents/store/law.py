"""Keeps each version of the law by which a case was judged."""

import gzip

from incidents.duties.regime import Catalogue
from incidents.models.tables import LawRow
from incidents.store.unit_of_work import UnitOfWork


def keep_law(work: UnitOfWork, catalogue: Catalogue) -> None:
    """Store a version of the law whole, once."""
    if work.session.get(LawRow, catalogue.version) is None:
        body = gzip.compress(catalogue.model_dump_json(by_alias=True).encode(), mtime=0)
        work.session.add(LawRow(version=catalogue.version, body=body, kept_at=work.now))
        work.note("law.kept", version=catalogue.version)


def kept_law(work: UnitOfWork, version: str) -> Catalogue | None:
    """Return a version of the law as it was kept, or None where it was not."""
    row = work.session.get(LawRow, version)
    return None if row is None else Catalogue.model_validate_json(gzip.decompress(row.body))
