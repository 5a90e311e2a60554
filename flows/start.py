"""Starts flows for the command: on a worker where Prefect is set up, else in this process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from flows.embedded import client_environment, prefect_server
from incidents.errors import SeatTakenError
from incidents.settings import settings_from_environment


@contextmanager
def prefect_at_hand() -> Iterator[str]:
    """Make a Prefect API usable in this process and yield its address.

    Where `PREFECT_API_URL` names a server, that one; else a local one under Forthwith's home.
    """
    known = os.environ.get("PREFECT_API_URL")
    if known:
        yield known
        return
    home = settings_from_environment().home / "prefect"
    with prefect_server(home) as server:
        os.environ.update(client_environment(server.api_url, home))
        # This server ends with the command: logs sent to it would only fail late, on the screen.
        os.environ["PREFECT_LOGGING_TO_API_ENABLED"] = "false"
        try:
            yield server.api_url
        finally:
            del os.environ["PREFECT_API_URL"]


def start_handle_breach(ref: str) -> None:
    """Take a case from its report to drafts."""
    with prefect_at_hand():
        from flows.breach import handle_breach

        handle_breach(ref)


def start_leaked_credential(ref: str) -> None:
    """Contain a leaked login and tell its owner."""
    with prefect_at_hand():
        from flows.leaked_credential import handle_leaked_credential

        handle_leaked_credential(ref)


def start_deliver(ref: str, first: str = "") -> None:
    """Send every approved set of a case, a chosen one before the others.

    Raises:
        SeatTakenError: when others were sending it already, so that some of it was not sent here.
    """
    with prefect_at_hand():
        from flows.deliver import deliver_notices

        if not deliver_notices(ref, first):
            raise SeatTakenError(
                "is being sent already by as many as may; what is left was left to them",
                where=ref,
                repair=f"`forthwith deliveries {ref}` shows how far they are",
            )


def start_announce(ref: str) -> None:
    """Publish the approved announcement of a case."""
    with prefect_at_hand():
        from flows.announce import announce

        announce(ref)
