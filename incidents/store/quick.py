"""Plain statements for what runs hundreds of times a second.

The same text serves both databases. They go to the driver at once: the toolkit's own way of
building a statement and its result takes longer than the statement.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Dialect
from sqlalchemy.exc import DBAPIError

Values = Mapping[str, Any]


class Found(NamedTuple):
    """What a statement gave back."""

    rows: list[tuple[Any, ...]]
    """Empty for one that returns none."""
    changed: int
    """Rows it changed."""


class Quick:
    """Runs statements in one transaction.

    Args:
        connection: The driver's connection.
        dialect: Which database it is.
    """

    def __init__(self, connection: Any, dialect: Dialect) -> None:
        self._dialect = dialect
        self._cursor: Any = connection.cursor()
        self.is_postgresql = self._dialect.name == "postgresql"

    def run(self, statement: str, values: Values | Sequence[Values]) -> Found:
        """Run a statement with `:name` for each value, once or once for each of several.

        Raises:
            DBAPIError: as the toolkit raises it; never repeating a value.
        """
        text = _percent(statement) if self.is_postgresql else statement
        with self.raising(text):
            if isinstance(values, Mapping):
                self._cursor.execute(text, values)
            else:
                self._cursor.executemany(text, values)
            rows = self._cursor.fetchall() if self._cursor.description else []
        return Found(rows, int(self._cursor.rowcount))

    def raising(self, statement: str = "COMMIT") -> "_Raising":
        """Return what raises the driver's errors as the toolkit's."""
        return _Raising(statement, self._dialect)

    def moment(self, at: datetime | None) -> Any:
        """Return a moment as the tables keep it (see `UtcDateTime`)."""
        if at is None or self.is_postgresql:
            return at
        return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")

    @property
    def locked(self) -> str:
        """What is put behind a SELECT whose row must stay as it is; SQLite has one writer."""
        return " FOR UPDATE" if self.is_postgresql else ""

    @property
    def skipping(self) -> str:
        """What is put behind a SELECT that passes over rows somebody else is at."""
        return " FOR UPDATE SKIP LOCKED" if self.is_postgresql else ""


class _Raising:
    """Passes the driver's errors on as the toolkit's; a class of its own, as it runs so often."""

    __slots__ = ("_dialect", "_statement")

    def __init__(self, statement: str, dialect: Dialect) -> None:
        self._statement, self._dialect = statement, dialect

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        base = self._dialect.loaded_dbapi.Error
        if isinstance(error, base):
            raise DBAPIError.instance(
                self._statement, None, error, base, hide_parameters=True, dialect=self._dialect
            ) from None


@lru_cache(maxsize=256)
def _percent(statement: str) -> str:
    return re.sub(r":([a-z_]+)", r"%(\1)s", statement)
