"""The same case on SQLite and on PostgreSQL: the same figures, the same seals, the same mails."""

import hashlib
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from incidents.steps.close_case import close_case
from incidents.steps.export_evidence import verify_audit
from incidents.steps.show_case import case_scope, show_case
from incidents.store import cases
from tests.steps.shop_case import CASE, FIRST, House, house
from tests.steps.test_whole_path import (
    Site,
    answer_all,
    confirm_all,
    page_is_published,
    work_the_lists,
)
from tests.support.postgres import running_postgres

SAME_ROWS = (
    "SELECT person_id, set_key, version, channel, rank, address, name, about, locale, form, "
    "exposure, class_key, state, reason FROM delivery"
)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    """The shop twice, with the same key file, a whole case run through each."""
    folder = tmp_path_factory.mktemp("both")
    with running_postgres() as url:
        here = house(folder / "here")
        (folder / "there").mkdir()
        (folder / "there" / "keys.json").write_bytes(here.settings.keys.read_bytes())
        (folder / "there" / "keys.json").chmod(0o600)
        there = house(folder / "there", database_url=url)
        for one in (here, there):
            run(one)
        yield here, there
        for one in (here, there):
            one.shop.database.engine.dispose()


def run(one: House) -> None:
    assert one.open() == CASE
    one.to_drafts(CASE)
    one.approve(CASE)
    for key in one.sets(CASE):
        one.send(CASE, key)
    work_the_lists(one)
    page_is_published(one, Site(one.settings.home / "site"))
    answer_all(one)
    confirm_all(one)
    close_case(one.shop.database, CASE, actor=FIRST)


def rows(one: House) -> list[tuple[object, ...]]:
    with one.shop.database.engine.connect() as connection:
        return sorted((tuple(row) for row in connection.execute(text(SAME_ROWS))), key=repr)


def test_the_case_closes_and_its_chain_holds_on_both(both: tuple[House, House]) -> None:
    assert both[1].shop.database.engine.dialect.name == "postgresql"
    for one in both:
        assert show_case(one.shop.database, CASE).state == "closed"
        assert verify_audit(one.shop.database, one.shop.ring).problems == []


def test_the_frozen_list_has_the_same_digest_and_figures(both: tuple[House, House]) -> None:
    here, there = (case_scope(one.shop.database, CASE) for one in both)
    assert here == there
    assert here.total > 100


def test_every_set_has_the_same_root(both: tuple[House, House]) -> None:
    here, there = (one.sets(CASE) for one in both)
    assert {key: one.root for key, one in here.items()} == {
        key: one.root for key, one in there.items()
    }
    assert len(here) > 5


def test_every_piece_of_evidence_is_the_same(both: tuple[House, House]) -> None:
    kept = []
    for one in both:
        with one.shop.database.read() as work:
            kept.append([(r.kind, r.version, r.digest) for r in cases.every_evidence(work, CASE)])
    assert kept[0] == kept[1]


def test_the_ledger_holds_the_same_rows_and_outcomes(both: tuple[House, House]) -> None:
    here, there = (rows(one) for one in both)
    assert here == there


def test_people_get_the_same_messages(both: tuple[House, House]) -> None:
    here, there = (
        sorted(hashlib.sha256(mail).hexdigest() for mail in one.mails().values()) for one in both
    )
    assert here == there
    assert len(here) > 100


def test_the_steps_left_the_same_links_in_the_chain(both: tuple[House, House]) -> None:
    here, there = (
        [(row.action, row.body) for row in one.shop.database.audit_rows(CASE)] for one in both
    )
    ids = {"deliveries.recorded"}  # digests over row numbers, which databases hand out as they like
    assert [one for one in here if one[0] not in ids] == [one for one in there if one[0] not in ids]


def test_a_tampered_row_is_found_on_postgresql(both: tuple[House, House]) -> None:
    there = both[1]
    [(body,)] = there.sql("SELECT body FROM evidence WHERE kind = 'scope'")
    changed = "UPDATE evidence SET body = :body WHERE kind = 'scope'"
    there.sql(changed, body=body.replace("total", "t0tal"))
    try:
        problems = verify_audit(there.shop.database, there.shop.ring).problems
    finally:
        there.sql(changed, body=body)
    assert problems == [f"{CASE} scope v1 was changed after it was recorded"]
