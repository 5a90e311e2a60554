"""A pasted list of people: enough of an inventory for a small breach."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from email.utils import parseaddr
from pathlib import Path

from incidents.inventory.sources.problems import Problems
from incidents.inventory.sources.rows import (
    CONTACTS,
    PEOPLE,
    RowChecks,
    contact_of,
    person_of,
)
from incidents.inventory.sources.tables import Row
from incidents.inventory.sources.writer import write_people
from incidents.models.inventory import Contact, Finding, Link, Person
from incidents.models.report import Window

WHERE = "pasted list"
MOST_CHARACTERS = 8_000_000
_HEADINGS = {
    "person_id": ("person_id", "id", "customer_id", "customer", "编号"),
    "name": ("name", "full_name", "姓名"),
    "email": ("email", "e-mail", "e_mail", "mail", "email_address", "邮箱", "电子邮箱"),
    "phone": ("phone", "phone_number", "tel", "telephone", "mobile", "电话", "手机"),
    "postal": ("postal", "postal_address", "address", "地址"),
    "birth_date": ("birth_date", "date_of_birth", "born", "dob", "出生日期"),
    "country": ("country", "国家"),
    "region": ("region", "state", "province", "省"),
    "locale": ("locale", "language", "lang", "语言"),
}
_FIELD_OF = {word: field for field, words in _HEADINGS.items() for word in words}


@dataclass(frozen=True)
class PastedPeople:
    """People of a pasted list, all linked to one store."""

    people: list[Person]
    contacts: list[Contact]
    links: list[Link]
    warnings: list[Finding]

    def write(self, folder: Path) -> None:
        """Write them as people.csv, contacts.csv and links.csv of an inventory folder."""
        write_people(folder, self.people, self.contacts, self.links)


def read_paste(
    text: str, *, store_id: str, window: Window, today: date | None = None
) -> PastedPeople:
    """Return the people of a pasted list.

    The list is either one mailbox a line (`li@mail.example` or `Li <li@mail.example>`), or a table
    with a header, parted by comma, semicolon or tab, with any of name, email, phone, postal,
    country, region, locale, birth_date, person_id. A person who stands there twice counts once.
    People without an id are numbered in the order of the list; nothing personal is in an id.

    Args:
        text: What was pasted.
        store_id: Store in which the data of all of them lies.
        window: From when to when it was made.
        today: The day days of birth are held against.

    Raises:
        InvalidInventoryError: naming line, column and repair of up to 50 errors.
    """
    problems = Problems()
    if len(text) > MOST_CHARACTERS:
        problems.error(WHERE, 0, "", "too long for a paste", "make an inventory folder of it")
        problems.raise_if_any("")
    checks = RowChecks(None, today, problems)
    numbers: dict[str, str] = {}
    people: dict[str, Person] = {}
    contacts: dict[tuple[str, str, str], Contact] = {}
    for line, row in _rows(text.lstrip("\ufeff"), problems):
        person_id = row.get("person_id") or numbers.setdefault(
            _identity(row), f"pasted-{len(numbers) + 1:05}"
        )
        person_row = {**{key: row.get(key, "") for key in _PERSON}, "person_id": person_id}
        if person_id in people:
            problems.warn(WHERE, line, "", "stands in an earlier line too", "counted once")
        elif checks.person(line, person_row):
            people[person_id] = person_of(person_row)
        for kind in ("email", "phone", "postal"):
            given = {"person_id": person_id, "kind": kind, "value": row.get(kind, "")}
            if given["value"] and checks.contact(line, given):
                contacts.setdefault((person_id, kind, given["value"]), contact_of(given))
    if not people and not problems.total:
        problems.error(WHERE, 0, "", "holds nobody", "one mailbox a line, or a table with a header")
    _as_pasted(problems)
    problems.raise_if_any("")
    return PastedPeople(
        people=list(people.values()),
        contacts=list(contacts.values()),
        links=[
            Link(
                person_id=person_id,
                store_id=store_id,
                first_on=window.first_on,
                last_on=window.last_on,
            )
            for person_id in people
        ],
        warnings=[
            finding.model_copy(update={"where": _renamed(finding.where)})
            for finding in problems.warnings()
        ],
    )


_PERSON = ("name", "birth_date", "country", "region", "locale")


def _as_pasted(problems: Problems) -> None:
    problems.errors = [
        finding.model_copy(update={"where": _renamed(finding.where)}) for finding in problems.errors
    ]


def _renamed(where: str) -> str:
    # The row checks know the files of a folder; here there is only what was pasted.
    for name in (PEOPLE, CONTACTS):
        where = where.replace(name, WHERE)
    return where


def _rows(text: str, problems: Problems) -> list[tuple[int, Row]]:
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    header = [cell.strip().strip('"').lower().replace(" ", "_") for cell in first.split(delimiter)]
    if not any(cell in _FIELD_OF for cell in header):
        return _mailboxes(lines, problems)
    strangers = [number for number, cell in enumerate(header, start=1) if cell not in _FIELD_OF]
    if strangers:
        what = f"columns not read: {', '.join(str(number) for number in strangers)}"
        problems.warn(WHERE, 1, "", what, f"headings read: {', '.join(_HEADINGS)}")
    return _table(text, delimiter, header, problems)


def _table(
    text: str, delimiter: str, header: list[str], problems: Problems
) -> list[tuple[int, Row]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, Row]] = []
    header_read = False
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not header_read:
                header_read = True
            elif len(cells) > len(header):
                what = f"{len(cells)} fields under {len(header)} headings"
                problems.error(WHERE, reader.line_num, "", what, "quote fields with a separator")
            else:
                named = zip(header, cells, strict=False)  # trailing empty cells are often cut off
                row = {_FIELD_OF[head]: cell.strip() for head, cell in named if head in _FIELD_OF}
                rows.append((reader.line_num, row))
    except csv.Error as error:
        what = f"not readable as a table: {error}"
        problems.error(WHERE, reader.line_num, "", what, "double each quote inside quotes")
    return rows


def _mailboxes(lines: list[str], problems: Problems) -> list[tuple[int, Row]]:
    rows: list[tuple[int, Row]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name, address = parseaddr(line.strip().rstrip(",;"))
        if "@" in address:
            rows.append((number, {"name": name, "email": address}))
        else:
            problems.error(
                WHERE, number, "", "no mailbox", "write one a line, or add a header line"
            )
    return rows


def _identity(row: Row) -> str:
    """Return what makes two lines the same person: the mailbox, else all that is known."""
    mailbox = row.get("email", "").lower()
    return mailbox or "\x1f".join(row.get(key, "") for key in sorted(_HEADINGS))
