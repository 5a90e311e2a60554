"""Take in one approver's signature; the second one releases the set."""

from prefect import flow

from flows import tasks
from flows.names import ANNOUNCEMENT_APPROVED, DECIDE, NOTICE_APPROVED
from flows.reporting import publish_case, tell

sign = tasks.as_task(tasks.sign, "approve-notices")


@flow(name=DECIDE, flow_run_name="decide-{case}")
def decide_notices(case: str, approver: str, signatures: list[str]) -> None:
    """Record one approver's signatures over the newest versions of notice sets.

    Args:
        case: The case ref.
        approver: The approver's id in organisation.yaml.
        signatures: The lines that `forthwith notice sign` prints, `set:signature`, one for each
            set.
    """
    decided = sign(case, approver, signatures)
    publish_case(tasks.view(case))
    for event, audience in ((NOTICE_APPROVED, "notices"), (ANNOUNCEMENT_APPROVED, "public")):
        if decided[audience]:
            tell(event, case, approved=decided[audience])
