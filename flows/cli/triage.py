"""The first ten minutes: a report without inventory or database gives duties and questions."""

from pathlib import Path

import click
from rich.console import Console

from flows.terminal.duty_table import duty_table
from flows.terminal.show import as_json, console
from incidents.clock import SystemClock
from incidents.data_files import LAW, read_data
from incidents.duties.engine import duties_owed
from incidents.duties.facts import facts_from_report
from incidents.duties.sources.folder import read_catalogue
from incidents.intake.breach_report import parse_report
from incidents.models.duty import DutyList
from incidents.models.report import BreachReport
from incidents.models.risk import RiskAssessment
from incidents.risk.assess import assess
from incidents.risk.facts import risk_facts_from_report
from incidents.risk.sources.scales_file import read_scales


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--zone", default="UTC", show_default=True, help="Your organisation's time zone.")
@click.option("--json", "json_", is_flag=True, help="One JSON object and nothing else.")
def triage(file: Path, zone: str, *, json_: bool) -> None:
    """Say from a report FILE alone what is owed, may be owed, and what must be asked."""
    show_triage(parse_report(read_data(file), where=str(file)), zone=zone, json_=json_)


def show_triage(report: BreachReport, *, zone: str, json_: bool = False) -> None:
    """Print what a report alone gives."""
    catalogue, scales = read_catalogue(LAW), read_scales()
    risk = assess(risk_facts_from_report(report), scales)
    found = duties_owed(facts_from_report(report, risk, zone=zone, targets_hours={}), catalogue)
    if json_:
        as_json({**found.model_dump(mode="json"), "risk": risk.model_dump(mode="json")})
        return
    _show(console(), found, risk)


def _show(out: Console, found: DutyList, risk: RiskAssessment) -> None:
    now = SystemClock().now()
    out.print(f"[bold]Risk: {risk.level}[/bold] (ENISA {risk.score:.2f}, {risk.band})")
    for reason in risk.reasons:
        out.print(f"  - {reason.text}", markup=False)
    out.print(duty_table([(duty, "open") for duty in found.duties], now, {}))
    if found.unknown_law:
        places = [
            (one.place, one.people.best if one.people.best is not None else f"{one.people.low}+")
            for one in found.unknown_law
        ]
        listed = ", ".join(f"{place} {number}" for place, number in places)
        out.print(
            "[bold red]Law not known here, ask counsel[/bold red] (never “not owed”):", listed
        )
    if found.questions:
        out.print("[bold]Questions whose answers change this[/bold]")
        for one in found.questions:
            out.print(f"  - {one.text} ({len(one.changes)} duties)", markup=False)
