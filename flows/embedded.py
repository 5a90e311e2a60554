"""A local Prefect server for one machine: started by the command, gone with it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from incidents.errors import ForthwithError

START_SECONDS = 120.0
"""A first start runs Prefect's migrations: 15 s on an idle machine, more on a busy one."""

QUIET = {
    # No word leaves the machine: telemetry of server and client, the newer UI's analytics SDK
    # (which calls out even with analytics off), and promotional content.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # A client that lost its server's address must fail, not write into a private database.
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}


class PrefectServerError(ForthwithError):
    """The local Prefect server does not start."""

    slug = "prefect-server"


@dataclass(frozen=True)
class PrefectServer:
    """A running server."""

    api_url: str
    ui_url: str
    process: subprocess.Popen[bytes]
    log: Path

    def wait(self) -> None:
        """Return once the server answers.

        Raises:
            PrefectServerError: when it ends or stays silent; the message names its log.
        """
        _wait_until_healthy(f"{self.api_url}/health", self.process, self.log)


def free_port() -> int:
    """Return a loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def client_environment(api_url: str, home: Path) -> dict[str, str]:
    """Return the variables a Prefect client needs to use a server and nothing else."""
    return {
        **QUIET,
        "PREFECT_API_URL": api_url,
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_LOGGING_LEVEL": "WARNING",
        # What went wrong is told once, by the command itself.
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        "PREFECT_CLI_PROMPT": "false",
    }


def clean_environment() -> dict[str, str]:
    """Return this process's environment without anybody's Prefect or Forthwith settings."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PREFECT_", "FORTHWITH_"))
    }


@contextmanager
def child(
    arguments: list[str], log: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python module that ends when this process does, even when it is killed.

    The child watches its standard input: the pipe closes whatever way the parent dies.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603  # our own modules, no shell
            [sys.executable, "-m", *arguments],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            # Ctrl-C reaches the whole terminal group; children end after us, in order.
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(OSError):
            if process.stdin:
                process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def prefect_server(home: Path, *, wait: bool = True) -> Iterator[PrefectServer]:
    """Run a Prefect server on loopback with its database under `home` until the block ends.

    Args:
        home: Where its database and log lie.
        wait: False gives it back while it starts; call `wait` before using it.

    Raises:
        PrefectServerError: when it does not answer; the message names its log.
    """
    home.mkdir(parents=True, exist_ok=True)
    chosen = free_port()
    base = f"http://127.0.0.1:{chosen}"
    environment = {
        **clean_environment(),
        **client_environment(f"{base}/api", home),
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(chosen),
        "PREFECT_UI_API_URL": f"{base}/api",
    }
    environment.pop("PREFECT_API_URL")  # the server is not its own client
    log = home / "server.log"
    with child(["flows.prefect_child", str(chosen)], log, environment) as process:
        server = PrefectServer(f"{base}/api", base, process, log)
        if wait:
            server.wait()
        yield server


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise PrefectServerError(
                f"ended with {process.returncode} while starting",
                where=str(log),
                repair="read the end of that log",
            )
        with suppress(URLError, OSError), urlopen(url, timeout=2) as answer:  # noqa: S310
            if answer.status == 200:  # noqa: PLR2004
                return
        time.sleep(0.1)
    raise PrefectServerError(
        f"does not answer within {START_SECONDS:.0f} s", where=str(log), repair="read that log"
    )
