"""Plain statements for what runs hundreds of times a second.

The same text serves both databases; the toolkit's own way of building a statement takes longer
than the statement.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import CursorResult
from sqlmodel import Session

Values = Mapping[str, Any]


class Quick:
    """Runs statements on the connection of one transaction.

    Args:
        session: The transaction. What waits in it is not flushed.
    """

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()
        self.is_postgresql = self._connection.dialect.name == "postgresql"

    def run(self, statement: str, values: Values | Sequence[Values]) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement with `:name` for each value, once or once for each of several."""
        text = _percent(statement) if self.is_postgresql else statement
        given: Any = dict(values) if isinstance(values, Mapping) else [dict(one) for one in values]
        return self._connection.exec_driver_sql(text, given)

    def moment(self, at: datetime | None) -> Any:
        """Return a moment as the tables keep it (see `UtcDateTime`)."""
        if at is None or self.is_postgresql:
            return at
        return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")

    @property
    def locked(self) -> str:
        """What is put behind a SELECT whose row must stay as it is; SQLite has one writer."""
        return " FOR UPDATE" if self.is_postgresql else ""

    @property
    def skipping(self) -> str:
        """What is put behind a SELECT that passes over rows somebody else is at."""
        return " FOR UPDATE SKIP LOCKED" if self.is_postgresql else ""


@lru_cache(maxsize=256)
def _percent(statement: str) -> str:
    return re.sub(r":([a-z_]+)", r"%(\1)s", statement)
