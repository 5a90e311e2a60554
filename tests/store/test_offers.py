"""Codes are given out once, by whoever does it and however often."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import inspect, text

from incidents.errors import DraftingError
from incidents.store import offers
from incidents.store.unit_of_work import Database
from tests.store.test_ledger import REF, SET, planned

POOL = "identity_monitoring_24_months"
AT = "https://shop.example/protect"
PEOPLE = [f"p{n}" for n in range(1, 10)]


def load(database: Database, number: int) -> None:
    with database.write("tester") as work:
        offers.add(work, POOL, AT, "2026-06-30", [f"C{n:04}" for n in range(number)])


def assign(database: Database, ref: str = REF) -> int:
    with database.write("tester") as work:
        return offers.assign(work, ref, SET, 1, POOL)


def test_each_person_gets_one_code_and_keeps_it(database: Database) -> None:
    planned(database)
    load(database, 12)
    assert assign(database) == 9
    with database.read() as work:
        codes = offers.codes_of(work, REF, PEOPLE)
        assert len(set(codes.values())) == 9
        assert offers.free(work, POOL) == 3
        assert offers.given(work, POOL) == {REF: 9}
        assert offers.known(work, POOL, ["C0000", "C0011", "C0012"]) == {"C0000", "C0011"}
    assert assign(database) == 0
    with database.read() as work:
        assert offers.codes_of(work, REF, PEOPLE) == codes


def test_too_few_give_nobody_one(database: Database) -> None:
    planned(database)
    load(database, 8)
    with pytest.raises(DraftingError, match="9 people need a code"):
        assign(database)
    with database.read() as work:
        assert offers.free(work, POOL) == 8
        assert offers.codes_of(work, REF, PEOPLE) == {}


def test_two_at_once_give_no_code_twice(database: Database) -> None:
    planned(database)
    load(database, 100)
    with database.engine.execution_options(write=True).begin() as connection:
        columns = [
            row["name"]
            for row in inspect(connection).get_columns("delivery")
            if row["name"] not in {"id", "case_ref"}
        ]
        for n in range(2, 10):
            connection.execute(
                text(
                    f"INSERT INTO delivery (case_ref, {', '.join(columns)}) "
                    f"SELECT :r, {', '.join(columns)} FROM delivery WHERE case_ref = :first"
                ),
                {"r": f"inc-2026-000{n}", "first": REF},
            )
    refs = [f"inc-2026-000{n}" for n in range(1, 10)]
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda ref: assign(database, ref), refs * 2))
    assert sum(numbers) == 81
    with database.read() as work:
        codes = [code for ref in refs for code in offers.codes_of(work, ref, PEOPLE).values()]
    assert len(codes) == len(set(codes)) == 81
