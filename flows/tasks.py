"""Steps as Prefect tasks. A task gets a case ref and gives back counts; people stay below.

Prefect keeps exception texts in clear. What went wrong is written to our own log; Prefect learns
the step, the kind of error and a number to find it by.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from flows.live import Show, begin_run, following
from flows.names import SHARE
from flows.reporting import sending_artifact
from incidents.clock import new_id
from incidents.delivery.sources.process import is_dead, this_process
from incidents.errors import ForthwithError, InvalidInputError, SeatTakenError
from incidents.intake.form import report_from_form
from incidents.models.states import SetState
from incidents.settings import Settings
from incidents.steps.announce import publish_announcement
from incidents.steps.approve_notices import sign_line
from incidents.steps.check_installation import check_installation
from incidents.steps.contain_account import contain_account
from incidents.steps.draft_notices import Drafted, draft_notices
from incidents.steps.find_data import find_data
from incidents.steps.hold_case import hold as hold_case
from incidents.steps.hold_case import hold_for_run as hold_run
from incidents.steps.hold_case import resume as resume_case
from incidents.steps.list_duties import list_duties, refresh_duties
from incidents.steps.open_case import open_case
from incidents.steps.send_set import send_set, sendable_sets, sendable_versions, stopped_cases
from incidents.steps.show_case import CaseView, show_case
from incidents.steps.size_scope import size_scope
from incidents.steps.tell_owner import plan_owner_notice
from incidents.steps.weigh_risk import weigh_risk
from incidents.wiring import Workshop, open_workshop

P = ParamSpec("P")
R = TypeVar("R")


class StepFailedError(Exception):
    """A step failed; the reason stands in Forthwith's own log under this number."""


_settings: list[Settings] = []
_errors: list[BaseException] = []
_drafted: list[Drafted] = []


def use_settings(settings: Settings | None) -> None:
    """Make flows in this process use these settings instead of the environment's."""
    _settings[:] = [settings] if settings else []
    workshop.cache_clear()


@cache
def workshop() -> Workshop:
    """Return this process's parts."""
    return open_workshop(_settings[0] if _settings else None)


def take_error() -> BaseException | None:
    """Return what the last failed step really raised, once, for a command to show."""
    return _errors.pop() if _errors else None


def shielded(step: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep the texts of errors out of Prefect."""

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return function(*args, **kwargs)
            except StepFailedError:
                raise
            except Exception as error:  # noqa: BLE001  # every text must be kept out
                raise _without_text(step, error) from None

        return call

    return wrap


def _without_text(step: str, error: Exception) -> StepFailedError:
    number = new_id("err")
    _private_log().error("%s %s", number, step, exc_info=error)
    _errors[:] = [error]
    slug = error.slug if isinstance(error, ForthwithError) else type(error).__name__
    return StepFailedError(f"{step}: {slug} ({number})")


def _private_log() -> logging.Logger:
    """Return the log beside the database; it is not handed to Prefect."""
    logger = logging.getLogger("forthwith.private")
    path: Path = workshop().settings.home / "private.log"
    if not any(getattr(h, "baseFilename", "") == str(path.resolve()) for h in logger.handlers):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        logger.handlers[:] = [logging.FileHandler(path.resolve(), encoding="utf-8")]
        logger.propagate = False
    return logger


def today(shop: Workshop) -> date:
    """Return the organisation's day."""
    zone = ZoneInfo(shop.inventory.inventory.organisation.zone)
    return shop.clock.now().astimezone(zone).date()


@shielded("find-data")
def find(case: str) -> dict[str, int]:
    """Hold the report against the inventory."""
    shop = workshop()
    found = find_data(
        shop.database, case, shop.inventory.inventory, today=today(shop), actor=shop.settings.actor
    )
    return {
        "stores": len(found.exposures),
        "contradictions": len(found.contradictions),
        "to_preserve": len(found.preservation),
    }


@shielded("size-scope")
def size(case: str) -> dict[str, int]:
    """Freeze whom it touches."""
    shop = workshop()
    scope = size_scope(shop.database, case, on_day=today(shop), actor=shop.settings.actor)
    return {"version": scope.version, "people": scope.total}


@shielded("weigh-risk")
def weigh(case: str) -> dict[str, str]:
    """Weigh how badly people could be hurt."""
    shop = workshop()
    risk = weigh_risk(shop.database, case, shop.scales, actor=shop.settings.actor)
    return {"level": risk.level}


@shielded("list-duties")
def duties(case: str) -> dict[str, int]:
    """Derive every duty and its clock."""
    shop = workshop()
    found = list_duties(shop.database, case, shop.catalogue, actor=shop.settings.actor)
    return {
        "duties": len(found.duties),
        "not_owed": len(found.not_owed),
        "law_unknown_places": len(found.unknown_law),
        "questions": len(found.questions),
    }


@shielded("draft-notices")
def draft(case: str) -> dict[str, int]:
    """Write and seal every notice."""
    shop = workshop()
    drafted = draft_notices(shop.database, case, shop.words, settings=shop.settings)
    _drafted[:] = [drafted]
    return {"sets": len(drafted.sets), "people": drafted.people}


def last_drafted() -> Drafted:
    """Return what was drafted last in this process."""
    return _drafted[0]


@shielded("contain-account")
def contain(case: str) -> dict[str, int]:
    """Ask for the measures a leaked login needs."""
    shop = workshop()
    return {"measures": contain_account(shop.database, case, actor=shop.settings.actor)}


@shielded("publish-announcement")
def publish(case: str) -> dict[str, str]:
    """Publish the approved announcement and fetch it back."""
    shop = workshop()
    done = publish_announcement(
        shop.database, case, shop.web, settings=shop.settings, clock=shop.clock.now
    )
    return {"sha256": done.sha256}


@shielded("approve-notices")
def sign(case: str, approver: str, signatures: list[str]) -> dict[str, int]:
    """Take in one approver's signatures; return how many sets they released."""
    shop = workshop()
    approved = {"notices": 0, "public": 0}
    for line in signatures:
        signed = sign_line(shop.database, case, line, by=approver, settings=shop.settings)
        if signed.state == SetState.APPROVED:
            approved["public" if signed.audience == "public" else "notices"] += 1
    return approved


@shielded("send-deliveries")
def sets_to_send(case: str, first: str = "") -> dict[str, int]:
    """Return the sets of a case that are approved and not finished, the most urgent first.

    Each with its version.
    """
    shop = workshop()
    begin_run(shop.database, case)
    return sendable_versions(shop.database, case, first=first)


@shielded("send-deliveries")
def send(case: str, notice_set: str) -> dict[str, int]:
    """Release a set and send it until nothing is due.

    Where others send the case already, as many as may, nothing is done and `left_to_others` says
    so: whoever holds a seat looks again for approved sets before it ends.
    """
    with sending_artifact(case) as publish:
        try:
            return _send(case, notice_set, stopped_in_prefect(), publish)
        except SeatTakenError:
            return {"left_to_others": 1}


@shielded("send-deliveries")
def ask_others(case: str) -> None:
    """Ask for a run of each further sender that may share a case, where Prefect has workers."""
    from prefect.deployments import run_deployment
    from prefect.runtime import deployment, flow_run

    more = workshop().settings.senders - 1
    if more < 1 or not deployment.id:  # a run in a command's own process has no workers to ask
        return
    for number in range(more):
        try:
            run_deployment(
                f"{SHARE}/by-ref",
                parameters={"case": case},
                timeout=0,
                as_subflow=False,
                idempotency_key=f"{flow_run.id}-{number}",
            )
        except Exception as error:  # noqa: BLE001  # alone it takes longer, and goes on
            _private_log().warning("no further sender could be asked for", exc_info=error)
            return


@shielded("resume-sending")
def unfinished() -> list[str]:
    """Return the cases whose sending has stopped with messages due, and that nobody holds."""
    shop = workshop()
    check_installation(shop.database, shop.witness)
    return stopped_cases(shop.database)


@shielded("refresh-duties")
def refresh(case: str) -> dict[str, bool]:
    """Start the clocks that run from what was just sent."""
    shop = workshop()
    moved = refresh_duties(shop.database, case, shop.catalogue, actor=shop.settings.actor)
    return {"moved": moved}


def _send(
    case: str, notice_set: str, should_stop: Callable[[], str | None], *shows: Show
) -> dict[str, int]:
    shop = workshop()
    with following(shop.database, case, notice_set, [*_shows, *shows]) as follow:

        def hear(counts: Mapping[str, int]) -> None:
            _progress[-1](counts)
            follow(counts)

        return send_set(
            shop.database,
            case,
            notice_set,
            channel=shop.channel,
            ring=shop.ring,
            settings=shop.settings,
            owner=this_process(),
            owner_is_dead=is_dead,
            check_copy=lambda: check_installation(shop.database, shop.witness),
            should_stop=should_stop,
            progress=hear,
        )


_shows: list[Show] = []
_progress: list[Callable[[Mapping[str, int]], None]] = [lambda _counts: None]


@contextmanager
def showing_sending(show: Show) -> Iterator[None]:
    """Show how a send that runs in this process goes: rate, end, deadlines, refusals."""
    _shows.append(show)
    try:
        yield
    finally:
        _shows.remove(show)


@contextmanager
def showing_progress(show: Callable[[Mapping[str, int]], None]) -> Iterator[None]:
    """Show live counts of a send that runs in this process."""
    _progress.append(show)
    try:
        yield
    finally:
        _progress.pop()


@shielded("tell-owner")
def tell_owner(case: str) -> dict[str, str]:
    """Plan the pre-approved notice to the owner of a leaked login."""
    shop = workshop()
    channel = plan_owner_notice(
        shop.database,
        case,
        shop.words,
        shop.ring,
        shop.inventory.inventory,
        settings=shop.settings,
    )
    return {"channel": channel}


@shielded("hold-case")
def hold(case: str, reason: str, person: str = "prefect") -> dict[str, bool]:
    """Stop all sending of a case."""
    return {"held_now": hold_case(workshop().database, case, reason=reason, actor=person)}


@shielded("hold-case")
def hold_for_run(case: str, run_id: str, at: datetime) -> dict[str, bool]:
    """Stop all sending of a case whose run was cancelled, unless that run did so before."""
    held = hold_run(workshop().database, case, run_id=run_id, at=at, actor="prefect")
    return {"held_now": held}


@shielded("resume-case")
def resume(case: str, person: str) -> dict[str, bool]:
    """Let a named person resume a case: an approver or somebody on call."""
    shop = workshop()
    organisation = shop.inventory.inventory.organisation
    known = {one.id for one in organisation.approvers} | {one.title for one in organisation.on_call}
    if person not in known:
        raise InvalidInputError(
            "is nobody named in organisation.yaml", where="person", repair="an approver's id"
        )
    resume_case(shop.database, case, by=person)
    return {"resumed": True}


@shielded("report-breach")
def open_from_form(form: dict[str, Any]) -> str:
    """Open a case from closed fields."""
    shop = workshop()
    report = report_from_form(form, zone=shop.inventory.inventory.organisation.zone)
    return open_case(shop.database, report, actor=shop.settings.actor)


@shielded("show-case")
def view(case: str) -> CaseView:
    """Return a case for its page; called inside a flow, never as a task with a stored result."""
    return show_case(workshop().database, case)


STEPS: Mapping[str, Callable[[str], Mapping[str, Any]]] = {
    "find-data": find,
    "size-scope": size,
    "weigh-risk": weigh,
    "list-duties": duties,
    "draft-notices": draft,
    "contain-account": contain,
    "tell-owner": tell_owner,
    "publish-announcement": publish,
}


def run_step(name: str, case: str) -> dict[str, Any]:
    """Run one step without Prefect; what it says goes to the terminal.

    Raises:
        InvalidInputError: naming the steps there are.
    """
    if name == "send-deliveries":
        shop = workshop()
        begin_run(shop.database, case)
        return {
            notice_set: _send(case, notice_set, lambda: None)
            for notice_set in sendable_sets(shop.database, case)
        }
    if name not in STEPS:
        raise InvalidInputError(
            f"no step {name!r}", repair=f"one of {', '.join([*STEPS, 'send-deliveries'])}"
        )
    return dict(STEPS[name](case))


def stopped_in_prefect() -> Callable[[], str | None]:
    """Return a function that says whether this flow run was cancelled or paused in Prefect.

    Pausing a running flow in the interface only marks it: the run itself has to look.
    """
    from prefect.client.orchestration import get_client
    from prefect.runtime import flow_run

    run_id = flow_run.id
    if not run_id:
        return lambda: None

    def look() -> str | None:
        try:
            with get_client(sync_client=True) as client:
                state = client.read_flow_run(UUID(run_id)).state
        except Exception:  # noqa: BLE001  # Prefect being away is no reason to stop telling people
            return None
        stopping = {"CANCELLING", "CANCELLED", "PAUSED"}
        return (
            f"{state.type.value.lower()} in Prefect" if state and state.type in stopping else None
        )

    return look


def as_task(function: Callable[..., Any], name: str, *, retries: int = 0) -> Any:
    """Return a step as a Prefect task.

    Nothing is cached: a step is repeatable by its own keys in our database.
    """
    from prefect import task
    from prefect.cache_policies import NO_CACHE

    return task(name=name, retries=retries, cache_policy=NO_CACHE, persist_result=False)(function)
