"""Handle a breach: from the report to drafts that wait for approval. Runs again on new facts."""

from prefect import flow

from flows import tasks
from flows.names import HANDLE_BREACH, NOTICE_DRAFTED
from flows.reporting import publish_case, tell

find_data = tasks.as_task(tasks.find, "find-data")
size_scope = tasks.as_task(tasks.size, "size-scope")
weigh_risk = tasks.as_task(tasks.weigh, "weigh-risk")
list_duties = tasks.as_task(tasks.duties, "list-duties")
draft_notices = tasks.as_task(tasks.draft, "draft-notices")


@flow(name=HANDLE_BREACH, flow_run_name="breach-{case}")
def handle_breach(case: str) -> None:
    """Take a recorded report through scope, risk and duties to sealed drafts.

    Args:
        case: The case ref, such as inc-2026-0001. The report itself stays in Forthwith.
    """
    find_data(case)
    size_scope(case)
    weigh_risk(case)
    list_duties(case)
    drafted = draft_notices(case)
    publish_case(tasks.view(case))
    tell(NOTICE_DRAFTED, case, **drafted)
