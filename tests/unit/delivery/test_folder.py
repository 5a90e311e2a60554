"""Lists are safe to open in a spreadsheet, and what became of them is read back strictly."""

import asyncio
import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.delivery.attempt import Envelope, Few
from incidents.delivery.channels.folder import (
    Call,
    FolderChannel,
    HandCase,
    Letter,
    read_outcomes,
    safe_cell,
    write_call_list,
    write_hand_list,
    write_letters,
)
from incidents.delivery.compose import Rendered, compose
from incidents.delivery.headers import Mailbox
from incidents.errors import InvalidInputError
from incidents.models.states import DeliveryState

DUE = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
SHOP = Mailbox("Shop", "notice@shop.example")
FORMULAS = [
    '=HYPERLINK("http://evil.example","x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1",
    "＝1+1", "＋1", "－1", "＠SUM(A1)", " =1+1", "\u200b=1", "\ufeff=1", "\u3000=1", "|calc", "%0A",
    "\n=1+1", "\x00=1+1",
]  # fmt: skip


def table(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def call(name: str, *, phone: str = "+86 755 0000 0100") -> Call:
    return Call(7, name, phone, "", "en", "Say hello.\nThen say why.", "desk", DUE)


@pytest.mark.parametrize("name", FORMULAS, ids=ascii)
def test_a_formula_in_any_cell_stays_text(tmp_path: Path, name: str) -> None:
    path = write_call_list(tmp_path / "calls.csv", [call(name, phone=name)])
    row = table(path)[0]
    assert row["name"].startswith("'")
    assert row["phone"].startswith("'")


@given(st.text())
def test_no_cell_begins_like_a_formula_or_breaks_its_line(value: str) -> None:
    cell = safe_cell(value)
    assert cell.strip()[:1] not in {"=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠"}
    assert len(cell.splitlines()) <= 1


def test_every_cell_is_quoted_and_the_outcome_is_left_to_fill_in(tmp_path: Path) -> None:
    path = write_call_list(tmp_path / "calls.csv", [call('Ada "Al", Ltd')])
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    body = raw.decode("utf-8-sig")
    assert all(line.startswith('"') and line.endswith('"') for line in body.splitlines())
    row = table(path)[0]
    assert (row["task_id"], row["name"], row["outcome"]) == ("7", 'Ada "Al", Ltd', "")
    assert row["phone"] == "'+86 755 0000 0100"
    assert row["script"] == "Say hello., Then say why."
    assert row["due_by"] == "2026-03-05T09:00+00:00"


def test_letters_are_named_by_number_and_closed_to_others(tmp_path: Path) -> None:
    letter = Letter(12, "王小明", "1 Road\nTown", "Dear you.\n", "<p>Dear you.</p>", "desk", DUE)
    path = write_letters(tmp_path / "letters", [letter, letter._replace(id=13, html="")])
    names = {file.name for file in path.parent.iterdir()}
    assert names == {"12.txt", "12.html", "13.txt", "letters.csv"}
    text = (path.parent / "12.txt").read_text(encoding="utf-8")
    assert text == "王小明\n1 Road\nTown\n\nDear you.\n"
    assert [row["task_id"] for row in table(path)] == ["12", "13"]
    assert {file.stat().st_mode & 0o077 for file in path.parent.iterdir()} == {0}


def test_a_hand_list_says_why(tmp_path: Path) -> None:
    case = HandCase(9, "p1", "Ada", "DE", "no-guardian", "children's officer", None)
    row = table(write_hand_list(tmp_path / "hand.csv", [case]))[0]
    assert (row["why"], row["owner"], row["due_by"]) == ("no-guardian", "children's officer", "")


def test_a_message_is_kept_as_people_get_it(tmp_path: Path) -> None:
    message = compose(
        Rendered("About your data", "Dear 王\n", "<p>Dear 王</p>"),
        sender=SHOP, reply_to=SHOP, to_name="王", to_address="w@people.example",
        message_id="<1@shop.example>", date=DUE,
    )  # fmt: skip
    feed = Few([Envelope(5, SHOP.address, "w@people.example", message)])
    asyncio.run(FolderChannel(tmp_path).send(feed))
    assert [(one.id, one.code) for one in feed.answers] == [(5, 250)]
    assert (tmp_path / "5.eml").read_bytes() == message
    assert (tmp_path / "5.txt").read_text(encoding="utf-8").strip() == "Dear 王"
    assert (tmp_path / "5.html").read_text(encoding="utf-8").strip() == "<p>Dear 王</p>"


def outcomes(tmp_path: Path, text: str | bytes) -> list[tuple[int, DeliveryState, str]]:
    path = tmp_path / "back.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_outcomes(path))


def test_a_list_that_was_filled_in_comes_back(tmp_path: Path) -> None:
    path = write_call_list(tmp_path / "c.csv", [call("A"), call("B")._replace(id=8)])
    filled = path.read_text(encoding="utf-8-sig").replace('"",""\n', '"DONE_BY_HAND",""\n', 1)
    assert outcomes(tmp_path, filled) == [(7, DeliveryState.DONE_BY_HAND, "")]


def test_semicolons_and_other_columns_are_read_too(tmp_path: Path) -> None:
    text = "name;task_id;reason;outcome\r\nAda;3;no-answer;not_reached\r\nBo;4;;\r\n"
    assert outcomes(tmp_path, text) == [(3, DeliveryState.NOT_REACHED, "no-answer")]


@pytest.mark.parametrize(
    ("rows", "place", "word"),
    [
        ("3,reached,", ":2", "outcome"),
        ("3,not_reached,", ":2", "reason"),
        ("3,not_reached,Spoke to Ada Lovelace", ":2", "reason"),
        ("x,done_by_hand,", ":2", "task_id"),
        ("=3,done_by_hand,", ":2", "task_id"),
        ("²,done_by_hand,", ":2", "task_id"),
        ("9999999999999999999,done_by_hand,", ":2", "task_id"),
        ("3,done_by_hand,\n4,,\n3,done_by_hand,", ":4", "task_id"),
        ("3,,no-answer", ":2", "outcome"),
        ("3,done_by_hand,ok,more", ":2", "more cells"),
        ('3,"done_by_hand,', ":2", "CSV"),
    ],
)
def test_a_wrong_row_is_named_by_line_and_column_and_not_repeated(
    tmp_path: Path, rows: str, place: str, word: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        outcomes(tmp_path, f"task_id,outcome,reason\n{rows}\n")
    assert caught.value.where.endswith(f"back.csv{place}")
    assert word in caught.value.what
    assert caught.value.repair
    assert "Lovelace" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "word"),
    [(b"\xff\xfet\x00", "UTF-8"), (b"task_id,outcome\n1,x\n", "column reason"), (b"", "column")],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, text: bytes, word: str) -> None:
    with pytest.raises(InvalidInputError, match=word):
        outcomes(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot be read"):
        list(read_outcomes(tmp_path / "none.csv"))
