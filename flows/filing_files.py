"""Writes the package of each filing: letter, form, fields, numbers, samples, and their digests."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path

from incidents.delivery.channels.folder import safe_cell
from incidents.delivery.channels.whole_file import write_whole
from incidents.drafting.filing_changes import changes_text
from incidents.drafting.filing_forms import FilingForm, form_text
from incidents.drafting.sources.filing_forms import read_forms
from incidents.drafting.voice import Voice
from incidents.errors import NotFoundError
from incidents.models.notice import Filing
from incidents.paper.blocks import Block, blocks_of_text
from incidents.paper.fonts import fonts
from incidents.paper.pdf import Sheet, pdf_of, words_of
from incidents.steps.filing_package import Package, packages
from incidents.steps.filing_people import names_for
from incidents.wiring import Workshop

MANIFEST = "manifest.sha256"
"""`<sha256>  <file>` a line, as `sha256sum -c` reads it."""
_LISTED = re.compile(r"^[0-9a-f]{64}  ([a-zA-Z0-9._-]+)$", re.MULTILINE)


def write_packages(shop: Workshop, ref: str, folder: Path, duty_id: str = "") -> list[Path]:
    """Write the package of every filing, or of one duty's; return the files.

    Each lies in a folder named by its duty, `/` as `-`; a withdrawal's ends in `-withdrawal`.

    Raises:
        NotFoundError: for a duty that no filing is drafted for.
    """
    found = packages(shop.database, ref, duty_id)
    if duty_id and not found:
        raise NotFoundError(
            "no filing is drafted for this duty",
            where=f"{ref} {duty_id}",
            repair=f"`forthwith filing list {ref}`",
        )
    return [path for one in found for path in write_package(shop, one, folder)]


def folder_name(duty_id: str, phase: str) -> str:
    """Return the name of a filing's folder."""
    name = re.sub(r"[^A-Za-z0-9._-]", "-", duty_id)
    return f"{name}-withdrawal" if phase == "withdrawal" else name


def write_package(shop: Workshop, package: Package, folder: Path) -> list[Path]:
    """Write one package; files that an earlier writing listed and this one has not are removed."""
    filing = package.filing
    voice = Voice(shop.words.catalogue(filing.locale or "en"))
    form = read_forms().forms.get(filing.form)
    files: dict[str, bytes] = {
        "about.txt": _about(package, form).encode(),
        "letter.txt": filing.letter.encode(),
        "fields.json": json.dumps(
            filing.fields, ensure_ascii=False, indent=1, default=str
        ).encode(),
        "form.txt": form_text(
            filing.rows,
            title=voice.say("form.title", authority=filing.authority),
            open_=voice.say("field.open"),
        ).encode(),
        "form.csv": _table(
            ("section", "label", "value", "keys", "note"),
            (
                (row.section, row.label, row.value, " ".join(row.keys), row.note)
                for row in filing.rows
            ),
        ),
    }
    if printed := _printed(shop, filing, voice):
        files["letter.pdf"] = printed
    if package.numbers:
        files["numbers-by-place.csv"] = _table(
            ("place", "name", "people", "authority_concerned"),
            (
                (
                    one.place,
                    voice.place(one.place),
                    str(one.people),
                    "yes" if one.concerned else "no",
                )
                for one in package.numbers
            ),
        )
    if filing.changes:
        none = voice.say("field.none")
        files["changes.txt"] = changes_text(filing.changes, none=none).encode()
    for sample in package.samples:
        draft = "" if sample.approved else ".draft"
        files[f"sample-notice-{sample.locale}{draft}.txt"] = sample.text.encode()
    return _put(folder / folder_name(filing.duty_id, filing.phase), files)


def _printed(shop: Workshop, filing: Filing, voice: Voice) -> bytes:
    """Return letter and form on paper; empty where a font lacks one of their characters."""
    blocks = blocks_of_text(filing.letter)
    blocks.append(Block("heading", voice.say("form.title", authority=filing.authority)))
    for section, rows in groupby(filing.rows, key=lambda row: row.section):
        blocks.append(Block("subheading", section))
        cells = ((row.label, row.value or voice.say("field.open")) for row in rows)
        blocks.append(Block("table", rows=tuple(cells)))
    sheet = Sheet(blocks, filing.locale or "en")
    there = fonts(shop.settings.fonts)
    if there.missing(words_of(sheet), sheet.lang):
        return b""
    drafted = datetime.fromisoformat(str(filing.fields["filing.drafted_at"]))
    template = shop.words.templates["_shared/letter.typ"]
    return pdf_of([sheet], template, there, made_at=drafted)


def write_people(
    shop: Workshop, ref: str, duty_id: str, folder: Path, *, by: str, why: str
) -> tuple[Path, int]:
    """Write the names a duty asks for, for its owner alone to read; return the file and how many.

    Raises:
        InvalidInputError: where the duty's law asks for no names, or person or reason is missing.
    """
    _, people = names_for(shop.database, ref, duty_id, by=by, reason=why)
    path = folder / folder_name(duty_id, "") / "people.csv"
    return write_whole(path, _table(("person_id", "name", "place"), people)), len(people)


def _put(target: Path, files: dict[str, bytes]) -> list[Path]:
    before = target / MANIFEST
    gone = set(_LISTED.findall(before.read_text("utf-8"))) if before.is_file() else set()
    for name in gone - set(files):
        (target / name).unlink(missing_ok=True)
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()]
    written = [write_whole(target / name, data) for name, data in files.items()]
    return [*written, write_whole(before, "".join(lines).encode())]


def _about(package: Package, form: FilingForm | None) -> str:
    filing = package.filing
    state = "approved" if package.approved else "NOT APPROVED: do not hand it in"
    lines = [
        f"duty: {filing.duty_id}",
        f"phase: {filing.phase}",
        f"authority: {filing.authority}",
        f"set: {package.set_key} v{package.version}, {state}",
        f"seal: {package.root}",
        f"filing: sha256:{filing.digest}",
    ]
    if form is not None:
        lines += [
            f"form: {form.name}",
            f"form read: {form.read_on}, {form.confidence}, {form.source}",
        ]
        lines += [f"form note: {form.note}"] if form.note else []
    open_ = [row.label for row in filing.rows if not row.value]
    lines += ["a person fills in:", *(f"  - {label}" for label in open_)] if open_ else []
    samples = [
        f"  - {one.locale}: set {one.set_key}{'' if one.approved else ', NOT APPROVED'}"
        for one in package.samples
    ]
    lines += ["what people are told:", *samples] if samples else []
    return "\n".join(lines) + "\n"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    # The mark at the start makes spreadsheets read UTF-8, which names in many scripts need.
    return text.getvalue().encode("utf-8-sig")
