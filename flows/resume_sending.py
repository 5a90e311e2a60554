"""Go on with sendings that stopped by themselves: a dead worker, or a second try that is due."""

from prefect import flow

from flows import tasks
from flows.deliver import deliver_notices
from flows.names import RESUME_SENDING


@flow(name=RESUME_SENDING)
def resume_sending() -> None:
    """Send what is due of every case that was released, is not on hold and that nobody sends.

    Raises:
        StepFailedError: of the last case that failed; the others were sent all the same.
    """
    failed: Exception | None = None
    for case in tasks.unfinished():
        try:
            deliver_notices(case)
        except Exception as error:  # noqa: BLE001  # one case's trouble may not stop another's mail
            failed = error
    if failed is not None:
        raise failed
