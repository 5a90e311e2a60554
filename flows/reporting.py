"""What Prefect's interface shows of a case: counts, states, dates and ids. Never a person."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any
from uuid import UUID

from flows.deadline_words import short_deadline
from flows.latest import Latest
from flows.names import artifact_key, resource, sending_key
from flows.rate_words import a_time, early_or_late
from incidents.delivery.progress import Progress
from incidents.duties.explain import doubts
from incidents.models.base import in_zone
from incidents.steps.show_case import CaseView
from incidents.steps.show_sending import SendingPlan


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


SENDING_EVERY = 5.0
"""Seconds between two changes of the page of a sending at least."""
SENDING_END = 3.0
"""Seconds in which the last one has to be told; after that it is let go."""


def sending_page(now: Progress, plan: SendingPlan) -> str:
    """Return how a sending stands as Markdown: ids, counts and times."""
    states = ", ".join(f"{key.replace('_', ' ')} {n:,}" for key, n in sorted(now.states.items()))
    speed = f"{a_time(now.rate)}" if now.rate else "rate not known yet"
    out = f", out by {now.ends_at:%Y-%m-%d %H:%M:%S} UTC" if now.left and now.ends_at else ""
    lines = [
        f"# {now.ref}: sending",
        f"Set {now.number} of {now.sets}, `{now.set_key}`, as of {now.at:%Y-%m-%d %H:%M:%S} UTC.",
        "",
        f"- E-mails: {now.total:,}, of these {states}",
        f"- {speed}{out}; {now.behind:,} e-mails in the sets behind",
        _counts("Refused, put off or in doubt", now.refusals),
        "",
        "A relay taking a mail is not yet a person told.",
        "",
        "| e-mail | deadline, local time | duty |",
        "|---|---|---|",
    ]
    for one in now.duties:
        duty = plan.duties[one.duty]
        deadline, _ = short_deadline(duty, now.at)
        end = in_zone(one.ends_at, duty.zone) if one.ends_at else ""
        margin = early_or_late(one.margin) or end or "not known"
        lines.append(f"| {margin} | {_cell(deadline)} | `{one.duty}` |")
    return "\n".join(lines)


@contextmanager
def sending_artifact(ref: str) -> Iterator[Callable[[Progress, SendingPlan], None]]:
    """Yield what keeps one page of a sending up to date in Prefect, linked to its run.

    Prefect being slow or away holds nothing up: what it is too slow for is dropped, and once the
    sending has ended it has a moment for the last one.
    """
    page = _SendingArtifact(ref)
    box: Latest[str] = Latest(page.put, every=SENDING_EVERY)
    try:
        yield lambda now, plan: box.put(sending_page(now, plan))
    finally:
        box.close(SENDING_END)


class _SendingArtifact:
    """One artifact: made once, changed after that."""

    def __init__(self, ref: str) -> None:
        from prefect.runtime import flow_run, task_run

        self.key = sending_key(ref)
        self.runs: dict[str, Any] = {"flow_run_id": flow_run.id, "task_run_id": task_run.id}
        self.made: UUID | None = None
        # The thread that talks to Prefect has to find the settings of the run.
        self.context = copy_context()

    def put(self, page: str) -> None:
        self.context.run(self._put, page)

    def _put(self, page: str) -> None:
        from prefect.client.orchestration import get_client
        from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate

        with get_client(sync_client=True) as client:
            if self.made is not None:
                client.update_artifact(self.made, ArtifactUpdate(data=page))
                return
            made = ArtifactCreate(type="markdown", key=self.key, data=page, **self.runs)
            self.made = client.create_artifact(made).id
