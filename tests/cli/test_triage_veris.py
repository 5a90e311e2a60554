"""Incidents in VERIS on the command line."""

import json
from pathlib import Path

from tests.cli.conftest import Command
from tests.unit.intake.test_veris import OLD


def test_the_command_gives_the_same_answer_for_an_incident_alone_and_among_others(
    tmp_path: Path, forthwith: Command
) -> None:
    second = {**OLD, "incident_id": "A-2"}
    path = tmp_path / "two.json"
    path.write_text(json.dumps([OLD, second]), encoding="utf-8")
    both = json.loads(forthwith("triage", str(path), "--from", "veris", "--json").out)
    one = forthwith("triage", str(path), "--from", "veris", "--incident", "A-2", "--json")
    alone = json.loads(one.out)
    assert [entry.pop("incident_id") for entry in both["incidents"]] == ["A-1", "A-2"]
    assert both["incidents"][1] == alone
    # A clinic with patients somewhere: nothing is sure, much may be owed, and it is asked where.
    assert {duty["status"] for duty in alone["duties"]} <= {"may_be_owed", "owed_if"}
    assert "us-hipaa/individuals-initial" in {duty["id"] for duty in alone["duties"]}
    assert "people" in {question["fact"] for question in alone["questions"]}
    assert "2 incidents" in forthwith("triage", str(path), "--from", "veris").out


def test_what_is_wrong_ends_with_one_error_and_no_half_of_an_answer(
    tmp_path: Path, forthwith: Command
) -> None:
    path = tmp_path / "two.jsonl"
    path.write_text(json.dumps(OLD) + "\n{}\n", encoding="utf-8")
    ended = forthwith("triage", str(path), "--from", "veris", "--json")
    assert (ended.code, ended.out) == (2, "")
    assert "two.jsonl:2" in ended.err
    assert "incident_id: is missing" in ended.err
    path.write_text(json.dumps(OLD), encoding="utf-8")
    ended = forthwith("triage", str(path), "--from", "veris", "--incident", "none")
    assert ended.code == 2
    assert "no incident has this id" in ended.err
    ended = forthwith("triage", str(path), "--incident", "A-1")
    assert ended.code == 2
    assert "--from veris" in ended.err
