"""A message is well formed, the same each time, and refuses what could split a header."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.delivery.compose import Rendered, compose, message_id
from incidents.delivery.headers import Mailbox, check_address, check_header
from incidents.errors import InvalidInputError

AT = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))
SHOP = Mailbox("Example Shop", "notice@shop.example")
BREAKS = ["\r", "\n", "\0", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
ONE_LINE = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200
)  # what is left after refusing line breaks and controls


def made(
    subject: str = "About your data",
    text: str = "Dear you,\n\nsomething happened.\n",
    html: str = "<p>Dear you</p>",
    *,
    name: str = "Ada",
    **more: Any,
) -> bytes:
    given: dict[str, Any] = {
        "sender": SHOP,
        "reply_to": Mailbox("", "privacy@shop.example"),
        "to_name": name,
        "to_address": "ada@people.example",
        "message_id": "<abc@shop.example>",
        "date": AT,
    }
    return compose(Rendered(subject, text, html), **{**given, **more})


def parsed(message: bytes) -> EmailMessage:
    return message_from_bytes(message, policy=policy.default)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_notice_is_no_mailing_and_shows_no_opening() -> None:
    message = parsed(made())
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == "<abc@shop.example>"
    assert not [name for name in message if name.lower().startswith(("list-", "precedence"))]
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_the_same_notice_has_the_same_bytes() -> None:
    assert made() == made()


def test_the_date_keeps_its_zone() -> None:
    assert b"Date: Mon, 02 Mar 2026 09:00:00 +0800" in made()


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no time zone"):
        made(date=datetime(2026, 3, 2, 9, 0))  # noqa: DTZ001  # this is what is refused


@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=400),
    html=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=400),
)
def test_both_bodies_come_back_as_they_were(text: str, html: str) -> None:
    message = parsed(made(text=text, html=html))
    assert body(message, "plain").rstrip("\n") == text.rstrip("\n")
    assert body(message, "html").rstrip("\n") == html.rstrip("\n")


@given(subject=ONE_LINE, name=ONE_LINE, text=st.text(st.characters(exclude_categories=["Cs"])))
def test_no_line_is_too_long_or_loose_and_no_header_is_added(
    subject: str, name: str, text: str
) -> None:
    raw = made(subject, text, name=name)
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert max(len(line) for line in lines) <= 78
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    head = raw.partition(b"\r\n\r\n")[0]
    names = re.findall(rb"^([A-Za-z-]+):", head, re.MULTILINE)
    assert names == [
        b"From", b"To", b"Reply-To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted",
        b"MIME-Version", b"Content-Type",
    ]  # fmt: skip


@given(name=st.text(st.characters(categories=["L", "N", "P", "So"]), min_size=1, max_size=60))
def test_a_name_in_any_script_comes_back_with_one_address(name: str) -> None:
    message = message_from_bytes(made(name=name), policy=policy.compat32)
    # RFC 2047 6.2: the blank between two encoded words is not shown; policy.default keeps it.
    phrase, _, address = str(message["To"]).rpartition("<")
    assert str(make_header(decode_header(phrase.strip().strip('"')))) == name
    assert address == "ada@people.example>"
    assert [one.addr_spec for one in parsed(made(name=name))["To"].addresses] == [
        "ada@people.example"
    ]


@pytest.mark.parametrize(
    "subject",
    ["关于您的个人信息", "Über Ihre Daten " * 20, "=?utf-8?q?=0D=0AX?=", "{{ 7*7 }} <b>"],
)
def test_a_subject_comes_back(subject: str) -> None:
    assert str(parsed(made(subject))["Subject"]).strip() == subject.strip()


@pytest.mark.parametrize("bad", BREAKS, ids=ascii)
@pytest.mark.parametrize("place", ["subject", "name", "sender", "message_id"])
def test_what_could_end_a_line_is_refused_and_not_repeated(bad: str, place: str) -> None:
    value = f"Ada{bad}Bcc: x"
    changes: dict[str, dict[str, Any]] = {
        "subject": {"subject": value},
        "name": {"name": value},
        "sender": {"sender": Mailbox(value, SHOP.address)},
        "message_id": {"message_id": f"<a{bad}b@shop.example>"},
    }
    with pytest.raises(InvalidInputError) as caught:
        made(**changes[place])
    assert "Ada" not in str(caught.value)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="control or line-breaking"):
        made("\ud800")
    with pytest.raises(InvalidInputError, match="half a character"):
        made(text="\ud800")


@pytest.mark.parametrize(
    "good",
    [
        "ada@people.example",
        "a.b+c@mail.people.example",
        "o'hara_=x@people.example",
        "王@people.example",
    ],
)
def test_a_usable_address_stays_as_it_is(good: str) -> None:
    assert check_address(good) == good


def test_a_domain_in_another_script_becomes_ascii() -> None:
    assert check_address("ada@bücher.example") == "ada@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "bad",
    [
        "", "ada", "@people.example", "ada@", "ada@localhost", "ada@people..example",
        ".ada@people.example", "ada.@people.example", "a..b@people.example",
        "ada@people.example>\r\nRCPT TO:<evil@people.example", "ada@people.example\n",
        "ada @people.example", "ada@people.example ", "<ada@people.example>",
        '"ada"@people.example', "ada@[127.0.0.1]", "ada@-people.example", "ada,bob@people.example",
        "ada@people.example,bob@people.example", "a\u00a0b@people.example",
        "a\u202eb@people.example", "a\ud800@people.example", "x" * 65 + "@people.example",
        "ada@" + "x" * 64 + ".example", "ada@" + ".".join(["x" * 60] * 5), "ada;b@people.example",
        "ada(c)@people.example", "ada\\@people.example", "ada:b@people.example",
    ],
    ids=ascii,
)  # fmt: skip
def test_an_address_that_a_client_would_cut_is_refused_and_not_repeated(bad: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_address(bad)
    assert "people" not in str(caught.value)


@given(st.text())
def test_whatever_passes_is_one_mailbox_on_one_line(value: str) -> None:
    try:
        address = check_address(value)
    except InvalidInputError:
        return
    assert re.fullmatch(r"[^\s<>@,;:()\"\\\[\]]+@[A-Za-z0-9.-]+", address)


@given(ONE_LINE)
def test_a_header_value_without_breaks_passes_unchanged(value: str) -> None:
    assert check_header(value, where="Subject") == value


def test_a_message_id_is_stable_and_differs_by_version_and_person() -> None:
    first = message_id("inc-2026-0001", "individuals-eu", 1, "tok", "shop.example")
    assert first == message_id("inc-2026-0001", "individuals-eu", 1, "tok", "shop.example")
    others = {
        message_id("inc-2026-0001", "individuals-eu", 2, "tok", "shop.example"),
        message_id("inc-2026-0001", "individuals-eu", 1, "kot", "shop.example"),
        message_id("inc-2026-0002", "individuals-eu", 1, "tok", "shop.example"),
        message_id("inc-2026-0001", "individuals-e", 1, "tok", "shop.example"),
        first,
    }
    assert len(others) == 5
    assert re.fullmatch(r"<[a-z2-7]{32}@shop\.example>", first)


def test_a_moment_in_utc_is_taken_too() -> None:
    assert b"+0000" in made(date=AT.astimezone(UTC))
