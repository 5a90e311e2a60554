"""Reading commands: what people see, and one JSON value for pipes."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.demo.shop import demo_report
from incidents.models.vocabulary import vocabulary
from tests.cli.conftest import Command
from tests.steps.shop_case import CASE, EU, NOW, SECOND, House

JSON = [
    ("case", "list"),
    ("case", "show", CASE),
    ("scope", CASE),
    ("duties", CASE),
    ("duties", CASE, "not-owed"),
    ("notice", "list", CASE),
    ("deliveries", CASE),
    ("inventory", "check"),
    ("law", "list"),
]


@pytest.mark.parametrize("arguments", JSON, ids=" ".join)
def test_json_is_one_value_on_standard_output_and_nothing_else(
    forthwith: Command, drafted: House, arguments: tuple[str, ...]
) -> None:
    ended = forthwith.at(drafted)(*arguments, "--json")
    assert (ended.code, ended.err) == (0, "")
    value = json.loads(ended.out)
    assert isinstance(value, (list, dict))
    assert value or arguments == ("inventory", "check")


@pytest.mark.parametrize("arguments", JSON, ids=" ".join)
def test_without_json_people_read_the_same_thing(
    forthwith: Command, drafted: House, arguments: tuple[str, ...]
) -> None:
    ended = forthwith.at(drafted)(*arguments)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.strip()
    with pytest.raises(json.JSONDecodeError):
        json.loads(ended.out)


def test_json_of_lists_being_written_stays_one_value(forthwith: Command, drafted: House) -> None:
    ended = forthwith.at(drafted)("deliveries", CASE, "--lists", "--json")
    assert ended.code == 0
    assert json.loads(ended.out)["people"]
    assert "calls.csv" in ended.err


@pytest.mark.parametrize("what", ["report", "inventory"])
def test_a_schema_is_one_json_document_with_its_version(forthwith: Command, what: str) -> None:
    ended = forthwith("schema", what)
    assert (ended.code, ended.err) == (0, "")
    assert f"forthwith/{what}/1" in json.dumps(json.loads(ended.out))


def test_no_reading_command_changes_the_record(forthwith: Command, drafted: House) -> None:
    head = drafted.shop.database.audit_head()
    for arguments in JSON:
        forthwith.at(drafted)(*arguments, "--json")
    assert drafted.shop.database.audit_head() == head


def test_no_reading_command_shows_a_person(forthwith: Command, drafted: House) -> None:
    for arguments in JSON:
        out = forthwith.at(drafted)(*arguments).out + forthwith(*arguments, "--json").out
        assert "Mia Mail" not in out
        assert "@home.example" not in out


def test_every_duty_shows_its_whole_id_and_explains_itself(
    forthwith: Command, drafted: House
) -> None:
    listed = forthwith.at(drafted)("duties", CASE)
    found: list[dict[str, Any]] = json.loads(forthwith("duties", CASE, "--json").out)
    assert len(found) > 20
    for duty in found:
        assert duty["id"] in listed.out
    told = forthwith("duties", CASE, "explain", "eu-gdpr/authority-initial/DE")
    assert told.code == 0
    assert "33" in told.out


def test_what_is_not_owed_says_why(forthwith: Command, drafted: House) -> None:
    for one in json.loads(forthwith.at(drafted)("duties", CASE, "not-owed", "--json").out):
        assert one["reason"].strip()


@pytest.fixture
def bare(
    forthwith: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> tuple[Command, Path]:
    """The command where nothing was ever set up and no database can be reached."""
    home = tmp_path / "empty"
    home.mkdir()
    for name in ("FORTHWITH_HOME", "FORTHWITH_ACTOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("FORTHWITH_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    return forthwith, home


DUTY_FIELDS = {
    "id",
    "regime",
    "status",
    "recipient",
    "phase",
    "due_by",
    "due_local",
    "legal_limit",
    "phrase",
    "target_by",
    "relative_to",
    "clock",
    "must_say",
    "must_not_say",
    "offers",
    "citation",
    "trace",
}


def test_triage_needs_no_home_and_no_database(bare: tuple[Command, Path], tmp_path: Path) -> None:
    forthwith, home = bare
    data = demo_report(NOW)
    data["facts"] |= {"people": {"DE": 1200, "AR": 30, "unknown": 4}}
    file = tmp_path / "report.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    ended = forthwith("triage", file, "--json")
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert "eu-gdpr/authority-initial/DE" in {duty["id"] for duty in found["duties"]}
    assert {one["place"] for one in found["unknown_law"]} == {"AR", "unknown"}
    shown = forthwith("triage", file)
    assert shown.code == 0
    assert "First deadline" in shown.out
    assert "ask counsel" in shown.out
    assert "does not replace counsel" in shown.out
    assert list(home.iterdir()) == []


def test_triage_gives_every_field_that_others_build_on(
    bare: tuple[Command, Path], tmp_path: Path
) -> None:
    forthwith, _ = bare
    data = demo_report(NOW)
    data["facts"] |= {"people": {"DE": 1200, "US-CA": {"low": 400, "high": 600}, "AR": 3}}
    data["facts"]["elements"] = {
        "identity.name": {"state": "clear"},
        "identity.ssn": {"state": "encrypted", "key": "unknown"},
    }
    file = tmp_path / "report.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    found = json.loads(forthwith("triage", file, "--json").out)
    assert {"duties", "not_owed", "unknown_law", "questions", "coming", "risk"} <= found.keys()
    for duty in found["duties"]:
        assert duty.keys() >= DUTY_FIELDS
        assert {"kind", "ref", "name"} <= duty["recipient"].keys()
        assert {"start", "at", "rule"} <= duty["clock"].keys()
        assert {"article", "url", "read_on", "confidence"} <= duty["citation"].keys()
        assert all({"condition", "fact", "result"} <= step.keys() for step in duty["trace"])
        assert duty["status"] in {"owed", "may_be_owed", "owed_if"}
    by_id = {duty["id"]: duty for duty in found["duties"]}
    people = by_id["us-ca-1798-82/individuals-initial"]
    assert people["status"] == "may_be_owed"
    assert people["due_by"]
    assert by_id["us-ca-1798-82/authority-sample"]["relative_to"]["relation"] == "within_after"
    asked = {one["fact"]: one["changes"] for one in found["questions"]}
    assert people["id"] in asked["protection of identity.ssn"]
    assert all(one["regime"] and one["reason"] for one in found["not_owed"])
    levels = found["risk"]["levels"]
    assert levels.keys() == {"rights_and_freedoms", *vocabulary().harms}
    assert found["risk"]["score"] > 0
    assert all(one["text"] for one in found["risk"]["reasons"])


def test_triage_of_a_report_that_knows_nothing_asks_questions(
    bare: tuple[Command, Path], tmp_path: Path
) -> None:
    forthwith, _ = bare
    file = tmp_path / "report.yaml"
    file.write_text("format: forthwith/report/1\n", encoding="utf-8")
    found = json.loads(forthwith("triage", file, "--json").out)
    assert found["questions"]
    # Where nearly everything is open, people see what to ask first; the rest is counted, not cut.
    short, whole = forthwith("triage", file).out, forthwith("triage", file, "--all").out
    open_ = sum(duty["status"] == "may_be_owed" for duty in found["duties"])
    assert f"{open_} more may be owed" in short
    assert f"and {open_ - 20} later or without a number; --all shows them" in short
    assert f"and {len(found['questions']) - 12} questions on which less hangs" in short
    assert len(short.splitlines()) < 100
    assert "--all" not in whole
    assert all(duty["id"][:40] in whole for duty in found["duties"])


def test_law_is_listed_shown_and_checked_without_a_home(bare: tuple[Command, Path]) -> None:
    forthwith, home = bare
    listed = json.loads(forthwith("law", "list", "--json").out)
    assert {"eu-gdpr", "uk-gdpr", "cn-pipl", "cn-ndsr", "us-ca-1798-82", "org-promise"} <= {
        one["id"] for one in listed
    }
    shown = forthwith("law", "show", "eu-gdpr")
    assert json.loads(shown.out)["id"] == "eu-gdpr"
    missing = forthwith("law", "show", "eu-gdrp")
    assert (missing.code, missing.out) == (2, "")
    assert "law list" in missing.err
    checked = forthwith("law", "check")
    assert (checked.code, checked.out) == (0, "all gates pass\n")
    assert list(home.iterdir()) == []


def test_a_law_file_that_breaks_a_gate_is_named(bare: tuple[Command, Path], tmp_path: Path) -> None:
    import shutil

    from incidents.data_files import LAW

    forthwith, _ = bare
    folder = tmp_path / "law"
    shutil.copytree(LAW, folder)
    file = next(folder.rglob("eu/gdpr/regime.yaml"), None) or next(folder.rglob("regime.yaml"))
    file.write_text(file.read_text(encoding="utf-8") + "\nsurprise: 1\n", encoding="utf-8")
    ended = forthwith("law", "check", folder)
    assert ended.code == 2
    assert "regime.yaml" in ended.out + ended.err
    assert "surprise" in ended.out + ended.err


def test_a_set_is_previewed_as_files_before_anybody_signs(
    forthwith: Command, drafted: House
) -> None:
    ended = forthwith.at(drafted)("notice", "preview", CASE)
    assert ended.code == 0
    folder = drafted.settings.out / CASE / "drafts"
    assert list((folder / EU).glob("*.html"))
    assert list(folder.rglob("fields.json"))


def test_law_check_counts_the_changes_its_cases_notice(bare: tuple[Command, Path]) -> None:
    forthwith, home = bare
    ended = forthwith("law", "check", "--only", "uk-gdpr", "--mutate")
    assert (ended.code, "changes noticed (100.0%)" in ended.out) == (0, True)
    wrong = forthwith("law", "check", "--only", "uk-gdrp")
    assert (wrong.code, "uk-gdrp" in wrong.out) == (2, True)
    assert list(home.iterdir()) == []


def test_law_replay_says_that_every_case_has_the_loaded_law(
    forthwith: Command, drafted: House
) -> None:
    said = forthwith.at(drafted)("law", "replay")
    assert (said.code, "judged by the loaded law" in said.out) == (0, True)
    assert json.loads(forthwith("law", "replay", "--json").out) == []
    assert forthwith("law", "replay", CASE, "--adopt").code == 2
    refused = forthwith("law", "replay", CASE, "--adopt", "--by", SECOND)
    assert (refused.code, "already" in refused.err) == (2, True)


def test_a_receipt_may_say_when_it_was_sent(forthwith: Command, drafted: House) -> None:
    duty = "eu-gdpr/authority-initial/DE"
    answer = ["duties", CASE, "answer", duty, "done", "--by", SECOND, "--receipt", "R-1"]
    refused = forthwith.at(drafted)(*answer, "--sent-at", "yesterday")
    assert (refused.code, "offset" in refused.err) == (2, True)
    assert forthwith(*answer, "--sent-at", "2026-03-02T08:30:00+00:00").code == 0
