"""Watches from outside Prefect: deadlines, silence, and whether the database answers at all."""

import os
import time
from datetime import timedelta
from urllib.error import URLError
from urllib.request import Request, urlopen

from flows.tasks import workshop
from incidents.delivery.channels.alarm import notifier
from incidents.errors import ForthwithError
from incidents.models.base import Value
from incidents.steps.watch_deadlines import Alarm, find_alarms, quiet_alarms, raise_alarms

BEATS = ("watch", "prefect-watch", "prefect-worker")


class Look(Value):
    """What one look found."""

    found: list[str]
    raised: int
    told: bool
    failure: str = ""

    def lines(self) -> list[str]:
        """Return what to print."""
        head = f"{len(self.found)} alarms stand, {self.raised} told now"
        return [head, *self.found, *([self.failure] if self.failure else [])]


def watch_once(*, source: str) -> Look:
    """Look once, tell what is new, leave a sign of life.

    When the database does not answer, the alarm goes out without it: there is then nothing that
    could remember whether it was told before.
    """
    shop = workshop()
    settings = shop.settings
    tell = notifier(settings.alarm_urls)
    try:
        database = shop.database
        quiet = timedelta(minutes=settings.quiet_minutes)
        alarms = find_alarms(database, before_hours=settings.alarm_before_hours)
        others = [beat for beat in BEATS if beat != source]
        alarms += quiet_alarms(database, others, quiet_for=quiet)
        alarms += prefect_alarms(quiet)
        with database.write(settings.actor) as work:
            work.beat(source)
    except ForthwithError as error:
        text = f"the database does not answer: {error.what}"
        return Look(found=[text], raised=1, told=tell(f"Forthwith: {text}"))
    found = [alarm.text for alarm in alarms]
    try:
        raised = raise_alarms(database, alarms, tell, actor=settings.actor)
    except ForthwithError as error:
        return Look(found=found, raised=0, told=False, failure=str(error))
    return Look(found=found, raised=raised, told=True)


def watch_for_ever(minutes: int) -> None:
    """Look again and again until stopped."""
    while True:
        for line in watch_once(source="watch").lines():
            print(line, flush=True)
        time.sleep(minutes * 60)


def prefect_alarms(quiet: timedelta) -> list[Alarm]:
    """Return an alarm when the Prefect that is set up, or every worker of it, is silent."""
    api = os.environ.get("PREFECT_API_URL")
    if not api:
        return []
    try:
        _get(f"{api}/health")
    except (URLError, OSError, ValueError):
        return [
            Alarm(
                key="quiet:prefect",
                text="Prefect's server does not answer",
                again_after=timedelta(hours=1),
            )
        ]
    return _worker_alarms(quiet)


def _worker_alarms(quiet: timedelta) -> list[Alarm]:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.objects import WorkerStatus

    silent = []
    with get_client(sync_client=True) as client:
        for pool in client.read_work_pools():
            workers = client.read_workers_for_work_pool(pool.name)
            if workers and not any(one.status == WorkerStatus.ONLINE for one in workers):
                silent.append(pool.name)
    return [
        Alarm(
            key=f"quiet:worker:{name}",
            text=f"no worker of pool {name} has been heard of for {quiet}",
            again_after=timedelta(hours=1),
        )
        for name in silent
    ]


def _get(url: str) -> bytes:
    request = Request(url)  # noqa: S310  # the operator's own Prefect address
    with urlopen(request, timeout=5) as answer:  # noqa: S310
        return bytes(answer.read())
