"""Death at the Nth durable commit, right before or right behind it, put in from outside."""

import os
import sqlite3
from typing import Any

import psycopg
from sqlalchemy import event

from incidents.store.unit_of_work import Database

CRASHED = 99


class _Count:
    """Commits of this process that changed something."""

    def __init__(self, where: str, number: int) -> None:
        self._where, self._left = where, number

    def commit(self, really: Any) -> None:
        self._left -= 1
        if not self._left and self._where == "commit":
            os._exit(CRASHED)
        really()
        if not self._left and self._where == "committed":
            os._exit(CRASHED)


def die_at(database: Database, where: str, number: int) -> None:
    """Have this process die at a commit of this database.

    Args:
        database: The ledger; nothing of it may be open yet.
        where: `commit` for right before it, `committed` for right behind it.
        number: Which one, from 1; reading transactions commit nothing and do not count.
    """
    count = _Count(where, number)
    database.engine.dispose()
    if database.engine.dialect.name == "sqlite":

        class Dying(sqlite3.Connection):
            def commit(self) -> None:
                if self.in_transaction:
                    count.commit(super().commit)

        @event.listens_for(database.engine, "do_connect")
        def _sqlite(_dialect: Any, _record: Any, _args: Any, named: dict[str, Any]) -> None:
            named["factory"] = Dying

        return

    class DyingServerSide(psycopg.Connection[Any]):
        def commit(self) -> None:
            if self.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                count.commit(super().commit)
            else:
                super().commit()

    @event.listens_for(database.engine, "do_connect")
    def _postgresql(_dialect: Any, _record: Any, args: Any, named: dict[str, Any]) -> Any:
        return DyingServerSide.connect(*args, **named)
