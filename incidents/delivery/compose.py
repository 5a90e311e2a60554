"""Builds the e-mail: the same input gives the same bytes, so a second sending is recognisable."""

import base64
import binascii
import hashlib
import re
import unicodedata
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from typing import NamedTuple

import idna

from incidents.errors import InvalidInputError

ATEXT = r"-A-Za-z0-9!#$%&'*+/=?^_`{|}~"
_LOCAL = re.compile(rf"[{ATEXT}\u0080-\U0010ffff]+(?:\.[{ATEXT}\u0080-\U0010ffff]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_PLAIN_NAME = re.compile(rf"[{ATEXT} ]+")
_PLAIN_TEXT = re.compile(r"[\x20-\x7e]*")
LOCAL_OCTETS, ADDRESS_OCTETS, NAME_CHARACTERS = 64, 254, 320  # RFC 5321 4.5.3.1; the last is ours
LINE = 76
_ASCII = bytes(range(0x80))


class Rendered(NamedTuple):
    """One person's words."""

    subject: str
    text: str
    html: str


class Mailbox(NamedTuple):
    """A display name, which may be empty, and an address."""

    name: str
    address: str


def check_address(value: str) -> str:
    """Return an address that can stand in an envelope as it is, its domain in ASCII.

    Stricter than RFC 5321: no quoted local part, no address literal, a domain with a dot. What an
    SMTP client would cut or fold in silence is refused here.

    Raises:
        InvalidInputError: never repeating the value.
    """
    local, at, domain = value.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(_octets(local)) > LOCAL_OCTETS:
        raise _bad_address()
    if any(unicodedata.category(letter)[0] in "CZ" for letter in local):
        raise _bad_address()
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise _bad_address() from None
    labels = domain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):  # noqa: PLR2004
        raise _bad_address()
    address = f"{local}@{domain}"
    if len(_octets(address)) > ADDRESS_OCTETS:
        raise _bad_address()
    return address


def check_header(value: str, *, where: str) -> str:
    """Return a header value that holds nothing that could end its line or hide in it.

    Refused are all control characters (CR, LF, NUL, VT, FF, FS, GS, RS, NEL among them), the line
    and paragraph separators, and lone surrogates.

    Raises:
        InvalidInputError: naming the header, never its value.
    """
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in value):
        raise InvalidInputError(
            "holds a control or line-breaking character",
            where=where,
            repair="remove it from the field this header is made of",
        )
    return value


def message_id(case_ref: str, set_key: str, version: int, token: str, domain: str) -> str:
    """Return a Message-ID that is the same each time one notice goes to one person.

    Args:
        case_ref: Case.
        set_key: Set.
        version: Version of the set.
        token: What stands for the person: keyed, so that the id tells nothing about anybody.
        domain: Sending domain.
    """
    parts = "\x1f".join((case_ref, set_key, str(version), token))
    digest = hashlib.sha256(parts.encode()).digest()[:20]
    left = base64.b32encode(digest).decode("ascii").lower()
    return f"<{left}@{check_address('id@' + domain)[3:]}>"


def compose(
    rendered: Rendered,
    *,
    sender: Mailbox,
    reply_to: Mailbox,
    to_name: str,
    to_address: str,
    message_id: str,
    date: datetime,
) -> bytes:
    """Return an e-mail with a text and an HTML part that say the same.

    `Auto-Submitted` (RFC 3834) keeps robots from answering. There is no way to unsubscribe, because
    a notice that the law owes is no mailing, and nothing that would show whether it was opened.

    Args:
        rendered: Subject and both bodies.
        sender: Who writes.
        reply_to: Where answers are read.
        to_name: The addressee's name, may be empty.
        to_address: The addressee's address.
        message_id: As `message_id` gives it.
        date: Aware moment for the Date header; the same on a second sending.

    Raises:
        InvalidInputError: for an address or header that must not go out, naming the header.
    """
    if date.tzinfo is None:
        raise InvalidInputError("has no time zone", where="Date", repair="give an aware moment")
    boundary = "=_" + hashlib.sha256(message_id.encode()).hexdigest()[:24]
    headers = (
        f"From: {_mailbox(sender, 'From')}",
        f"To: {_mailbox(Mailbox(to_name, to_address), 'To')}",
        f"Reply-To: {_mailbox(reply_to, 'Reply-To')}",
        f"Subject: {_words(rendered.subject, 'Subject')}",
        f"Date: {format_datetime(date)}",
        f"Message-ID: {check_header(message_id, where='Message-ID')}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"',
    )
    body = (
        f"--{boundary}\r\n{_part(rendered.text, 'plain')}"
        f"--{boundary}\r\n{_part(rendered.html, 'html')}--{boundary}--\r\n"
    )
    # ASCII but for a local part in another script, which needs SMTPUTF8 in the envelope anyway.
    return "\r\n".join((*headers, "", body)).encode()


def _part(content: str, kind: str) -> str:
    lines = content.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    octets = _octets(lines, where=f"text/{kind}")
    escaped = len(octets.translate(None, _ASCII))
    # Quoted-printable stays readable; where most letters would be escaped, base64 is shorter.
    if escaped > len(octets) // 6:
        name, encoded = "base64", base64.encodebytes(octets.replace(b"\n", b"\r\n"))
    else:
        name, encoded = "quoted-printable", binascii.b2a_qp(octets, istext=True)
    return (
        f"Content-Type: text/{kind}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: {name}\r\n\r\n" + encoded.decode("ascii").replace("\n", "\r\n")
    )


def _mailbox(mailbox: Mailbox, header: str) -> str:
    name = check_header(mailbox.name, where=header).strip()
    if len(name) > NAME_CHARACTERS:
        raise InvalidInputError("is too long", where=header, repair="shorten the name")
    address = check_address(mailbox.address)
    if not name:
        return address
    if _PLAIN_NAME.fullmatch(name) and len(header) + len(name) < LINE - 2:
        phrase = f'"{name}"'
    else:
        phrase = _encoded(name, header)
    return f"{phrase}\r\n <{address}>"


def _words(value: str, header: str) -> str:
    check_header(value, where=header)
    short = len(header) + 2 + len(value) <= LINE
    if short and _PLAIN_TEXT.fullmatch(value) and "=?" not in value:
        return value
    return _encoded(value, header)


def _encoded(value: str, header: str) -> str:
    words = Header(value, "utf-8", maxlinelen=LINE, header_name=header)
    return words.encode(splitchars="", linesep="\r\n")


def _octets(value: str, *, where: str = "") -> bytes:
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidInputError(
            "holds half a character", where=where, repair="save the text as UTF-8"
        ) from None


def _bad_address() -> InvalidInputError:
    return InvalidInputError(
        "not a mailbox address this software sends to",
        repair="write name@domain without quotes, brackets, blanks or control characters",
    )
