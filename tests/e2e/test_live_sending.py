"""A sending under way is seen in the terminal and in Prefect, and neither holds it up."""

import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prefect import flow, task
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from rich.console import Console

from flows import tasks
from flows.embedded import PrefectServer, prefect_server
from flows.live import begin_run, following
from flows.reporting import SENDING_END, sending_artifact
from flows.terminal.sending import sending_display
from incidents.delivery.progress import Progress
from incidents.settings import SmtpSettings
from incidents.steps.send_set import sendable_sets
from incidents.steps.show_sending import SendingPlan
from tests.steps.shop_case import (
    CASE,
    CN,
    EU,
    House,
    drafted,
    drafted_template,
    empty_template,
    open_house,
)
from tests.support.mailserver import Fault, running_mailserver

__all__ = ["drafted", "drafted_template", "empty_template"]


def faults() -> list[Fault]:
    """Return what the relay does to the first five people; a fault counts down as it happens."""
    return [
        Fault("rcpt", "550 5.1.1 nobody here", times=3),
        Fault("rcpt", "450 4.7.1 greylisted", times=2),
    ]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    with prefect_server(tmp_path_factory.mktemp("prefect")) as running:
        yield running


@contextmanager
def at_relay(house: House, folder: Path) -> Iterator[None]:
    """Have the flows of this process send this shop's mail to a relay that refuses some."""
    with running_mailserver(folder, faults()) as mail:
        smtp = SmtpSettings(host="127.0.0.1", port=mail.port, security="none")
        tasks.use_settings(house.settings.model_copy(update={"smtp": smtp}))
        try:
            # The seals were made at the shop's own time.
            tasks.workshop.cache_clear()
            shop = tasks.workshop()
            object.__setattr__(shop, "clock", house.clock)
            yield
        finally:
            tasks.use_settings(None)


def people_of(house: House) -> set[str]:
    rows = house.sql("SELECT name FROM person WHERE name <> '' UNION SELECT value FROM contact")
    return {str(row[0]) for row in rows if len(str(row[0])) > 5}


def test_the_terminal_shows_how_far_how_fast_and_who_refuses(
    drafted: House, tmp_path: Path
) -> None:
    drafted.approve(CASE)
    out = Console(file=io.StringIO(), force_terminal=True, width=130)
    with (
        at_relay(drafted, tmp_path / "mail"),
        sending_display(out) as show,
        tasks.showing_sending(show),
    ):
        tasks.run_step("send-deliveries", CASE)
    shown = out.file.getvalue()  # type: ignore[attr-defined]
    assert "3 refused unknown-user" in shown
    assert "2 deferred greylisted" in shown
    assert "eu-gdpr/individuals-initial" in shown
    assert "nothing more is due" in shown
    for key in (CN, EU):
        assert key in shown
    assert "set 10 of 10" in shown
    assert [one for one in people_of(drafted) if one in shown] == []


def test_one_page_stands_in_prefect_with_counts_and_nobody(
    drafted: House, tmp_path: Path, server: PrefectServer
) -> None:
    drafted.approve(CASE)
    with (
        temporary_settings({PREFECT_API_URL: server.api_url}),
        at_relay(drafted, tmp_path / "mail"),
    ):
        from flows.deliver import deliver_notices

        deliver_notices(CASE)
        with get_client(sync_client=True) as client:
            pages = [one for one in client.read_artifacts() if one.key == f"sending-{CASE}"]
            latest = [one for one in client.read_latest_artifacts() if one.key == f"sending-{CASE}"]
            runs = {one.id for one in client.read_flow_runs()}
    assert len(latest) == 1
    # One for each set that was sent, changed and not added to.
    assert len(pages) == len(drafted.sets(CASE)) - len(
        [one for one in drafted.sets(CASE) if one.startswith(("authority", "public"))]
    )
    whole = "\n".join(str(one.data) for one in pages)
    assert "refused unknown-user 3" in whole
    assert "deferred greylisted 2" in whole
    assert "eu-gdpr/individuals-initial" in whole
    assert {one.flow_run_id for one in pages} <= runs
    handed = drafted.sql("SELECT COUNT(*) FROM delivery WHERE state = 'handed_over'")[0][0]
    said = [part for page in pages for part in str(page.data).split("handed over ")[1:]]
    assert sum(int(one.split()[0].strip(",").replace(",", "")) for one in said) == handed
    assert [one for one in people_of(drafted) if one in whole] == []


def test_a_page_is_changed_in_place_while_it_goes_on(
    drafted: House, server: PrefectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.reporting.SENDING_EVERY", 0.1)
    seen: list[str] = []

    @task
    def send() -> None:
        with (
            sending_artifact("inc-9") as publish,
            following(drafted.shop.database, CASE, EU, [publish]) as follow,
            get_client(sync_client=True) as client,
        ):
            for done in (1, 2, 3):
                follow({"handed_over": done, "planned": 10 - done})
                until_said(client, f"handed over {done},", seen)

    @flow
    def run() -> None:
        send()

    with temporary_settings({PREFECT_API_URL: server.api_url}):
        run()
    assert len(set(seen)) == 1


def until_said(client: Any, words: str, seen: list[str]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        pages = [one for one in client.read_latest_artifacts() if one.key == "sending-inc-9"]
        if pages and words in str(pages[0].data):
            seen.append(str(pages[0].latest_id))
            return
        time.sleep(0.1)
    raise AssertionError(words)


def test_a_prefect_that_never_answers_holds_nothing_up(drafted: House) -> None:
    drafted.approve(CASE, EU)
    heard: list[tuple[Progress, SendingPlan]] = []
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(50)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/api"
        with temporary_settings({PREFECT_API_URL: url, PREFECT_CLIENT_MAX_RETRIES: 0}):
            began = time.monotonic()
            with sending_artifact(CASE) as publish:
                with following(drafted.shop.database, CASE, EU, [publish, _kept(heard)]) as follow:
                    for done in range(2000):
                        follow({"handed_over": done})
                assert time.monotonic() - began < 3
            assert time.monotonic() - began < 3 + SENDING_END + 1
    assert heard[-1][0].states == {"handed_over": 1999}


def _kept(heard: list[tuple[Progress, SendingPlan]]) -> Any:
    return lambda now, plan: heard.append((now, plan))


def test_a_display_that_fails_spoils_neither_the_sending_nor_the_others(drafted: House) -> None:
    def broken(_now: Progress, _plan: SendingPlan) -> None:
        raise RuntimeError("a terminal that went away")

    heard: list[tuple[Progress, SendingPlan]] = []
    shows = [broken, _kept(heard)]
    with following(drafted.shop.database, CASE, EU, shows) as follow:
        follow({"handed_over": 1})
        time.sleep(1)
        follow({"handed_over": 2})
    assert heard[-1][0].states == {"handed_over": 2}


def test_the_sets_behind_are_those_the_run_has_not_been_through(drafted: House) -> None:
    drafted.approve(CASE)
    heard: list[tuple[Progress, SendingPlan]] = []
    order = [one for one in sendable_sets(drafted.shop.database, CASE) if "individuals" in one]
    begin_run(drafted.shop.database, CASE)
    for key in order:
        with following(drafted.shop.database, CASE, key, [_kept(heard)]) as follow:
            follow({"planned": 1})
    last = {one.set_key: one for one, _ in heard}
    assert [last[key].number for key in order] == list(range(1, len(order) + 1))
    behind = [last[key].behind for key in order]
    assert behind == sorted(behind, reverse=True)
    assert (behind[0] > 0, behind[-1]) == (True, 0)


def test_the_house_can_be_opened_again(drafted: House) -> None:
    """The follower leaves no lock behind."""
    with following(drafted.shop.database, CASE, EU, [lambda _now, _plan: None]) as follow:
        follow({"handed_over": 1})
    drafted.shop.database.engine.dispose()
    again = open_house(drafted.settings.home)
    again.approve(CASE, EU)
