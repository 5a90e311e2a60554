"""Sets letters and documents as PDF: many letters in one file, values as data and never as markup.

PDF/A-2u: fonts are embedded, every character can be read out again, nothing is fetched.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import typst

from incidents.errors import DeliveryError
from incidents.paper.blocks import Block
from incidents.paper.fonts import Fonts

MOST = 1000
"""Letters in one document: Typst holds a document in memory."""
_STANDARD: Final = "a-2u"
_LANG = {"zh-Hans": ("zh", "CN"), "ja": ("ja", "JP"), "de": ("de", "DE"), "ko": ("ko", "KR")}
Paper = Literal["a4", "us-letter"]


@dataclass(frozen=True)
class Sheet:
    """One letter or document to set."""

    blocks: Sequence[Block]
    lang: str = "en"
    """Locale of its words."""
    paper: Paper = "a4"


def pdf_of(sheets: Sequence[Sheet], template: str, fonts: Fonts, *, made_at: datetime) -> bytes:
    """Return one PDF of all sheets, each beginning on a page of its own.

    Args:
        sheets: At most `MOST`.
        template: Typst source; it reads `data.json` and nothing else.
        fonts: The fonts to set in.
        made_at: What the file says of when it was made; the same input gives the same bytes.

    Raises:
        DeliveryError: when it cannot be set. The cause is not repeated: it may hold a name.
    """
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data.json").write_text(json_of(sheets, fonts), encoding="utf-8")
        try:
            compiler = typst.Compiler(template.encode(), root=folder, font_paths=fonts.found)
            made = compiler.compile(
                format="pdf",
                pdf_standards=_STANDARD,
                pdf_tags=False,
                timestamp=int(made_at.astimezone(UTC).timestamp()),
            )
        except typst.TypstError:
            raise DeliveryError(
                f"{len(sheets)} sheets cannot be set as PDF",
                where="the template of letters, or a character that no font has",
                repair="print the pages (.html) instead, or install the fonts that `forthwith "
                "doctor` names",
            ) from None
    if not isinstance(made, bytes):
        raise DeliveryError("no PDF came out", where="Typst")
    return made


def words_of(sheet: Sheet) -> list[str]:
    """Return every text of a sheet, for a look at its characters."""
    return [
        text
        for block in sheet.blocks
        for text in (block.text, *(cell for row in block.rows for cell in row))
        if text
    ]


def json_of(sheets: Sequence[Sheet], fonts: Fonts) -> str:
    """Return what the template reads as `data.json`."""
    data = [
        {
            "lang": _LANG.get(one.lang, (one.lang.split("-", 1)[0], None))[0],
            "region": _LANG.get(one.lang, ("", None))[1],
            "fonts": fonts.families(one.lang),
            "paper": one.paper,
            "blocks": [_plain(block) for block in one.blocks],
        }
        for one in sheets
    ]
    return json.dumps(data)


def _plain(block: Block) -> dict[str, Any]:
    return {
        "kind": block.kind,
        "lines": block.text.split("\n"),
        "lang": block.lang.split("-", 1)[0],
        "rows": [list(row) for row in block.rows],
    }
