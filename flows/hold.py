"""Stop all sending of a case, or let a named person resume it."""

from datetime import datetime
from typing import Literal

from prefect import flow

from flows import tasks
from flows.names import HOLD, HOLD_ON_CANCEL
from flows.reporting import publish_case

hold = tasks.as_task(tasks.hold, "hold-case")
resume = tasks.as_task(tasks.resume, "resume-case")

hold_for_run = tasks.as_task(tasks.hold_for_run, "hold-case")


@flow(name=HOLD_ON_CANCEL, flow_run_name="hold-{case}")
def hold_on_cancel(case: str, run_id: str, at: datetime) -> None:
    """Hold a case because a run of its sending was cancelled, also one that nobody had begun.

    Args:
        case: The case ref.
        run_id: The flow run that was cancelled, with or without `prefect.flow-run.` before it; it
            holds the case once.
        at: When it was cancelled; a resume after that stands.
    """
    hold_for_run(case, run_id.removeprefix("prefect.flow-run."), at)
    publish_case(tasks.view(case))


@flow(name=HOLD, flow_run_name="{action}-{case}")
def hold_case(case: str, action: Literal["hold", "resume"], person: str) -> None:
    """Hold a case, or resume it.

    Args:
        case: The case ref.
        action: hold or resume.
        person: Id of an approver or of somebody on call in organisation.yaml.
    """
    if action == "hold":
        hold(case, "held in Prefect", person)
    else:
        resume(case, person)
    publish_case(tasks.view(case))
