"""What a report alone gives, for somebody who reads it in the first ten minutes."""

from collections import Counter
from datetime import datetime

from rich.console import Console

from flows.deadline_words import short_deadline
from flows.terminal.duty_table import NOTE, duty_table
from flows.terminal.show import counted
from incidents.clock import SystemClock
from incidents.models.duty import Duty, DutyList, DutyStatus
from incidents.models.risk import RiskAssessment

FIRST_QUESTIONS = 12
FIRST_OPEN = 20
ALL = "--all shows them"


def show_answer(out: Console, found: DutyList, risk: RiskAssessment, *, whole: bool) -> None:
    """Print the first deadline, what is owed, the questions, and what may be owed.

    Where little is known nearly everything may be owed: then, unless `whole`, the questions on
    which most hangs and the next deadlines stand there, and the rest is counted, law by law.
    """
    now = SystemClock().now()
    out.print(f"[bold]Risk: {risk.level}[/bold] (ENISA {risk.score:.2f}, {risk.band})")
    for reason in risk.reasons:
        out.print(f"  - {reason.text}", markup=False)
    _show_first(out, found, now)
    sure = [duty for duty in found.duties if duty.status != DutyStatus.MAY_BE_OWED]
    open_ = [duty for duty in found.duties if duty.status == DutyStatus.MAY_BE_OWED]
    if sure:
        title = f"{counted(len(sure), 'duty', 'duties')}, next deadline first"
        note = "" if open_ else NOTE
        out.print(
            duty_table(
                [(one, "open") for one in sure], now, {}, title=title, note=note, width=out.width
            )
        )
    _show_gaps(out, found)
    _show_questions(out, found, FIRST_QUESTIONS if not whole else len(found.questions))
    if open_:
        _show_open(out, open_, FIRST_OPEN if not whole else len(open_), now)
    laws = sorted({one.regime for one in found.not_owed if not one.duty})
    if laws:
        out.print(f"Looked at and asking nothing here: {', '.join(laws)}", markup=False)
    _show_coming(out, found)


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


def _show_questions(out: Console, found: DutyList, most: int) -> None:
    if not found.questions:
        return
    out.print("[bold]Questions whose answers change this[/bold]")
    for one in found.questions[:most]:
        hang = counted(len(one.changes), "duty hangs", "duties hang")
        out.print(f"  - {one.text} ({one.fact}; {hang} on it)", markup=False)
    left = len(found.questions) - most
    if left > 0:
        out.print(f"  and {counted(left, 'question')} on which less hangs; {ALL}")


def _show_open(out: Console, open_: list[Duty], most: int, now: datetime) -> None:
    title = f"{len(open_)} more may be owed until these are answered, next deadline first"
    out.print(
        duty_table([(one, "open") for one in open_[:most]], now, {}, title=title, width=out.width)
    )
    rest = Counter(duty.regime for duty in open_[most:])
    if rest:
        laws = ", ".join(f"{regime} {number}" for regime, number in sorted(rest.items()))
        out.print(f"and {rest.total()} later or without a number; {ALL}: {laws}", markup=False)


def _show_coming(out: Console, found: DutyList) -> None:
    coming: dict[tuple[str, str], list[str]] = {}
    for later in found.coming:
        coming.setdefault((later.begins or "", later.regime), []).append(later.name)
    for (begins, regime), names in coming.items():
        when = f"from {begins}" if begins else "proposed, no date"
        out.print(f"Coming {when} ({regime}): {'; '.join(names)}", markup=False)
