"""Whatever falls silent, a person outside hears of it: each part is really stopped here."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from flows.embedded import PrefectServer, client_environment, prefect_server
from incidents.clock import FixedClock, SystemClock
from incidents.delivery.channels.alarm import within
from incidents.models.tables import AlarmRow
from incidents.settings import Settings
from incidents.store.engine import open_engine
from incidents.store.unit_of_work import Database
from incidents.wiring import Workshop, open_workshop
from tests.support.postgres import running_postgres
from tests.support.watching import Receiver, environment, listening, look, watch

ROOT = Path(__file__).parents[2]
NO_SERVER = "Prefect's server does not answer"
NO_WORKER = "no worker answers"
NO_DATABASE = "database cannot be used"


@pytest.fixture
def person() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def workshop(home: Path) -> Workshop:
    return open_workshop(Settings(home=home, actor="tester"))


def raised(home: Path) -> set[str]:
    """Return the keys of the alarms on record."""
    shop = workshop(home)
    with shop.database.read() as work:
        keys = [work.session.get(AlarmRow, key) for key in ("quiet:prefect", "quiet:prefect-watch")]
    return {row.key for row in keys if row}


def beat_in_the_past(home: Path, source: str, ago: timedelta) -> None:
    shop = workshop(home)
    shop.database.engine.dispose()
    past = Database(
        open_engine(shop.settings.database),
        FixedClock(SystemClock().now() - ago),
        lambda _: "",
    )
    with past.write("tester") as work:
        work.beat(source)
    past.engine.dispose()


def test_a_worker_and_then_the_server_that_stop_are_told_once_each(
    home: Path, person: Receiver
) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(prefect_server(home / "prefect"))
        given = environment(
            home,
            person.url,
            **client_environment(server.api_url, home / "prefect"),
            # Prefect's server calls a worker offline after three missed beats.
            PREFECT_WORKER_HEARTBEAT_SECONDS="2",
            PREFECT_WORKER_QUERY_SECONDS="1",
            FORTHWITH_CHECKOUT=str(ROOT),
        )
        prefect(given, "work-pool", "create", "forthwith", "--type", "process")
        prefect(given, "--no-prompt", "deploy", "-n", "watch-deadlines/every-5-minutes")

        def alarms(about: str) -> list[str]:
            assert look(home, person.url, api=server.api_url).told
            return person.about(about)

        # A pool without any worker is as silent as one whose workers died.
        assert len(alarms(NO_WORKER)) == 1
        worker = stack.enter_context(running_worker(given))
        prefect(given, "deployment", "run", "watch-deadlines/every-5-minutes", "--watch")
        # The flow on the worker left its own sign of life: the two watches watch each other.
        assert beats(home) == {"watch", "prefect-watch"}
        assert len(alarms(NO_WORKER)) == 1

        os.killpg(worker.pid, signal.SIGKILL)
        wait_for(lambda: len(alarms(NO_WORKER)) == 2)
        assert len(alarms(NO_WORKER)) == 2

        stop(server)
        assert watch(given).returncode == 0
        assert len(alarms(NO_SERVER)) == 1
        assert len(person.lines()) == 3


def prefect(given: dict[str, str], *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "prefect", *arguments],
        env=given,
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr


class running_worker:  # noqa: N801
    """A real worker in a process group of its own, killed at the end whatever happened."""

    def __init__(self, given: dict[str, str]) -> None:
        self.given = given

    def __enter__(self) -> "subprocess.Popen[bytes]":
        arguments = ["worker", "start", "--pool", "forthwith", "--type", "process"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "prefect", *arguments],
            env=self.given,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self.process

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def stop(server: PrefectServer) -> None:
    server.process.kill()
    server.process.wait()


def wait_for(happened: Callable[[], bool], seconds: float = 150) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.5)


def beats(home: Path) -> set[str]:
    from incidents.store.alerts import last_beat

    with workshop(home).database.read() as work:
        return {one for one in ("watch", "prefect-watch") if last_beat(work, one)}


def test_an_unreadable_sqlite_file_is_told_once_and_again_when_it_breaks_again(
    home: Path, person: Receiver
) -> None:
    assert look(home, person.url).told
    assert person.lines() == []
    file = home / "forthwith.db"
    whole = file.read_bytes()
    for times in (1, 2):
        file.write_bytes(b"\x00nothing a database would hold" * 200)
        assert watch(environment(home, person.url)).returncode == 0
        assert look(home, person.url).told
        assert len(person.about(NO_DATABASE)) == times
        file.write_bytes(whole)
        assert look(home, person.url).told
    assert len(person.lines()) == 2


def test_a_stopped_postgresql_is_told(home: Path, person: Receiver) -> None:
    with ExitStack() as stack:
        url = stack.enter_context(running_postgres())
        assert look(home, person.url, database=url).told
        assert person.lines() == []
        stack.close()
    found = look(home, person.url, database=url)
    assert found.told
    assert found.raised == 1
    assert len(person.about(NO_DATABASE)) == 1
    # Where the database lies is nobody's business on a phone.
    assert "/" not in person.lines()[0]


def test_a_database_nobody_could_be_told_of_is_told_at_the_next_look(
    home: Path, person: Receiver
) -> None:
    (home / "forthwith.db").mkdir()
    person.answer = 500
    done = watch(environment(home, person.url))
    assert done.returncode == 1
    assert "nobody could be told" in done.stdout
    person.answer = 200
    assert look(home, person.url).told
    assert len(person.about(NO_DATABASE)) == 1


def test_a_database_file_that_is_gone_is_no_new_beginning(home: Path, person: Receiver) -> None:
    assert look(home, person.url).told
    for file in home.glob("forthwith.db*"):
        file.unlink()
    assert look(home, person.url).told
    assert len(person.about("not the database that was in use")) == 1


def test_the_other_watch_that_went_quiet_is_told_once_and_again_after_it_came_back(
    home: Path, person: Receiver
) -> None:
    for times in (1, 2):
        beat_in_the_past(home, "prefect-watch", timedelta(minutes=20))
        assert look(home, person.url).raised == 1
        assert look(home, person.url).raised == 0
        assert len(person.about("prefect-watch has been quiet")) == times
        beat_in_the_past(home, "prefect-watch", timedelta(minutes=1))
        assert look(home, person.url).found == []


def test_an_alarm_nobody_took_is_not_recorded_and_the_command_says_so(
    home: Path, person: Receiver
) -> None:
    beat_in_the_past(home, "prefect-watch", timedelta(minutes=20))
    person.answer = 500
    done = watch(environment(home, person.url))
    assert done.returncode == 1
    assert "could not be told to anybody" in done.stdout
    for urls in ((), ("no address",)):
        assert not look(home, *urls).told
    assert raised(home) == set()
    # A watch that can tell nobody leaves no sign of life: to the other one it is quiet.
    assert beats(home) == {"prefect-watch"}
    person.answer = 200
    assert look(home, person.url).told
    assert raised(home) == {"quiet:prefect-watch"}
    assert len(person.lines()) == 1


def test_one_address_that_fails_is_named_by_its_number_and_the_other_is_told_once(
    home: Path, person: Receiver
) -> None:
    beat_in_the_past(home, "prefect-watch", timedelta(minutes=20))
    with listening() as gone:
        dead = gone.url.replace("json://", "json://user:Sesame-4711@")
    done = watch(environment(home, dead, person.url))
    assert done.returncode == 1
    assert "alarm address 1 did not take an alarm" in done.stdout
    assert "Sesame-4711" not in done.stdout + done.stderr
    assert look(home, dead, person.url).told
    assert len(person.lines()) == 1


def test_what_takes_too_long_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        within(0.05, lambda: time.sleep(5))
    assert within(5, lambda: "in time") == "in time"
