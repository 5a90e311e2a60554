"""A whole site for tests: a shop, a mail server, a Prefect server, its deployments, a worker."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flows.demo import counsel
from flows.demo.shop import build_shop, demo_report
from flows.embedded import (
    PrefectServer,
    child,
    clean_environment,
    client_environment,
    free_port,
    prefect_server,
)
from incidents.approval.ssh_signature import public_line
from incidents.intake.breach_report import parse_report
from incidents.settings import Settings, SmtpSettings
from incidents.steps.import_inventory import import_inventory
from incidents.steps.open_case import open_case
from incidents.steps.show_case import CaseView, show_case
from incidents.wiring import Workshop, open_workshop

ROOT = Path(__file__).parents[2]
PREFECT = Path(sys.executable).parent / "prefect"
APPROVERS = ("privacy-officer", "general-counsel", "children-officer")


@dataclass
class Site:
    """What a test talks to."""

    home: Path
    shop: Workshop
    server: PrefectServer
    keys: dict[str, Ed25519PrivateKey]
    environment: dict[str, str]
    relay: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_worker(self) -> None:
        """Start one more process worker."""
        with (self.home / "worker.log").open("ab") as log:
            self.workers.append(
                subprocess.Popen(
                    [str(PREFECT), "worker", "start", "--pool", "forthwith", "--type", "process"],
                    env=self.environment,
                    cwd=ROOT,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            )

    @contextmanager
    def silent_relay(self) -> Iterator[None]:
        """Have the relay answer nobody for a while: no sending ends in that time."""
        self.relay.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.relay.send_signal(signal.SIGCONT)

    def prefect(self, *arguments: str) -> str:
        run = subprocess.run(
            [str(PREFECT), "--no-prompt", *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    def run(self, deployment: str, **parameters: object) -> None:
        """Ask for a run of a deployment, as somebody at Prefect's form would."""
        given = [f"{key}={json.dumps(value)}" for key, value in parameters.items()]
        self.prefect("deployment", "run", deployment, *(x for one in given for x in ("-p", one)))

    def report(self) -> str:
        now = self.shop.clock.now()
        report = parse_report(demo_report(now), where="test")
        return open_case(self.shop.database, report, actor="analyst")

    def view(self, ref: str) -> CaseView:
        return show_case(self.shop.database, ref)

    def approve(self, ref: str) -> None:
        sets = [one.key for one in self.view(ref).sets if one.state == "drafted"]
        for who in APPROVERS:
            lines = counsel.signature_lines(self.shop, ref, sets, self.keys[who])
            self.run("decide-notices/signature", case=ref, approver=who, signatures=lines)

    def mails(self) -> int:
        return len(list((self.home / "mailbox").glob("*.eml")))

    def prefect_bytes(self) -> bytes:
        """Return everything Prefect has kept on disk: every table, and its logs."""
        kept = b"".join(p.read_bytes() for p in self.home.glob("prefect/**/*") if p.is_file())
        with sqlite3.connect(self.home / "prefect" / "prefect.db") as database:
            kept += "\n".join(database.iterdump()).encode()
        logs = (self.home / "worker.log", self.home / "mail.log")
        return kept + b"".join(p.read_bytes() for p in logs if p.exists())


def until(happened: Callable[[], bool], seconds: float = 150) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.5)


@contextmanager
def running_site(
    home: Path, *, people: int = 120, workers: int = 1, database_url: str = "", senders: int = 1
) -> Iterator[Site]:
    """Run a site under `home` with so many workers."""
    keys = {name: Ed25519PrivateKey.generate() for name in APPROVERS}
    build_shop(
        home / "inventory",
        people=people,
        approver_keys=[public_line(key) for key in keys.values()],
    )
    port = free_port()
    settings = Settings(
        home=home,
        actor="analyst",
        database_url=database_url,
        senders=senders,
        smtp=SmtpSettings(host="127.0.0.1", port=port, security="none"),
    )
    mail = ["flows.demo.mail_child", str(port), str(home / "mailbox")]
    with (
        prefect_server(home / "prefect") as server,
        child(mail, home / "mail.log", clean_environment()) as relay,
    ):
        environment = {
            **clean_environment(),
            **client_environment(server.api_url, home / "client"),
            "FORTHWITH_HOME": str(home),
            "FORTHWITH_ACTOR": "analyst",
            "FORTHWITH_SMTP__HOST": "127.0.0.1",
            "FORTHWITH_SMTP__PORT": str(port),
            "FORTHWITH_SMTP__SECURITY": "none",
            "FORTHWITH_CHECKOUT": str(ROOT),
            "FORTHWITH_DATABASE_URL": database_url,
            "FORTHWITH_SENDERS": str(senders),
        }
        shop = open_workshop(settings)
        import_inventory(shop.database, shop.ring, shop.inventory, actor="analyst")
        site = Site(home, shop, server, keys, environment, relay)
        site.prefect("work-pool", "create", "forthwith", "--type", "process")
        site.prefect("deploy", "--all")
        try:
            for _ in range(workers):
                site.start_worker()
            yield site
        finally:
            for worker in site.workers:
                # A worker turns the first TERM into an interrupt of its own; the second ends it.
                worker.terminate()
                try:
                    worker.wait(5)
                except subprocess.TimeoutExpired:
                    worker.terminate()
                    worker.wait(20)
    shutil.rmtree(home / "prefect", ignore_errors=True)
