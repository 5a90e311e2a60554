"""Codes of what people are offered, such as identity protection."""

from datetime import datetime
from pathlib import Path

import click

from flows.terminal.show import as_json, console
from incidents.steps.offer_codes import load_offers, show_offers
from incidents.wiring import open_workshop


@click.group()
def offers() -> None:
    """Codes of what people are offered: each goes to one person."""


@offers.command()
@click.argument("measure")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--at", "url", required=True, metavar="URL", help="Where people enter their code.")
@click.option(
    "--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last day to enter it."
)
def load(measure: str, file: Path, url: str, until: datetime) -> None:
    """Take in a vendor's codes for a MEASURE, one code a line.

    They are taken in all or not at all, and shown to nobody but the person each is given to.
    """
    shop = open_workshop()
    number = load_offers(
        shop.database,
        measure,
        file,
        shop.words,
        url=url,
        until=until.date(),
        by=shop.settings.actor,
    )
    console().print(f"{measure}: {number:,} codes taken in; keep or delete {file.name} yourself")


@offers.command(name="list")
@click.option("--json", "json_", is_flag=True, help="One JSON value and nothing else.")
def list_(*, json_: bool) -> None:
    """Show how many codes are left and how many each case gave out."""
    pools = show_offers(open_workshop().database)
    if json_:
        as_json([one.model_dump(mode="json") for one in pools])
        return
    out = console()
    for one in pools:
        out.print(f"{one.pool}: {one.free:,} codes left, entered at {one.url} until {one.until}")
        for ref, number in one.given.items():
            out.print(f"  {ref}: given to {number:,} people")
    if not pools:
        out.print("no codes; `forthwith offers load MEASURE FILE` takes some in")
