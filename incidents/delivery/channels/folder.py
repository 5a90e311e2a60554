"""Writes messages, letters and lists into folders, and reads back what became of the lists.

Files are named by delivery id, never by a person.
"""

import asyncio
import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import NamedTuple

from incidents.delivery.attempt import Answer, Feed, Stage
from incidents.delivery.channels.whole_file import write_whole
from incidents.errors import InvalidInputError
from incidents.models.states import DeliveryState

# A spreadsheet takes these, and their full-width forms, for the start of a formula.
_FORMULA = frozenset("=+-@|%＝＋－＠｜％")
_REASON = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_OUTCOMES = {one.value: one for one in (DeliveryState.DONE_BY_HAND, DeliveryState.NOT_REACHED)}
REASON_CHARACTERS = 40
FILLED_IN = ("outcome", "reason")
OUTCOME_COLUMNS = ("task_id", *FILLED_IN)


class Letter(NamedTuple):
    """One letter to print and post."""

    id: int
    name: str
    address: str
    text: str
    html: str
    owner: str
    due_by: datetime | None
    locale: str = "en"
    place: str = ""


class Printed(NamedTuple):
    """Where a letter stands in a PDF."""

    file: str
    page: int
    """Its first page; the first of the file is 1."""


class Call(NamedTuple):
    """One telephone call to make."""

    id: int
    name: str
    phone: str
    about: str
    """Whom it is about, where that is not who is called."""
    locale: str
    script: str
    owner: str
    due_by: datetime | None


class HandCase(NamedTuple):
    """Somebody for whom a person must find the way."""

    id: int
    person_id: str
    name: str
    place: str
    why: str
    owner: str
    due_by: datetime | None


class FolderChannel:
    """Keeps each message as files instead of passing it on: for rehearsals and the record."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, feed: Feed) -> None:
        """Write each message as `.eml`, and its bodies as `.txt` and `.html`."""
        while await feed.more():
            while (envelope := feed.take()) is not None:
                if not feed.begins(envelope.id):
                    feed.tell(Answer(envelope.id, Stage.CONNECT, text="lost"))
                    continue
                write_message(self.folder, envelope.id, envelope.message)
                feed.tell(Answer(envelope.id, Stage.BODY, 250))
                await asyncio.sleep(0)


def write_message(folder: Path, delivery_id: int, message: bytes) -> Path:
    """Write one message as people get it; return the `.eml` file."""
    read = message_from_bytes(message, policy=policy.default)
    for kind, ending in (("plain", "txt"), ("html", "html")):
        part = read.get_body(preferencelist=(kind,))
        if part is not None:
            body = str(part.get_content()).encode()
            write_whole(folder / f"{delivery_id}.{ending}", body)
    return write_whole(folder / f"{delivery_id}.eml", message)


def write_letters(
    folder: Path, letters: Iterable[Letter], printed: Mapping[int, Printed] | None = None
) -> Path:
    """Write each letter as text and page and return the list of them.

    Args:
        folder: Where `<id>.txt`, `<id>.html` and `letters.csv` are written.
        letters: What to print; an empty page is not written.
        printed: Letter -> where it stands in a PDF; those that stand in none have an empty cell.
    """
    where = printed or {}
    rows = []
    for letter in letters:
        head = f"{letter.name}\n{letter.address.strip()}\n\n"
        data = (head + letter.text).encode()
        write_whole(folder / f"{letter.id}.txt", data)
        if letter.html:
            write_whole(folder / f"{letter.id}.html", letter.html.encode())
        rows.append(
            {
                "task_id": str(letter.id),
                "file": f"{letter.id}.txt",
                "sha256": hashlib.sha256(data).hexdigest(),
                "pdf": where[letter.id].file if letter.id in where else "",
                "page": str(where[letter.id].page) if letter.id in where else "",
                "name": letter.name,
                "address": letter.address,
                "owner": letter.owner,
                "due_by": _moment(letter.due_by),
            }
        )
    columns = ("task_id", "file", "sha256", "pdf", "page", "name", "address", "owner", "due_by")
    return _write_table(folder / "letters.csv", columns, rows)


def write_call_list(path: Path, calls: Iterable[Call]) -> Path:
    """Write whom to call, what to say, and room for the outcome; return the file."""
    columns = ("task_id", "name", "phone", "about", "locale", "script", "owner", "due_by")
    rows = (
        {
            "task_id": str(call.id),
            "name": call.name,
            "phone": call.phone,
            "about": call.about,
            "locale": call.locale,
            "script": call.script,
            "owner": call.owner,
            "due_by": _moment(call.due_by),
        }
        for call in calls
    )
    return _write_table(path, columns, rows)


def write_hand_list(path: Path, tasks: Iterable[HandCase]) -> Path:
    """Write for whom a person must find the way, and why; return the file."""
    columns = ("task_id", "person_id", "name", "place", "why", "owner", "due_by")
    rows = (
        {
            "task_id": str(task.id),
            "person_id": task.person_id,
            "name": task.name,
            "place": task.place,
            "why": task.why,
            "owner": task.owner,
            "due_by": _moment(task.due_by),
        }
        for task in tasks
    )
    return _write_table(path, columns, rows)


def safe_cell(value: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, on one line."""
    kept = re.sub(r"\s*[\r\n\x0b\x0c\x85\u2028\u2029]+\s*", ", ", value.strip())
    kept = "".join(
        " " if unicodedata.category(letter) in {"Cc", "Cs"} else letter for letter in kept
    )
    # What shows nothing may stand before the sign: programs skip it, so it is skipped here too.
    seen = kept.lstrip("\ufeff\u200b\u200c\u200d\u2060\u00ad \u00a0\u3000'")
    return f"'{kept}" if seen[:1] in _FORMULA and not kept.startswith("'") else kept


def _write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(
        text, [*columns, *FILLED_IN], restval="", quoting=csv.QUOTE_ALL, lineterminator="\r\n"
    )
    writer.writeheader()
    for row in rows:
        writer.writerow({name: safe_cell(value) for name, value in row.items()})
    # The mark at the start makes spreadsheets read UTF-8, which names in many scripts need.
    return write_whole(path, text.getvalue().encode("utf-8-sig"))


def _moment(at: datetime | None) -> str:
    return at.isoformat(timespec="minutes") if at else ""


def read_outcomes(path: Path) -> Iterator[tuple[int, DeliveryState, str]]:
    """Yield (task id, outcome, reason) of every row that was filled in.

    The file is a list written here, or any CSV with the columns `task_id`, `outcome` and `reason`.
    A row without outcome is still open and is left out. The reason is a word such as `no-answer`;
    `not_reached` needs one.

    Raises:
        InvalidInputError: naming file, line, column and repair, never what stands there.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInputError(
            "is not UTF-8", where=str(path), repair="save it as CSV in UTF-8"
        ) from None
    except OSError as error:
        raise InvalidInputError(
            f"cannot be read: {error.strerror}", where=str(path), repair="check the path"
        ) from None
    first = text.partition("\n")[0]
    # Some spreadsheets separate by semicolon where the comma is the decimal sign.
    separator = ";" if ";" in first and "," not in first else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    seen: set[int] = set()
    try:
        missing = [name for name in OUTCOME_COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise InvalidInputError(
                f"lacks the column {missing[0]}",
                where=f"{path}:1",
                repair=f"keep the columns {', '.join(OUTCOME_COLUMNS)}",
            )
        for row in reader:
            found = _outcome(row, f"{path}:{reader.line_num}", seen)
            if found is not None:
                yield found
    except csv.Error:
        raise InvalidInputError(
            "is no CSV row",
            where=f"{path}:{reader.reader.line_num}",
            repair="close the quotation mark in or above that line",
        ) from None


def _outcome(
    row: Mapping[str | None, str | list[str] | None], line: str, seen: set[int]
) -> tuple[int, DeliveryState, str] | None:
    def cell(column: str) -> str:
        value = row.get(column)
        return value.strip() if isinstance(value, str) else ""

    if None in row:
        raise InvalidInputError(
            "has more cells than columns", where=line, repair="quote cells that hold a comma"
        )
    word, reason, task = cell("outcome").lower(), cell("reason").lower(), cell("task_id")
    if not word:
        if reason:
            raise _wrong(line, "outcome", "is empty beside a reason", f"write {_words()}")
        return None
    if not (task.isascii() and task.isdigit() and len(task) < 19):  # noqa: PLR2004  # 64 bits
        raise _wrong(line, "task_id", "is no task number", "keep the number of the list")
    if int(task) in seen:
        raise _wrong(line, "task_id", "stands in the file twice", "keep one row for each task")
    seen.add(int(task))
    if word not in _OUTCOMES:
        raise _wrong(line, "outcome", "is no outcome", f"write {_words()}")
    if reason and not (_REASON.fullmatch(reason) and len(reason) <= REASON_CHARACTERS):
        raise _wrong(line, "reason", "is no reason word", "write a word such as no-answer")
    if _OUTCOMES[word] is DeliveryState.NOT_REACHED and not reason:
        raise _wrong(line, "reason", "is missing", "write a word such as no-answer or returned")
    return int(task), _OUTCOMES[word], reason


def _words() -> str:
    return " or ".join(_OUTCOMES)


def _wrong(line: str, column: str, what: str, repair: str) -> InvalidInputError:
    return InvalidInputError(f"{column} {what}", where=line, repair=repair)
