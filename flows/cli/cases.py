"""Reports, alerts and cases."""

from pathlib import Path
from typing import Any, get_args

import click
from rich.prompt import Prompt

from flows.cli.triage import show_triage
from flows.deadline_words import time_left
from flows.terminal.duty_table import duty_table
from flows.terminal.show import as_json, console, counts, table
from incidents.clock import system_zone
from incidents.data_files import read_data
from incidents.errors import InvalidInputError
from incidents.intake.ask import questions, report_from_answers
from incidents.intake.breach_report import parse_report
from incidents.intake.sources.people_file import read_people_files
from incidents.models.base import in_zone
from incidents.models.report import BreachReport
from incidents.steps.amend_while_sending import (
    AmendmentPreview,
    Meanwhile,
    amend_later,
    preview_amendment,
    take_waiting,
)
from incidents.steps.close_case import close_case
from incidents.steps.contain_account import confirm_measure
from incidents.steps.open_case import amend_case, open_case
from incidents.steps.receive_alert import receive_alert
from incidents.steps.show_case import CaseView, all_cases, case_finding, show_case
from incidents.wiring import Workshop, open_workshop


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--ask", is_flag=True, help="Ask six questions instead of reading a file.")
@click.option("--amend", "amended", default="", metavar="CASE", help="A new version of a report.")
@click.option(
    "--meanwhile",
    type=click.Choice(get_args(Meanwhile)),
    help="What to do with messages that are going out while the report is amended.",
)
@click.option("--waiting", is_flag=True, help="Take in the amendment that waited for a send.")
@click.option("--yes", is_flag=True, help="Amend without asking again.")
@click.option("--no-flow", is_flag=True, help="Only record it; run the flow later.")
def report(
    file: Path | None,
    amended: str,
    *,
    ask: bool,
    meanwhile: Meanwhile | None,
    waiting: bool,
    yes: bool,
    no_flow: bool,
) -> None:
    """Record a breach report and take it through scope, risk, duties and drafts."""
    shop = open_workshop()
    people: dict[str, list[str]] = {}
    if waiting and not amended:
        raise InvalidInputError("no case", where="--waiting", repair="name it with --amend CASE")
    if meanwhile and (waiting or not amended):
        raise InvalidInputError("belongs to --amend CASE FILE", where="--meanwhile")
    if waiting:
        left = take_waiting(shop.database, amended, actor=shop.settings.actor)
        if left:
            click.echo(f"{left} messages in the old words are not sent and wait now")
        _run(shop, amended, no_flow=no_flow)
        return
    if ask:
        taken = _asked(shop)
    elif file is not None:
        taken = parse_report(read_data(file), where=str(file), now=shop.clock.now())
        people = read_people_files(taken, file.parent)
    else:
        raise InvalidInputError("no report", repair="name a file, or say --ask")
    if amended:
        ref = amended
        if not _amend(shop, ref, taken, people, sure=yes, meanwhile=meanwhile):
            return
    else:
        ref = open_case(shop.database, taken, actor=shop.settings.actor, people=people)
        click.echo(f"case {ref} opened")
    if not _has_inventory(shop):
        # On the worst day the answers count more than the order of things: nothing is lost.
        click.echo(
            "It is recorded. There is no inventory yet (`forthwith init`), so this is what the "
            "report alone tells:\n"
        )
        show_triage(taken, shop.catalogue, zone=_zone(shop))
        return
    _run(shop, ref, no_flow=no_flow)


def _run(shop: Workshop, ref: str, *, no_flow: bool) -> None:
    if not no_flow:
        from flows.start import start_handle_breach

        start_handle_breach(ref)
        print_case(show_case(shop.database, ref))


def _asked(shop: Workshop) -> BreachReport:
    answers = {}
    for question in questions():
        hint = f" [dim]{question.hint}[/dim]" if question.hint else ""
        answers[question.key] = Prompt.ask(f"{question.text}{hint}", default="unknown")
    return report_from_answers(answers, now=shop.clock.now(), zone=_zone(shop))


def _zone(shop: Workshop) -> str:
    """Return the organisation's zone; the machine's while there is no inventory."""
    if not _has_inventory(shop):
        return system_zone()
    return shop.inventory.inventory.organisation.zone


def _has_inventory(shop: Workshop) -> bool:
    return (shop.settings.inventory_folder / "organisation.yaml").exists()


def _amend(
    shop: Workshop,
    ref: str,
    taken: BreachReport,
    people: dict[str, list[str]],
    *,
    sure: bool,
    meanwhile: Meanwhile | None,
) -> bool:
    """Amend now, or once what is going out has gone out; return whether it was done now."""
    preview = preview_amendment(shop.database, ref, taken)
    _show_amendment(shop, preview)
    if meanwhile is None and preview.running and not sure:
        meanwhile = click.prompt(
            "Meanwhile", type=click.Choice(get_args(Meanwhile)), default="hold"
        )
    elif not sure and not click.confirm("Amend the report?"):
        raise click.Abort
    actor = shop.settings.actor
    if meanwhile is None or meanwhile == "hold":
        amend_case(shop.database, ref, taken, actor=actor, people=people)
        return True
    kept = amend_later(shop.database, ref, taken, actor=actor, meanwhile=meanwhile, people=people)
    held = f"; {kept.held} people are held" if meanwhile == "hold-these" else ""
    click.echo(
        f"{ref}: the amendment waits{held}. When the send is over: "
        f"`forthwith report --amend {ref} --waiting`, then `forthwith correct {ref}`"
    )
    return False


def _show_amendment(shop: Workshop, preview: AmendmentPreview) -> None:
    for line in preview.differences:
        click.echo(f"  changes: {line}")
    for line in preview.voids:
        click.echo(f"  voids: {line} loses its approval")
    for state, number in preview.holds.items():
        click.echo(f"  holds: {number} people who are {state}")
    for one in preview.running:
        clock = "no clock"
        if one.act_by is not None:
            left = time_left(shop.clock.now(), one.act_by)
            clock = f"{in_zone(one.act_by, _zone(shop))} ({left}, {one.duty})"
        click.echo(f"  going out: {one.set_key} v{one.version}, {one.unsent} people to go")
        click.echo(f"    hold        {one.unsent} wait for new signatures; endangers {clock}")
        click.echo(
            f"    hold-these  {one.these} whom it concerns wait, {one.unsent - one.these} get the "
            f"old words; endangers {clock} for those who wait"
        )
        click.echo(
            f"    go-on       {one.unsent} get the old words, {one.these} are corrected "
            "afterwards; endangers no deadline"
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--no-flow", is_flag=True, help="Only record it; run the flow later.")
def alert(file: Path, *, no_flow: bool) -> None:
    """Take in an alert that logins of ours were found exposed elsewhere."""
    shop = open_workshop()
    received = receive_alert(
        shop.database, shop.ring, _bytes(file), where=str(file), actor=shop.settings.actor
    )
    for line in received.lines():
        click.echo(line)
    if not no_flow:
        from flows.start import start_leaked_credential

        for ref in received.opened:
            start_leaked_credential(ref)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInputError(
            f"cannot be read: {error.strerror}", where=str(file), repair="check the path"
        ) from None


@click.command()
@click.argument("verb", type=click.Choice(["list", "show", "close", "done"]))
@click.argument("ref", default="")
@click.argument("what", nargs=-1)
@click.option("--json", "json_", is_flag=True, help="One JSON value and nothing else.")
def case(verb: str, ref: str, what: tuple[str, ...], *, json_: bool) -> None:
    """List cases; show or close one; confirm that a measure is done.

    \b
    forthwith case list
    forthwith case show CASE
    forthwith case done CASE MEASURE [PERSON]
    forthwith case close CASE
    """  # noqa: D301  # click looks for the control character
    shop = open_workshop()
    if verb == "list":
        _list(all_cases(shop.database), json_=json_)
    elif verb == "show":
        view = show_case(shop.database, ref)
        if json_:
            as_json(view.model_dump(mode="json"))
        else:
            print_case(view)
    elif verb == "done":
        measure, person = (*what, "", "")[:2]
        confirm_measure(shop.database, ref, measure, person, actor=shop.settings.actor)
        click.echo(f"{ref}: {measure} {person}".rstrip() + " is done")
    else:
        close_case(shop.database, ref, actor=shop.settings.actor)
        click.echo(f"{ref} is closed")


def _list(rows: list[dict[str, Any]], *, json_: bool) -> None:
    if json_:
        as_json(rows)
        return
    columns = ("case", "kind", "state", "opened", "held")
    lines = [(r["ref"], r["kind"], r["state"], r["opened_at"], r["held_at"] or "") for r in rows]
    console().print(table("Cases", columns, lines))


def print_case(view: CaseView) -> None:
    """Print a case as a security lead wants to see it."""
    out = console()
    held = " — ON HOLD" if view.held_at else ""
    out.print(
        f"[bold]{view.ref}[/bold] {view.state}{held}; risk {view.risk or 'not weighed'}; "
        f"{view.people_total:,} people"
    )
    if view.people_by_place:
        out.print(counts("Where they live", view.people_by_place))
    if view.unknown_law:
        out.print(counts("Law not known here, ask counsel", view.unknown_law))
    if view.duties:
        out.print(duty_table(view.duties, view.now, view.first_deadlines, width=out.width))
    if view.sets:
        rows = [
            (
                s.key,
                s.version,
                s.state,
                f"{s.people:,}",
                s.filings,
                s.root[:12],
                ", ".join(s.signed_by),
            )
            for s in view.sets
        ]
        columns = ("set", "version", "state", "people", "filings", "seal", "signed by")
        out.print(table("Notices", columns, rows))
    if view.people_in:
        out.print(
            counts("Where people stand (handed over to a relay is not yet told)", view.people_in)
        )
    if view.containment:
        out.print(table("Measures", ("measure", "state"), view.containment.items()))


@click.command()
@click.argument("case")
@click.option("--json", "json_", is_flag=True, help="One JSON value and nothing else.")
def scope(case: str, *, json_: bool) -> None:
    """Show what a breach touched, where the report is contradicted, what must be preserved."""
    shop = open_workshop()
    found = case_finding(shop.database, case)
    if json_:
        as_json(found.model_dump(mode="json"))
        return
    out = console()
    rows = [(e.store, e.name, ", ".join(e.elements), ", ".join(e.added)) for e in found.exposures]
    out.print(table("Touched", ("store", "name", "elements", "added by the inventory"), rows))
    lines = [(c.store, c.what, c.read_as, c.ask) for c in found.contradictions]
    out.print(table("Report against inventory", ("store", "finding", "read as", "ask"), lines))
    kept = [(p.on, p.happens, p.name, p.what) for p in found.preservation]
    out.print(table("Hold before it is gone", ("on", "will be", "store", "what"), kept))
