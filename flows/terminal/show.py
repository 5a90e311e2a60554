"""How the terminal shows things: tables for people, one JSON value for pipes."""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text


def console() -> Console:
    """Return a console that is as wide as the terminal, and 150 columns where there is none."""
    width = None if sys.stdout.isatty() else 150
    return Console(width=width, highlight=False, soft_wrap=False)


def as_json(value: Any) -> None:
    """Print one JSON array or object on standard output and nothing else."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(
    title: str, columns: Iterable[str], rows: Iterable[Iterable[object]], *, note: str = ""
) -> Table:
    """Return a table whose cells are plain text, whatever stands in them."""
    made = Table(
        # A title longer than its table stays on one line.
        title=Text(title, style="bold", no_wrap=True, overflow="ignore") if title else None,
        title_justify="left",
        caption=note or None,
        caption_justify="left",
        pad_edge=False,
        box=None,
        header_style="dim",
    )
    for column in columns:
        made.add_column(column, overflow="fold", justify="right" if column == "people" else "left")
    for row in rows:
        made.add_row(*(escape(str(cell)) for cell in row))
    return made


def counts(title: str, values: Mapping[Any, int]) -> Table:
    """Return a table of numbers of people."""
    return table(title, ("", "people"), ((key, f"{number:,}") for key, number in values.items()))


def counted(number: int, one: str, more: str = "") -> str:
    """Return a number with its noun, such as `1 finding` or `2 findings`."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"
