"""Corrections and recalls: who holds a message that does not hold any more."""

import click

from incidents.steps.draft_corrections import draft_corrections
from incidents.steps.to_correct import decline_corrections, to_correct
from incidents.wiring import open_workshop


@click.command()
@click.argument("case")
@click.option("--by", default="", help="The named person who asks for it; may not sign it.")
@click.option("--news", is_flag=True, help="Write also to those for whom more is known now.")
@click.option("--not-needed", default="", metavar="REASON", help="Correct nothing, and say why.")
def correct(case: str, *, by: str, news: bool, not_needed: str) -> None:
    """Show who was told something wrong; draft what corrects it.

    \b
    forthwith correct CASE                                shows how many
    forthwith correct CASE --by NAME [--news]             drafts corrections and recalls
    forthwith correct CASE --by NAME --not-needed REASON

    What is drafted is signed and sent like any other notice.
    """  # noqa: D301  # click looks for the control character
    shop = open_workshop()
    if not_needed:
        found = decline_corrections(shop.database, case, by=by, reason=not_needed)
        click.echo(f"{case}: recorded; {found.text()}")
    elif by:
        made = draft_corrections(
            shop.database, case, shop.words, settings=shop.settings, by=by, news=news
        )
        for key, people in made.sets.items():
            click.echo(f"{case}: {key} drafted for {people:,} people; it needs signatures")
    else:
        with shop.database.read() as work:
            found = to_correct(work, case)
        click.echo(f"{case}: {found.text()}; {found.news:,} could be told more than they were")
        if found.declined:
            click.echo(f"nothing is to be corrected: {found.declined}")
