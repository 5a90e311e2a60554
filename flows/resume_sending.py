"""Go on with sendings that stopped by themselves: a dead worker, or a second try that is due."""

from prefect import flow

from flows import tasks
from flows.deliver import deliver_notices
from flows.names import RESUME_SENDING


@flow(name=RESUME_SENDING)
def resume_sending() -> None:
    """Send what is due of every case that was released, is not on hold and that nobody sends."""
    for case in tasks.unfinished():
        deliver_notices(case)
