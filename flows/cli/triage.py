"""The first ten minutes: a report without inventory or database gives duties and questions."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from flows.deadline_words import short_deadline
from flows.terminal.duty_table import NOTE, duty_table
from flows.terminal.show import as_json, console, table
from incidents.clock import SystemClock
from incidents.data_files import LAW, read_data
from incidents.duties.engine import duties_owed
from incidents.duties.facts import facts_from_report
from incidents.duties.regime import Catalogue
from incidents.duties.sources.folder import read_catalogue
from incidents.errors import InvalidInputError
from incidents.intake.breach_report import parse_report
from incidents.intake.sources.veris_file import read_incidents
from incidents.intake.veris.report import report_from_veris
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
@click.option("--json", "json_", is_flag=True, help="One JSON object and nothing else.")
def triage(
    file: Path, form: str, incident: str, zone: str, own_law: Path | None, *, json_: bool
) -> None:
    """Say from a report FILE alone what is owed, may be owed, and what must be asked."""
    catalogue = read_catalogue(LAW, *([own_law] if own_law else []))
    if form == "veris":
        _triage_veris(file, incident, catalogue, zone, json_=json_)
        return
    if incident:
        raise InvalidInputError(
            "only a file of VERIS incidents has ids",
            where="--incident",
            repair="add --from veris, or leave it out",
        )
    show_triage(parse_report(read_data(file), where=str(file)), catalogue, zone=zone, json_=json_)


def show_triage(
    report: BreachReport, catalogue: Catalogue, *, zone: str, json_: bool = False
) -> None:
    """Print what a report alone gives."""
    found, risk = judged(report, catalogue, zone=zone)
    if json_:
        as_json(answer(found, risk))
    else:
        _show(console(), found, risk)


def judged(
    report: BreachReport, catalogue: Catalogue, *, zone: str
) -> tuple[DutyList, RiskAssessment]:
    """Return the duties and the risk that a report alone gives."""
    risk = assess(risk_facts_from_report(report), read_scales())
    facts = facts_from_report(report, risk, zone=zone, targets_hours={})
    return duties_owed(facts, catalogue), risk


def _triage_veris(file: Path, wanted: str, catalogue: Catalogue, zone: str, *, json_: bool) -> None:
    """Print what each incident of a file gives: one whole, or a line for each of several."""
    held = {one.incident_id: one for one in read_incidents(file)}
    if wanted and wanted not in held:
        raise InvalidInputError(
            "no incident has this id", where=f"{file}: --incident", repair="check the id"
        )
    chosen = [held[wanted]] if wanted else list(held.values())
    if len(chosen) == 1:
        show_triage(report_from_veris(chosen[0]), catalogue, zone=zone, json_=json_)
        return
    judgements = {
        one.incident_id: judged(report_from_veris(one), catalogue, zone=zone)
        for one in track(chosen, console=Console(stderr=True), transient=True)
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


def _show(out: Console, found: DutyList, risk: RiskAssessment) -> None:
    now = SystemClock().now()
    out.print(f"[bold]Risk: {risk.level}[/bold] (ENISA {risk.score:.2f}, {risk.band})")
    for reason in risk.reasons:
        out.print(f"  - {reason.text}", markup=False)
    _show_first(out, found, now)
    sure = [duty for duty in found.duties if duty.status != DutyStatus.MAY_BE_OWED]
    open_ = [duty for duty in found.duties if duty.status == DutyStatus.MAY_BE_OWED]
    if sure:
        title = f"{len(sure)} duties, next deadline first"
        note = "" if open_ else NOTE
        out.print(duty_table([(one, "open") for one in sure], now, {}, title=title, note=note))
    _show_gaps(out, found)
    if found.questions:
        out.print("[bold]Questions whose answers change this[/bold]")
        for one in found.questions:
            hang = "1 duty hangs" if len(one.changes) == 1 else f"{len(one.changes)} duties hang"
            text = f"  - {one.text} ({one.fact}; {hang} on it)"
            out.print(text, markup=False)
    if open_:
        title = f"{len(open_)} more may be owed until these are answered, next deadline first"
        out.print(duty_table([(one, "open") for one in open_], now, {}, title=title))
    laws = sorted({one.regime for one in found.not_owed if not one.duty})
    if laws:
        out.print(f"Looked at and asking nothing here: {', '.join(laws)}", markup=False)
    coming: dict[tuple[str, str], list[str]] = {}
    for later in found.coming:
        coming.setdefault((later.begins or "", later.regime), []).append(later.name)
    for (begins, regime), names in coming.items():
        when = f"from {begins}" if begins else "proposed, no date"
        out.print(f"Coming {when} ({regime}): {'; '.join(names)}", markup=False)


def _show_first(out: Console, found: DutyList, now: datetime) -> None:
    """Name the first deadline of all, sure or not: nobody may scroll past it."""
    first = next((duty for duty in found.duties if duty.due_by is not None), None)
    if first is not None:
        deadline, left = short_deadline(first, now)
        status = str(first.status).replace("_", " ")
        out.print(f"[bold]First deadline: {deadline}, {left}[/bold] ({first.id}, {status})")


def _show_gaps(out: Console, found: DutyList) -> None:
    if not found.unknown_law:
        return
    places = [
        (one.place, one.people.best if one.people.best is not None else f"{one.people.low}+")
        for one in found.unknown_law
    ]
    listed = ", ".join(f"{place} {number}" for place, number in places)
    out.print("[bold red]Law not known here, ask counsel[/bold red] (never “not owed”):", listed)
