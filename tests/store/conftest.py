"""The store has no fake: every test here runs on SQLite and on a PostgreSQL of its own."""

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from incidents.clock import FixedClock
from incidents.store.engine import open_engine
from incidents.store.unit_of_work import Database
from tests.support.postgres import running_postgres


def mac(data: bytes) -> str:
    return hmac.new(b"a test key", data, hashlib.sha256).hexdigest()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with running_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock
) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'store.db'}"
    else:
        url = request.getfixturevalue("postgres")
        admin = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with admin.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        admin.dispose()
    made = Database(open_engine(url), clock, mac)
    made.migrate()
    yield made
    made.engine.dispose()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()
