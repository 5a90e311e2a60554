"""A person outside the system: a real HTTP receiver for alarms; and the command that watches."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pydantic import SecretStr

from flows.embedded import clean_environment
from flows.tasks import use_settings
from flows.watching import Look, watch_once
from incidents.settings import Settings

COMMAND = Path(sys.executable).parent / "forthwith"


@dataclass
class Receiver:
    """What arrived, and the address it arrives at."""

    port: int
    messages: list[str] = field(default_factory=list)
    answer: int = 200

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/"

    def lines(self) -> list[str]:
        """Return every alarm that arrived, one a line."""
        return [line for message in self.messages for line in message.splitlines()]

    def about(self, words: str) -> list[str]:
        """Return the alarms that hold these words."""
        return [line for line in self.lines() if words in line]


@contextmanager
def listening() -> Iterator[Receiver]:
    """Run a receiver on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if receiver.answer == 200:
                receiver.messages.append(body["message"])
            self.send_response(receiver.answer)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def environment(home: Path, *urls: str, **more: str) -> dict[str, str]:
    """Return the variables of an installation that tells these addresses."""
    return {
        **clean_environment(),
        # No profile of whoever runs the tests: their Prefect is not the one to look at.
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "DO_NOT_TRACK": "1",
        "FORTHWITH_HOME": str(home),
        "FORTHWITH_ACTOR": "tester",
        "FORTHWITH_ALARM_URLS": " ".join(urls),
        **more,
    }


def look(home: Path, *urls: str, database: str = "", api: str = "") -> Look:
    """Look once in this process, as the command does."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    settings = Settings(
        home=home,
        actor="tester",
        alarm_urls=[SecretStr(url) for url in urls],
        database_url=database,
    )
    use_settings(settings)
    try:
        with temporary_settings({PREFECT_API_URL: api or None}):
            return watch_once(source="watch")
    finally:
        use_settings(None)


def watch(given: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run `forthwith watch` once."""
    return forthwith(given, "watch")


def forthwith(given: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command with these variables and no others of Forthwith's or Prefect's."""
    return subprocess.run(
        [str(COMMAND), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=180,
        env=given,
        cwd=os.fspath(Path(given["FORTHWITH_HOME"]).parent),
    )
