"""What was done can be proved later, and whatever was changed since is found."""

import json

import pytest

from tests.cli.conftest import Command
from tests.steps.shop_case import CASE, House

TAMPERED = {
    "who did it": "UPDATE audit SET actor = 'mallory' WHERE seq = 7",
    "what was done": "UPDATE audit SET action = 'notice.signed' WHERE seq = 7",
    "when": "UPDATE audit SET at = '2026-03-01 09:00:00' WHERE seq = 7",
    "its body": "UPDATE audit SET body = replace(body, '1', '2') WHERE seq = 7",
    "whose case": "UPDATE audit SET case_ref = 'inc-2026-0002' WHERE seq = 7",
    "its link": "UPDATE audit SET link = previous WHERE seq = 7",
    "one link gone": "DELETE FROM audit WHERE seq = 7",
    "the end cut off": "DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)",
    "everything gone": "DELETE FROM audit",
    "the head": "UPDATE audit_head SET seq = seq - 1",
    "a report's text": (
        "UPDATE evidence SET body = replace(body, 'accessed', 'altered') WHERE kind = 'report'"
    ),
    "a report and its digest": (
        "UPDATE evidence SET body = replace(body, 'accessed', 'altered'), digest = 'x' "
        "WHERE kind = 'report'"
    ),
    "a finding gone": "DELETE FROM evidence WHERE kind = 'finding'",
    "evidence put in": (
        "INSERT INTO evidence (case_ref, kind, version, digest, body, made_at, made_by) "
        "SELECT case_ref, kind, 9, digest, body, made_at, made_by FROM evidence "
        "WHERE kind = 'scope'"
    ),
}


def test_a_record_nobody_touched_verifies(forthwith: Command, drafted: House) -> None:
    ended = forthwith.at(drafted)("audit", "verify")
    assert (ended.code, ended.err) == (0, "")
    assert " 0 problems" in ended.out


@pytest.mark.parametrize("what", TAMPERED)
def test_one_changed_row_is_found(forthwith: Command, drafted: House, what: str) -> None:
    drafted.sql(TAMPERED[what])
    ended = forthwith.at(drafted)("audit", "verify")
    assert ended.code == 2
    assert ended.err.strip()
    assert " 0 problems" not in ended.out


def test_the_place_that_was_changed_is_named(forthwith: Command, drafted: House) -> None:
    drafted.sql(TAMPERED["who did it"])
    drafted.sql(TAMPERED["a report's text"])
    ended = forthwith.at(drafted)("audit", "verify")
    assert "link 7 was changed" in ended.err
    assert f"{CASE} report v1 was changed" in ended.err


def test_a_record_is_exported_without_names_or_addresses(
    forthwith: Command, drafted: House
) -> None:
    ended = forthwith.at(drafted)("audit", "export", CASE)
    assert ended.code == 0
    folder = drafted.settings.out / CASE
    record = json.loads((folder / "case-record.json").read_text(encoding="utf-8"))
    assert record["case"]["ref"] == CASE
    text = (folder / "case-record.json").read_text(encoding="utf-8")
    assert "Mia Mail" not in text
    assert "mia@home.example" not in text
    assert forthwith("audit", "verify").code == 0
    missing = forthwith("audit", "export", "inc-1999-0001")
    assert (missing.code, missing.out) == (2, "")
    assert not (drafted.settings.out / "inc-1999-0001").exists()


@pytest.mark.parametrize("purpose", ["fingerprint", "return_path", "code", "chain"])
def test_a_renewed_key_leaves_what_the_old_one_made_good(
    forthwith: Command, drafted: House, purpose: str
) -> None:
    assert forthwith.at(drafted)("keys", "rotate", purpose).code == 0
    assert forthwith("hold", CASE).code == 0
    ended = forthwith("audit", "verify")
    assert (ended.code, ended.err) == (0, "")


def test_a_purpose_that_is_none_is_refused(forthwith: Command, drafted: House) -> None:
    assert forthwith.at(drafted)("keys", "rotate", "everything").code == 2
