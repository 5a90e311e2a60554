"""Send what was approved, exactly that, until everybody's message is handed over or listed."""

from typing import Any

from prefect import flow

from flows import tasks
from flows.names import DELIVER, NOTICE_FINISHED
from flows.reporting import publish_case, tell

send = tasks.as_task(tasks.send, "send-deliveries")


def hold_on_cancellation(flow: Any, flow_run: Any, state: Any) -> None:  # noqa: ARG001
    """Cancelling a send in Prefect is a hold: nothing but a named person's resume restarts it."""
    case = flow_run.parameters.get("case")
    if case:
        tasks.hold(case, "cancelled in Prefect")


@flow(name=DELIVER, flow_run_name="deliver-{case}", on_cancellation=[hold_on_cancellation])
def deliver_notices(case: str, first: str = "") -> None:
    """Release and send every approved set of a case, the most urgent first.

    Args:
        case: The case ref.
        first: Key of the set to send before all others; empty for none.
    """
    for notice_set in tasks.sets_to_send(case, first):
        sent = send(case, notice_set)
        tasks.refresh(case)
        publish_case(tasks.view(case))
        tell(NOTICE_FINISHED, case, set=notice_set, **sent)
