"""Encodes a text once, with places left open where one person's own values go in later.

A text comes cut at its places: words, place, instead, words, place, instead, words ... `place` is
the word of a value, `instead` what stands there when a person has none. What is constant is encoded
when the body is made; a value costs a few microseconds. No line begins with a dot, so that nothing
has to be doubled on the wire (RFC 5321 4.5.2), and none is longer than 76 columns.
"""

import re
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from string import ascii_letters, digits, punctuation
from typing import NamedTuple, Protocol

from incidents.delivery.headers import octets

COLUMNS = 75
"""RFC 2045 6.7: 76 with the `=` of a soft break."""
_PLAIN_LINE = re.compile(rb"(?!\.)[\x20-\x3c\x3e-\x7e\t]{0,75}(?<![ \t])")
_PLAIN_VALUE = re.compile(r"(?!\.)[\x20-\x3c\x3e-\x7e]{1,75}(?<! )")
_ASCII = bytes(range(0x80))
_PLAIN = set(ascii_letters + digits + punctuation + " ") - {"=", "."}
_QUOTED = [b"%c" % octet if chr(octet) in _PLAIN else b"=%02X" % octet for octet in range(256)]
_DOT, _BREAK, _BLANKS = ord("."), b"=\r\n", b" \t"
BASE64_LINE = 57
"""Octets that make 76 columns."""

Pieces = Sequence[str]
Values = Mapping[str, str]


class Body(Protocol):
    """A text whose constant parts are encoded."""

    name: str
    """Value of Content-Transfer-Encoding."""

    def fill(self, values: Values) -> bytes:
        """Return the whole text with its values, encoded, ended by CRLF."""
        ...


def body_of(pieces: Pieces, *, where: str) -> Body:
    """Return a text ready to be filled.

    Quoted-printable stays readable; where most letters would be escaped, base64 is shorter.

    Raises:
        InvalidInputError: for half a character.
    """
    words = [_lines(piece) for piece in pieces[::3]]
    words[-1] = words[-1].rstrip("\n") + "\n"
    constants = [octets(piece, where=where) for piece in words]
    places = [Place(pieces[at], _lines(pieces[at + 1])) for at in range(1, len(pieces), 3)]
    size = sum(map(len, constants))
    escaped = sum(len(one.translate(None, _ASCII)) for one in constants)
    return (Base64 if escaped > size // 6 else Quoted)(constants, places)


class Place(NamedTuple):
    """Where a value goes, and what stands there without one."""

    word: str
    instead: str


class Quoted:
    """Quoted-printable (RFC 2045 6.7): a soft break before and after each value."""

    name = "quoted-printable"

    def __init__(self, constants: Sequence[bytes], places: Sequence[Place]) -> None:
        self._places = places
        last = len(places)
        parts = [_quoted(constant) for constant in constants]
        for at in range(last):
            if parts[at] and not parts[at].endswith(b"\r\n"):
                parts[at] += _BREAK  # the value begins a line
            if not constants[at + 1].startswith(b"\n"):
                parts[at + 1] = _BREAK + parts[at + 1]
        self._filled: list[bytes] = [b""] * (2 * last + 1)
        self._filled[::2] = parts

    def fill(self, values: Values) -> bytes:
        """Return the text with its values."""
        filled = self._filled.copy()
        at = 1
        for word, instead in self._places:
            filled[at] = quoted_value(values[word] or instead)
            at += 2
        return b"".join(filled)


class Base64:
    """Base64 (RFC 2045 6.8): what follows a value is kept in the three ways it can fall."""

    name = "base64"

    def __init__(self, constants: Sequence[bytes], places: Sequence[Place]) -> None:
        self._places = places
        texts = [one.replace(b"\n", b"\r\n") for one in constants]
        last = len(texts) - 1
        # From each start of a constant: its encoded part, and the octets left over for the value.
        self._ways = [
            [_way(text, start, ends=at == last) for start in range(3)]
            for at, text in enumerate(texts)
        ]
        self._heads = [text[:2] for text in texts]
        self._short = any(len(text) < 2 for text in texts[1:])  # noqa: PLR2004
        self._texts = texts

    def fill(self, values: Values) -> bytes:
        """Return the text with its values."""
        if self._short:  # two values with less than a group between them: encoded as a whole
            whole = self._texts[0]
            for (word, instead), after in zip(self._places, self._texts[1:], strict=True):
                whole += _carriage(values[word] or instead) + after
            return _base64(whole)
        encoded, left = self._ways[0][0]
        filled = [encoded]
        for at, (word, instead) in enumerate(self._places, 1):
            value = left + _carriage(values[word] or instead)
            start = -len(value) % 3
            encoded, left = self._ways[at][start]
            filled += [_base64(value + self._heads[at][:start]), encoded]
        return b"".join(filled)


def quoted_value(value: str) -> bytes:
    """Return a value in quoted-printable that may begin and end a line."""
    if _PLAIN_VALUE.fullmatch(value):
        return value.encode("ascii")
    return b"\r\n".join(_quoted_line(line.encode()) for line in value.split("\n"))


def _quoted(text: bytes) -> bytes:
    return b"\r\n".join(
        line if _PLAIN_LINE.fullmatch(line) else _quoted_line(line) for line in text.split(b"\n")
    )


def _quoted_line(line: bytes) -> bytes:
    """Return one line, cut by soft breaks; a dot is escaped only where it would begin one."""
    out: list[bytes] = []
    column = 0
    for at, octet in enumerate(line):
        token = b"." if octet == _DOT and column not in {0, COLUMNS} else _QUOTED[octet]
        if octet in _BLANKS and at == len(line) - 1:
            token = b"=%02X" % octet
        if column + len(token) > COLUMNS:
            out.append(_BREAK)
            column = 0
        out.append(token)
        column += len(token)
    return b"".join(out)


def _way(text: bytes, start: int, *, ends: bool) -> tuple[bytes, bytes]:
    rest = text[start:]
    cut = len(rest) if ends else len(rest) - len(rest) % 3
    return _base64(rest[:cut]), rest[cut:]


def _base64(content: bytes) -> bytes:
    if len(content) <= BASE64_LINE:
        return b2a_base64(content, newline=False) + b"\r\n" if content else b""
    return b"".join(
        b2a_base64(content[at : at + BASE64_LINE], newline=False) + b"\r\n"
        for at in range(0, len(content), BASE64_LINE)
    )


def _carriage(value: str) -> bytes:
    return value.replace("\n", "\r\n").encode()


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
