"""Who is enrolled to sign, and how that changes."""

from pathlib import Path

import click

from flows.terminal.show import as_json, console, table
from incidents.errors import InvalidInputError
from incidents.steps.enrol_approvers import (
    break_glass,
    broken_since,
    change_approvers,
    enrolled_now,
    statement_of_change,
    waiting_changes,
)
from incidents.wiring import Workshop, open_workshop


@click.group(invoke_without_command=True)
@click.option("--json", "json_", is_flag=True, help="One JSON value and nothing else.")
@click.pass_context
def approvers(context: click.Context, *, json_: bool) -> None:
    """Show who is enrolled to sign; change it with two who are; break the glass."""
    if context.invoked_subcommand is None:
        _show(open_workshop(), json_=json_)


def _show(shop: Workshop, *, json_: bool) -> None:
    with shop.database.read() as work:
        now, broken = enrolled_now(work), broken_since(work)
    waiting = waiting_changes(shop.database, shop.inventory.inventory.organisation)
    if json_:
        as_json({**now.model_dump(mode="json"), "waiting": waiting})
        return
    rows = [(one.id, one.role, "deputy" if one.deputy else "") for one in now.approvers]
    console().print(table("Enrolled to sign", ("id", "role", ""), rows))
    if not rows:
        click.echo("Nobody yet: the first case enrols those in organisation.yaml.")
    if broken:
        enrolment, since = broken
        click.echo(
            f"{enrolment.broken_by} changed this alone on {since:%Y-%m-%d %H:%M} UTC: "
            f"{enrolment.reason}"
        )
        click.echo("Two who were enrolled before agree with `forthwith approvers change`.")
    for line in waiting:
        click.echo(f"organisation.yaml asks for, and nobody agreed yet: {line}")


@approvers.command("change")
@click.option(
    "--signature",
    "signatures",
    multiple=True,
    metavar="ID=FILE",
    help="Who signed, and the file that ssh-keygen wrote; twice, for two people.",
)
def change(signatures: tuple[str, ...]) -> None:
    """Enrol what organisation.yaml asks for; without signatures, write what two people sign."""
    shop = open_workshop()
    organisation = shop.inventory.inventory.organisation
    if signatures:
        given = dict(_signed(one) for one in signatures)
        done = change_approvers(shop.database, organisation, given, actor=shop.settings.actor)
        for line in done:
            click.echo(f"done: {line}")
        return
    text = statement_of_change(shop.database, organisation)
    path = shop.settings.out / "approvers.statement.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    click.echo(text)
    click.echo(
        f"Written to {path}. Two who are enrolled read it and sign exactly that file, each:\n"
    )
    click.echo(f"  ssh-keygen -Y sign -n forthwith-approval -f ~/.ssh/id_ed25519 '{path}'")
    click.echo("  forthwith approvers change --signature ana=ANA.sig --signature bo=BO.sig")


@approvers.command("break-glass")
@click.option("--by", required=True, help="Who does it.")
@click.option("--reason", required=True, help="Why nobody can be asked; everybody will see it.")
def break_(by: str, reason: str) -> None:
    """Enrol what organisation.yaml asks for alone; the watch tells everybody each day."""
    shop = open_workshop()
    organisation = shop.inventory.inventory.organisation
    for line in break_glass(shop.database, organisation, by=by, reason=reason):
        click.echo(f"done alone: {line}")
    click.echo("Everybody is told each day until two who were enrolled before agree.")


def _signed(given: str) -> tuple[str, str]:
    name, _, path = given.partition("=")
    if not path or not Path(path).is_file():
        raise InvalidInputError(
            "no file of a signature", where="--signature", repair="write it like ana=ANA.sig"
        )
    return name, Path(path).read_text(encoding="utf-8")
