"""The doctor asks a real DNS server, and never takes silence for absence."""

import base64
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from flows.demo.shop import build_shop
from flows.doctor import Finding, examine
from flows.doctor.dns_lookup import ALL_SECONDS
from flows.doctor.sending_domain import sending_domain
from incidents.clock import SystemClock
from incidents.errors import InvalidInputError, SettingsError
from incidents.models.inventory import NoticeIdentity
from incidents.settings import Settings
from incidents.wiring import Workshop
from tests.support.dnsserver import EMPTY, REFUSED, SERVFAIL, SILENCE, DnsServer, running_dns

DOMAIN = "breach.lanque.example"
SPF, DMARC, KEY = DOMAIN, f"_dmarc.{DOMAIN}", f"relay1._domainkey.{DOMAIN}"
ABOVE = "_dmarc.lanque.example"
Zone = dict[str, Sequence[str] | str]


def public_key(bits: int) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


LONG_KEY = public_key(4096)
GOOD: Zone = {
    SPF: ["some-site-verification=1", "v=spf1 ip4:192.0.2.10 -all"],
    DMARC: ["v=DMARC1; p=reject; rua=mailto:dmarc@lanque.example"],
    KEY: [f"v=DKIM1; k=rsa; p={LONG_KEY}"],
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("home") / "home"
    build_shop(made / "inventory", people=50, approver_keys=[], anchor=SystemClock().now().date())
    return made


Look = Callable[..., list[Finding]]


@pytest.fixture
def look(home: Path) -> Iterator[Look]:
    """Return what looks at the sending domain by a DNS server with such a zone."""
    file = home / "inventory" / "organisation.yaml"
    before = file.read_text(encoding="utf-8")

    def at(server: DnsServer | str, selectors: str = "[relay1]") -> list[Finding]:
        text = before.replace("notices:\n", f"notices:\n  dkim_selectors: {selectors}\n")
        file.write_text(text, encoding="utf-8")
        address = server if isinstance(server, str) else server.address
        return sending_domain(Workshop(Settings(home=home, resolver=address), SystemClock()))

    yield at
    file.write_text(before, encoding="utf-8")


def levels(findings: list[Finding]) -> list[str]:
    return [one.level for one in findings]


def test_three_records_in_order_are_three_lines_that_say_so(look: Look) -> None:
    with running_dns(GOOD) as server:
        findings = look(server)
    assert levels(findings) == ["ok", "ok", "ok"]
    spf, dkim, dmarc = (one.what for one in findings)
    assert "ends in -all" in spf
    assert KEY in dkim
    assert "reject" in dmarc
    # A key of 4096 bits does not fit into 512 bytes.
    assert server.by_tcp == 1
    assert server.asked.count(DMARC) == 1


def test_what_is_missing_is_missing(look: Look) -> None:
    for nothing in ({}, {SPF: EMPTY, DMARC: EMPTY, KEY: EMPTY}, {SPF: ["hello"]}):
        with running_dns(nothing) as server:
            findings = look(server)
        assert levels(findings) == ["warning"] * 3
        for one, words in zip(findings, ("no SPF", "no DKIM key", "no DMARC"), strict=True):
            assert words in one.what
            assert "sending-domain.md" in one.repair


@pytest.mark.parametrize("broken", [SERVFAIL, REFUSED, SILENCE])
def test_what_could_not_be_asked_is_never_called_missing(look: Look, broken: str) -> None:
    for name, words in ((SPF, "SPF"), (KEY, "DKIM"), (DMARC, "DMARC")):
        with running_dns({**GOOD, name: broken}) as server:
            findings = look(server)
        problem = next(one for one in findings if one.level != "ok")
        assert problem.level == "warning"
        assert words in problem.what
        assert "could not be checked" in problem.what
        assert not any(" has no " in one.what for one in findings)


def test_without_a_network_it_is_one_line_and_soon(look: Look) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        began = time.monotonic()
        findings = look(f"127.0.0.1:{deaf.getsockname()[1]}")
        assert time.monotonic() - began < ALL_SECONDS
    assert levels(findings) == ["warning"]
    assert f"SPF, DKIM and DMARC of {DOMAIN} could not be checked" in findings[0].what


def test_many_silent_names_together_stay_within_the_time(look: Look) -> None:
    zone: Zone = {**GOOD, **{f"s{n}._domainkey.{DOMAIN}": SILENCE for n in range(20)}}
    with running_dns(zone) as server:
        began = time.monotonic()
        findings = look(server, str([f"s{n}" for n in range(20)]))
        assert time.monotonic() - began < ALL_SECONDS + 1
    assert levels(findings) == ["ok", "warning"]


@pytest.mark.parametrize(
    ("texts", "level", "words"),
    [
        (["v=spf1 +all"], "error", "lets everybody"),
        (["v=spf1 mx ALL"], "error", "lets everybody"),
        (["v=spf1 mx -all", "v=spf1 a -all"], "error", "2 SPF records"),
        (["V=SPF1 mx ~all"], "ok", "~all"),
        (["v=spf1 mx ?all"], "warning", "says nothing"),
        (["v=spf1 mx"], "warning", "says nothing"),
        (["v=spf1 redirect=_spf.lanque.example"], "ok", "another domain"),
        (["v=spf10 -all", "spf2.0/pra -all"], "warning", "no SPF"),
    ],
)
def test_spf_as_rfc_7208_reads_it(look: Look, texts: list[str], level: str, words: str) -> None:
    with running_dns({**GOOD, SPF: texts}) as server:
        finding = look(server)[0]
    assert (finding.level, words in finding.what) == (level, True), finding.what


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["v=DKIM1; p="], "revoked"),
        (["v=DKIM1; k=rsa; p=AAAA"], "cannot be read"),
        (["v=DKIM1; k=rsa; p=!!"], "cannot be read"),
        (["v=DKIM1; k=rsa"], "holds no key"),
        (["v=DKIM2; p=AAAA"], "holds no key"),
        ([f"p={LONG_KEY}", f"v=DKIM1; p={LONG_KEY}"], "several keys"),
        ([f"v=DKIM1; p={public_key(1024)}"], "1024 bits"),
    ],
)
def test_a_dkim_key_that_counts_for_nothing_is_told(
    look: Look, texts: list[str], words: str
) -> None:
    with running_dns({**GOOD, KEY: texts}) as server:
        finding = look(server)[1]
    assert (finding.level, words in finding.what) == ("warning", True), finding.what


def test_a_key_in_parts_without_a_version_or_of_another_kind_counts(look: Look) -> None:
    spaced = " ".join(LONG_KEY[i : i + 60] for i in range(0, len(LONG_KEY), 60))
    for text in (
        f"p={spaced}",
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    ):
        with running_dns({**GOOD, KEY: [text]}) as server:
            assert look(server)[1].level == "ok"


def test_without_a_selector_dkim_cannot_be_checked_and_how_to_name_it(look: Look) -> None:
    with running_dns(GOOD) as server:
        findings = look(server, "[]")
    assert levels(findings) == ["ok", "ok", "warning"]
    assert "cannot be checked" in findings[2].what
    assert "notices.dkim_selectors" in findings[2].repair
    assert not [one for one in server.asked if "_domainkey" in one]


@pytest.mark.parametrize(
    ("zone", "level", "words"),
    [
        ({DMARC: ["v=DMARC1; p=none"]}, "ok", "p=none"),
        ({DMARC: ["v=DMARC1; p=quarantine; adkim=s; aspf=s"]}, "ok", "adkim and aspf strict"),
        ({DMARC: ["v=DMARC1; rua=mailto:x@lanque.example"]}, "warning", "names no policy"),
        ({DMARC: ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "warning", "2 DMARC records"),
        ({DMARC: ["p=reject; v=DMARC1"]}, "warning", "no DMARC"),
        (
            {DMARC: ["hello"], ABOVE: ["v=DMARC1; p=reject"]},
            "ok",
            "by the record of lanque.example",
        ),
        ({DMARC: None, ABOVE: ["v=DMARC1; p=reject; sp=none"]}, "ok", "p=none"),
        ({DMARC: None, ABOVE: ["v=DMARC1; p=reject; psd=y"]}, "warning", "no DMARC"),
        ({DMARC: None, ABOVE: SERVFAIL}, "warning", "could not be checked"),
    ],
)
def test_dmarc_at_the_domain_or_above_it(
    look: Look, zone: dict[str, Any], level: str, words: str
) -> None:
    given = {key: value for key, value in {**GOOD, **zone}.items() if value is not None}
    with running_dns(given) as server:
        finding = look(server)[2]
    assert (finding.level, words in finding.what) == (level, True), finding.what
    assert "_dmarc.example" not in server.asked


def test_the_whole_doctor_says_it_and_asks_nobody_about_names_that_are_nowhere(
    home: Path, look: Look
) -> None:
    with running_dns({**GOOD, SPF: ["v=spf1 +all"]}) as server:
        look(server)
        given = Settings(home=home, resolver=server.address)
        findings = examine(Workshop(given, SystemClock()))
        assert [one.level for one in findings if "lets everybody" in one.what] == ["error"]
        asked = len(server.asked)
        assert sending_domain(Workshop(Settings(home=home), SystemClock())) == []
        assert len(server.asked) == asked


@pytest.mark.parametrize("address", ["dns.example", "127.0.0.1:x", "300.1.1.1", "::1:", "/etc"])
def test_an_address_that_is_none_is_refused(look: Look, address: str) -> None:
    with pytest.raises(SettingsError, match="DNS server"):
        look(address)


@pytest.mark.parametrize("selector", ["a b", "a..b", "../x", "x" * 64, ""])
def test_a_selector_that_is_no_name_is_refused_at_the_door(look: Look, selector: str) -> None:
    with pytest.raises(InvalidInputError, match="dkim_selectors"):
        look("127.0.0.1:9", f"['{selector}']")


def test_what_was_sealed_before_there_were_selectors_stays_the_same() -> None:
    assert "dkim_selectors" not in NoticeIdentity(sender="a@b.example").model_dump(mode="json")
    named = NoticeIdentity(dkim_selectors=["relay1"])
    assert NoticeIdentity.model_validate(named.model_dump()) == named
