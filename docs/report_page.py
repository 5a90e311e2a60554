# ruff: noqa: E501 - the pages' prose stands one sentence a line
"""The page of every field of a report, from its schema, with what may be written into it."""

import re
from typing import Any

from incidents.data_files import TEMPLATES
from incidents.drafting.sources.folder import read_words
from incidents.drafting.voice import Voice
from incidents.intake.breach_report import report_schema
from incidents.models.vocabulary import vocabulary

HEAD = """\
# The report

Written by `python docs/generate.py` from the schema; `forthwith schema report` prints that as JSON Schema.
Format `forthwith/report/1`.
One YAML or JSON document, in UTF-8, for `forthwith triage` and `forthwith report`.

Every field may be left out.
Unknown is a value: write `unknown`, or nothing.
A field that is not listed here is refused, with the field that was probably meant.
An error names each wrong field by its path; it never repeats what stands there.

## How it is read

- **Moments** name their offset: `"2026-03-02T09:30:00+08:00"`.
  In place of the text a moment may be a mapping with zone, certainty and a note.
  A moment before 2000 or in the future is refused.
- **Days** are ISO 8601: `"2026-03-02"`. Put them in quotes.
- **Numbers of people** are one number, or a range of `low`, `best`, `high`.
- **Awareness** left empty does not stop a clock: it runs from the first alert, and says so.
- **Stores** left empty mean that every store is in question.
- **An element** may be left out of a store's list; if the inventory knows it, it counts.

## Amending

`forthwith report FILE --amend CASE` makes a new version of the whole report.
The old one stays.
`amendment` has to say what changed and why.
If awareness moves later, or is taken back, `timeline.aware_reason` has to say why; an old reason does not cover a second move.
The old deadline stays visible."""

MEASURES = """\

## Measures

The keys that `measures` may hold, and the sentence each puts into notices.
Those that begin with `before_` were in place before the breach; they are `done` or not named at all.
A custom catalogue of sentences may have more.

| key | done | planned |
|---|---|---|"""

ORDER = (
    "BreachReport",
    "Claim",
    "StoreClaim",
    "Window",
    "PeopleFilter",
    "Timeline",
    "Moment",
    "ReportedFacts",
    "LawEnforcementHold",
    "Range",
    "Protection",
)
SOURCE = re.compile(r" \(S\d+[^)]*\)")
"""What in a meaning only points to where it comes from."""
LISTS = {"causes": "cause", "elements": "element", "roles": "role"}
TYPES = {
    "string": "text",
    "integer": "number",
    "number": "number",
    "boolean": "`true`, `false`",
    "null": "empty",
}


def report_page() -> str:
    """Return the page."""
    schema = report_schema()
    parts = {"BreachReport": schema, **schema["$defs"]}
    shown = [*ORDER, *(name for name in parts if name not in ORDER and _fields(parts[name]))]
    lines = [HEAD]
    for name in shown:
        title = "Report" if name == "BreachReport" else name
        lines += ["", f"## {title}", "", "| field | value | meaning |", "|---|---|---|"]
        needed = parts[name].get("required", [])
        for field, shape in _fields(parts[name]).items():
            mark = " (needed)" if field in needed else ""
            value = _value(shape, parts)
            meaning = SOURCE.sub("", shape.get("description", ""))
            lines.append(f"| `{field}`{mark} | {value} | {meaning} |")
    return "\n".join([*lines, MEASURES, *_measures(), ""])


def _fields(part: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = part.get("properties", {})
    return found


def _value(shape: dict[str, Any], parts: dict[str, Any]) -> str:
    """Return in words what may stand in a field."""
    if "$ref" in shape:
        name = shape["$ref"].rsplit("/", 1)[-1]
        return _value(parts[name], parts) if "enum" in parts[name] else f"[{name}](#{name.lower()})"
    if "anyOf" in shape:
        return " or ".join(dict.fromkeys(_value(one, parts) for one in shape["anyOf"]))
    if shape.get("type") == "array":
        return f"list: {_value(shape['items'], parts)}"
    if shape.get("type") == "object":
        return f"mapping: {_value(shape['additionalProperties'], parts)}"
    return _single(shape)


def _single(shape: dict[str, Any]) -> str:
    if "const" in shape:
        return f"`{shape['const']}`"
    if "enum" in shape:
        return _closed(shape["enum"])
    if shape.get("format") == "date-time":
        return "time with its offset"
    return "day" if "d{4}" in shape.get("pattern", "") else TYPES[shape.get("type", "string")]


def _closed(words: list[str]) -> str:
    for name, one in LISTS.items():
        if words == list(getattr(vocabulary(), name)):
            heading = "data-elements" if name == "elements" else name
            return f"a word of the vocabulary's [{one}s](vocabulary.md#{heading})"
    return ", ".join(f"`{word}`" for word in words)


def _measures() -> list[str]:
    catalogue = read_words(TEMPLATES).catalogue("en")
    voice = Voice(catalogue)
    keys = {key.split(".")[1] for key in catalogue.messages if key.startswith("measure.")}
    rows = []
    for key in sorted(keys):
        forms = [voice.find(f"measure.{key}.{form}") or "" for form in ("done", "planned")]
        rows.append(f"| `{key}` | {' | '.join(str(form) for form in forms)} |")
    return rows
