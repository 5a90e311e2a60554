"""Look for deadlines, late lists and silence. Prefect's schedule runs it; cron can do the same."""

from prefect import flow

from flows import tasks
from flows.names import WATCH
from flows.watching import watch_once
from incidents.errors import DeliveryError


@tasks.shielded("watch-deadlines")
def look() -> dict[str, int]:
    """Look once from inside Prefect."""
    seen = watch_once(source="prefect-watch")
    if not seen.told:
        raise DeliveryError("an alarm could not be told to anybody", where="FORTHWITH_ALARM_URLS")
    return {"standing": len(seen.found), "raised": seen.raised}


watch = tasks.as_task(look, "watch-deadlines")


@flow(name=WATCH)
def watch_deadlines() -> None:
    """Raise an alarm before each deadline and when something has gone quiet."""
    watch()
