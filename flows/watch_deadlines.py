"""Look for deadlines, late lists and silence. Prefect's schedule runs it; cron can do the same."""

from prefect import flow

from flows import tasks
from flows.names import WATCH

watch = tasks.as_task(tasks.watch, "watch-deadlines")


@flow(name=WATCH)
def watch_deadlines() -> None:
    """Raise an alarm before each deadline and when something has gone quiet."""
    watch()
