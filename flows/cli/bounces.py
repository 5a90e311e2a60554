"""Returned mail: what each message says, without an installation."""

from collections import Counter
from pathlib import Path

import click

from flows.terminal.show import as_json, console, counted, table
from incidents.delivery.bounces import read_bounce
from incidents.delivery.sources.mailbox import messages


@click.group()
def bounces() -> None:
    """Say why mail came back."""


@bounces.command("read")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "json_", is_flag=True, help="One JSON array and nothing else.")
def bounces_read(paths: tuple[Path, ...], *, json_: bool) -> None:
    """Read messages: .eml files, folders, Maildir or mbox."""
    found = [(name, read_bounce(raw)) for name, raw in messages(paths)]
    if json_:
        fields = {"kind", "recipients", "status", "reason", "permanent"}
        as_json(
            [{"file": name, **one.model_dump(mode="json", include=fields)} for name, one in found]
        )
        return
    fates = Counter(
        (one.kind.value, fate.reason, "for good" if fate.permanent else "")
        for _, one in found
        for fate in one.each
    )
    unknown = sum(not one.each for _, one in found)
    if unknown:
        fates["other", "", ""] = unknown
    rows = [(*key, f"{number:,}") for key, number in fates.most_common()]
    console().print(
        table(counted(len(found), "message"), ("kind", "reason", "", "recipients"), rows)
    )
