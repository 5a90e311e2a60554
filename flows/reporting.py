"""What Prefect's interface shows of a case: counts, states, dates and ids. Never a person."""

from collections.abc import Mapping

from flows.deadline_words import short_deadline
from flows.names import artifact_key, resource
from incidents.duties.explain import doubts
from incidents.steps.show_case import CaseView


def case_page(view: CaseView) -> str:
    """Return a case's page as Markdown."""
    held = f"\n\n**ON HOLD** since {view.held_at:%Y-%m-%d %H:%M} UTC\n" if view.held_at else ""
    lines = [
        f"# {view.ref}",
        (
            f"State **{view.state}**, risk **{view.risk or 'not weighed'}**, "
            f"{view.people_total:,} people affected, as of {view.now:%Y-%m-%d %H:%M} UTC.{held}"
        ),
        "",
        _counts("Where they live", view.people_by_place),
        _counts("**Law not known here, ask counsel**", view.unknown_law),
        _counts("Where people stand", view.people_in),
        "",
        "A relay taking a mail is not yet a person told.",
        "",
        "## Duties, next deadline first",
        "",
        "Forthwith informs counsel; it does not replace counsel.",
        "",
        "| left | deadline, local time | duty | state | source |",
        "|---|---|---|---|---|",
    ]
    for duty, state in view.duties:
        deadline, left = short_deadline(duty, view.now)
        said = state if state != "open" else duty.status.replace("_", " ")
        source = ", ".join([duty.citation.article, *doubts(duty.citation, view.now.date())])
        lines.append(f"| {left} | {_cell(deadline)} | `{duty.id}` | {said} | {_cell(source)} |")
    lines += ["", "## Notices", "", "| set | version | state | seal | people |"]
    lines.append("|---|---|---|---|---|")
    for one in view.sets:
        seal = f"`{one.root[:12]}`"
        lines.append(f"| `{one.key}` | {one.version} | {one.state} | {seal} | {one.people:,} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _counts(title: str, numbers: Mapping[str, int]) -> str:
    if not numbers:
        return ""
    said = ", ".join(f"{key.replace('_', ' ')} {number:,}" for key, number in numbers.items())
    return f"- {title}: {_cell(said)}"


def publish_case(view: CaseView) -> None:
    """Put a case's page where Prefect's interface shows it, linked to the run that does so."""
    from prefect.artifacts import create_markdown_artifact
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import ArtifactCreate
    from prefect.context import FlowRunContext

    page, key = case_page(view), artifact_key(view.ref)
    if FlowRunContext.get():
        create_markdown_artifact(page, key=key)
        return
    with get_client(sync_client=True) as client:
        client.create_artifact(ArtifactCreate(type="markdown", key=key, data=page))


def tell(event: str, ref: str, **payload: str | int) -> None:
    """Emit an event about a case. The payload holds ids, digests and counts only."""
    from prefect.events import emit_event

    emit_event(
        event, resource={"prefect.resource.id": resource(ref)}, payload={"case": ref, **payload}
    )
