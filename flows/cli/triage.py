"""The first ten minutes: a report without inventory or database gives duties and questions."""

from pathlib import Path

import click
from rich.console import Console

from flows.cli.show import as_json, console, table
from flows.reporting import deadline_words
from incidents.clock import SystemClock
from incidents.data_files import read_data
from incidents.duties.engine import duties_owed
from incidents.duties.facts import facts_from_report
from incidents.intake.breach_report import parse_report
from incidents.models.duty import DutyList
from incidents.models.risk import RiskAssessment
from incidents.risk.assess import assess
from incidents.risk.facts import risk_facts_from_report
from incidents.wiring import law_and_scales


def add_to(group: click.Group) -> None:
    """Add this room's commands."""
    group.add_command(triage)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--zone", default="UTC", show_default=True, help="Your organisation's time zone.")
@click.option("--json", "json_", is_flag=True, help="One JSON object and nothing else.")
def triage(file: Path, zone: str, *, json_: bool) -> None:
    """Say from a report FILE alone what is owed, may be owed, and what must be asked."""
    report = parse_report(read_data(file), where=str(file))
    catalogue, scales = law_and_scales()
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
    rows = []
    for duty in found.duties:
        deadline, left = deadline_words(duty, now)
        status = duty.status.replace("_", " ")
        whom = duty.recipient.name or duty.recipient.kind
        rows.append((left, deadline, whom, duty.id, status, duty.citation.article))
    columns = ("left", "deadline, local time", "to", "duty", "state", "article")
    out.print(table("Duties, next deadline first", columns, rows, note=found.notice))
    if found.unknown_law:
        places = [
            (one.place, one.people.best if one.people.best is not None else f"{one.people.low}+")
            for one in found.unknown_law
        ]
        out.print(table("Law not known here, ask counsel", ("place", "people"), places))
    if found.questions:
        asked = [(one.text, ", ".join(one.changes)) for one in found.questions]
        out.print(table("Questions whose answers change this", ("question", "duties"), asked))
