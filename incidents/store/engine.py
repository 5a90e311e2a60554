"""Opens the database: SQLite beside the key file by default, PostgreSQL by one URL."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from incidents.errors import SettingsError, StoreError

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30


def make_url_safe(url: str) -> str:
    """Return a database URL as it may be shown and compared: without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return ""


def open_engine(url: str) -> Engine:
    """Return an engine whose write transactions take the lock at once and are durable on commit.

    Args:
        url: `sqlite:///path` or `postgresql://user@host/name`.

    Raises:
        SettingsError: when the URL is no database this software can use.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError(
            "not a database URL",
            where="FORTHWITH_DATABASE_URL",
            repair="write sqlite:///path/to/file.db or postgresql://user@host/name",
        ) from None
    if parsed.get_backend_name() == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True
        )
    if parsed.get_backend_name() != "sqlite":
        raise SettingsError(
            f"{parsed.get_backend_name()} is not supported",
            where="FORTHWITH_DATABASE_URL",
            repair="use SQLite or PostgreSQL",
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # An error's text may travel far; the values that were being written must not.
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes the lock first: one that reads and then wants to write
    # would fail with "database is locked" whatever the time-out.
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def newest_revision() -> str:
    """Return the schema revision this software knows."""
    return ScriptDirectory.from_config(_alembic()).get_current_head() or ""


def revision(engine: Engine) -> str:
    """Return the schema revision the database is at, empty for a new one."""
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() or ""
    except OperationalError as error:
        raise out_of_order(engine, error) or unreachable(engine, error) from None


def unreachable(engine: Engine, error: OperationalError) -> StoreError:
    """Return an error that names the database without its password."""
    reason = str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
    return StoreError(
        f"cannot be opened: {reason}",
        where=engine.url.render_as_string(hide_password=True),
        repair="start the database, or set FORTHWITH_DATABASE_URL",
    )


def out_of_order(engine: Engine, error: OperationalError) -> StoreError | None:
    """Return a clear error where a database cannot be used now, None for any other failure."""
    words = str(error.orig)
    if error.connection_invalidated or any(sign in words for sign in _AWAY):
        return unreachable(engine, error)
    for signs, what, repair in _TROUBLES:
        if any(sign in words for sign in signs):
            return StoreError(
                f"{what}: {words.strip().splitlines()[0]}",
                where=engine.url.render_as_string(hide_password=True),
                repair=repair,
            )
    return None


_AWAY = ("connect", "unable to open", "terminat", "closed")
_TROUBLES = (
    (
        ("database is locked", "database table is locked", "database schema is locked"),
        "another process keeps it locked",
        "end that process, then do it again; what was committed stands",
    ),
    (
        # A write past a limit of the system is told as an I/O error.
        ("disk is full", "disk I/O error", "No space left", "readonly database", "read-only"),
        "cannot be written",
        "make room on its disk or let it be written, then do it again; what was committed stands",
    ),
)


def migrate(engine: Engine) -> str:
    """Bring the schema to the newest revision and return it.

    Raises:
        StoreError: when the database is newer than this software, which must not write to it.
    """
    config = _alembic()
    now = revision(engine)
    if now == newest_revision():
        return now
    with engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise StoreError(
                f"has schema {now}, which this version does not know",
                where=engine.url.render_as_string(hide_password=True),
                repair="run the newer forthwith that wrote it",
            ) from None
    return newest_revision()
