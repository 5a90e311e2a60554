"""Publish the approved announcement, and fetch it back from its address."""

from prefect import flow

from flows import tasks
from flows.names import ANNOUNCE
from flows.reporting import publish_case

publish = tasks.as_task(tasks.publish, "publish-announcement")


@flow(name=ANNOUNCE, flow_run_name="announce-{case}")
def announce(case: str) -> None:
    """Publish a case's announcement.

    Args:
        case: The case ref.
    """
    publish(case)
    publish_case(tasks.view(case))
