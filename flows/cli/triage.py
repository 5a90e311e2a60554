"""The first ten minutes: a report without inventory or database gives duties and questions."""

from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from flows.terminal.duty_table import NOTE
from flows.terminal.show import as_json, console, table
from flows.terminal.triage_answer import show_answer
from incidents.data_files import LAW, read_data
from incidents.duties.engine import duties_owed
from incidents.duties.facts import facts_from_report
from incidents.duties.regime import Catalogue
from incidents.duties.sources.folder import read_catalogue
from incidents.errors import InvalidInputError
from incidents.intake.breach_report import parse_report
from incidents.intake.sources.veris_file import read_incidents
from incidents.intake.veris.report import report_from_veris
from incidents.intake.veris.shape import Incident
from incidents.models.duty import DutyList, DutyStatus
from incidents.models.report import BreachReport
from incidents.models.risk import RiskAssessment
from incidents.risk.assess import assess
from incidents.risk.facts import risk_facts_from_report
from incidents.risk.sources.scales_file import read_scales


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "form",
    type=click.Choice(["report", "veris"]),
    default="report",
    show_default=True,
    help="What FILE holds: a breach report, or incidents in VERIS.",
)
@click.option("--incident", default="", help="Only the VERIS incident of this id.")
@click.option("--zone", default="UTC", show_default=True, help="Your organisation's time zone.")
@click.option(
    "--own-law",
    envvar="FORTHWITH_OWN_LAW",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of laws of your own, such as contracts with clocks.",
)
@click.option("--all", "whole", is_flag=True, help="Every question and all that may be owed.")
@click.option("--json", "json_", is_flag=True, help="One JSON object and nothing else.")
def triage(
    file: Path,
    form: str,
    incident: str,
    zone: str,
    own_law: Path | None,
    *,
    whole: bool,
    json_: bool,
) -> None:
    """Say from a report FILE alone what is owed, may be owed, and what must be asked."""
    catalogue = read_catalogue(LAW, *([own_law] if own_law else []))
    show = partial(show_triage, catalogue=catalogue, zone=zone, json_=json_, whole=whole)
    if form == "veris":
        incidents = _chosen(read_incidents(file), incident, str(file))
        if len(incidents) == 1:
            show(report_from_veris(incidents[0]))
        else:
            _show_several(incidents, catalogue, zone, json_=json_)
        return
    if incident:
        raise InvalidInputError(
            "only a file of VERIS incidents has ids",
            where="--incident",
            repair="add --from veris, or leave it out",
        )
    show(parse_report(read_data(file), where=str(file)))


def show_triage(
    report: BreachReport,
    catalogue: Catalogue,
    *,
    zone: str,
    json_: bool = False,
    whole: bool = False,
) -> None:
    """Print what a report alone gives; not `whole`, only the next of what may be owed."""
    found, risk = judged(report, catalogue, zone=zone)
    if json_:
        as_json(answer(found, risk))
    else:
        show_answer(console(), found, risk, whole=whole)


def judged(
    report: BreachReport, catalogue: Catalogue, *, zone: str
) -> tuple[DutyList, RiskAssessment]:
    """Return the duties and the risk that a report alone gives."""
    risk = assess(risk_facts_from_report(report), read_scales())
    facts = facts_from_report(report, risk, zone=zone, targets_hours={})
    return duties_owed(facts, catalogue), risk


def _chosen(incidents: list[Incident], wanted: str, where: str) -> list[Incident]:
    chosen = [one for one in incidents if wanted in {"", one.incident_id}]
    if not chosen:
        raise InvalidInputError(
            "no incident has this id", where=f"{where}: --incident", repair="check the id"
        )
    return chosen


def _show_several(
    incidents: list[Incident], catalogue: Catalogue, zone: str, *, json_: bool
) -> None:
    """Print a line for each incident."""
    judgements = {
        one.incident_id: judged(report_from_veris(one), catalogue, zone=zone)
        for one in track(incidents, console=Console(stderr=True), transient=True)
    }
    if json_:
        as_json(
            {
                "incidents": [
                    {"incident_id": key, **answer(found, risk)}
                    for key, (found, risk) in judgements.items()
                ]
            }
        )
    else:
        console().print(_overview(judgements))


def _overview(judgements: dict[str, tuple[DutyList, RiskAssessment]]) -> Table:
    rows = []
    for key, (found, risk) in judgements.items():
        sure = sum(duty.status != DutyStatus.MAY_BE_OWED for duty in found.duties)
        shown = "".join(one if one.isprintable() else "?" for one in key)
        may_be, asked = len(found.duties) - sure, len(found.questions)
        rows.append((shown, risk.level, sure, may_be, asked))
    return table(
        f"{len(rows)} incidents",
        ("incident", "risk", "owed", "may be owed", "questions"),
        rows,
        note=f"--incident ID shows one of them whole. {NOTE}",
    )


def answer(found: DutyList, risk: RiskAssessment) -> dict[str, Any]:
    """Return duties and risk as one JSON object.

    `risk` holds `levels` (risk to rights and freedoms, and each grade of harm that laws ask
    about), `score` and `reasons`, and beside them the parts of the score.
    """
    weighed = risk.model_dump(mode="json")
    levels = {"rights_and_freedoms": risk.level, **risk.answers}
    return {**found.model_dump(mode="json"), "risk": {"levels": levels, **weighed}}
