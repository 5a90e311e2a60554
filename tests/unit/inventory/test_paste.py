"""A pasted list of people."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.errors import ForthwithError
from incidents.inventory.sources.folder import read_folder
from incidents.inventory.sources.paste import PastedPeople, read_paste
from incidents.inventory.sources.problems import InvalidInventoryError
from incidents.inventory.sources.writer import write_empty
from incidents.models.inventory import ContactQuality
from incidents.models.report import Window

WINDOW = Window(first_on="2026-01-01", last_on="2026-03-01")


def pasted(text: str) -> PastedPeople:
    return read_paste(text, store_id="mails", window=WINDOW, today=date(2026, 3, 2))


def test_one_mailbox_a_line_is_enough() -> None:
    people = pasted("li@mail.example\n\nWang Xue <xue@mail.example>,\n")
    assert [person.name for person in people.people] == ["", "Wang Xue"]
    assert [contact.value for contact in people.contacts] == ["li@mail.example", "xue@mail.example"]
    assert {link.store_id for link in people.links} == {"mails"}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_by_its_headings(separator: str) -> None:
    rows = [["E-Mail", "Name", "Country", "Points"], ["li@mail.example", "Li", "DE", "7"]]
    people = pasted("\n".join(separator.join(row) for row in rows))
    assert people.people[0].country == "DE"
    assert people.people[0].name == "Li"
    assert "columns not read: 4" in people.warnings[0].what


def test_the_same_mailbox_twice_is_one_person() -> None:
    people = pasted("li@mail.example\nLI@mail.example\n")
    assert len(people.people) == 1
    assert "counted once" in people.warnings[0].repair


def test_no_id_is_made_of_anything_personal() -> None:
    ids = [person.person_id for person in pasted("li@mail.example\nxue@mail.example").people]
    assert ids == ["pasted-00001", "pasted-00002"]


def test_a_person_with_an_unusable_mailbox_stays_in_the_list() -> None:
    people = pasted("email,name\nli at mail,Li\n")
    assert [person.name for person in people.people] == ["Li"]
    assert people.contacts[0].quality is ContactQuality.BAD
    assert people.warnings[0].where == "pasted list:2:value"


def test_a_line_without_mailbox_is_an_error_with_its_number() -> None:
    with pytest.raises(InvalidInventoryError) as caught:
        pasted("li@mail.example\nLi Wei\n")
    assert caught.value.findings[0].where == "pasted list:2"
    assert "Li Wei" not in str(caught.value)


def test_an_empty_paste_is_an_error() -> None:
    with pytest.raises(InvalidInventoryError, match="holds nobody"):
        pasted("  \n")


def test_a_pasted_list_becomes_an_inventory_folder(tmp_path: Path) -> None:
    folder = tmp_path / "inventory"
    write_empty(folder)
    (folder / "stores.yaml").write_text("- {id: mails, name: Mails}\n", encoding="utf-8")
    people = pasted("email,name\nli@mail.example,=Li\n")
    people.write(folder)
    read = read_folder(folder)
    assert list(read.people()) == people.people
    assert list(read.contacts()) == people.contacts
    assert list(read.links()) == people.links


@given(st.text(max_size=120))
def test_any_text_makes_people_or_a_refusal(text: str) -> None:
    try:
        outcome: object = pasted(text).people
    except ForthwithError as error:
        outcome = error.repair
    assert outcome
