"""The law that ships: every gate passes, and its examples bite."""

import shutil
from pathlib import Path

import pytest

from incidents.data_files import LAW
from incidents.duties.checks import Finding, check_catalogue
from incidents.duties.sources.folder import read_catalogue, read_law_files
from incidents.errors import InvalidInputError, LawDataError


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(LAW.parent / "authorities", tmp_path / "authorities")
    shutil.copytree(LAW.parent / "calendars", tmp_path / "calendars")
    shutil.copytree(LAW, tmp_path / "regimes")
    return tmp_path / "regimes"


def edited(root: Path, law: str, old: str, new: str) -> list[Finding]:
    path = root / law / "regime.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return check_catalogue(read_law_files(root))


def test_every_shipped_law_passes_every_gate() -> None:
    assert [str(finding) for finding in check_catalogue(read_law_files(LAW))] == []


def test_the_catalogue_holds_the_laws_of_the_house() -> None:
    assert [regime.id for regime in read_catalogue(LAW).regimes] == [
        "cn-cac-incident-reporting",
        "cn-ndsr",
        "cn-pipl",
        "eu-gdpr",
        "org-promise",
        "uk-gdpr",
        "us-ca-1798-82",
    ]


def test_every_place_of_the_gdpr_has_an_authority() -> None:
    catalogue = read_catalogue(LAW)
    gdpr = next(regime for regime in catalogue.regimes if regime.id == "eu-gdpr")
    served = {area for authority in catalogue.authorities.values() for area in authority.areas}
    assert set(gdpr.areas) <= served


@pytest.mark.parametrize(
    ("law", "old", "new"),
    [
        ("eu/gdpr", "within: {hours: 72}", "within: {hours: 73}"),
        ("eu/gdpr", "counting: reg1182", "counting: plain"),
        ("us/ca-1798-82", "more_than: 500", "at_least: 500"),
        ("us/ca-1798-82", "within: {days: 30}", "within: {days: 31}"),
        ("us/ca-1798-82", "within: {days: 15}", "within: {days: 14}"),
        ("cn/cac-incident-reporting", "at_least: 1000000", "more_than: 1000000"),
        ("cn/cac-incident-reporting", "at_least: 1000000", "at_least: 999999"),
        ("cn/cac-incident-reporting", "at_least: 5000000", "at_least: 4999999"),
        ("cn/cac-incident-reporting", "within: {hours: 2}", "within: {hours: 4}"),
        ("cn/cac-incident-reporting", "within: {hours: 4}", "within: {hours: 5}"),
        ("uk/gdpr", "within: {hours: 72}", "within: {hours: 71}"),
        (
            "cn/pipl",
            'when: {fact: harm_averted, is: "yes"}',
            'when: {fact: harm_averted, is: "no"}',
        ),
        ("own/promise", 'when: {fact: promise, is: "yes"}', "when: {fact: risk, is: high}"),
    ],
)
def test_an_example_notices_a_changed_number_or_operator(
    copy: Path, law: str, old: str, new: str
) -> None:
    gates = {finding.gate for finding in edited(copy, law, old, new)}
    assert gates == {"examples"}


def test_a_word_outside_the_vocabulary_is_named_with_file_line_and_repair(copy: Path) -> None:
    [finding] = edited(copy, "cn/pipl", "[categories_of_records, cause,", "[categories, cause,")
    assert finding.gate == "words"
    assert finding.file == "regimes/cn/pipl/regime.yaml"
    line = (copy / "cn/pipl/regime.yaml").read_text("utf-8").splitlines()[finding.line - 1]
    assert "[categories, cause," in line
    assert "vocabulary" in finding.repair


def test_an_unknown_fact_in_a_condition_is_a_finding_of_shape(copy: Path) -> None:
    [finding] = edited(copy, "cn/ndsr", "{fact: harm_likely", "{fact: weather")
    assert finding.gate == "shape"
    assert "known fact" in finding.what
    assert finding.line > 1


def test_two_versions_on_one_day_are_a_finding_of_time(copy: Path) -> None:
    findings = edited(copy, "us/ca-1798-82", 'to: "2025-12-31"', 'to: "2026-01-01"')
    assert "time" in {finding.gate for finding in findings}


def test_a_rule_without_its_source_is_a_finding_of_evidence(copy: Path) -> None:
    url = "      url: https://www.legislation.gov.uk/eur/2016/679/article/33\n"
    [finding] = edited(copy, "uk/gdpr", url, "")
    assert finding.gate == "evidence"


def test_an_authority_that_does_not_exist_is_named(copy: Path) -> None:
    findings = edited(copy, "uk/gdpr", "ref: gb-ico", "ref: gb-nobody")
    assert any("gb-nobody" in finding.what for finding in findings)


def test_a_law_without_examples_does_not_pass(copy: Path) -> None:
    (copy / "cn/pipl/examples.yaml").unlink()
    [finding] = check_catalogue(read_law_files(copy))
    assert finding.gate == "examples"


def test_a_duty_that_no_example_refuses_is_named(copy: Path) -> None:
    path = copy / "own/promise/examples.yaml"
    path.write_text(path.read_text("utf-8").replace("not_owed", "may_be_owed", 1), "utf-8")
    found = {finding.what for finding in check_catalogue(read_law_files(copy))}
    assert "no case in which individuals-initial does not fire" in found


def test_an_unreadable_file_is_a_finding_and_stops_no_other(copy: Path) -> None:
    (copy / "cn/pipl/regime.yaml").write_text("id: [", "utf-8")
    [finding] = check_catalogue(read_law_files(copy))
    assert (finding.gate, finding.file) == ("shape", "regimes/cn/pipl/regime.yaml")


def test_the_version_changes_with_the_content_and_not_with_comments(copy: Path) -> None:
    before = read_catalogue(copy).version
    path = copy / "cn/pipl/regime.yaml"
    path.write_text("# a remark\n" + path.read_text("utf-8"), "utf-8")
    assert read_catalogue(copy).version == before
    path.write_text(path.read_text("utf-8").replace("name: PIPL", "name: The PIPL"), "utf-8")
    assert read_catalogue(copy).version != before


@pytest.mark.parametrize(
    "text", ["id: a\nid: b\n", "a: &x [1]\nb: *x\n", "", "id: !!python/name:os.system\n"]
)
def test_tricks_of_yaml_are_refused(copy: Path, text: str) -> None:
    (copy / "cn/pipl/regime.yaml").write_text(text, "utf-8")
    with pytest.raises(InvalidInputError):
        read_catalogue(copy)


def test_an_empty_folder_is_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(LawDataError):
        read_catalogue(tmp_path)


def test_an_id_that_stands_twice_is_refused_and_found(copy: Path) -> None:
    shutil.copytree(copy / "cn/pipl", copy / "cn/again")
    with pytest.raises(LawDataError):
        read_catalogue(copy)
    assert "id" in {finding.field for finding in check_catalogue(read_law_files(copy))}
