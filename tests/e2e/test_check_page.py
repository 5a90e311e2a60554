"""The page on which codes are checked, over real connections: people, guessers, probes."""

import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text

from flows.check_page import app as check_app
from flows.check_page import server as check_server
from flows.check_page.app import Desk, check_page_app
from flows.check_page.opening import open_desk
from flows.check_page.rate import Rate
from flows.check_page.server import server_of
from flows.doctor.check_page import check_page
from flows.embedded import free_port
from incidents.clock import FixedClock
from incidents.data_files import TEMPLATES
from incidents.drafting.sources.folder import read_words
from incidents.errors import SettingsError, StoreError
from incidents.keys import KeyRing
from incidents.models.notice import FactSheet
from incidents.models.report import Protection
from incidents.models.tables import DeliveryRow, NoticeSetRow
from incidents.settings import Settings
from incidents.steps.check_code import CodeCheck
from incidents.store import cases
from incidents.store.cases import EvidenceKind
from incidents.store.engine import open_engine
from incidents.store.sent_cases import open_to_read
from incidents.store.unit_of_work import Database
from incidents.wiring import open_workshop
from tests.steps.shop_case import (
    CASE,
    EU,
    NOW,
    House,
    copy_house,
    drafted,
    drafted_template,
    empty_template,
)
from tests.support.browser import chromium
from tests.support.postgres import running_postgres
from tests.support.watching import COMMAND, environment

__all__ = ["drafted", "drafted_template", "empty_template"]

YES, NO, SLIP, WAIT, BROKEN = (
    "Yes, this code is ours",
    "No, this code is not ours",
    "This code has a typing mistake",
    "Too many codes were tried",
    "The code cannot be checked now",
)
FORM = "Our messages about personal data carry a code"
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}\b")
DOCS = Path(__file__).parents[2] / "docs" / "how-to" / "check-page.md"


@contextmanager
def serving(desk: Desk) -> Iterator[str]:
    """Serve the page on loopback and yield its address."""
    server = server_of(check_page_app(desk), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < end
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    server.should_exit = True
    thread.join(15)


def ask(url: str, code: str, *, client: str = "192.0.2.1", **headers: str) -> httpx.Response:
    """Type a code into the form, as somebody at this address."""
    given = {"X-Forwarded-For": client} | {k.replace("_", "-"): v for k, v in headers.items()}
    return httpx.post(url, data={"code": code}, headers=given, timeout=20)


def answer(page: httpx.Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.text)
    assert found, page.text
    return found[1]


def codes(house: House) -> list[str]:
    """Return the codes that stand in the mails that were sent."""
    found = []
    for raw in house.mails().values():
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        assert body is not None
        found += CODE.findall(body.get_content())
    return found


def strange(folder: Path, number: int) -> list[str]:
    """Return codes as another installation makes them: well formed, and not ours."""
    ring = KeyRing.create(folder / "strange.json", FixedClock())
    return [ring.notice_code(CASE, EU, 1, f"p{n}") for n in range(number)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, drafted_template: House) -> Iterator[House]:
    """The shop with one case whose notices to one set of people went out."""
    made = copy_house(drafted_template, tmp_path_factory.mktemp("sent") / "home")
    made.approve(CASE, EU)
    made.send(CASE, EU)
    yield made
    made.shop.database.engine.dispose()


@pytest.fixture
def page(house: House) -> Iterator[str]:
    with serving(open_desk(house.shop, proxies=1)) as url:
        yield url


def test_a_code_from_a_mail_names_its_case_however_it_is_typed(page: str, house: House) -> None:
    code = codes(house)[0]
    wide = "".join(chr(ord(one) + 0xFEE0) if one.isalnum() else "\u2014" for one in code)
    for typed in (code, code.lower(), code.replace("-", " "), wide, f"  {code}\n"):
        shown = ask(page, typed)
        assert shown.status_code == 200
        assert answer(shown) == YES
        assert CASE in shown.text
        assert "Sent on 2 March 2026." in shown.text
        assert "We never ask for your password" in shown.text
        assert "+86 755 0000 0100" in shown.text


def test_every_code_that_went_out_is_known(page: str, house: House) -> None:
    sent = codes(house)
    assert len(sent) == len(house.mails()) > 1
    for n, code in enumerate(sent):
        assert answer(ask(page, code, client=f"192.0.2.{n % 200}")) == YES


def test_before_anything_was_sent_a_real_code_is_not_ours(drafted: House) -> None:
    code = drafted.shop.ring.notice_code(CASE, EU, 1, "x-mail")
    drafted.approve(CASE, EU)
    with serving(open_desk(drafted.shop, proxies=1)) as url:
        assert answer(ask(url, code)) == NO
        drafted.send(CASE, EU)
        assert answer(ask(url, code)) == YES


@pytest.mark.parametrize(
    ("state", "known"),
    [
        *((one, False) for one in ("standby", "planned", "leased", "held", "cancelled")),
        *((one, False) for one in ("deferred", "refused", "not_reached")),
        *((one, True) for one in ("sending", "in_doubt", "handed_over", "bounced", "expired")),
        *((one, True) for one in ("listed", "done_by_hand")),
    ],
)
def test_a_case_counts_once_a_message_may_have_come_to_somebody(
    house: House, tmp_path: Path, state: str, known: bool
) -> None:
    copy = copy_house(house, tmp_path / "home")
    copy.sql("UPDATE delivery SET state = 'planned'")
    copy.sql("UPDATE delivery SET state = :s WHERE id = (SELECT min(id) FROM delivery)", s=state)
    found = open_desk(copy.shop).check.find(codes(copy)[0])
    copy.shop.database.engine.dispose()
    assert (found is not None) == known


def test_a_made_up_code_is_not_ours_and_a_slip_is_said_to_be_one(
    page: str, tmp_path: Path, house: House
) -> None:
    shown = ask(page, strange(tmp_path, 1)[0])
    assert answer(shown) == NO
    assert "Open no link and no attachment" in shown.text
    assert CASE not in shown.text
    real = codes(house)[0]
    shown = ask(page, real[:-1] + ("0" if real[-1] != "0" else "1"))
    assert answer(shown) == SLIP
    assert "the message is not from us" in shown.text  # a forger's code is one, 31 times of 32


def test_a_code_of_before_a_rotation_is_known_to_a_page_that_runs(
    house: House, tmp_path: Path
) -> None:
    copy = copy_house(house, tmp_path / "home")
    old = codes(copy)[0]
    with serving(open_desk(copy.shop, proxies=1)) as url:
        copy.shop.ring.rotate("code")
        new = copy.shop.ring.notice_code(CASE, EU, 1, "x-mail")
        assert answer(ask(url, new)) == YES
        assert answer(ask(url, old)) == YES
    copy.shop.database.engine.dispose()


def test_a_code_in_an_address_is_not_read(page: str, house: House) -> None:
    code = codes(house)[0]
    shown = httpx.get(page, params={"code": code})
    assert FORM in shown.text
    assert code not in shown.text
    assert answer(httpx.post(page, params={"code": code}, data={"code": ""})) == SLIP


def test_no_answer_holds_anything_of_a_person(page: str, house: House, tmp_path: Path) -> None:
    shown = [ask(page, codes(house)[0]), ask(page, strange(tmp_path, 1)[0]), httpx.get(page)]
    said = "\n".join(one.text + repr(one.headers) for one in shown)
    for name, person in house.sql("SELECT name, person_id FROM person"):
        assert person not in said
        assert len(name) < 3 or name not in said
    for (address,) in house.sql("SELECT value FROM contact"):
        assert address not in said
    for key in (EU, "individuals", "x-mail", "delivery"):
        assert key not in said


def test_sensitive_cases_say_no_more_than_their_subject(house: House, tmp_path: Path) -> None:
    copy = copy_house(house, tmp_path / "home")
    with copy.shop.database.write("tester") as work:
        sheet = cases.get_evidence(work, CASE, EvidenceKind.FACT_SHEET, FactSheet)
        store = sheet.stores[0]
        elements = {**store.elements, "health.record": Protection(state="clear")}
        stores = [store.model_copy(update={"elements": elements}), *sheet.stores[1:]]
        cases.put_evidence(
            work, CASE, EvidenceKind.FACT_SHEET, sheet.model_copy(update={"stores": stores})
        )
    with serving(open_desk(copy.shop, proxies=1)) as url:
        shown = ask(url, codes(copy)[0])
    copy.shop.database.engine.dispose()
    assert answer(shown) == YES
    assert "a notice by Lanque Parts about personal data" in shown.text
    assert "breach" not in shown.text
    assert "health" not in shown.text


def test_a_script_that_guesses_is_stopped_and_others_are_served(
    page: str, house: House, tmp_path: Path
) -> None:
    shown = [ask(page, code, client="198.51.100.9") for code in strange(tmp_path, 40)]
    assert [answer(one) for one in shown] == [NO] * 10 + [WAIT] * 30
    assert all(one.status_code == 429 for one in shown[10:])
    assert 1 <= int(shown[-1].headers["Retry-After"]) <= 7
    assert "Wait 1 minute and try again" in shown[-1].text
    # Nor does the guesser hear of a real code any more: that would tell it from a wrong one.
    assert answer(ask(page, codes(house)[0], client="198.51.100.9")) == WAIT
    assert answer(ask(page, codes(house)[0], client="198.51.100.10")) == YES


def test_a_forged_first_entry_of_the_header_is_no_new_address(page: str, tmp_path: Path) -> None:
    shown = [
        ask(page, code, client=f"10.0.0.{n}, 198.51.100.77")
        for n, code in enumerate(strange(tmp_path, 12))
    ]
    assert [answer(one) for one in shown] == [NO] * 10 + [WAIT] * 2


def test_guessing_from_many_addresses_is_stopped_too(house: House, tmp_path: Path) -> None:
    rate = Rate(each=10, together=25, now=lambda: 0.0)
    with serving(replace(open_desk(house.shop, proxies=1), rate=rate)) as url:
        shown = [
            answer(ask(url, code, client=f"2001:db8:{n:x}::1"))
            for n, code in enumerate(strange(tmp_path, 30))
        ]
        assert shown == [NO] * 25 + [WAIT] * 5
        assert answer(ask(url, "K7QM-2F4T-9E", client="192.0.2.1")) == SLIP


def test_a_crowd_behind_one_address_can_check_real_codes(page: str, house: House) -> None:
    code = codes(house)[0]
    assert {answer(ask(page, code, client="203.0.113.5")) for _ in range(60)} == {YES}


HOSTILE = [
    b"",
    b"code=",
    b"code=%00%00%00",
    b"code=%ff%fe",
    b"\xff\xfe\x00",
    b"code=<script>alert(1)</script>",
    b"code=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E",
    b"code=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    b"code={{7*7}}",
    b"code=%E2%9F%A6code%E2%9F%A7",
    "code=١٢٣٤-٥٦٧٨-٩٠".encode(),
    b"code=%D9%A1%D9%A2%D9%A3%D9%A4",
    b"code=" + b"A" * 1000,
    b"&".join([b"code=1"] * 100),
    b"&" * 900,
    b"=" * 900,
    b'{"code": "K7QM-2F4T-9D"}',
    b"code=%F0%9D%9F%8F" * 20,
    b"code=%ED%A0%80",
]


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: repr(body[:24]))
def test_whatever_is_typed_is_answered_and_shown_as_text(page: str, body: bytes) -> None:
    shown = httpx.post(
        page, content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert shown.status_code in {200, 413}
    assert not re.search(r"<script|<img|onerror=[^&]*>", shown.text)
    assert "49" not in shown.text
    assert answer(shown) in {SLIP, "Is the message from Lanque Parts real?"}


def raw(url: str, *pieces: bytes, seconds: float = 10) -> bytes:
    """Send bytes over a connection of our own and return what comes back."""
    at = urlsplit(url)
    said = b""
    with socket.create_connection((at.hostname, at.port or 80), timeout=seconds) as line:
        with suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                line.sendall(piece)
        with suppress(ConnectionResetError, TimeoutError):
            while got := line.recv(65536):
                said += got
    return said


def test_ten_megabytes_are_refused_before_they_are_read(page: str) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10485760\r\n\r\n"
    began = time.monotonic()
    assert b" 413 " in raw(page, head).splitlines()[0]
    chunk = b"10000\r\n" + b"A" * 65536 + b"\r\n"
    chunked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    said = raw(page, chunked, *[chunk] * 160)
    assert not said or b" 413 " in said.splitlines()[0]
    assert time.monotonic() - began < 8
    assert httpx.get(page).status_code == 200


@pytest.mark.parametrize(
    "line",
    [b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"A" * 70_000, b"GET / HTTP/1.1\r\nA: " * 9000],
    ids=["tls", "short", "long-line", "long-header"],
)
def test_what_is_no_request_is_refused(page: str, line: bytes) -> None:
    said = raw(page, line + b"\r\n\r\n")
    assert not said or b" 400 " in said.splitlines()[0]
    assert httpx.get(page).status_code == 200


def test_silent_connections_keep_nobody_out(page: str, house: House) -> None:
    at = urlsplit(page)
    with ExitStack() as stack:
        for n in range(check_server.MOST_CONNECTIONS + 100):
            line = stack.enter_context(socket.create_connection((at.hostname, at.port or 80)))
            if n % 2:
                line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        began = time.monotonic()
        assert answer(ask(page, codes(house)[0])) == YES
        assert time.monotonic() - began < 3


def test_a_connection_that_dawdles_is_ended(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_server, "CONNECTION_SECONDS", 1.0)
    monkeypatch.setattr(check_app, "BODY_SECONDS", 0.5)
    with serving(open_desk(house.shop)) as url:
        began = time.monotonic()
        assert raw(url, b"GET / HTTP/1.1\r\nHo") == b""
        half = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\ncode="
        assert b" 413 " in raw(url, half).splitlines()[0]
        assert time.monotonic() - began < 5


def test_the_page_loads_and_keeps_nothing(page: str, house: House, tmp_path: Path) -> None:
    for shown in (httpx.get(page), ask(page, codes(house)[0]), ask(page, strange(tmp_path, 1)[0])):
        policy_line = shown.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy_line
        assert "frame-ancestors 'none'" in policy_line
        assert "unsafe" not in policy_line
        assert shown.headers["Cache-Control"] == "no-store"
        assert shown.headers["Referrer-Policy"] == "no-referrer"
        assert "set-cookie" not in shown.headers
        assert "server" not in shown.headers
        assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|\son\w+=", shown.text)


def test_other_methods_and_paths_tell_nothing(page: str) -> None:
    assert httpx.head(page).status_code == 200
    assert httpx.get(page + "healthz").text == "ok"
    for shown in (
        httpx.put(page, content=b"x"),
        httpx.get(page + "docs"),
        httpx.get(page + "../keys.json"),
        httpx.post(page + "healthz"),
    ):
        assert shown.status_code in {404, 405}
        assert shown.text == "not here"
        assert shown.headers["Cache-Control"] == "no-store"


def test_another_site_cannot_make_its_visitors_guess(page: str, house: House) -> None:
    shown = ask(page, codes(house)[0], Sec_Fetch_Site="cross-site")
    assert FORM in shown.text
    assert CASE not in shown.text


@pytest.mark.parametrize(
    ("asked", "accepts", "lang"),
    [
        ("", "", "en"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("", "zh-TW", "zh-Hans"),
        ("", "fr-CA,fr;q=0.9,zh;q=0.5", "zh-Hans"),
        ("", "fr, xx;q=0.3", "en"),
        ("", "en;q=0.1, zh;q=0.9", "zh-Hans"),
        ("", "zh;q=0, en", "en"),
        ("", ";;;q=,,,\u00e9,*;q=x", "en"),
        ("zh-Hans", "en", "zh-Hans"),
        ("../../etc/passwd", "zh", "zh-Hans"),
        ("<b>", "", "en"),
    ],
)
def test_the_language_is_the_readers(page: str, asked: str, accepts: str, lang: str) -> None:
    given = {"Accept-Language": accepts.encode("latin-1")} if accepts else {}
    shown = httpx.get(page, params={"lang": asked} if asked else {}, headers=given)
    assert f'<html lang="{lang}">' in shown.text
    assert shown.headers["Content-Language"] == lang


def test_every_language_has_every_answer(page: str, house: House, tmp_path: Path) -> None:
    typed = (codes(house)[0], strange(tmp_path, 1)[0], "slip")
    for locale in house.shop.words.catalogues:
        seen = {answer(httpx.get(f"{page}?lang={locale}"))}
        seen |= {answer(ask(f"{page}?lang={locale}", one)) for one in typed}
        assert len(seen) == 4


def test_trouble_on_our_side_never_looks_like_a_false_notice(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    copy = copy_house(house, tmp_path / "home")
    code = codes(copy)[0]
    with serving(open_desk(copy.shop, proxies=1)) as url:
        assert answer(ask(url, code)) == YES
        copy.sql("ALTER TABLE delivery RENAME TO gone")
        for _ in range(30):  # and it costs nobody a try
            shown = ask(url, code)
            assert (answer(shown), shown.status_code) == (BROKEN, 503)
    copy.shop.database.engine.dispose()
    assert "could not be checked: OperationalError" in caplog.text
    assert code not in caplog.text


def test_starting_it_makes_and_changes_nothing(house: House, tmp_path: Path) -> None:
    nowhere = tmp_path / "new"
    nowhere.mkdir()
    with pytest.raises(SettingsError):
        open_desk(open_workshop(Settings(home=nowhere)))
    KeyRing.create(nowhere / "keys.json", FixedClock())
    with pytest.raises(StoreError, match="holds no cases yet"):
        open_desk(open_workshop(Settings(home=nowhere)))
    assert [one.name for one in nowhere.iterdir()] == ["keys.json"]
    engine = open_to_read(house.settings.database)
    with (
        engine.execution_options(write=True).connect() as line,
        pytest.raises(Exception, match="readonly"),
    ):
        line.execute(text("UPDATE delivery SET state = 'planned'"))
    engine.dispose()


def test_the_command_writes_down_neither_codes_nor_addresses(house: House, tmp_path: Path) -> None:
    copy = copy_house(house, tmp_path / "home")
    copy.shop.database.engine.dispose()
    code, wrong, port = codes(copy)[0], strange(tmp_path, 1)[0], free_port()
    before = copy.shop.database.audit_head()
    copy.shop.database.engine.dispose()
    running = subprocess.Popen(
        [str(COMMAND), "check-page", "serve", "--port", str(port), "--behind-proxy", "1"],
        env=environment(copy.settings.home, "json://127.0.0.1:9/"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    url = f"http://127.0.0.1:{port}/"
    try:
        end = time.monotonic() + 60
        while True:
            with suppress(httpx.HTTPError):
                if httpx.get(url + "healthz").text == "ok":
                    break
            assert time.monotonic() < end
            assert running.poll() is None, running.communicate()
            time.sleep(0.1)
        assert answer(ask(url, code, client="198.51.100.66")) == YES
        assert answer(ask(url, wrong, client="198.51.100.66")) == NO
        assert answer(ask(url, "slip-slip", client="198.51.100.66")) == SLIP
        httpx.get(url, params={"code": code})
        raw(url, b"GET /" + code.encode() + b"\r\n\r\n")
    finally:
        running.terminate()
        said, _ = running.communicate(timeout=20)
    for word in (code, wrong, "slip-slip", "198.51.100.66", "Traceback"):
        assert word not in said
    assert copy.shop.database.audit_head() == before
    kept = copy.bytes_on_disk()
    copy.shop.database.engine.dispose()
    assert b"198.51.100.66" not in kept
    assert wrong.encode() not in kept


def test_a_phone_shows_it_whole_and_by_the_page_s_own_style(
    page: str, house: House, tmp_path: Path
) -> None:
    with chromium(tmp_path / "browser") as browser:
        browser._call(
            "Emulation.setDeviceMetricsOverride",
            width=320,
            height=640,
            deviceScaleFactor=1,
            mobile=True,
        )
        browser.open(page)
        browser.wait_for("!!document.querySelector('#code')")
        assert browser.run("document.documentElement.scrollWidth") <= 320
        # The style's digest in the policy is right, or the browser would not have applied it.
        assert browser.run("getComputedStyle(document.querySelector('button')).fontWeight") == "600"
        typed = codes(house)[0].lower()
        browser.run(
            f"document.querySelector('#code').value = '{typed}';"
            "document.querySelector('button').click()"
        )
        browser.wait_for("!!document.querySelector('.answer')")
        assert YES in browser.text()
        assert browser.run("document.documentElement.scrollWidth") <= 320
        assert browser.run("document.cookie") == ""


def test_the_doctor_says_whether_people_find_it(page: str, house: House, tmp_path: Path) -> None:
    copy = copy_house(house, tmp_path / "home")
    copy.shop.database.engine.dispose()
    organisation = copy.settings.inventory_folder / "organisation.yaml"
    shipped = organisation.read_text()

    def told(url: str) -> str:
        organisation.write_text(shipped.replace("https://check.lanque.example", url))
        found = check_page(open_workshop(copy.settings, FixedClock(NOW)))
        assert [one.level for one in found] == ["warning"]
        return found[0].what

    assert "can be changed on the way" in told(page)  # it answers; only https is missing
    assert "nothing answers there" in told(f"http://127.0.0.1:{free_port()}/")
    assert "another page stands there" in told(page + "healthz")
    assert "it answers 404" in told(page + "nothing")


def test_a_database_user_who_can_read_no_address_is_enough(tmp_path: Path) -> None:
    block = re.search(r"```sql\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    ring = KeyRing.create(tmp_path / "keys.json", FixedClock())
    with running_postgres() as url:
        engine = open_engine(url)
        owner = Database(engine, FixedClock(NOW), lambda _: "link")
        owner.migrate()
        with engine.begin() as line:
            for statement in filter(str.strip, block[1].split(";")):
                line.execute(text(statement))
        with owner.write("tester") as work:
            cases.open_named(work, CASE, kind="breach", author="tester")
            work.session.add_all([set_row(), delivery_row()])
        engine.dispose()
        reader = open_to_read(re.sub("//forthwith@", "//forthwith_check@", url))
        check = CodeCheck(
            Database(reader, FixedClock(NOW), lambda _: ""), ring, read_words(TEMPLATES)
        )
        found = check.find(ring.notice_code(CASE, EU, 1, "x-mail"))
        assert found is not None
        assert (found.ref, found.first, found.about) == (CASE, NOW, "quiet")
        for table in ("person", "contact", "delivery", "affected", "audit", "notice_set"):
            with reader.connect() as line, pytest.raises(Exception, match="permission denied"):
                line.execute(text(f"SELECT * FROM {table}"))
        with reader.connect() as line, pytest.raises(Exception, match=r"read-only|permission"):
            line.execute(text("UPDATE breach_case SET state = 'closed'"))
        reader.dispose()


def set_row() -> NoticeSetRow:
    return NoticeSetRow(
        case_ref=CASE,
        set_key=EU,
        version=1,
        audience="individuals",
        state="released",
        root="",
        sealed="",
        body="",
        author="tester",
        drafted_at=NOW,
    )


def delivery_row() -> DeliveryRow:
    return DeliveryRow(
        case_ref=CASE,
        set_key=EU,
        version=1,
        person_id="x-mail",
        addressee_id="x-mail",
        channel="email",
        rank=1,
        address="mia@home.example",
        name="Mia Mail",
        place="DE",
        locale="en",
        form="account",
        exposure=0,
        class_key="",
        state="handed_over",
        finished_at=NOW,
    )
