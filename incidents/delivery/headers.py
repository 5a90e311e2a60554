"""Addresses and header values that can stand in a message as they are, or not at all."""

import binascii
import re
import unicodedata
from typing import NamedTuple

import idna

from incidents.errors import InvalidInputError

ATEXT = r"-A-Za-z0-9!#$%&'*+/=?^_`{|}~"
_LOCAL = re.compile(rf"[{ATEXT}\u0080-\U0010ffff]+(?:\.[{ATEXT}\u0080-\U0010ffff]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_USUAL = re.compile(
    r"(?=.{1,254}$)(?=[^@]{1,64}@)[A-Za-z0-9_+=-]+(?:\.[A-Za-z0-9_+=-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_PLAIN_NAME = re.compile(rf"[{ATEXT} ]+")
_PLAIN_TEXT = re.compile(r"[\x20-\x7e]*")
LOCAL_OCTETS, ADDRESS_OCTETS, NAME_CHARACTERS = 64, 254, 320  # RFC 5321 4.5.3.1; the last is ours
LINE = 76  # RFC 2047 2: no line with an encoded word is longer
_WORD = len("=?utf-8?b??=")


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
    if _USUAL.fullmatch(value):
        return value
    local, at, domain = value.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(octets(local)) > LOCAL_OCTETS:
        raise _bad_address()
    if not local.isascii() and any(unicodedata.category(letter)[0] in "CZ" for letter in local):
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
    if len(octets(address)) > ADDRESS_OCTETS:
        raise _bad_address()
    return address


def check_header(value: str, *, where: str) -> str:
    """Return a header value that holds nothing that could end its line or hide in it.

    Refused are all control characters (CR, LF, NUL, VT, FF, FS, GS, RS, NEL among them), the line
    and paragraph separators, and lone surrogates.

    Raises:
        InvalidInputError: naming the header, never its value.
    """
    if value.isprintable():
        return value  # most values; nothing that is refused below is printable
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in value):
        raise InvalidInputError(
            "holds a control or line-breaking character",
            where=where,
            repair="remove it from the field this header is made of",
        )
    return value


def mailbox_value(mailbox: Mailbox, header: str) -> str:
    """Return a mailbox as the value of a header, the name quoted or encoded (RFC 2047).

    Raises:
        InvalidInputError: for a name or address that cannot stand there, never repeating it.
    """
    name = check_header(mailbox.name, where=header).strip()
    if len(name) > NAME_CHARACTERS:
        raise InvalidInputError("is too long", where=header, repair="shorten the name")
    address = check_address(mailbox.address)
    if not name:
        return address
    if len(header) + len(name) < LINE - 2 and _PLAIN_NAME.fullmatch(name):
        phrase = f'"{name}"'
    else:
        phrase = _encoded(name, header)
    return f"{phrase}\r\n <{address}>"


def words_value(value: str, header: str) -> str:
    """Return free words as the value of a header, encoded (RFC 2047) where they have to be.

    Raises:
        InvalidInputError: for words that could end the line, never repeating them.
    """
    check_header(value, where=header)
    short = len(header) + 2 + len(value) <= LINE
    if short and _PLAIN_TEXT.fullmatch(value) and "=?" not in value:
        return value
    return _encoded(value, header)


def _encoded(value: str, header: str) -> str:
    """Return encoded words, one a line, each of whole characters."""
    words: list[str] = []
    room = (LINE - len(header) - 2 - _WORD) // 4 * 3
    word = b""
    for character in value:
        more = character.encode()
        if len(word) + len(more) > room:
            words.append(_word(word))
            word, room = b"", (LINE - 1 - _WORD) // 4 * 3
        word += more
    return "\r\n ".join((*words, _word(word)))


def _word(content: bytes) -> str:
    return f"=?utf-8?b?{binascii.b2a_base64(content, newline=False).decode('ascii')}?="


def octets(value: str, *, where: str = "") -> bytes:
    """Return text as UTF-8.

    Raises:
        InvalidInputError: for a lone surrogate.
    """
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
