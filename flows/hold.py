"""Stop all sending of a case, or let a named person resume it."""

from typing import Literal

from prefect import flow

from flows import tasks
from flows.names import HOLD
from flows.reporting import publish_case

hold = tasks.as_task(tasks.hold, "hold-case")
resume = tasks.as_task(tasks.resume, "resume-case")


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
