"""The file of person ids beside a report."""

from pathlib import Path

import pytest

from incidents.errors import InvalidInputError
from incidents.intake.breach_report import parse_report
from incidents.intake.sources.people_file import read_people_files
from incidents.models.report import BreachReport


def naming(name: str) -> BreachReport:
    return parse_report({"claim": {"stores": [{"store": "a", "people_file": name}]}}, where="test")


def test_ids_are_read_once_each_without_comments(tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("# from the log\nc1\n\n c2 \nc1\n", encoding="utf-8")
    assert read_people_files(naming("ids.txt"), tmp_path) == {"ids.txt": ["c1", "c2"]}


@pytest.mark.parametrize("name", ["../ids.txt", "/etc/hostname", "a/b.txt", ".."])
def test_a_file_outside_the_reports_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="bare file name"):
        read_people_files(naming(name), tmp_path)


def test_a_line_that_is_no_id_is_named_by_number_only(tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("c1\nLi Wei\n", encoding="utf-8")
    with pytest.raises(InvalidInputError) as caught:
        read_people_files(naming("ids.txt"), tmp_path)
    assert caught.value.where.endswith("ids.txt:2")
    assert "Li Wei" not in str(caught.value)
