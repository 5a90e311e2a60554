"""The reference pages name every field and word there is."""

from pathlib import Path
from typing import Any

import pytest

from incidents.data_files import parse
from incidents.intake.breach_report import parse_report, report_schema
from incidents.inventory.schema import (
    CONTACT_COLUMNS,
    LINK_COLUMNS,
    PEOPLE_COLUMNS,
    inventory_schema,
)
from incidents.models.vocabulary import vocabulary

DOCS = Path(__file__).parents[3] / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def fields(schema: dict[str, Any]) -> set[str]:
    parts = [schema, *schema["$defs"].values()]
    return {field for part in parts for field in part.get("properties", {})}


def test_the_report_page_names_every_field() -> None:
    text = page("reference/report.md")
    assert sorted(f for f in fields(report_schema()) if f"| `{f}`" not in text) == []


def test_the_inventory_page_names_every_field_and_column() -> None:
    text = page("reference/inventory.md")
    files = {"organisation", "stores", "people", "contacts", "links"}
    named = fields(inventory_schema()) - files
    named |= {*PEOPLE_COLUMNS, *CONTACT_COLUMNS, *LINK_COLUMNS}
    assert sorted(field for field in named if f"| `{field}`" not in text) == []


@pytest.mark.parametrize("words", ["elements", "causes", "roles", "content", "moments", "harms"])
def test_the_vocabulary_page_names_every_word(words: str) -> None:
    text = page("reference/vocabulary.md")
    assert [word for word in getattr(vocabulary(), words) if f"| `{word}` |" not in text] == []


def test_the_report_shown_in_the_how_to_is_one_that_is_read() -> None:
    block = (
        page("how-to/report-a-breach.md").split("## With a file")[1].split("forthwith triage")[0]
    )
    lines = [line[4:] for line in block.splitlines() if line.startswith("    ")]
    report = parse_report(parse("\n".join(lines), where="how-to"), where="how-to")
    assert report.claim.stores
    assert report.timeline.moment("aware") is not None
