"""CSV tables of an inventory folder, read as a stream with the line of each row."""

import csv
from collections.abc import Callable, Collection, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from incidents.inventory.sources.problems import Problems

if TYPE_CHECKING:
    import _csv

V = TypeVar("V", bound=BaseModel)
Row = dict[str, str]

REPAIRS = {
    "person_id": "letters, digits, dot, dash and underscore, at most 64",
    "name": "at most 300 characters",
    "birth_date": "write it like 1990-03-02, or leave it empty",
    "country": "ISO 3166-1 in capitals, such as DE, or empty",
    "region": "the code within the country, such as CA, or empty",
    "locale": "BCP 47, such as zh-Hans, or empty",
    "status": "account, consignee, supplier, former or deceased",
    "kind": "email, postal, phone or push",
    "value": "1 to 1000 characters",
    "quality": "good, unverified, bad or compromised",
    "first_on": "write it like 2026-03-02",
    "last_on": "write it like 2026-03-02",
}


def read_rows(
    path: Path, columns: Collection[str], required: Collection[str], problems: Problems
) -> Iterator[tuple[int, Row]]:
    """Yield the line and the fields of each row; columns may stand in any order.

    What keeps a file from being read as a table is noted as an error, and the stream ends.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            if not _header_is_right(path.name, header, columns, required, problems):
                return
            yield from _rows(path.name, reader, header, problems)
    except FileNotFoundError:
        problems.error(path.name, 0, "", "no such file", "`forthwith init` writes an empty one")
    except UnicodeDecodeError:
        problems.error(path.name, 0, "", "not UTF-8", "save it as UTF-8")
    except OSError as error:
        problems.error(path.name, 0, "", f"cannot be read: {error.strerror}", "check the file")


def _rows(
    name: str, reader: "_csv.Reader", header: list[str], problems: Problems
) -> Iterator[tuple[int, Row]]:
    width = len(header)
    line = reader.line_num + 1
    try:
        for fields in reader:
            if len(fields) == width:
                yield line, dict(zip(header, fields, strict=True))
            elif fields:  # an empty line is no row
                what = f"{len(fields)} fields instead of {width}"
                problems.error(name, line, "", what, "quote fields that hold a comma or a quote")
            line = reader.line_num + 1
    except csv.Error as error:
        what = f"not readable as CSV: {error}"
        problems.error(name, line, "", what, "quote by RFC 4180: double each quote inside quotes")


def _header_is_right(
    name: str,
    header: list[str],
    columns: Collection[str],
    required: Collection[str],
    problems: Problems,
) -> bool:
    before = problems.total
    for column in dict.fromkeys(header):
        if column not in columns:
            near = get_close_matches(column, list(columns), 1)
            repair = f"did you mean {near[0]}?" if near else f"columns: {', '.join(columns)}"
            problems.error(name, 1, "", "a column that is not known", repair)
        elif header.count(column) > 1:
            problems.error(name, 1, column, "this column stands twice", "keep one of them")
    for column in required:
        if column not in header:
            problems.error(name, 1, column, "this column is missing", "add it to the first line")
    return problems.total == before


def as_value(
    make: Callable[[Row], V], row: Row, name: str, line: int, problems: Problems
) -> V | None:
    """Return a row as a value, or None after noting each column that is wrong."""
    try:
        return make(row)
    except ValidationError as error:
        for item in error.errors(include_url=False, include_input=False, include_context=False):
            column = str(item["loc"][0]) if item["loc"] else ""
            repair = REPAIRS.get(column, "`forthwith schema inventory` prints the shape")
            problems.error(name, line, column, "is not of this column's form", repair)
        return None
