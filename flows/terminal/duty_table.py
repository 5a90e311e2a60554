"""Duties one a line, for a terminal."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.table import Table

from flows.deadline_words import short_deadline
from flows.terminal.show import table
from incidents.models.duty import Duty

MARKS = {"memory": "from memory, unverified", "mixed": "partly from memory", "own": "own policy"}
STATUS = {"owed": "owed", "may_be_owed": "may be", "owed_if": "if"}


def duty_table(
    duties_: Sequence[tuple[Duty, str]], now: datetime, earlier: Mapping[str, datetime]
) -> Table:
    """Return the duties one a line: time left, deadline, state, recipient, id, article.

    Args:
        duties_: Each duty with counsel's answer, or `open`.
        now: The moment from which time is left.
        earlier: Duties whose deadline was once earlier, and when.
    """
    made = table(
        "Duties, next deadline first",
        ("left", "deadline, local time", "state", "to", "duty", "article"),
        (_line(duty, state, now, earlier) for duty, state in duties_),
        note="A word in quotes is the law's own: it names no number, the time beside it is your "
        "own target.\nThis informs counsel; it does not replace counsel.",
    )
    for name, most in (("left", 14), ("deadline, local time", 36), ("to", 22), ("article", 30)):
        column = next(one for one in made.columns if one.header == name)
        column.no_wrap, column.overflow, column.max_width = True, "ellipsis", most
    ids = next(one for one in made.columns if one.header == "duty")
    state = next(one for one in made.columns if one.header == "state")
    state.no_wrap, state.min_width = True, 8  # a column that may wrap would be squeezed to nothing
    next(one for one in made.columns if one.header == "left").min_width = len("29 d 22 h LATE")
    # An id is what the next command needs: it is never cut.
    ids.no_wrap, ids.min_width = True, max((len(duty.id) for duty, _ in duties_), default=4)
    return made


def _line(
    duty: Duty, state: str, now: datetime, earlier: Mapping[str, datetime]
) -> tuple[str, ...]:
    deadline, left = short_deadline(duty, now)
    if duty.id in earlier:
        deadline += f" (was {earlier[duty.id]:%d %b %H:%M} UTC)"
    status = state if state != "open" else STATUS[duty.status]
    mark = MARKS.get(duty.citation.confidence, "")
    article = f"{duty.citation.article} ({mark})" if mark else duty.citation.article
    return left, deadline, status, _whom(duty), duty.id, article


def _whom(duty: Duty) -> str:
    return (duty.recipient.name or duty.recipient.kind).split(" (")[0]
