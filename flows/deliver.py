"""Send what was approved, exactly that, until everybody's message is handed over or listed."""

from typing import Any

from prefect import flow

from flows import tasks
from flows.names import DELIVER, NOTICE_FINISHED, SHARE
from flows.reporting import publish_case, tell

send = tasks.as_task(tasks.send, "send-deliveries")


def hold_on_cancellation(flow: Any, flow_run: Any, state: Any) -> None:  # noqa: ARG001
    """Cancelling a send in Prefect is a hold: nothing but a named person's resume restarts it."""
    case = flow_run.parameters.get("case")
    if case:
        tasks.hold_for_run(case, str(flow_run.id), state.timestamp)


@flow(name=DELIVER, flow_run_name="deliver-{case}", on_cancellation=[hold_on_cancellation])
def deliver_notices(case: str, first: str = "") -> bool:
    """Release and send every approved set of a case, the most urgent first.

    Returns False when others were sending the case already and the rest was left to them.

    Args:
        case: The case ref.
        first: Key of the set to send before all others; empty for none.
    """
    tasks.ask_others(case)
    return _send_all(case, first)


@flow(name=SHARE, flow_run_name="share-{case}", on_cancellation=[hold_on_cancellation])
def share_sending(case: str) -> None:
    """Send along with the run that asked for it, from the same ledger, under a seat of its own.

    Args:
        case: The case ref.
    """
    _send_all(case, "")


def _send_all(case: str, first: str) -> bool:
    tried: set[tuple[str, int]] = set()
    while True:
        # What was approved meanwhile: its own run may have found every seat taken.
        waiting = [one for one in tasks.sets_to_send(case, first).items() if one not in tried]
        if not waiting:
            return True
        tried.update(waiting)
        first = ""
        for notice_set, _ in waiting:
            sent = send(case, notice_set)
            if sent.get("left_to_others"):
                return False
            tasks.refresh(case)
            publish_case(tasks.view(case))
            tell(NOTICE_FINISHED, case, set=notice_set, **sent)
