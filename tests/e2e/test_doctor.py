"""The doctor says what works and what to do, and fails where people or secrets are in danger."""

import base64
import json
import shutil
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from pydantic import SecretStr

from flows.demo.shop import build_shop
from flows.doctor import Finding, examine
from flows.doctor.prefect_door import _own_addresses
from flows.embedded import (
    PrefectServer,
    child,
    clean_environment,
    client_environment,
    free_port,
    prefect_server,
)
from incidents.approval.ssh_signature import public_line
from incidents.clock import FixedClock, SystemClock
from incidents.settings import Settings, SmtpSettings
from incidents.steps.import_inventory import import_inventory
from incidents.wiring import Workshop, open_workshop
from tests.support.mailserver import MailServer, running_mailserver
from tests.support.watching import environment, forthwith

PASSWORD = "Tr0mbone-and-Kettle"
ALARM_TOKEN = "f3Qx9LmZt7Rk2WbYc5"
ALARM_URL = f"json://alarm.example/{ALARM_TOKEN}"
DATABASE_PASSWORD = "Quartz%2FSleet-88"


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with running_mailserver(tmp_path_factory.mktemp("mail")) as server:
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    with prefect_server(tmp_path_factory.mktemp("prefect")) as running:
        yield running


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which everything is in order."""
    home = tmp_path_factory.mktemp("whole") / "home"
    home.mkdir(mode=0o700)
    keys = [public_line(Ed25519PrivateKey.generate()) for _ in range(3)]
    today = SystemClock().now().date()
    build_shop(home / "inventory", people=50, approver_keys=keys, anchor=today)
    shop = open_workshop(Settings(home=home, actor="tester"))
    import_inventory(shop.database, shop.ring, shop.inventory, actor="tester")
    with shop.database.write("tester") as work:
        work.beat("watch")
        work.beat("prefect-watch")
    shop.database.engine.dispose()
    return home


def settings(home: Path, mail: MailServer, **more: Any) -> Settings:
    given: dict[str, Any] = {
        "home": home,
        "actor": "tester",
        "smtp": SmtpSettings(host="127.0.0.1", port=mail.port, security="none"),
        "alarm_urls": [SecretStr(ALARM_URL)],
        **more,
    }
    return Settings(**given)


def examined(given: Settings, *, api: str = "", at: datetime | None = None) -> list[Finding]:
    clock = FixedClock(at) if at else SystemClock()
    with temporary_settings({PREFECT_API_URL: api or None}):
        return examine(Workshop(given, clock))


def errors(findings: list[Finding]) -> list[str]:
    return [one.what for one in findings if one.level == "error"]


def about(findings: list[Finding], words: str) -> Finding:
    found = [one for one in findings if words in one.what]
    assert len(found) == 1, [one.what for one in findings]
    return found[0]


def copied(whole: Path, tmp_path: Path) -> Path:
    """Return a copy to break. Its database counts as copied, which is a finding of its own."""
    home = tmp_path / "copy"
    shutil.copytree(whole, home)
    return home


def test_an_installation_in_order_has_no_error(whole: Path, mail: MailServer) -> None:
    findings = examined(settings(whole, mail))
    assert errors(findings) == []
    for words in (
        "can be written, by its owner alone",
        "mode 0600",
        "schema",
        "inventory",
        "laws pass all gates",
        "words and severity scales",
        "relay 127.0.0.1",
        "alarm addresses",
        "prefect-watch looked",
    ):
        assert [one for one in findings if words in one.what and one.level == "ok"], words


def test_the_command_ends_with_2_on_errors_and_prints_them_as_json(
    whole: Path, mail: MailServer
) -> None:
    given = environment(
        whole,
        ALARM_URL,
        FORTHWITH_SMTP__HOST="127.0.0.1",
        FORTHWITH_SMTP__PORT=str(mail.port),
        FORTHWITH_SMTP__SECURITY="none",
    )
    done = forthwith(given, "doctor")
    assert done.returncode == 0, done.stdout
    done = forthwith({**given, "FORTHWITH_ALARM_URLS": ""}, "doctor", "--json")
    assert done.returncode == 2
    found = [one for one in json.loads(done.stdout) if one["level"] == "error"]
    assert len(found) == 1
    assert "nobody would hear" in found[0]["what"]
    assert "FORTHWITH_ALARM_URLS" in found[0]["repair"]


def test_looking_at_a_home_that_is_not_there_makes_nothing(
    tmp_path: Path, mail: MailServer
) -> None:
    findings = examined(settings(tmp_path / "new", mail))
    assert not (tmp_path / "new").exists()
    assert about(findings, "no key file yet").level == "warning"
    assert about(findings, "no database yet").level == "warning"
    assert about(findings, "organisation.yaml: no such file").level == "error"


def test_a_key_file_that_others_may_read_or_that_is_gone_is_an_error(
    whole: Path, tmp_path: Path, mail: MailServer
) -> None:
    home = copied(whole, tmp_path)
    (home / "keys.json").chmod(0o640)
    found = about(examined(settings(home, mail)), "others may read or change the key file")
    assert found.level == "error"
    assert "chmod 600" in found.repair
    (home / "keys.json").unlink()
    found = about(examined(settings(home, mail)), "is gone, but there is a database")
    assert found.level == "error"


def test_a_database_that_is_damaged_lost_or_copied_is_an_error(
    whole: Path, tmp_path: Path, mail: MailServer
) -> None:
    home = copied(whole, tmp_path)
    assert len(errors(examined(settings(home, mail)))) == 1  # copied: it must not send
    file = home / "forthwith.db"
    file.write_bytes(b"no database" * 1000)
    assert any("cannot be used" in what for what in errors(examined(settings(home, mail))))
    file.unlink()
    assert any("is gone" in what for what in errors(examined(settings(home, mail))))
    assert not file.exists()


def test_what_the_inventory_lacks_is_listed_with_its_repair(
    whole: Path, tmp_path: Path, mail: MailServer
) -> None:
    home = copied(whole, tmp_path)
    path = home / "inventory" / "organisation.yaml"
    text = path.read_text(encoding="utf-8")
    lines = [
        "approvers: []"
        if one.startswith("approvers:")
        else "postal_address: ''"
        if one.startswith("postal_address:")
        else one
        for one in text.splitlines()
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    findings = examined(settings(home, mail))
    assert about(findings, "postal_address").level == "error"
    assert about(findings, "0 of the 2 different people").level == "error"
    assert about(findings, "nobody is enrolled as children").level == "error"


def test_law_that_nobody_read_for_a_year_is_a_warning(whole: Path, mail: MailServer) -> None:
    later = SystemClock().now() + timedelta(days=800)
    findings = examined(settings(whole, mail), at=later)
    assert about(findings, "law eu-gdpr was last read").level == "warning"
    today = examined(settings(whole, mail))
    assert [one.what for one in today if "was last read" in one.what] == []


def test_a_watch_that_went_quiet_is_an_error(whole: Path, mail: MailServer) -> None:
    later = SystemClock().now() + timedelta(hours=1)
    findings = examined(settings(whole, mail), at=later)
    assert about(findings, "prefect-watch has been quiet").level == "error"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"host": ""}, "no relay is set"),
        ({"port": 1}, "cannot be reached"),
        ({"security": "starttls"}, "offers no STARTTLS"),
        ({"username": "forthwith"}, "no password"),
        ({"host": "relay.example"}, "FORTHWITH_SMTP__"),
        ({"username": "u", "password": SecretStr(PASSWORD)}, "refused us at AUTH"),
    ],
)
def test_a_relay_that_cannot_be_used_is_an_error(
    whole: Path, mail: MailServer, change: dict[str, Any], words: str
) -> None:
    smtp = SmtpSettings(**{"host": "127.0.0.1", "port": mail.port, "security": "none", **change})
    findings = examined(settings(whole, mail, smtp=smtp))
    assert about(findings, words).level == "error"
    assert PASSWORD not in repr(findings)


def test_nothing_is_sent_while_the_relay_is_tried(whole: Path, mail: MailServer) -> None:
    examined(settings(whole, mail))
    assert mail.received() == []


def test_an_alarm_address_that_cannot_be_is_named_by_its_number(
    whole: Path, mail: MailServer
) -> None:
    given = settings(whole, mail, alarm_urls=[SecretStr(ALARM_URL), SecretStr(f"x://{PASSWORD}")])
    findings = examined(given)
    assert about(findings, "alarm address 2").level == "error"
    assert PASSWORD not in repr(findings)


def test_a_free_mail_service_as_sender_is_an_error(
    whole: Path, tmp_path: Path, mail: MailServer
) -> None:
    assert about(examined(settings(whole, mail)), "does not exist on the Internet").level == (
        "warning"
    )
    home = copied(whole, tmp_path)
    path = home / "inventory" / "organisation.yaml"
    text = path.read_text(encoding="utf-8")
    assert "notice@breach.lanque.example" in text
    path.write_text(text.replace("notice@breach.lanque.example", "shop@qq.com"), encoding="utf-8")
    assert about(examined(settings(home, mail)), "free mail service").level == "error"


def test_a_prefect_that_does_not_answer_is_an_error(whole: Path, mail: MailServer) -> None:
    findings = examined(settings(whole, mail), api="http://127.0.0.1:9/api")
    assert about(findings, "Prefect does not answer").level == "error"


def test_prefect_on_loopback_without_secrets_is_no_error(
    whole: Path, mail: MailServer, server: PrefectServer
) -> None:
    findings = examined(settings(whole, mail), api=server.api_url)
    assert errors(findings) == []
    assert about(findings, "answers without login, to everybody on this machine")
    assert about(findings, "no secret was found").level == "ok"


def test_a_prefect_that_others_reach_without_login_is_an_error(
    whole: Path, mail: MailServer, server: PrefectServer
) -> None:
    addresses = [one for one in _own_addresses() if "[" not in one]
    if not addresses:
        pytest.skip("this machine has no address but loopback")
    port = int(server.api_url.rsplit(":", 1)[1].split("/")[0])
    with passing_on(addresses[0], port):
        findings = examined(settings(whole, mail), api=server.api_url)
        assert len(errors(findings)) == 1
        assert about(findings, f"without login at http://{addresses[0]}").level == "error"
        outside = f"http://{addresses[0]}:{port}/api"
        assert about(examined(settings(whole, mail), api=outside), "answers without login")
        assert errors(examined(settings(whole, mail), api=outside))


@contextmanager
def passing_on(address: str, port: int) -> Iterator[None]:
    """Pass bytes from an outward address to the same port on loopback, as a careless proxy does."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", port)) as inside:
                back = threading.Thread(target=copy, args=(inside, self.request), daemon=True)
                back.start()
                copy(self.request, inside)
                back.join(5)

    def copy(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    socketserver.ThreadingTCPServer.daemon_threads = True
    with socketserver.ThreadingTCPServer((address, port), Handler) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield
        proxy.shutdown()


class Plant:
    """Puts things into a real Prefect and takes them out again."""

    def __init__(self, server: PrefectServer) -> None:
        with temporary_settings({PREFECT_API_URL: server.api_url}):
            self.client: Any = get_client(sync_client=True).__enter__()
        self.made: list[str] = []

    def post(self, path: str, body: dict[str, Any]) -> str:
        answer = self.client.request("POST", f"/{path}/", json=body)
        answer.raise_for_status()
        made = str(answer.json()["id"])
        self.made.append(f"/{path}/{made}")
        return made

    def flow(self) -> str:
        answer = self.client.request("POST", "/flows/", json={"name": "planted"})
        return str(answer.json()["id"])

    def deployment(self, **more: Any) -> None:
        body = {"name": "planted", "flow_id": self.flow(), "enforce_parameter_schema": False}
        self.post("deployments", {**body, **more})

    def run(self, parameters: dict[str, Any]) -> None:
        self.post("flow_runs", {"flow_id": self.flow(), "parameters": parameters})

    def variable(self, name: str, value: Any) -> None:
        self.post("variables", {"name": name, "value": value})

    def pool(self, environment: dict[str, str]) -> None:
        template = {
            "job_configuration": {"env": "{{ env }}"},
            "variables": {"properties": {"env": {"type": "object", "default": environment}}},
        }
        body = {"name": "planted", "type": "process", "base_job_template": template}
        self.post("work_pools", body)
        self.made[-1] = "/work_pools/planted"

    def block(self, value: str, *, anonymous: bool = False) -> None:
        kind = self.client.request("GET", "/block_types/slug/secret").json()
        wanted = {"block_schemas": {"block_type_id": {"any_": [kind["id"]]}}}
        schema = self.client.request("POST", "/block_schemas/filter", json=wanted).json()[0]
        body = {
            "name": None if anonymous else "planted",
            "is_anonymous": anonymous,
            "data": {"value": value},
            "block_type_id": kind["id"],
            "block_schema_id": schema["id"],
        }
        self.post("block_documents", body)

    def clear(self) -> None:
        for path in self.made:
            self.client.request("DELETE", path).raise_for_status()
        self.made.clear()


@pytest.fixture(scope="module")
def _plant(server: PrefectServer) -> Iterator[Plant]:
    planted = Plant(server)
    # The block types Prefect ships are registered when a server first needs them.
    planted.client.request("POST", "/block_types/install_system_block_types")
    yield planted
    planted.client.__exit__(None, None, None)


@pytest.fixture
def plant(_plant: Plant) -> Iterator[Plant]:
    yield _plant
    _plant.clear()


def key_secret(home: Path) -> str:
    secret = json.loads((home / "keys.json").read_text())["keys"][0]["secret"]
    assert len(base64.b64decode(secret)) == 32
    return str(secret)


def planted_ways() -> list[Any]:
    return [
        pytest.param(lambda p, s: p.deployment(parameters={"note": f"use {s}"}), id="default"),
        pytest.param(
            lambda p, s: p.deployment(
                parameter_openapi_schema={"properties": {"note": {"default": s}}}
            ),
            id="schema default",
        ),
        pytest.param(lambda p, s: p.deployment(job_variables={"env": {"A": s}}), id="job variable"),
        pytest.param(lambda p, s: p.run({"deep": [{"er": s}]}), id="flow run"),
        pytest.param(lambda p, s: p.variable("limits", {"a": {"b": s}}), id="variable"),
        pytest.param(lambda p, s: p.pool({"A": s}), id="work pool"),
        pytest.param(lambda p, s: p.block(s), id="block"),
        pytest.param(lambda p, s: p.block(s, anonymous=True), id="anonymous block"),
    ]


@pytest.mark.parametrize("put", planted_ways())
def test_our_secrets_are_found_wherever_they_lie_and_never_shown(
    whole: Path, mail: MailServer, server: PrefectServer, plant: Plant, put: Any
) -> None:
    given = settings(
        whole,
        mail,
        smtp=SmtpSettings(
            host="127.0.0.1",
            port=mail.port,
            security="none",
            username="u",
            password=SecretStr(PASSWORD),
        ),
    )
    for secret, of in (
        (PASSWORD, "FORTHWITH_SMTP__PASSWORD"),
        (key_secret(whole), "the key file"),
    ):
        put(plant, secret)
        findings = examined(given, api=server.api_url)
        found = [one for one in findings if "Prefect" in one.what and one.level == "error"]
        assert found
        assert all(of in one.what for one in found)
        assert all(secret not in one.model_dump_json() for one in findings)
        plant.clear()
    assert about(examined(given, api=server.api_url), "no secret was found")


@pytest.mark.parametrize("value", [ALARM_URL, ALARM_TOKEN, f"https://alarm.example/{ALARM_TOKEN}"])
def test_an_alarm_address_in_prefect_is_found_whole_or_in_part(
    whole: Path, mail: MailServer, server: PrefectServer, plant: Plant, value: str
) -> None:
    plant.variable("where", value)
    findings = examined(settings(whole, mail), api=server.api_url)
    assert "FORTHWITH_ALARM_URLS" in about(findings, "Prefect variable").what
    assert ALARM_TOKEN not in repr(findings)


@pytest.mark.parametrize("value", ["Quartz/Sleet-88", "Quartz%2FSleet-88"])
def test_the_database_password_is_found_as_written_and_as_meant(
    whole: Path, mail: MailServer, server: PrefectServer, plant: Plant, value: str
) -> None:
    url = f"postgresql://forthwith:{DATABASE_PASSWORD}@127.0.0.1:9/forthwith"
    plant.variable("where", {"given": value})
    findings = examined(settings(whole, mail, database_url=url), api=server.api_url)
    assert "FORTHWITH_DATABASE_URL" in about(findings, "Prefect variable").what
    assert value not in repr(findings)


@pytest.mark.parametrize(
    "put",
    [
        lambda p: p.deployment(parameters={"smtpPassword": "whatever"}),
        lambda p: p.deployment(
            parameter_openapi_schema={
                "properties": {"login": {"format": "password", "default": "whatever"}}
            }
        ),
        lambda p: p.deployment(job_variables={"env": {"FORTHWITH_SMTP__PASSWORD": "whatever"}}),
        lambda p: p.run({"api_key": "whatever"}),
        lambda p: p.variable("relay_password", "whatever"),
        lambda p: p.pool({"FORTHWITH_ALARM_URLS": "json://127.0.0.1/whatever"}),
        lambda p: p.pool({"FORTHWITH_DATABASE_URL": "postgresql://me:whatever@db.example/x"}),
        lambda p: p.block("whatever"),
    ],
)
def test_what_is_named_or_shaped_like_a_secret_is_found_though_it_is_not_ours(
    whole: Path, mail: MailServer, server: PrefectServer, plant: Plant, put: Any
) -> None:
    put(plant)
    findings = examined(settings(whole, mail), api=server.api_url)
    assert len(errors(findings)) == 1, errors(findings)
    assert errors(findings)[0].startswith("Prefect ")
    assert "whatever" not in repr(findings)


def test_names_of_places_and_templates_are_no_secrets(
    whole: Path, mail: MailServer, server: PrefectServer, plant: Plant
) -> None:
    plant.pool(
        {
            "FORTHWITH_SECRETS_DIR": "/run/forthwith",
            "FORTHWITH_SMTP__PASSWORD": "{{ prefect.variables.none }}",
            "FORTHWITH_DATABASE_URL": "postgresql://forthwith@db.example/forthwith",
        }
    )
    plant.run({"case": "inc-2026-0001", "password": "", "token_file": "/run/token"})
    plant.deployment(
        parameter_openapi_schema={
            "properties": {"password": {"type": "string", "format": "password"}}
        }
    )
    assert errors(examined(settings(whole, mail), api=server.api_url)) == []


def test_a_prefect_that_asks_for_a_login_is_looked_through_with_it(
    whole: Path, mail: MailServer, tmp_path: Path
) -> None:
    login, port = f"admin:{PASSWORD}", free_port()
    api = f"http://127.0.0.1:{port}/api"
    variables = {
        **clean_environment(),
        **client_environment(api, tmp_path),
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{tmp_path / 'prefect.db'}",
        "PREFECT_SERVER_API_AUTH_STRING": login,
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
    }
    del variables["PREFECT_API_URL"]
    log = tmp_path / "server.log"
    with child(["flows.prefect_child", str(port)], log, variables) as process:
        PrefectServer(api, api, process, log).wait()
        without = examined(settings(whole, mail), api=api)
        assert about(without, "asks for a login").level == "ok"
        # What could not be looked through is never called clean.
        assert about(without, "could not be examined").level == "error"
        with temporary_settings({PREFECT_API_AUTH_STRING: login}):
            inside = examined(settings(whole, mail), api=api)
        assert errors(inside) == []
        assert about(inside, "no secret was found").level == "ok"
        assert PASSWORD not in repr([*without, *inside])
