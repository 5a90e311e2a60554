"""Inventory folders: read whole or not at all, with every error placed."""

from datetime import date
from pathlib import Path

import pytest

from incidents.errors import InvalidInputError
from incidents.inventory.sources.folder import InventoryFolder, read_folder
from incidents.inventory.sources.problems import InvalidInventoryError
from incidents.inventory.sources.writer import write_empty, write_people
from incidents.models.inventory import ContactKind, ContactQuality, PersonStatus

TODAY = date(2026, 3, 2)
ORGANISATION = "legal_name: Blue Finch Ltd\nplace: DE\nzone: Europe/Berlin\n"
STORES = """\
stores:
  - id: orders
    name: Orders
    elements:
      identity.name: clear
      identity.national_id: {state: encrypted, key: safe}
"""
PEOPLE = "person_id,name,birth_date,country,region,locale,guardian_id,status,flags\n"
CONTACTS = "person_id,kind,value,quality\n"
LINKS = "person_id,store_id,first_on,last_on\n"


def a_folder(
    tmp_path: Path,
    *,
    people: str = "p1,Käthe,1990-05-01,DE,,de,,,\n",
    contacts: str = "",
    links: str = "",
    stores: str = STORES,
    organisation: str = ORGANISATION,
) -> Path:
    texts = {
        "organisation.yaml": organisation,
        "stores.yaml": stores,
        "people.csv": PEOPLE + people,
        "contacts.csv": CONTACTS + contacts,
        "links.csv": LINKS + links,
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def errors(folder: Path) -> list[str]:
    with pytest.raises(InvalidInventoryError) as caught:
        read_folder(folder, today=TODAY)
    return [f"{finding.where} {finding.what}" for finding in caught.value.findings]


def test_a_sound_folder_is_read_as_values(tmp_path: Path) -> None:
    folder = read_folder(
        a_folder(
            tmp_path,
            people="p1,Käthe,1990-05-01,DE,,de,,,\np2,小雨,2015-05-01,CN,,zh-Hans,p1,consignee,"
            "do_not_write|unsubscribed\n",
            contacts="p1,email,k@mail.example,\np2,phone,+86 100 0000 0001,unverified\n",
            links="p1,orders,2025-01-01,2026-01-01\n",
        ),
        today=TODAY,
    )
    people = list(folder.people())
    assert folder.counts == {"people": 2, "contacts": 2, "links": 1}
    assert people[1].guardian_id == "p1"
    assert people[1].status is PersonStatus.CONSIGNEE
    assert people[1].flags == {"do_not_write", "unsubscribed"}
    assert [contact.kind for contact in folder.contacts()] == [ContactKind.EMAIL, ContactKind.PHONE]
    assert next(folder.links()).store_id == "orders"
    store = folder.inventory.store("orders")
    assert store is not None
    assert store.elements["identity.name"].state == "clear"
    assert folder.warnings == []


@pytest.mark.parametrize(
    ("parts", "where"),
    [
        ({"people": "p1,,1990-02-30,,,,,,\n"}, "people.csv:2:birth_date"),
        ({"people": "p1,,2026-03-03,,,,,,\n"}, "people.csv:2:birth_date"),
        ({"people": "p1,,1.5.1990,,,,,,\n"}, "people.csv:2:birth_date"),
        ({"people": "p1,,,,,,,,\np1,,,,,,,,\n"}, "people.csv:3:person_id"),
        ({"people": "p 1,,,,,,,,\n"}, "people.csv:2:person_id"),
        ({"people": "p1,,,,,,p1,,\n"}, "people.csv:2:guardian_id"),
        ({"people": "p1,,,,,,p9,,\n"}, "people.csv:2:guardian_id"),
        ({"people": "p1,,,de,,,,,\n"}, "people.csv:2:country"),
        ({"people": "p1,,,UK,,,,,\n"}, "people.csv:2:country"),
        ({"people": "p1,,,US,US-CA,,,,\n"}, "people.csv:2:region"),
        ({"people": "p1,,,,,de_DE,,,\n"}, "people.csv:2:locale"),
        ({"people": "p1,,,,,,,customer,\n"}, "people.csv:2:status"),
        ({"people": "p1,,,,,,,,vip\n"}, "people.csv:2:flags"),
        ({"people": "p1,Li\n"}, "people.csv:2"),
        ({"people": 'p1,"Li "Wei" W",,,,,,,\n'}, "people.csv:2"),
        ({"contacts": "p9,email,a@mail.example,\n"}, "contacts.csv:2:person_id"),
        ({"contacts": "p1,fax,1234567,\n"}, "contacts.csv:2:kind"),
        ({"contacts": "p1,email,,\n"}, "contacts.csv:2:value"),
        ({"contacts": "p1,email,a@mail.example,fine\n"}, "contacts.csv:2:quality"),
        ({"links": "p9,orders,2025-01-01,2025-01-01\n"}, "links.csv:2:person_id"),
        ({"links": "p1,order,2025-01-01,2025-01-01\n"}, "links.csv:2:store_id"),
        ({"links": "p1,orders,2025-02-29,2025-03-01\n"}, "links.csv:2:first_on"),
        ({"links": "p1,orders,2025-03-02,2025-03-01\n"}, "links.csv:2:last_on"),
        ({"organisation": "place: DE\nzone: UTC\n"}, "organisation.yaml:1:legal_name"),
        ({"organisation": ORGANISATION + "phnoe: 1\n"}, "organisation.yaml:4:phnoe"),
        ({"organisation": ORGANISATION.replace("Berlin", "Berln")}, "organisation.yaml:3:zone"),
        ({"organisation": "legal_name: [\n"}, "organisation.yaml:"),
        ({"stores": STORES.replace("identity.name", "identity.nmae")}, "stores.yaml:5:elements"),
        ({"stores": STORES.replace("safe", "unsafe")}, "stores.yaml:6:elements"),
        ({"stores": STORES + STORES.partition("\n")[2]}, "stores.yaml:7:id"),
        ({"stores": "stores: none\n"}, "stores.yaml:1:stores"),
    ],
)
def test_an_error_names_file_line_and_column(
    parts: dict[str, str], where: str, tmp_path: Path
) -> None:
    found = errors(a_folder(tmp_path, **parts))
    assert len(found) == 1, found
    assert found[0].startswith(where)


def test_errors_of_all_files_are_told_at_once_and_beyond_fifty_counted(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path, people="p1,,,,,,p9,,\n", links="p9,orders,2025-01-01,2025-01-01\n" * 70
    )
    with pytest.raises(InvalidInventoryError) as caught:
        read_folder(folder, today=TODAY)
    assert len(caught.value.findings) == 50
    assert {finding.where.split(":")[0] for finding in caught.value.findings} == {
        "people.csv",
        "links.csv",
    }
    assert "71 errors" in str(caught.value)
    assert "and 21 more" in str(caught.value)


def test_an_error_never_repeats_what_stands_in_a_field(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path, people="Li Wei,Li Wei,Li Wei,Li Wei,Li Wei,Li Wei,Li Wei,Li Wei,Li Wei\n"
    )
    with pytest.raises(InvalidInventoryError) as caught:
        read_folder(folder, today=TODAY)
    assert "Li Wei" not in str(caught.value)


def test_a_record_after_a_name_over_two_lines_is_placed_by_its_own_line(tmp_path: Path) -> None:
    found = errors(a_folder(tmp_path, people='p1,"Li\nWei",,,,,,,\np2,,,,,,,odd,\n'))
    assert found == ["people.csv:4:status is not of this column's form"]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("=SUM(A1)", "formula"),
        ("@li", "formula"),
        ("Li\u202eieW", "direction"),
        ("Li\u200bWei", "invisible"),
        ('"Li\nWei"', "control"),
        ("Li\x00Wei", "control"),
    ],
)
def test_a_suspicious_name_stays_data_and_is_warned_of(
    name: str, word: str, tmp_path: Path
) -> None:
    folder = read_folder(a_folder(tmp_path, people=f"p1,{name},,,,,,,\n"), today=TODAY)
    assert [finding.where for finding in folder.warnings] == ["people.csv:2:name"]
    assert word in folder.warnings[0].what
    kept = next(folder.people()).name
    assert kept == name.strip('"').replace("\x00", "\ufffd")


def test_a_mailbox_nobody_can_write_to_becomes_bad_and_its_person_stays(tmp_path: Path) -> None:
    folder = read_folder(
        a_folder(tmp_path, contacts='p1,email,"x@mail.example\r\nBcc: y@mail.example",\n'),
        today=TODAY,
    )
    assert [contact.quality for contact in folder.contacts()] == [ContactQuality.BAD]
    assert [person.person_id for person in folder.people()] == ["p1"]
    assert folder.warnings[0].where == "contacts.csv:2:value"


def test_the_same_warning_is_counted_not_repeated(tmp_path: Path) -> None:
    people = "".join(f"p{n},,,US,,,,,\n" for n in range(500))
    folder = read_folder(a_folder(tmp_path, people=people), today=TODAY)
    assert len(folder.warnings) == 1
    assert "500 lines" in folder.warnings[0].what


def test_columns_may_stand_in_any_order_and_optional_ones_be_left_out(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "people.csv").write_bytes("\ufeffcountry,person_id\r\nDE,p1\r\n".encode())
    person = next(read_folder(folder, today=TODAY).people())
    assert (person.person_id, person.country) == ("p1", "DE")


def test_a_column_that_is_not_known_is_refused_with_the_one_meant(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "people.csv").write_text("person_id,birthdate\n", encoding="utf-8")
    with pytest.raises(InvalidInventoryError, match="did you mean birth_date"):
        read_folder(folder, today=TODAY)


def test_a_table_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "people.csv").write_bytes((PEOPLE + "p1,Käthe,,,,,,,\n").encode("latin-1"))
    assert errors(folder) == ["people.csv not UTF-8"]


def test_each_missing_file_is_named(tmp_path: Path) -> None:
    found = errors(tmp_path)
    assert [line.split(" ")[0] for line in found] == [
        "organisation.yaml",
        "stores.yaml",
        "people.csv",
        "contacts.csv",
        "links.csv",
    ]


def test_stores_may_lie_in_a_folder_of_their_own_one_a_file(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "stores.yaml").unlink()
    (folder / "stores").mkdir()
    (folder / "stores" / "a.yaml").write_text("id: a\nname: A\n", encoding="utf-8")
    (folder / "stores" / "b.yaml").write_text("- {id: b, name: B}\n", encoding="utf-8")
    stores = read_folder(folder, today=TODAY).inventory.stores
    assert [store.id for store in stores] == ["a", "b"]


def test_a_table_that_changed_after_the_check_is_not_streamed(tmp_path: Path) -> None:
    folder = read_folder(a_folder(tmp_path), today=TODAY)
    with (tmp_path / "people.csv").open("a", encoding="utf-8") as file:
        file.write("p2,,,,,,,,\n")
    with pytest.raises(InvalidInputError, match="changed"):
        next(folder.people())


def rewritten(folder: InventoryFolder, to: Path) -> None:
    write_people(to, folder.people(), folder.contacts(), folder.links())


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    name = '"=A1, ""the"" Café\nLane"'
    folder = read_folder(
        a_folder(
            tmp_path, people=f"p1,{name},,FR,,fr,,,\n", contacts='p1,postal,"1 Rue X\n75000 Y",\n'
        ),
        today=TODAY,
    )
    before = [*folder.people(), *folder.contacts()]
    other = tmp_path / "other"
    other.mkdir()
    for file in ("organisation.yaml", "stores.yaml"):
        (other / file).write_bytes((tmp_path / file).read_bytes())
    rewritten(folder, other)
    again = read_folder(other, today=TODAY)
    assert [*again.people(), *again.contacts()] == before


def test_an_empty_inventory_reads_back_and_is_never_written_over(tmp_path: Path) -> None:
    target = tmp_path / "inventory"
    names = write_empty(target)
    folder = read_folder(target, today=TODAY)
    assert folder.counts == {"people": 0, "contacts": 0, "links": 0}
    (target / "people.csv").unlink()
    with pytest.raises(InvalidInputError, match="already"):
        write_empty(target)
    assert "people.csv" in names
    assert not (target / "people.csv").exists()
