"""Watches from outside Prefect: deadlines, silence, and whether the database answers at all.

Two of these run: one by cron or a systemd timer, one by Prefect's schedule. Each tells when the
other has gone quiet, so that the watch itself is watched.
"""

import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from flows.names import (
    ANNOUNCE,
    DECIDE,
    DELIVER,
    HANDLE_BREACH,
    HOLD,
    LEAKED_CREDENTIAL,
    REPORT_FORM,
    WATCH,
)
from flows.tasks import workshop
from incidents.delivery.channels.alarm import Notifier, notifier, within
from incidents.errors import ForthwithError
from incidents.models.base import Value
from incidents.steps.check_installation import check_installation
from incidents.steps.raise_alarms import Alarm, Sight, raise_alarms
from incidents.steps.watch_deadlines import find_alarms, quiet_alarms
from incidents.wiring import Workshop

BEATS = ("watch", "prefect-watch")
OURS = (ANNOUNCE, DECIDE, DELIVER, HANDLE_BREACH, HOLD, LEAKED_CREDENTIAL, REPORT_FORM, WATCH)
DATABASE_SECONDS = 90.0
"""A database that does not answer in this time counts as gone; SQLite's own lock waits 30 s."""
PREFECT_SECONDS = 60.0
PREFECT_TRIES = 3
"""A server that is being restarted is away for a few seconds; that wakes nobody."""
AGAIN = timedelta(hours=1)
MEMORY = "alarms-without-database.json"


class Look(Value):
    """What one look found."""

    found: list[str]
    raised: int
    told: bool
    """False when a person did not hear of something, or an address did not take it."""
    failure: str = ""

    def lines(self) -> list[str]:
        """Return what to print."""
        head = f"{len(self.found)} alarms stand, {self.raised} told now"
        return [head, *self.found, *([self.failure] if self.failure else [])]


def watch_once(*, source: str) -> Look:
    """Look once, tell what is new, leave a sign of life.

    When the database does not answer, the alarm goes out without it; a file in the home remembers
    that it did.
    """
    shop = workshop()
    tell = notifier(shop.settings.alarm_urls)
    outside = prefect_sight(timedelta(minutes=shop.settings.quiet_minutes), shop.clock.now)
    try:
        look = within(DATABASE_SECONDS, lambda: _with_database(shop, source, outside, tell))
    except Exception as error:  # noqa: BLE001  # whatever it is: nobody is watching, tell it
        look = _without_database(shop, outside, tell, error)
    else:
        _forget(shop.settings.home / MEMORY)
    return _with_problems(look, tell)


def watch_for_ever(minutes: int) -> None:
    """Look again and again until stopped; no failure ends it."""
    while True:
        try:
            lines = watch_once(source="watch").lines()
        except Exception as error:  # noqa: BLE001  # the next look may succeed
            lines = [f"this look failed: {error}"]
        for line in lines:
            print(line, flush=True)
        time.sleep(minutes * 60)
        workshop.cache_clear()  # settings, keys and connections as they are then


def _with_database(
    shop: Workshop, source: str, outside: Sight, tell: Callable[[str], bool]
) -> Look:
    database, settings = shop.database, shop.settings
    try:
        quiet = timedelta(minutes=settings.quiet_minutes)
        sight = _copy_sight(shop) + outside + find_alarms(database, settings=settings)
        others = [beat for beat in BEATS if beat != source]
        sight += quiet_alarms(database, others, quiet_for=quiet)
        found = [alarm.text for alarm in sight.alarms]
        try:
            raised = raise_alarms(database, sight, tell, actor=settings.actor)
        except ForthwithError as error:
            # No sign of life: a watch that cannot tell anybody is a quiet watch to the other one.
            return Look(found=found, raised=0, told=False, failure=str(error))
        with database.write(settings.actor) as work:
            work.beat(source)
        return Look(found=found, raised=raised, told=True)
    finally:
        # The next look must open the database anew: an open file hides that it is gone.
        database.engine.dispose()


def _copy_sight(shop: Workshop) -> Sight:
    """Tell when the database is not the one that was in use: lost, restored, or a copy."""
    key = "installation"
    try:
        check_installation(shop.database, shop.witness)
    except ForthwithError as error:
        text = f"this is not the database that was in use ({error.slug}); nothing is sent from it"
        return Sight(alarms=[Alarm(key=key, text=text, again_after=AGAIN)])
    return Sight(fine=[key])


def _without_database(
    shop: Workshop, outside: Sight, tell: Callable[[str], bool], error: Exception
) -> Look:
    kind = error.slug if isinstance(error, ForthwithError) else type(error).__name__
    text = f"Forthwith's database cannot be used ({kind}): no deadline is being watched"
    alarms = [Alarm(key="quiet:database", text=text, again_after=AGAIN), *outside.alarms]
    memory, now = shop.settings.home / MEMORY, shop.clock.now()
    told = _remembered(memory)
    due = [one for one in alarms if one.key not in told or now - told[one.key] >= AGAIN]
    found = [one.text for one in alarms]
    if not due:
        return Look(found=found, raised=0, told=True)
    if not tell("\n".join(one.text for one in due)):
        return Look(found=found, raised=0, told=False, failure="nobody could be told of this")
    standing = {one.key for one in alarms}
    kept = {key: at for key, at in told.items() if key in standing}
    _remember(memory, {**kept, **{one.key: now for one in due}})
    return Look(found=found, raised=len(due), told=True)


def _with_problems(look: Look, tell: Notifier) -> Look:
    if not tell.problems:
        return look
    failure = "\n".join([*([look.failure] if look.failure else []), *tell.problems])
    return look.model_copy(update={"told": False, "failure": failure})


def _remembered(path: Path) -> dict[str, datetime]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {str(key): datetime.fromisoformat(at) for key, at in told.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # telling once too often is better than once too rarely


def _remember(path: Path, told: dict[str, datetime]) -> None:
    with suppress(OSError):
        path.write_text(json.dumps({key: at.isoformat() for key, at in told.items()}))


def _forget(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


def prefect_sight(quiet: timedelta, now: Callable[[], datetime]) -> Sight:
    """Return an alarm when the Prefect that is set up, or every worker of a pool, is silent."""
    try:
        return within(PREFECT_SECONDS, lambda: _look_at_prefect(quiet, now))
    except Exception as error:  # noqa: BLE001  # any failure to look is something to tell
        return _prefect_alarm(type(error).__name__)


def prefect_api() -> str:
    """Return the address of the Prefect that is set up, empty when there is none."""
    from prefect.settings import PREFECT_API_URL

    return (PREFECT_API_URL.value() or "").rstrip("/")


def _look_at_prefect(quiet: timedelta, now: Callable[[], datetime]) -> Sight:
    api = prefect_api()
    if not api:
        return Sight(fine=["quiet:prefect"])
    problem = ""
    for attempt in range(PREFECT_TRIES):
        if attempt:
            time.sleep(2)
        problem = _not_ready(api)
        if not problem:
            return Sight(fine=["quiet:prefect"]) + _worker_sight(quiet, now())
    return _prefect_alarm(problem)


def _prefect_alarm(problem: str) -> Sight:
    text = f"Prefect's server does not answer as it should ({problem}): no flow starts by itself"
    return Sight(alarms=[Alarm(key="quiet:prefect", text=text, again_after=AGAIN)])


def _not_ready(api: str) -> str:
    """Return why a server is not ready, empty when it is; the server looks at its database too."""
    request = Request(f"{api}/ready")  # noqa: S310  # the operator's own Prefect address
    try:
        with urlopen(request, timeout=5):  # noqa: S310
            return ""
    except HTTPError as error:
        return f"HTTP {error.code}"
    except (URLError, OSError, ValueError) as error:
        return type(error).__name__


def _worker_sight(quiet: timedelta, now: datetime) -> Sight:
    """Look at the pools that our deployments run on; other people's pools are not our concern."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName

    alarms, fine = [], []
    with get_client(sync_client=True) as client:
        ours = client.read_deployments(flow_filter=FlowFilter(name=FlowFilterName(any_=list(OURS))))
        for name in sorted({one.work_pool_name for one in ours if one.work_pool_name}):
            pool = client.read_work_pool(name)
            if pool.is_push_pool or pool.is_managed_pool:
                continue
            workers = client.read_workers_for_work_pool(name)
            beats = [one.last_heartbeat_time for one in workers if one.status == "ONLINE"]
            problem = _silence(beats, quiet, now, paused=pool.is_paused)
            key = f"quiet:worker:{name}"
            if problem:
                alarms.append(
                    Alarm(key=key, text=f"Prefect pool {name}: {problem}", again_after=AGAIN)
                )
            else:
                fine.append(key)
    return Sight(alarms=alarms, fine=fine)


def _silence(
    beats: Sequence[datetime | None], quiet: timedelta, now: datetime, *, paused: bool
) -> str:
    if paused:
        return "is paused, so no flow starts"
    if not any(at is not None and now - at <= quiet for at in beats):
        return "no worker answers, so no flow starts"
    return ""
