"""The law that ships: every gate passes, and its examples bite."""

import shutil
from pathlib import Path

import pytest
import yaml

from incidents.data_files import LAW
from incidents.duties.checks import Finding, check_catalogue
from incidents.duties.engine import duties_owed
from incidents.duties.mutation import mutation_scores
from incidents.duties.sources.folder import read_catalogue, read_law_files
from incidents.errors import InvalidInputError, LawDataError
from incidents.models.duty import Facts
from incidents.models.report import Range

FILES = read_law_files(LAW)


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
    loaded = {regime.id for regime in read_catalogue(LAW).regimes}
    assert loaded >= {
        "br-lgpd",
        "ch-fadp",
        "cn-cac-incident-reporting",
        "cn-minors",
        "cn-ndsr",
        "cn-pipl",
        "cn-sz-data",
        "eu-cra",
        "eu-dora",
        "eu-gdpr",
        "eu-nis2",
        "in-cert",
        "in-dpdp",
        "jp-appi",
        "kr-icna",
        "kr-pipa",
        "org-promise",
        "sg-pdpa",
        "uk-gdpr",
        "uk-pecr",
        "us-ca-1798-82",
        "us-co-6-1-716",
        "us-fl-501-171",
        "us-hipaa",
        "us-hipaa-part-2",
        "us-il-815-530",
        "us-ma-93h",
        "us-ny-899-aa",
        "us-tx-521-053",
        "us-wa-19-255",
    }


@pytest.mark.parametrize("law", [one.id for one in read_catalogue(LAW).regimes])
def test_every_small_change_to_a_law_breaks_a_worked_case_or_has_its_reason(law: str) -> None:
    [score] = mutation_scores(FILES, only=law)
    assert score.total > 0
    assert score.survivors == []
    assert score.stale == []


def test_a_law_whose_cases_are_too_few_is_told_which_changes_nobody_noticed(copy: Path) -> None:
    path = copy / "uk/gdpr/examples.yaml"
    cases = yaml.safe_load(path.read_text("utf-8"))["examples"]
    path.write_text(yaml.safe_dump({"examples": cases[:1]}), "utf-8")
    [score] = mutation_scores(read_law_files(copy), only="uk-gdpr")
    assert score.survivors
    assert score.killed + len(score.survivors) == score.total


def test_the_contract_of_the_docs_passes_its_gates_and_binds_by_its_id() -> None:
    folder = Path(__file__).parents[3] / "docs/examples/contracts"
    assert [str(finding) for finding in check_catalogue(read_law_files(folder))] == []
    catalogue = read_catalogue(folder)

    def deadlines(contracts: list[str]) -> list[str]:
        facts = Facts.model_validate(
            {
                "people": {"DE": Range.exactly(3)},
                "timeline": {"processor_aware": "2026-03-02T09:00:00Z"},
                "roles": ["processor"],
                "contracts": contracts,
            }
        )
        found = duties_owed(facts, catalogue).duties
        return [duty.due_by.isoformat() for duty in found if duty.due_by]

    assert deadlines(["acme-dpa"])[0] == "2026-03-03T09:00:00+00:00"
    assert deadlines([]) == []


def test_every_place_of_the_gdpr_has_an_authority() -> None:
    catalogue = read_catalogue(LAW)
    gdpr = next(regime for regime in catalogue.regimes if regime.id == "eu-gdpr")
    served = {area for authority in catalogue.authorities.values() for area in authority.areas}
    assert set(gdpr.areas) <= served


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
    cases = yaml.safe_load(path.read_text("utf-8"))["examples"]
    kept = [one for one in cases if "not_owed" not in one["outcome"]]
    path.write_text(yaml.safe_dump({"examples": kept}), "utf-8")
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
