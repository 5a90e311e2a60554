"""One change and its audit entry leave together, or not at all."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from incidents.audit.chain import GENESIS, AuditEntry, body_text, link
from incidents.clock import Clock
from incidents.models.tables import AuditHeadRow, AuditRow, BeatRow
from incidents.store.engine import migrate, out_of_order
from incidents.store.quick import Quick

_HEAD = {"one": 1}


@dataclass(frozen=True)
class QuickWork:
    """A transaction of plain statements with a clock and a pen for the audit chain."""

    quick: Quick
    now: datetime
    actor: str
    mac: Callable[[bytes], str]
    noted: list[tuple[int, str]] = field(default_factory=list)
    """Number and value of the links added so far."""

    def note(self, action: str, case_ref: str = "", **body: Any) -> None:
        """Add a link to the audit chain, in this transaction.

        Args:
            action: What was done, `noun.past`.
            case_ref: The case it belongs to.
            body: Ids, counts, digests and dates; never a name or an address.
        """
        quick = self.quick
        head = quick.run(f"SELECT seq, link FROM audit_head WHERE one = :one{quick.locked}", _HEAD)
        seq, previous = head.rows[0] if head.rows else (0, GENESIS)
        entry = AuditEntry(
            seq=seq + 1,
            case_ref=case_ref,
            at=self.now,
            action=action,
            actor=self.actor,
            body=body,
        )
        this = link(previous, entry, self.mac)
        quick.run(
            "INSERT INTO audit (seq, case_ref, at, action, actor, body, previous, link) "
            "VALUES (:seq, :case_ref, :at, :action, :actor, :body, :previous, :link)",
            {
                "seq": entry.seq,
                "case_ref": case_ref,
                "at": quick.moment(entry.at),
                "action": action,
                "actor": self.actor,
                "body": body_text(body),
                "previous": previous,
                "link": this,
            },
        )
        quick.run(
            "UPDATE audit_head SET seq = :seq, link = :link WHERE one = :one"
            if head.rows
            else "INSERT INTO audit_head (one, seq, link) VALUES (:one, :seq, :link)",
            {**_HEAD, "seq": entry.seq, "link": this},
        )
        self.noted.append((entry.seq, this))


@dataclass(frozen=True)
class UnitOfWork:
    """A transaction with a clock and a pen for the audit chain."""

    session: Session
    now: datetime
    actor: str
    mac: Callable[[bytes], str]
    noted: list[tuple[int, str]] = field(default_factory=list)
    """Number and value of the links added so far."""

    @cached_property
    def _plain(self) -> QuickWork:
        connection = self.session.connection()
        quick = Quick(connection.connection, connection.dialect)
        return QuickWork(quick, self.now, self.actor, self.mac, self.noted)

    @property
    def quick(self) -> Quick:
        """Plain statements in this transaction, behind all that was done in it so far."""
        self.session.flush()
        return self._plain.quick

    def note(self, action: str, case_ref: str = "", **body: Any) -> None:
        """Add a link to the audit chain, in this transaction; see `QuickWork.note`."""
        self.session.flush()
        self._plain.note(action, case_ref, **body)

    def beat(self, source: str) -> None:
        """Leave a sign of life of something that must not go quiet."""
        upsert(self.session, BeatRow, {"source": source, "at": self.now}, ["source"])


def upsert(session: Session, table: type[Any], values: Mapping[str, Any], key: list[str]) -> None:
    """Insert a row, or overwrite the one with the same key."""
    dialect = session.get_bind().dialect.name
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    rest = {name: value for name, value in values.items() if name not in key}
    session.execute(
        insert.values(dict(values)).on_conflict_do_update(index_elements=key, set_=rest)
    )


class Database:
    """Hands out transactions on one migrated database."""

    def __init__(self, engine: Engine, clock: Clock, mac: Callable[[bytes], str]) -> None:
        self.engine = engine
        self.clock = clock
        self.mac = mac
        self.after_commit: Callable[[int, str], None] = lambda _seq, _link: None
        """Told the chain's newest link after each commit that added to it."""

    def migrate(self) -> str:
        """Bring the schema up to date; return its revision."""
        return migrate(self.engine)

    @contextmanager
    def write(self, actor: str) -> Iterator[UnitOfWork]:
        """Yield a transaction that commits when the block ends and rolls back when it fails."""
        yield from self._session(actor, write=True)

    @contextmanager
    def quick(self, actor: str) -> Iterator[QuickWork]:
        """Yield a transaction of plain statements; it commits or rolls back as `write` does."""
        connection: PoolProxiedConnection | None = None
        try:
            connection = self.engine.raw_connection()
            quick = Quick(connection, self.engine.dialect)
            if not quick.is_postgresql:  # its driver begins a transaction by itself
                quick.run("BEGIN IMMEDIATE", {})
            work = QuickWork(quick, self.clock.now(), actor, self.mac)
            yield work
            with quick.raising():
                connection.commit()
            if work.noted:
                self.after_commit(*work.noted[-1])
        except OperationalError as error:
            clear = out_of_order(self.engine, error)
            if clear is None:
                raise
            if connection is not None:
                connection.invalidate()
            raise clear from None
        finally:
            if connection is not None:
                connection.close()  # back to the pool, which rolls back what was not committed

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """Yield a transaction that never commits."""
        yield from self._session("reader", write=False)

    def _session(self, actor: str, *, write: bool) -> Iterator[UnitOfWork]:
        bind = self.engine.execution_options(write=write)
        try:
            with Session(bind, expire_on_commit=False) as session:
                work = UnitOfWork(session, self.clock.now(), actor, self.mac)
                yield work
                if write:
                    session.commit()
                    if work.noted:
                        self.after_commit(*work.noted[-1])
        except OperationalError as error:
            clear = out_of_order(self.engine, error)
            if clear is None:
                raise
            raise clear from None

    def audit_rows(self, case_ref: str = "") -> Iterator[AuditRow]:
        """Yield the chain's links in order, all or one case's."""
        with self.read() as work:
            query = select(AuditRow).order_by(AuditRow.seq)  # type: ignore[arg-type]
            if case_ref:
                query = query.where(AuditRow.case_ref == case_ref)  # type: ignore[arg-type]
            yield from work.session.execute(query.execution_options(yield_per=1000)).scalars()

    def audit_link(self, seq: int) -> str | None:
        """Return one link's value, None where the chain is shorter."""
        with self.read() as work:
            row = work.session.get(AuditRow, seq)
            return row.link if row else None

    def audit_head(self) -> tuple[int, str]:
        """Return the last link's number and value."""
        with self.read() as work:
            head = work.session.get(AuditHeadRow, 1)
            return (head.seq, head.link) if head else (0, GENESIS)
