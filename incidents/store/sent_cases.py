"""Which cases have sent notices to people, and when: no row of a person leaves here.

Only `case_ref`, `set_key`, `version`, `state` and the two moments of a delivery are read, so that
a database user who may read nothing else is enough.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, event, func, select
from sqlalchemy.pool import ConnectionPoolEntry

from incidents.errors import StoreError
from incidents.models.states import DeliveryState as D
from incidents.models.tables import CaseRow, DeliveryRow, NoticeSetRow
from incidents.store.engine import make_url_safe, newest_revision, open_engine, revision
from incidents.store.unit_of_work import UnitOfWork

OUT = (
    # A letter counts once it is on a list: it may be read before somebody records that it was sent.
    *(D.SENDING, D.IN_DOUBT, D.HANDED_OVER, D.BOUNCED, D.EXPIRED),
    *(D.LISTED, D.DONE_BY_HAND),
)
"""States in which a message may have come to somebody, and codes of its case are out."""


def open_to_read(url: str) -> Engine:
    """Return an engine that cannot write, for a database that is there and up to date.

    Raises:
        StoreError: when it is not, or cannot be reached.
    """
    engine = open_engine(url)
    file = ""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _only_read)
        file = engine.url.database or ""
    else:
        engine = engine.execution_options(postgresql_readonly=True)
    found = "" if file and not Path(file).exists() else revision(engine)
    if found != newest_revision():
        raise StoreError(
            f"has schema {found}, which is not this version's" if found else "holds no cases yet",
            where=make_url_safe(url),
            repair="run `forthwith case list` once with this version; it brings it up to date",
        )
    return engine


def _only_read(connection: object, _entry: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA query_only=ON")  # type: ignore[attr-defined]


def cases_that_sent(work: UnitOfWork) -> list[str]:
    """Return the refs of all cases of which a notice to a person may be out, newest first."""
    sent = (
        select(DeliveryRow.state)  # type: ignore[call-overload]
        .join(
            NoticeSetRow,
            (NoticeSetRow.case_ref == DeliveryRow.case_ref)
            & (NoticeSetRow.set_key == DeliveryRow.set_key)
            & (NoticeSetRow.version == DeliveryRow.version),
        )
        .where(NoticeSetRow.case_ref == CaseRow.ref, DeliveryRow.state.in_(OUT))  # type: ignore[attr-defined]
    )
    rows = work.session.execute(
        select(CaseRow.ref)  # type: ignore[call-overload]
        .where(sent.exists())
        .order_by(CaseRow.opened_at.desc(), CaseRow.ref.desc())  # type: ignore[attr-defined]
    ).scalars()
    return list(rows)


def sent_between(work: UnitOfWork, ref: str) -> tuple[datetime | None, datetime | None]:
    """Return when the first and the last notice of a case left, None where that is not known."""
    at = func.coalesce(DeliveryRow.finished_at, DeliveryRow.updated_at)
    first, last = work.session.execute(
        select(func.min(at), func.max(at)).where(
            DeliveryRow.case_ref == ref,  # type: ignore[arg-type]
            DeliveryRow.state.in_(OUT),  # type: ignore[attr-defined]
        )
    ).one()
    return first, last
