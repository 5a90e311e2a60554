"""A customer's login was found exposed elsewhere: contain it, tell its owner by another way."""

from prefect import flow

from flows import tasks
from flows.names import LEAKED_CREDENTIAL
from flows.reporting import publish_case

contain_account = tasks.as_task(tasks.contain, "contain-account")
tell_owner = tasks.as_task(tasks.tell_owner, "tell-owner")


@flow(name=LEAKED_CREDENTIAL, flow_run_name="leak-{case}")
def handle_leaked_credential(case: str) -> None:
    """Contain a leaked login and tell its owner in the pre-approved words.

    Args:
        case: The case ref. The alert itself never reaches Prefect.
    """
    contain_account(case)
    tell_owner(case)
    publish_case(tasks.view(case))
