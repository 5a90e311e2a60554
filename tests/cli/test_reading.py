"""Reading commands: what people see, and one JSON value for pipes."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.demo.shop import demo_report
from tests.cli.conftest import Command
from tests.steps.shop_case import CASE, EU, NOW, House

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


def test_triage_needs_no_home_and_no_database(bare: tuple[Command, Path], tmp_path: Path) -> None:
    forthwith, home = bare
    data = demo_report(NOW)
    data["facts"] |= {"people": {"DE": 1200, "BR": 30, "unknown": 4}}
    file = tmp_path / "report.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    ended = forthwith("triage", file, "--json")
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert "eu-gdpr/authority-initial/DE" in {duty["id"] for duty in found["duties"]}
    assert {one["place"] for one in found["unknown_law"]} == {"BR", "unknown"}
    assert found["risk"]["computed"]
    assert forthwith("triage", file).code == 0
    assert list(home.iterdir()) == []


def test_triage_of_a_report_that_knows_nothing_asks_questions(
    bare: tuple[Command, Path], tmp_path: Path
) -> None:
    forthwith, _ = bare
    file = tmp_path / "report.yaml"
    file.write_text("format: forthwith/report/1\n", encoding="utf-8")
    found = json.loads(forthwith("triage", file, "--json").out)
    assert found["questions"]


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
