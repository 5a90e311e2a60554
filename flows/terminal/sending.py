"""A sending under way, in a terminal: how far, how fast, in time or not, and who refuses."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from flows.deadline_words import short_deadline
from flows.rate_words import a_time, early_or_late
from flows.terminal.show import table
from incidents.delivery.progress import Progress
from incidents.models.base import zone_info
from incidents.steps.show_sending import SendingPlan

MOST_DUTIES = 12
BAR = 40


@contextmanager
def sending_display(out: Console) -> Iterator[Callable[[Progress, SendingPlan], None]]:
    """Yield what keeps the display up to date; where there is no terminal only its end is printed.

    Each set keeps its last lines on the screen when the next one begins.
    """
    with Live(console=out, auto_refresh=False, transient=False) as live:
        last: list[tuple[Progress, SendingPlan]] = []

        def show(now: Progress, plan: SendingPlan) -> None:
            if last and last[-1][0].set_key != now.set_key:
                live.console.print(sending_line(last[-1][0]))
            last[:] = [(now, plan)]
            live.update(sending_view(now, plan), refresh=out.is_terminal)

        yield show


def sending_line(now: Progress) -> Text:
    """Return one line on a set: how many were handed over, and what became of the others."""
    others = {key: n for key, n in sorted(now.states.items()) if key != "handed_over"}
    said = [f"{n:,} {key.replace('_', ' ')}" for key, n in others.items()]
    done = now.states.get("handed_over", 0)
    words = [f"{done:,} of {now.total:,} handed over", *said]
    return Text(f"set {now.number} of {now.sets}, {now.set_key}: {', '.join(words)}")


def sending_view(now: Progress, plan: SendingPlan) -> Group:
    """Return the whole display of one moment."""
    ended = now.total - now.left
    bar = Table.grid(padding=(0, 2))
    bar.add_row(
        ProgressBar(total=max(now.total, 1), completed=ended, width=BAR),
        f"{ended:,} of {now.total:,}",
        a_time(now.rate) if now.rate else "",
        _out_by(now, plan),
    )
    parts: list[RenderableType] = [sending_line(now), bar]
    if now.behind:
        parts.append(Text(f"{now.behind:,} e-mails in the sets behind it", style="dim"))
    if now.refusals:
        said = ", ".join(f"{n:,} {key}" for key, n in _most_first(now.refusals))
        parts.append(Text(f"refused, put off or in doubt: {said}", style="yellow"))
    if now.duties:
        parts.append(_duties(now, plan))
    return Group(*parts)


def _most_first(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _out_by(now: Progress, plan: SendingPlan) -> str:
    if not now.left:
        return "nothing more is due"
    zone = next((duty.zone for duty in plan.duties.values()), "UTC")
    return f"out by {_local(now.ends_at, zone)}" if now.ends_at else ""


def _local(at: datetime, zone: str) -> str:
    local = at.astimezone(zone_info(zone))
    return f"{local:%a %d %b %H:%M:%S %Z}"


def _duties(now: Progress, plan: SendingPlan) -> Table:
    rows = []
    for one in now.duties[:MOST_DUTIES]:
        deadline, left = short_deadline(plan.duties[one.duty], now.at)
        rows.append((early_or_late(one.margin) or "not known", one.duty, left, deadline))
    more = len(now.duties) - len(rows)
    made = table(
        "",
        ("last e-mail at this rate", "duty", "left", "deadline, local time"),
        rows,
        note=f"and {more} later" if more > 0 else "",
    )
    for column in made.columns:
        column.no_wrap, column.overflow = True, "ellipsis"
    for row, one in zip(made.rows, now.duties, strict=False):
        late = one.margin is not None and one.margin < 0
        row.style = ("bold red" if one.legal else "yellow") if late else None
    return made
