"""How badly people could be hurt, and a named person's own judgement of it."""

import click

from flows.terminal.show import as_json, console, table
from incidents.models.risk import RiskAssessment
from incidents.steps.show_case import case_assessment
from incidents.steps.weigh_risk import override_harm, override_risk
from incidents.wiring import open_workshop


@click.command()
@click.argument("case")
@click.argument("judged", default="")
@click.option("--by", default="", help="The named person who judges.")
@click.option("--reason", default="", help="Why; it goes on record.")
@click.option("--json", "json_", is_flag=True, help="One JSON value and nothing else.")
def risk(case: str, judged: str, by: str, reason: str, *, json_: bool) -> None:
    """Show how badly people could be hurt, or put a named person's judgement in its place.

    \b
    forthwith risk CASE
    forthwith risk CASE unlikely|risk|high --by NAME --reason TEXT
    forthwith risk CASE GRADE=yes|no|unknown --by NAME --reason TEXT

    Grades are those laws ask about, such as `misuse`; without a judgement all are shown.
    """  # noqa: D301  # click looks for the control character
    shop = open_workshop()
    if not judged:
        _show_risk(case_assessment(shop.database, case), json_=json_)
        return
    grade, is_grade, said = judged.partition("=")
    if is_grade:
        override_harm(shop.database, case, grade, said, by=by, reason=reason)
    else:
        override_risk(shop.database, case, judged, by=by, reason=reason)
    click.echo(f"{case}: {judged} by {by}; now run `forthwith step list-duties {case}`")


def _show_risk(found: RiskAssessment, *, json_: bool) -> None:
    if json_:
        as_json(found.model_dump(mode="json"))
        return
    whose = f", judged by {found.override.by}" if found.override else ""
    out = console()
    out.print(f"[bold]Risk to rights and freedoms: {found.level}[/bold]{whose}")
    for reason in found.reasons:
        out.print(f"  - {reason.text}", markup=False)
    rows = [
        (
            key,
            graded.effective,
            f"judged by {graded.override.by}: {graded.override.reason}"
            if graded.override
            else " ".join(one.text for one in graded.reasons),
        )
        for key, graded in found.harms.items()
    ]
    out.print(table("Grades of harm that laws ask about", ("grade", "answer", "because"), rows))
