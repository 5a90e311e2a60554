"""Prints letters into PDF files, and says which of them no font here can set."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from pypdf import PdfReader

from incidents.delivery.channels.folder import Letter, Printed
from incidents.delivery.channels.whole_file import write_whole
from incidents.paper.blocks import blocks_of
from incidents.paper.fonts import Fonts
from incidents.paper.pdf import MOST, Paper, Sheet, pdf_of, words_of

LETTER_PAPER = ("US", "CA")
"""Countries that print on US letter paper."""


class Printing(NamedTuple):
    """What was printed, and what could not be."""

    files: list[Path]
    where: dict[int, Printed]
    unprinted: Counter[str]
    """Locale -> letters with a character that no font has; never printed with empty boxes."""


def print_letters(
    folder: Path,
    letters: Sequence[Letter],
    template: str,
    fonts: Fonts,
    *,
    made_at: datetime,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Printing:
    """Write `letters-0001.pdf` and so on, a thousand letters in each.

    Args:
        folder: Where the files go; those of an earlier run are replaced.
        letters: What to print. Letters without a page are left out.
        template: Typst source (`_shared/letter.typ`).
        fonts: The fonts to set in.
        made_at: What the files say of when they were made.
        progress: Gets how many of how many letters are set.

    Raises:
        DeliveryError: when a file cannot be set.
    """
    ready: list[tuple[int, Sheet]] = []
    unprinted: Counter[str] = Counter()
    for letter in letters:
        if not letter.html:
            continue
        paper: Paper = "us-letter" if letter.place.split("-")[0] in LETTER_PAPER else "a4"
        sheet = Sheet(blocks_of(letter.html), letter.locale, paper)
        if fonts.missing(words_of(sheet), letter.locale):
            unprinted[letter.locale] += 1
        else:
            ready.append((letter.id, sheet))
    for old in folder.glob("letters-*.pdf"):
        old.unlink()
    files: list[Path] = []
    where: dict[int, Printed] = {}
    for start in range(0, len(ready), MOST):
        part = ready[start : start + MOST]
        name = f"letters-{start // MOST + 1:04d}.pdf"
        made = pdf_of([sheet for _, sheet in part], template, fonts, made_at=made_at)
        files.append(write_whole(folder / name, made))
        for (number, _), page in zip(part, _first_pages(made), strict=True):
            where[number] = Printed(name, page)
        progress(start + len(part), len(ready))
    return Printing(files, where, unprinted)


def _first_pages(pdf: bytes) -> list[int]:
    """Return on which pages a letter begins: each numbers its own pages from 1."""
    labels = PdfReader(BytesIO(pdf)).page_labels
    return [number for number, label in enumerate(labels, 1) if label == "1"]
