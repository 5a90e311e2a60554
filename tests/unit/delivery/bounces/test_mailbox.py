"""Messages are found as files, in folders, in a Maildir and in an mbox."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import forthwith
from incidents.delivery.bounces.reasons import parse_reasons
from incidents.delivery.sources.mailbox import messages
from incidents.errors import InvalidInputError

BOUNCE = (
    b"From: MAILER-DAEMON@mx.example\nSubject: failure notice\n\n"
    b"<kim@home.example>:\n550 5.1.1 User unknown\n"
)


def test_a_folder_gives_its_files_by_their_place_in_it(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "2.eml").write_bytes(b"two")
    (tmp_path / "1.eml").write_bytes(b"one")
    assert list(messages([tmp_path])) == [("1.eml", b"one"), ("b/2.eml", b"two")]
    single = tmp_path / "1.eml"
    assert list(messages([single])) == [(str(single), b"one")]


def test_a_maildir_gives_what_is_new_and_what_was_seen(tmp_path: Path) -> None:
    for part in ("cur", "new", "tmp"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "1").write_bytes(part.encode())
    assert list(messages([tmp_path])) == [("cur/1", b"cur"), ("new/1", b"new")]


def test_an_mbox_gives_each_of_its_messages(tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.write_bytes(b"From a Mon\nA: 1\n\none\n\nFrom b Tue\nA: 2\n\nFrom here\n")
    assert list(messages([box])) == [
        (f"{box}#1", b"A: 1\n\none\n\n"),
        (f"{box}#2", b"A: 2\n\n"),
        (f"{box}#3", b""),
    ]


def test_only_the_first_megabyte_is_read(tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(b"a" * 3_000_000)
    assert len(next(messages([tmp_path]))[1]) == 1024 * 1024


def test_an_absent_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as raised:
        list(messages([tmp_path / "none"]))
    assert raised.value.where == str(tmp_path / "none")
    assert raised.value.repair


def test_the_command_prints_one_array_and_needs_no_home(tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(BOUNCE)
    ran = CliRunner().invoke(
        forthwith, ["bounces", "read", str(tmp_path), "--json"], env={"HOME": ""}
    )
    assert json.loads(ran.stdout) == [
        {
            "file": "1.eml",
            "kind": "bounce",
            "recipients": ["kim@home.example"],
            "status": "5.1.1",
            "reason": "userunknown",
            "permanent": True,
        }
    ]
    table = CliRunner().invoke(forthwith, ["bounces", "read", str(tmp_path)]).stdout
    assert "1 message" in table
    assert "kim@" not in table


def test_a_path_that_cannot_be_read_ends_the_command(tmp_path: Path) -> None:
    ran = CliRunner().invoke(forthwith, ["bounces", "read", str(tmp_path / "none"), "--json"])
    assert isinstance(ran.exception, InvalidInputError)
    assert ran.exit_code
    assert not ran.stdout


@pytest.mark.parametrize(
    "rule", [{"reason": "blocked"}, {"reason": "blocked", "phrase": ["x"]}, {"phrases": ["x"]}]
)
def test_a_rule_that_cannot_be_meant_is_refused(rule: dict[str, object]) -> None:
    data = {"rules": [rule], "otherwise": [], "permanent": [], "unless_temporary": []}
    with pytest.raises(InvalidInputError):
        parse_reasons(data, where="reasons.yaml")
