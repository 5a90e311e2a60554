"""What Prefect's interface shows of a case: counts, states, dates and ids. Never a person."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows.names import artifact_key, resource
from incidents.models.base import in_zone
from incidents.models.duty import Duty
from incidents.steps.show_case import CaseView


def time_left(now: datetime, then: datetime) -> str:
    """Return how long there is in words, such as `2 d 3 h left` or `4 h overdue`."""
    minutes = int((then - now).total_seconds() // 60)
    word = "left" if minutes >= 0 else "overdue"
    days, rest = divmod(abs(minutes), 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h {word}"
    return f"{hours} h {minutes} min {word}" if hours else f"{minutes} min {word}"


def deadline_words(duty: Duty, now: datetime) -> tuple[str, str]:
    """Return a duty's deadline in local time and the time left.

    A word of the law without a number is shown as such beside the operator's own target.
    """
    if duty.due_by is not None:
        return duty.due_local or in_zone(duty.due_by, duty.zone), time_left(now, duty.due_by)
    if duty.relative_to is not None:
        days = f"{duty.relative_to.days} days " if duty.relative_to.days else ""
        return f"{days}{RELATIONS[duty.relative_to.relation]} {duty.relative_to.duty}", ""
    if duty.target_by is not None:
        own = in_zone(duty.target_by, duty.zone)
        return f"“{duty.phrase}”; own target {own}", time_left(now, duty.target_by)
    return f"“{duty.phrase}”; no own target set", ""


def short_deadline(duty: Duty, now: datetime) -> tuple[str, str]:
    """Return a duty's deadline and the time left, short enough for one line of a table."""
    zone = ZoneInfo(duty.zone)
    if duty.due_by is not None:
        local = duty.due_by.astimezone(zone)
        return f"{local:%a %d %b %H:%M} {local:%Z}", _short_left(now, duty.due_by)
    if duty.relative_to is not None:
        days = f"{duty.relative_to.days} days " if duty.relative_to.days else ""
        other = duty.relative_to.duty.partition("/")[2] or duty.relative_to.duty
        return f"{days}{RELATIONS[duty.relative_to.relation]} {other}", ""
    words = duty.phrase if len(duty.phrase) <= PHRASE else duty.phrase[: PHRASE - 1].rstrip() + "…"
    if duty.target_by is not None:
        local = duty.target_by.astimezone(zone)
        own = f"{local:%a %d %b %H:%M}"
        return f"“{words}” {own}", _short_left(now, duty.target_by)
    return f"“{words}”", ""


PHRASE = 16
RELATIONS = {
    "before": "before",
    "not_later_than": "not later than",
    "same_time": "together with",
    "within_after": "after",
}


def _short_left(now: datetime, then: datetime) -> str:
    words = (
        time_left(now, then).split(" min")[0] if abs(then - now) >= HOUR else time_left(now, then)
    )
    short = words.removesuffix(" left").removesuffix(" overdue")
    if "h" in short and "d" not in short:
        short = short.split(" h")[0] + " h"
    return f"{short} LATE" if then < now else short


HOUR = timedelta(hours=1)


def case_page(view: CaseView) -> str:
    """Return a case's page as Markdown."""
    held = f"\n\n**ON HOLD** since {view.held_at:%Y-%m-%d %H:%M} UTC\n" if view.held_at else ""
    lines = [
        f"# {view.ref}",
        (
            f"State **{view.state}**, risk **{view.risk or 'not weighed'}**, "
            f"{view.people_total} people affected, as of {view.now:%Y-%m-%d %H:%M} UTC.{held}"
        ),
        "",
        _table("People", view.people_by_place),
        _table("Law not known here, ask counsel", view.unknown_law),
        "## Duties",
        "",
        "| duty | status | answer | deadline | left |",
        "|---|---|---|---|---|",
    ]
    for duty, state in view.duties:
        deadline, left = deadline_words(duty, view.now)
        lines.append(
            f"| `{duty.id}` | {duty.status.replace('_', ' ')} | {state} | {_cell(deadline)} | "
            f"{left} |"
        )
    lines += ["", "## Notices", "", "| set | version | state | seal | people |"]
    lines.append("|---|---|---|---|---|")
    for one in view.sets:
        lines.append(
            f"| `{one.key}` | {one.version} | {one.state} | `{one.root[:12]}` | {one.people} |"
        )
    lines += [
        "",
        _table(
            "Where people stand (a relay taking a mail is not yet a person told)", view.people_in
        ),
    ]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _table(title: str, rows: Mapping[str, int]) -> str:
    if not rows:
        return ""
    body = "\n".join(f"| {_cell(key)} | {number} |" for key, number in rows.items())
    return f"## {title}\n\n| | |\n|---|---|\n{body}\n"


def publish_case(view: CaseView) -> None:
    """Put a case's page where Prefect's interface shows it."""
    from prefect.artifacts import create_markdown_artifact

    create_markdown_artifact(case_page(view), key=artifact_key(view.ref))


def tell(event: str, ref: str, **payload: str | int) -> None:
    """Emit an event about a case. The payload holds ids, digests and counts only."""
    from prefect.events import emit_event

    emit_event(
        event, resource={"prefect.resource.id": resource(ref)}, payload={"case": ref, **payload}
    )
