"""Nothing that stands in a message raises, and nothing takes long."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.delivery.bounces import Kind, read_bounce

DSN = (
    b"From: MAILER-DAEMON@mx.example\nSubject: Returned mail\n"
    b'Content-Type: multipart/report; boundary="b"\n\n--b\n\n<kim@home.example>: 550 User unknown\n'
    b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
    b"Final-Recipient: rfc822; kim@home.example\nAction: failed\nStatus: 5.1.1\n"
    b"Diagnostic-Code: smtp; 550 5.1.1 User unknown\n\n--b--\n"
)
SUBJECT = b"From: MAILER-DAEMON@mx.example\nSubject: failure notice\n"
DEEP = SUBJECT + b"".join(
    b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level)
    for level in range(3000)
)
BOMBS = {
    "empty": b"",
    "only line ends": b"\r\n" * 600_000,
    "binary": bytes(range(256)) * 4096,
    "10 MB of words": SUBJECT + b"\n" + b"user unknown " * 800_000,
    "10 MB in one line": SUBJECT + b"\n" + b"a" * 10_000_000,
    "many at signs": SUBJECT + b"\n" + b"a@" * 500_000,
    "many brackets": SUBJECT + b"Content-Type: text/html\n\n" + b"<" * 1_000_000,
    "many open styles": SUBJECT + b"Content-Type: text/html\n\n" + b"<style>" * 150_000,
    "many headers": b"X-A: b\n" * 150_000 + b"\nbody",
    "one long header": b"Subject: " + b"=?utf-8?q?a?= " * 70_000 + b"\n\nbody",
    "one long type": b"Content-Type: text/plain" + b"; a=b" * 200_000 + b"\n\nbody",
    "nested": DEEP,
    "many parts": SUBJECT + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 200_000,
    "many recipients": DSN.replace(b"--b--", b"")
    + b"Final-Recipient: rfc822; a@b.example\nAction: failed\n\n" * 15_000,
    "deep json": SUBJECT + b'\n{"notificationType":' + b"[" * 60_000,
    "many codes": SUBJECT + b"\n" + b"550 5.1.1 " * 100_000,
    "many dashes": SUBJECT + b"\n" + b"-" * 1_000_000,
    "many folded lines": SUBJECT + b"X-A: b\n" + b" c\n" * 300_000 + b"\nbody",
}


@given(st.binary(max_size=3000))
def test_random_bytes_never_raise(raw: bytes) -> None:
    read_bounce(raw)


@settings(max_examples=200)
@given(st.data())
def test_a_damaged_notification_never_raises(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(DSN)))
    length = data.draw(st.integers(0, 200))
    read_bounce(DSN[:start] + data.draw(st.binary(max_size=80)) + DSN[start + length :])


@pytest.mark.parametrize("cut", range(0, len(DSN), 7))
def test_a_cut_notification_never_raises(cut: int) -> None:
    found = read_bounce(DSN[:cut])
    assert found.kind in {Kind.BOUNCE, Kind.OTHER}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_within_seconds(name: str) -> None:
    started = time.monotonic()
    read_bounce(BOMBS[name])
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("charset", ["idna", "rot13", "zlib", "unicode_escape", "\x00", "utf-7"])
def test_an_odd_charset_never_raises(charset: str) -> None:
    head = f"Content-Type: text/plain; charset={charset}\n\n".encode()
    read_bounce(SUBJECT + head + b"\xff\\x\\ud800 550 User unknown +-")
