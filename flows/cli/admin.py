"""Setting up, checking, watching, keeping the record."""

import sys
from pathlib import Path

import click

from flows.terminal.show import as_json, console, counted
from incidents.data_files import read_text
from incidents.errors import InvalidInputError
from incidents.intake.breach_report import report_schema
from incidents.inventory.schema import inventory_schema
from incidents.inventory.sources.folder import InventoryFolder, read_folder
from incidents.inventory.sources.paste import read_paste
from incidents.inventory.sources.writer import write_empty
from incidents.models.base import read_as
from incidents.models.report import Window
from incidents.steps.check_installation import reconcile
from incidents.steps.export_evidence import export_evidence, verify_audit
from incidents.steps.import_inventory import check_inventory, import_inventory
from incidents.wiring import Workshop, open_workshop


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
def init(folder: Path | None) -> None:
    """Make an empty inventory folder to fill in."""
    target = folder or open_workshop().settings.inventory_folder
    write_empty(target)
    click.echo(f"made {target}: fill in organisation.yaml first, then `forthwith inventory check`")


@click.command()
@click.argument("verb", type=click.Choice(["check", "import"]))
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--json", "json_", is_flag=True, help="One JSON value and nothing else.")
def inventory(verb: str, folder: Path | None, *, json_: bool) -> None:
    """Check an inventory folder, or take its people into the database."""
    shop = open_workshop()
    if verb == "check":
        findings = check_inventory(_folder(shop, folder), shop.clock.now())
        if json_:
            as_json([one.model_dump(mode="json") for one in findings])
        else:
            for one in findings:
                click.echo(f"{one.level}: {one.where}: {one.what}; {one.repair}")
            click.echo(counted(len(findings), "finding"))
        sys.exit(2 if any(one.level == "error" for one in findings) else 0)
    counts = import_inventory(
        shop.database, shop.ring, _folder(shop, folder), actor=shop.settings.actor
    )
    click.echo(", ".join(f"{number:,} {what}" for what, number in counts.items()))


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--store", required=True, help="The store of stores.yaml in which their data lies.")
@click.option("--from", "first_on", required=True, help="First day of the data, YYYY-MM-DD.")
@click.option("--to", "last_on", required=True, help="Last day of the data, YYYY-MM-DD.")
def paste(file: Path, store: str, first_on: str, last_on: str) -> None:
    """Make the people of an inventory folder from a pasted list: mailboxes, or a small table.

    Writes people.csv, contacts.csv and links.csv beside organisation.yaml; never over old ones.
    """
    folder = open_workshop().settings.inventory_folder
    there = [
        name
        for name in ("people.csv", "contacts.csv", "links.csv")
        if (folder / name).exists() and len((folder / name).read_text().splitlines()) > 1
    ]
    if there:
        raise InvalidInputError(
            f"there are people already in {', '.join(there)}",
            where=str(folder),
            repair="set FORTHWITH_INVENTORY to a new folder, or move them away",
        )
    window = read_as(Window, {"first_on": first_on, "last_on": last_on}, where="--from, --to")
    pasted = read_paste(read_text(file), store_id=store, window=window)
    folder.mkdir(parents=True, exist_ok=True)
    pasted.write(folder)
    for one in pasted.warnings:
        click.echo(f"{one.level}: {one.where}: {one.what}; {one.repair}", err=True)
    click.echo(f"{len(pasted.people)} people in {folder}; now `forthwith inventory import`")


def _folder(shop: Workshop, folder: Path | None) -> InventoryFolder:
    return read_folder(folder) if folder else shop.inventory


@click.command()
@click.argument("what", type=click.Choice(["report", "inventory"]))
def schema(what: str) -> None:
    """Print the JSON Schema of a report or of an inventory's files."""
    as_json(report_schema() if what == "report" else inventory_schema())


@click.command()
@click.argument("name")
@click.argument("case")
def step(name: str, case: str) -> None:
    """Run one step of CASE without Prefect: find-data, size-scope, ... send-deliveries."""
    from flows.tasks import run_step, showing_sending
    from flows.terminal.sending import sending_display

    if name == "send-deliveries":
        with sending_display(console()) as show, showing_sending(show):
            done = run_step(name, case)
    else:
        done = run_step(name, case)
    for key, value in done.items():
        click.echo(f"{key}: {value}")


@click.command()
@click.option(
    "--every", type=click.IntRange(1), help="Minutes between looks; without it, one look."
)
def watch(every: int | None) -> None:
    """Raise an alarm before each deadline, and when Prefect, a worker or the database is quiet."""
    from flows.watching import watch_for_ever, watch_once

    if every:
        watch_for_ever(every)
        return
    look = watch_once(source="watch")
    for line in look.lines():
        click.echo(line)
    if not look.told:
        sys.exit(1)


@click.command()
@click.option("--json", "json_", is_flag=True, help="One JSON value and nothing else.")
def doctor(*, json_: bool) -> None:
    """Say what works and what to do; fail where something endangers people or secrets."""
    from flows.doctor import examine

    findings = examine()
    if json_:
        as_json([one.model_dump(mode="json") for one in findings])
    else:
        for one in findings:
            mark = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}[one.level]
            repair = f"\n          {one.repair}" if one.repair else ""
            click.echo(f"{mark} {one.what}{repair}")
    if any(one.level == "error" for one in findings):
        sys.exit(2)


@click.command()
@click.argument("verb", type=click.Choice(["verify", "export"]))
@click.argument("case", default="")
def audit(verb: str, case: str) -> None:
    """Verify the audit chain, or export a CASE's whole record."""
    shop = open_workshop()
    if verb == "export":
        for path in export_evidence(
            shop.database, case, shop.settings.out / case, actor=shop.settings.actor
        ):
            click.echo(str(path))
        return
    result = verify_audit(shop.database, shop.ring)
    for problem in result.problems:
        click.echo(problem, err=True)
    click.echo(f"{result.links} links, {len(result.problems)} problems, head {result.head}")
    if result.problems:
        sys.exit(2)


@click.command("reconcile")
@click.option("--by", required=True, help="The named person who compared it with the relay's log.")
@click.option("--reason", required=True, help="Why; it goes on record.")
def reconcile_(by: str, reason: str) -> None:
    """Let a restored, copied or moved database send again, what it may have sent marked."""
    shop = open_workshop()
    marked = reconcile(shop.database, shop.witness, by=by, reason=reason)
    click.echo(f"enrolled here; {marked} messages are marked in doubt, their cases are on hold")


@click.command()
@click.argument("verb", type=click.Choice(["rotate"]))
@click.argument("purpose", type=click.Choice(["fingerprint", "return_path", "code", "chain"]))
def keys(verb: str, purpose: str) -> None:
    """Make a new key for one purpose; the old ones stay for checking what they made."""
    shop = open_workshop()
    shop.ring.rotate(purpose, shop.clock)
    click.echo(f"{verb}d {purpose}; back up {shop.settings.keys}")
