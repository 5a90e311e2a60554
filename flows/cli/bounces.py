"""Returned mail: what each message says, and whom it shows to be not reached."""

from collections import Counter
from pathlib import Path

import click

from flows.terminal.show import as_json, console, counted, table
from incidents.delivery.bounces import read_bounce
from incidents.delivery.sources.mailbox import messages
from incidents.steps.take_bounces import take_bounces
from incidents.wiring import open_workshop


@click.group()
def bounces() -> None:
    """Say why mail came back, and go on with those it did not reach."""


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


@bounces.command("take")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "json_", is_flag=True, help="One JSON value and nothing else.")
def bounces_take(paths: tuple[Path, ...], *, json_: bool) -> None:
    """Take in what came back to the return path: .eml files, folders, Maildir or mbox.

    Whoever a message did not reach gets the next channel. The same report twice is harmless.
    """
    shop = open_workshop()
    taken = take_bounces(shop.database, shop.ring, messages(paths), actor=shop.settings.actor)
    if json_:
        as_json(taken.model_dump(mode="json"))
        return
    out = console()
    number = sum(taken.bounced.values())
    out.print(f"{taken.read:,} messages read, {number:,} people not reached just now")
    for reason, people in taken.bounced.items():
        out.print(f"  {reason}: {people:,}")
    out.print(f"{taken.opened:,} people go on to their next channel")
    for what, count in {
        "known before": taken.known,
        "their servers still try": taken.waiting,
        "to no return path of this installation": taken.not_ours,
        **taken.other,
    }.items():
        if count:
            out.print(f"  {what}: {count:,}")
