"""Takes a message apart (RFC 5322, RFC 2045-2047) and never raises, whatever it is made of.

The parser of the standard library recurses and searches its boundaries anew on each level; this
one walks without recursion and stops at fixed bounds.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from typing import NamedTuple

MOST_BYTES = 1024 * 1024
MOST_PARTS = 100
MOST_DEPTH = 20
MOST_HEADERS = 500
LONGEST_HEADER = 4000
HEAD_BYTES = 128 * 1024

Headers = dict[str, list[str]]
"""Lower-case name -> values, unfolded."""

_BLANK = re.compile(rb"\r?\n[ \t]*\r?\n|\r\r")
_FIELD = re.compile(r"^([!-9;-~]{1,80})[ \t]*:(.*)$", re.DOTALL)
_CHARSETS = {"cp932": "cp932", "shift_jis": "cp932", "gb2312": "gb18030", "gbk": "gb18030"}


class Part(NamedTuple):
    """One leaf of a message; an enclosed message is one leaf."""

    kind: str
    """Content type, lower case, such as `text/plain`."""
    headers: Headers
    raw: bytes
    """Content with its transfer encoding removed."""

    @property
    def text(self) -> str:
        """Content as text; what cannot be read is replaced."""
        return to_text(self.raw, _parameter(self.headers, "charset"))


def leaves(raw: bytes) -> Iterator[Part]:
    """Yield the leaves of a message in their order; the first megabyte of it counts.

    Args:
        raw: A whole message.
    """
    waiting = [(raw[:MOST_BYTES], "text/plain", 0)]
    left = MOST_PARTS
    while waiting and left:
        left -= 1
        here, default, depth = waiting.pop()
        head, body = split_head(here)
        headers = read_headers(head)
        kind = _content_type(headers, default)
        boundary = _parameter(headers, "boundary").encode("utf-8", "replace")
        if kind.startswith("multipart/") and boundary and depth < MOST_DEPTH:
            inside = "message/rfc822" if kind == "multipart/digest" else "text/plain"
            pieces = _pieces(body, boundary)
            if pieces:
                waiting.extend((piece, inside, depth + 1) for piece in reversed(pieces))
                continue
        if kind.startswith("multipart/"):
            kind = "text/plain"
        encoding = first(headers, "content-transfer-encoding").strip().lower()
        yield Part(kind, headers, _decoded(body, encoding))


def split_head(raw: bytes) -> tuple[bytes, bytes]:
    """Return header and body of a message or part."""
    if raw[:1] == b"\n":
        return b"", raw[1:]
    if raw[:2] == b"\r\n":
        return b"", raw[2:]
    blank = _BLANK.search(raw)
    if blank is None:
        return (raw, b"") if _FIELD.match(raw[:200].decode("latin-1")) else (b"", raw)
    return raw[: blank.start()], raw[blank.end() :]


def read_headers(head: bytes) -> Headers:
    """Return the fields of a header, the first some hundred of them."""
    text = to_text(head[:HEAD_BYTES], "")
    found: Headers = {}
    for line in re.sub(r"\r?\n[ \t]+", " ", text).splitlines()[:MOST_HEADERS]:
        field = _FIELD.match(line[:LONGEST_HEADER])
        if field:
            found.setdefault(field[1].lower(), []).append(field[2].strip())
    return found


def first(headers: Headers, name: str) -> str:
    """Return the first value of a field, empty when it is absent."""
    return headers.get(name, [""])[0]


def readable(value: str) -> str:
    """Return a field's value with its encoded words (RFC 2047) read."""
    if "=?" not in value:
        return value
    try:
        pairs = decode_header(value)
    except (HeaderParseError, ValueError, binascii.Error):
        return value
    return "".join(
        chunk if isinstance(chunk, str) else to_text(chunk, charset or "")
        for chunk, charset in pairs
    )


def to_text(raw: bytes, charset: str) -> str:
    """Return bytes as text: as labelled, else as UTF-8, else as Latin-1."""
    label = charset.strip().lower()
    if b"\x1b$" in raw and label in {"", "us-ascii", "utf-8"}:
        label = "iso2022_jp"  # often sent without its label
    for name in (_CHARSETS.get(label, label), "utf-8"):
        try:
            return raw.decode(name) if name else raw.decode()
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return raw.decode("latin-1")


def _pieces(body: bytes, boundary: bytes) -> list[bytes]:
    line = re.compile(rb"(?:^|\n)--" + re.escape(boundary) + rb"(--)?[ \t]*\r?(?=\n|$)")
    found: list[bytes] = []
    start = -1
    for mark in line.finditer(body):
        if start >= 0:
            found.append(body[start : mark.start()])
        if mark[1] or len(found) >= MOST_PARTS:
            return found
        start = mark.end() + 1
    if 0 <= start < len(body):  # cut short
        found.append(body[start:])
    return found


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
        try:
            return base64.b64decode(clean + b"=" * (-len(clean) % 4))
        except binascii.Error:
            return base64.b64decode(clean[: len(clean) // 4 * 4])
    if encoding == "quoted-printable":
        return quopri.decodestring(body)
    return body


def _content_type(headers: Headers, default: str) -> str:
    kind = first(headers, "content-type").partition(";")[0].strip().lower()
    return kind if "/" in kind else default


def _parameter(headers: Headers, name: str) -> str:
    message = Message()
    message["content-type"] = first(headers, "content-type").replace("\n", " ")
    try:
        value = message.get_param(name, "")
    except (ValueError, LookupError, TypeError):
        return ""
    chosen = value[2] if isinstance(value, tuple) else value
    return str(chosen).strip()
