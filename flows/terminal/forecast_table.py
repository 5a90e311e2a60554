"""Whether the deadlines of a case can be met, for a terminal: the verdict, then what to change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from flows.deadline_words import short_deadline
from flows.rate_words import a_time, early_or_late
from flows.terminal.forecast_words import limit_words, remedy_words
from flows.terminal.show import counted, table
from incidents.delivery.forecast import Remedy, Verdict
from incidents.delivery.pace import NEVER
from incidents.models.base import zone_info
from incidents.models.duty import Duty
from incidents.steps.forecast_sending import DutyProspect, Prospect, SetProspect

CHANNELS = {"email": "mail", "letter": "letter", "call": "call", "hand": "hand", "none": "none"}
WIDE = 130
"""Columns from which on a set's name has room in its line."""
WORST = (Verdict.PASSED, Verdict.MISSED, Verdict.NOT_KNOWN, Verdict.NO_NUMBER, Verdict.MET)
COLOURS = {Verdict.MISSED: "bold red", Verdict.PASSED: "bold red", Verdict.NOT_KNOWN: "yellow"}
NOTE = (
    "E-mails are early or late by the last message of the slowest set that serves the duty; tasks, "
    "the letters, calls and hand cases,\nby when the lists say. Handed over to a relay is not yet "
    "told.\n"
    "Mail refused for now is tried again for days, and mail refused for good becomes a letter or a "
    "call; neither can be foreseen.\n"
    "A word in quotes is the law's own: it names no number; a time beside it is your own target.\n"
    "This informs counsel; it does not replace counsel."
)


def show_forecast(out: Console, prospect: Prospect) -> None:
    """Print verdict, limits, blocks, sets, duties, and what would have to change."""
    lines = _duty_lines(prospect)
    out.print(_headline(prospect, lines))
    out.print(limit_words(prospect), markup=False)
    for block in prospect.blocks:
        out.print(f"[yellow]Nothing can be sent now:[/yellow] {escape(block)}")
    for block, numbers in _blocks(prospect).items():
        out.print(f"[yellow]{_sets_named(numbers)}:[/yellow] {escape(block)}")
    if prospect.deferred:
        what = counted(prospect.deferred, "e-mail was", "e-mails were")
        out.print(
            f"[yellow]{what} refused for now:[/yellow] nobody knows when a later try succeeds"
        )
    if not prospect.sets:
        return
    out.print()
    out.print(_sets(prospect, wide=out.width >= WIDE))
    if out.width < WIDE:
        for number, one in enumerate(prospect.sets, 1):
            out.print(f"set {number}: {one.key}", markup=False)
    out.print()
    out.print(_duties(prospect, lines, wide=out.width >= WIDE))
    said = [line for one in lines for line in one.to_do(prospect)]
    if said:
        out.print("\n[bold]What would meet it[/bold]")
    for line in said:
        out.print(line, markup=False)


@dataclass(frozen=True)
class _DutyLine:
    """One duty over all sets that serve it."""

    duty: Duty
    parts: Sequence[tuple[int, DutyProspect]]
    """Number of the set, and how the duty stands in it; nobody is left in others."""

    @property
    def verdict(self) -> Verdict:
        return min((one.outlook.verdict for _, one in self.parts), key=WORST.index)

    @property
    def words(self) -> str:
        verdict = self.verdict
        if verdict is Verdict.NO_NUMBER and self.duty.target_by:
            return "own target" if self._in_time else "target late"
        return {
            Verdict.PASSED: "PASSED",
            Verdict.MISSED: "MISSED",
            Verdict.NOT_KNOWN: "not known",
            Verdict.NO_NUMBER: "no number",
        }.get(verdict, "met")

    @property
    def _in_time(self) -> bool:
        return all(one.outlook.in_time for _, one in self.parts)

    def mail(self) -> str:
        """Return how early or late the last e-mail is, or what rate it would need."""
        margins = [one.outlook.mail_margin for _, one in self.parts]
        known = [one for one in margins if one is not None]
        rates = [one.outlook.needed_rate for _, one in self.parts]
        if self.verdict is Verdict.NOT_KNOWN:
            return f"needs {a_time(max(one or 0 for one in rates))}"
        return early_or_late(min(known, default=None))

    def lists(self) -> str:
        """Return how early or late the lists are, as they stand."""
        margins = [one.outlook.lists_margin for _, one in self.parts]
        return early_or_late(min((one for one in margins if one is not None), default=None))

    def people(self, *channels: str) -> str:
        """Return how many people are still to be told by these channels."""
        return f"{sum(one.people.get(way, 0) for _, one in self.parts for way in channels):,}"

    def to_do(self, prospect: Prospect) -> list[str]:
        """Return what would meet it, the duty first."""
        widest: dict[str, tuple[Remedy, list[int]]] = {}
        for number, one in self.parts:
            for remedy in one.outlook.remedies:
                old, numbers = widest.get(remedy.kind, (remedy, []))
                kept = max(old, remedy, key=lambda each: each.value)
                widest[remedy.kind] = kept, [*numbers, number]
        said = [
            remedy_words(one, prospect.limits, prospect.ref, _sets_named(numbers))
            for one, numbers in widest.values()
        ]
        return [f"  {self.duty.id}", *(f"    - {one}" for one in said)] if said else []


def _duty_lines(prospect: Prospect) -> list[_DutyLine]:
    found: dict[str, list[tuple[int, DutyProspect]]] = {}
    for number, part in enumerate(prospect.sets, 1):
        for one in part.duties:
            if one.outlook.verdict is not Verdict.NOBODY_LEFT:
                found.setdefault(one.duty.id, []).append((number, one))
    lines = [_DutyLine(parts[0][1].duty, parts) for parts in found.values()]
    return sorted(lines, key=lambda one: (WORST.index(one.verdict), one.duty.act_by or NEVER))


def _headline(prospect: Prospect, lines: Sequence[_DutyLine]) -> str:
    verdicts = [one.verdict for one in lines]
    bad = sum(one in {Verdict.MISSED, Verdict.PASSED} for one in verdicts)
    ref = escape(prospect.ref)
    if not prospect.sets:
        return f"[bold]{ref}: no notice to people is open[/bold]"
    if bad:
        what = counted(bad, "legal deadline")
        return f"[bold red]{ref}: {what} cannot be met at these limits[/bold red]"
    if Verdict.NOT_KNOWN in verdicts:
        return (
            f"[bold yellow]{ref}: nobody can say whether the deadlines are met[/bold yellow]: no "
            "sending was measured here yet.\nAsk the relay's keeper how many messages a second it "
            "takes, and give that as --rate N"
        )
    if Verdict.MET in verdicts:
        return f"[bold green]{ref}: every legal deadline can be met from now on[/bold green]"
    return f"[bold]{ref}: no open duty to these people names a number[/bold]"


def _blocks(prospect: Prospect) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, one in enumerate(prospect.sets, 1):
        for block in one.blocks:
            found.setdefault(block, []).append(number)
    return found


def _sets_named(numbers: Iterable[int]) -> str:
    listed = sorted(set(numbers))
    return f"set{'s' if len(listed) > 1 else ''} {', '.join(map(str, listed))}"


def _sets(prospect: Prospect, *, wide: bool) -> Table:
    rows = [
        (
            number,
            one.state,
            *(f"{one.people.get(channel, 0):,}" for channel in CHANNELS),
            f"{one.handed_over:,}",
            _ends(prospect, one),
            _start_by(prospect, one),
            *([one.key] if wide else []),
        )
        for number, one in enumerate(prospect.sets, 1)
    ]
    columns = ("set", "state", *CHANNELS.values(), "sent", "mail is out", "begin by")
    made = table(
        "People still to be told, in the order the sets go",
        (*columns, "") if wide else columns,
        rows,
        note="hand: a person must decide; none: no address at all. Begin by: at the latest, in "
        "this order.",
    )
    _in_one_line(made.columns[: len(columns)], rows)
    return made


def _ends(prospect: Prospect, one: SetProspect) -> str:
    if not one.course.mails:
        return ""
    at = _local(one.course.ends_at, prospect)
    return at if prospect.limits.rate else f"not before {at}" if prospect.limits.per_hour else "?"


def _start_by(prospect: Prospect, one: SetProspect) -> str:
    at = one.course.start_by
    if at is None:
        return ""
    return "too late" if at < prospect.now else _local(at, prospect)


def _local(at: datetime, prospect: Prospect) -> str:
    local = at.astimezone(zone_info(prospect.zone))
    soon = abs(at - prospect.now) < timedelta(hours=1)
    return f"{local:%a %d %b %H:%M:%S}" if soon else f"{local:%a %d %b %H:%M}"


def _duties(prospect: Prospect, lines: Sequence[_DutyLine], *, wide: bool) -> Table:
    rows: list[tuple[str, ...]] = []
    columns: tuple[str, ...] = ("verdict", "duty", "e-mail", "tasks")
    if wide:
        columns = ("verdict", "duty", "left", "e-mail", "", "tasks", "", "deadline, local time")
    for one in lines:
        deadline, left = short_deadline(one.duty, prospect.now)
        mails, tasks = one.people("email"), one.people("letter", "call", "hand")
        said: tuple[str, ...] = (one.words, one.duty.id, one.mail(), one.lists())
        if wide:
            said = (one.words, one.duty.id, left, mails, one.mail(), tasks, one.lists(), deadline)
        rows.append(said)
    made = table("Duties to people, the worst first", columns, rows, note=NOTE)
    for row, one in zip(made.rows, lines, strict=True):
        row.style = COLOURS.get(one.verdict)
    _in_one_line(made.columns, rows)
    if wide:  # how much time is left stands before it
        made.columns[-1].min_width, made.columns[-1].overflow = None, "ellipsis"
    return made


def _in_one_line(columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> None:
    for number, column in enumerate(columns):
        longest = max((len(str(row[number])) for row in rows), default=0)
        column.no_wrap, column.min_width = True, max(longest, len(str(column.header)))
