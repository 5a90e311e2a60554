"""What Prefect's interface shows of a case: counts, states, dates and ids. Never a person."""

from collections.abc import Mapping

from flows.deadline_words import deadline_words
from flows.names import artifact_key, resource
from incidents.steps.show_case import CaseView


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
