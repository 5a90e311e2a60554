"""Duties one a line, for a terminal."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from rich.table import Table

from flows.deadline_words import short_deadline
from flows.terminal.show import table
from incidents.duties.explain import doubts
from incidents.models.duty import Citation, Duty

SURE = {
    "primary": "read",
    "quoted": "quoted",
    "secondary": "summary",
    "mixed": "partly",
    "memory": "memory",
    "own": "own",
}
"""How sure a rule is, in one word; `duties CASE explain DUTY` says it in full."""
STATUS = {"owed": "owed", "may_be_owed": "may be", "owed_if": "if"}
NOTE = (
    "A word in quotes is the law's own: it names no number; a time beside it is your own target.\n"
    "Source: partly and memory are unverified, summary is from others' words, ! was not read for a"
    " year.\nThis informs counsel; it does not replace counsel."
)


def duty_table(
    duties_: Sequence[tuple[Duty, str]],
    now: datetime,
    earlier: Mapping[str, datetime],
    *,
    title: str = "Duties, next deadline first",
    note: str = NOTE,
    width: int = 150,
) -> Table:
    """Return the duties one a line: time left, deadline, state, recipient, id, how sure the source.

    Args:
        duties_: Each duty with counsel's answer, or `open`.
        now: The moment from which time is left.
        earlier: Duties whose deadline was once earlier, and when.
        title: What stands above.
        note: What stands below.
        width: Columns of the terminal: recipient and deadline share what the others leave.
    """
    made = table(
        title,
        ("left", "deadline, local time", "state", "to", "duty", "source"),
        (_line(duty, state, now, earlier) for duty, state in duties_),
        note=note,
    )
    columns = {str(one.header): one for one in made.columns}
    longest = max((len(duty.id) for duty, _ in duties_), default=4)
    spare = width - longest - len("29 d 22 h LATE") - 2 * 8 - 5 * 2
    whom = max(12, min(30, spare - 30))
    when = max(20, min(44, spare - whom))
    for name, most in (("left", 14), ("deadline, local time", when), ("to", whom)):
        column = columns[name]
        column.no_wrap, column.overflow, column.max_width = True, "ellipsis", most
    # A column that may wrap would be squeezed to nothing.
    columns["state"].no_wrap, columns["state"].min_width = True, 8
    columns["source"].no_wrap, columns["source"].min_width = True, 8
    columns["left"].min_width = len("29 d 22 h LATE")
    # An id is what the next command needs: it is never cut.
    ids = columns["duty"]
    ids.no_wrap, ids.min_width = True, longest
    return made


def _line(
    duty: Duty, state: str, now: datetime, earlier: Mapping[str, datetime]
) -> tuple[str, ...]:
    deadline, left = short_deadline(duty, now)
    if duty.id in earlier:
        deadline += f" (was {earlier[duty.id]:%d %b %H:%M} UTC)"
    status = state if state != "open" else STATUS[duty.status]
    return left, deadline, status, _whom(duty), duty.id, _sure(duty.citation, now.date())


def _sure(citation: Citation, today: date) -> str:
    old = any(one.startswith("last read") for one in doubts(citation, today))
    return SURE[citation.confidence] + (" !" if old else "")


def _whom(duty: Duty) -> str:
    return (duty.recipient.name or duty.recipient.kind).split(" (")[0]
