"""A database that was restored, copied or moved is told from the enrolled one."""

import shutil
from pathlib import Path

import pytest

from incidents.errors import InvalidInputError, StoreError
from incidents.settings import Settings
from incidents.steps.check_installation import check_installation, reconcile
from incidents.store import cases
from incidents.wiring import Workshop, open_workshop
from incidents.witness import Witness


def _opened(home: Path) -> Workshop:
    shop = open_workshop(Settings(home=home, actor="tester"))
    assert shop.database
    return shop


def _one_more_case(shop: Workshop) -> None:
    with shop.database.write("tester") as work:
        cases.open_case(work, author="tester")


def _restore(shop: Workshop, copy: Path) -> Workshop:
    """Put an older copy of the database in place, as a restore from backup would."""
    shop.database.engine.dispose()
    for old in shop.settings.home.glob("forthwith.db*"):
        old.unlink()
    shutil.copy(copy, shop.settings.home / "forthwith.db")
    return _opened(shop.settings.home)


def _backup(shop: Workshop, to: Path) -> Path:
    shop.database.engine.dispose()
    with shop.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shop.database.engine.dispose()
    return Path(shutil.copy(shop.settings.home / "forthwith.db", to))


def test_the_enrolled_installation_passes_and_its_witness_follows_the_chain(tmp_path: Path) -> None:
    shop = _opened(tmp_path)
    before = shop.witness.read()
    _one_more_case(shop)
    after = shop.witness.read()
    assert before is not None
    assert after is not None
    assert after.seq == shop.database.audit_head()[0] > before.seq
    check_installation(shop.database, shop.witness)


def test_a_database_restored_from_an_older_copy_does_not_pass(tmp_path: Path) -> None:
    shop = _opened(tmp_path / "home")
    copy = _backup(shop, tmp_path / "backup.db")
    _one_more_case(shop)
    restored = _restore(shop, copy)
    with pytest.raises(StoreError, match="restored from an older copy"):
        check_installation(restored.database, restored.witness)
    # Going on working with it must not make it look enrolled again.
    for _ in range(5):
        _one_more_case(restored)
    with pytest.raises(StoreError, match="restored from an older copy"):
        check_installation(restored.database, restored.witness)
    again = _opened(tmp_path / "home")
    _one_more_case(again)
    with pytest.raises(StoreError, match="restored from an older copy"):
        check_installation(again.database, again.witness)


def test_a_home_that_was_copied_or_moved_does_not_pass(tmp_path: Path) -> None:
    shop = _opened(tmp_path / "home")
    _one_more_case(shop)
    shop.database.engine.dispose()
    shutil.copytree(tmp_path / "home", tmp_path / "elsewhere")
    moved = _opened(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="copied or moved"):
        check_installation(moved.database, moved.witness)


@pytest.mark.parametrize("content", ["", "{}", '{"seq": "x"}', "\x00"])
def test_a_damaged_witness_vouches_for_nothing(tmp_path: Path, content: str) -> None:
    shop = _opened(tmp_path)
    shop.witness.path.write_text(content)
    with pytest.raises(StoreError):
        check_installation(shop.database, shop.witness)


def test_a_missing_witness_vouches_for_nothing(tmp_path: Path) -> None:
    shop = _opened(tmp_path)
    shop.witness.path.unlink()
    _one_more_case(shop)
    assert shop.witness.read() is None
    with pytest.raises(StoreError, match="witness file is missing"):
        check_installation(shop.database, shop.witness)


def test_only_a_named_person_with_a_reason_reconciles(tmp_path: Path) -> None:
    shop = _opened(tmp_path)
    shop.witness.path.unlink()
    with pytest.raises(InvalidInputError):
        reconcile(shop.database, shop.witness, by=" ", reason="compared")
    with pytest.raises(InvalidInputError):
        reconcile(shop.database, shop.witness, by="privacy-officer", reason="")
    assert shop.witness.read() is None
    reconcile(shop.database, shop.witness, by="privacy-officer", reason="compared with the relay")
    check_installation(shop.database, shop.witness)


def test_a_witness_never_goes_back(tmp_path: Path) -> None:
    witness = Witness(tmp_path / "w.json", "sqlite:///x")
    witness.enrol("ins-1", 10, "a")
    witness.advance("ins-1", 7, "b")
    witness.advance("ins-2", 99, "c")
    seen = witness.read()
    assert seen is not None
    assert (seen.installation, seen.seq) == ("ins-1", 10)
