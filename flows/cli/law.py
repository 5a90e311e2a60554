"""The law that is loaded, and its gates."""

from datetime import date
from pathlib import Path

import click

from flows.terminal.show import as_json, console, counted, table
from incidents.clock import SystemClock
from incidents.data_files import LAW
from incidents.duties.checks import LawFiles, check_catalogue
from incidents.duties.explain import FRESH
from incidents.duties.mutation import mutation_scores
from incidents.duties.sources.folder import read_catalogue, read_law_files
from incidents.errors import InvalidInputError, LawDataError, NotFoundError
from incidents.models.duty import Citation


@click.group()
def law() -> None:
    """List the laws that are loaded, show one, check them all."""


@law.command("list")
@click.option("--json", "json_", is_flag=True, help="One JSON value and nothing else.")
def law_list(*, json_: bool) -> None:
    """List laws with how sure we are of each and when it was read."""
    catalogue = read_catalogue(LAW)
    rows = [
        (one.id, one.name, len(one.duties), one.citation.confidence, _read(one.citation))
        for one in catalogue.regimes
    ]
    columns = ("id", "law", "duties", "confidence", "read on")
    if json_:
        as_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    console().print(
        table(
            f"Law, version {catalogue.version}",
            columns,
            rows,
            note="Single duties may be less sure than their law.\n"
            "This informs counsel; it does not replace counsel.",
        )
    )


def _read(citation: Citation) -> str:
    """Return the day on which a law was read, marked where that is more than a year ago."""
    old = date.fromisoformat(citation.read_on) < SystemClock().now().date() - FRESH
    return f"{citation.read_on} (over a year ago)" if old else citation.read_on


@law.command("show")
@click.argument("regime")
def law_show(regime: str) -> None:
    """Print one law as it is written down here."""
    for one in read_catalogue(LAW).regimes:
        if one.id == regime:
            as_json(one.model_dump(mode="json", exclude_defaults=True, by_alias=True))
            return
    raise NotFoundError(f"no law {regime!r}", repair="`forthwith law list` shows the ids")


@law.command("check")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option("--only", metavar="LAW", default="", help="Check one law, by its id.")
@click.option("--mutate", is_flag=True, help="Also change each law a little, and see it noticed.")
def law_check(folder: Path | None, only: str, *, mutate: bool) -> None:
    """Run all gates over the law files: shape, words, time, evidence, worked examples.

    With --mutate each duty is dropped, each number moved by one, each operator flipped and each
    condition turned round; every such change has to break a worked example.
    """
    files = read_law_files(folder or LAW)
    findings = check_catalogue(files, only=only)
    for one in findings:
        click.echo(str(one))
    if findings:
        raise LawDataError(counted(len(findings), "finding"), repair="mend each line above")
    click.echo("all gates pass")
    if mutate:
        _mutate(files, only)


def _mutate(files: LawFiles, only: str) -> None:
    killed, total, wrong = 0, 0, 0
    for score in mutation_scores(files, only=only):
        click.echo(f"{score.regime}: {score.killed}/{score.total} changes noticed")
        for mutant in score.survivors:
            click.echo(f"  not noticed: {mutant}")
        for mutant, reason in score.excused.items():
            click.echo(f"  not noticed, with a reason: {mutant} ({reason})")
        for mutant in score.stale:
            click.echo(f"  a reason is given, but no such change survives: {mutant}")
        killed += score.killed
        total += score.total
        wrong += len(score.survivors) + len(score.stale)
    click.echo(f"{killed}/{total} changes noticed ({killed / max(total, 1):.1%})")
    if wrong:
        raise LawDataError(
            f"{wrong} changes that no example notices, or reasons that are out of date",
            repair="add a worked case for each, or say in the examples file why none can notice it",
        )


@law.command("replay")
@click.argument("case", required=False)
@click.option("--adopt", is_flag=True, help="Judge CASE by the loaded law from now on.")
@click.option("--by", default="", help="The named person who decides so.")
@click.option("--json", "json_", is_flag=True, help="One JSON value and nothing else.")
def law_replay(case: str | None, by: str, *, adopt: bool, json_: bool) -> None:
    """Show which open cases the loaded law would answer differently.

    A case keeps the law it was judged by. This works out each open case under both and shows what
    differs; --adopt takes one case over, after which its notices are drafted again.
    """
    # Imported here: the other commands of this group read law files only, and are quick.
    from incidents.steps.replay_law import adopt_law, replay_law
    from incidents.wiring import open_workshop

    shop = open_workshop()
    if adopt:
        if not case:
            raise InvalidInputError("--adopt needs a case", where="CASE", repair="name one")
        found = adopt_law(shop.database, case, shop.catalogue, by=by)
        click.echo(f"{case}: {len(found.duties)} duties by law {found.law_version}; draft again")
        return
    replays = [
        one for one in replay_law(shop.database, shop.catalogue) if case in {None, "", one.case}
    ]
    if json_:
        as_json([one.model_dump(mode="json") for one in replays])
        return
    if not replays:
        click.echo(f"every open case is judged by the loaded law, {shop.catalogue.version}")
    for one in replays:
        click.echo(f"{one.case}: judged by {one.judged_by}, loaded is {one.loaded}")
        rows = [(found.duty, found.what, found.before, found.after) for found in one.changes]
        if rows:
            console().print(table("What differs", ("duty", "what", "was", "would be"), rows))
        else:
            click.echo("  nothing differs for this case")
