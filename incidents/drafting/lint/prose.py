"""The sentences of a message's plain text: what people read on, without what they look up.

Left out are headings, labels and list rows that end in no full stop (addresses, telephone numbers,
offices) unless they are longer than a sentence may be; an enumeration after a colon; links and
e-mail addresses; and the statutory annex below the line of hyphens. A hole stays as one word.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal
from unicodedata import category

from incidents.drafting.holes import TOKEN
from incidents.drafting.lint.limits import SentenceLimit

HOLE = "\ue000"
"""Stands for a hole; no text can hold it, because private characters are taken out of values."""
_ANNEX = re.compile(r"^-{40}$", re.MULTILINE)
_UNDERLINE = re.compile(r"[=-]{3,}")
_BULLET = re.compile(r"^\s*(?:- |\d+\. )")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>，。；）)]*[^\s<>，。；）).,;:!?]|[^\s@，。：]+@[\w.-]*\w"
)
_PHONE = re.compile(r"\+\d[\d ().-]{5,}\d")
_ENDS = ".!?。！？…:："
_WIDE_ENDS = re.compile(r"(?<=[。！？])")
_NARROW_ENDS = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+")
_ROW_OF_ITEMS = re.compile(r"([:：])\s*[^.。:：]*?(?:[,、，;；][^.。:：]*?){3,}(?=[.。]|$)")
_WORD = re.compile(rf"[^\W\d_{HOLE}]+(?:['’-][^\W\d_{HOLE}]+)*|\d[\d.,]*|{HOLE}")
_LAST_WORD = re.compile(r"([\w.]+)\.[\"'”’)]*$")
_RUN = re.compile(rf"[A-Za-z0-9À-ɏ]+|[^\W_]|{HOLE}")
_ORDINAL = re.compile(r"\d{1,2}")


def sentences(text: str, limit: SentenceLimit) -> list[str]:
    """Return the sentences of a text, each on one line, with `HOLE` where a hole is.

    Args:
        text: A message class's plain text.
        limit: The language's limit; it names abbreviations.
    """
    found: list[str] = []
    for line in _lines(text, limit):
        found += [one for one in _split(line, limit.abbreviations) if length(one, limit.unit)]
    return found


def words(sentence: str) -> list[str]:
    """Return the words of a sentence; a number is one, and so is a hole."""
    return _WORD.findall(sentence)


def length(sentence: str, unit: Literal["words", "characters"]) -> int:
    """Return how long a sentence is, in words or characters."""
    if unit == "words":
        return len(words(sentence))
    return len(_RUN.findall(sentence))


def _lines(text: str, limit: SentenceLimit) -> list[str]:
    body = _ANNEX.split(text, maxsplit=1)[0]
    raw = [line.strip() for line in body.splitlines()]
    kept = []
    for line, after in pairwise([*raw, ""]):
        if _UNDERLINE.fullmatch(line) or _UNDERLINE.fullmatch(after):
            continue
        plain = TOKEN.sub(HOLE, _BULLET.sub("", line))
        plain = _PHONE.sub("", _LINK.sub("", plain))
        plain = _ROW_OF_ITEMS.sub(r"\1", plain).strip()
        ends = plain.rstrip("\"'”’)）").endswith(tuple(_ENDS))
        if ends or length(plain, limit.unit) > limit.most:
            kept.append(plain)
    return kept


def _split(line: str, abbreviations: Sequence[str]) -> list[str]:
    """Return a line cut at the ends of its sentences."""
    parts: list[str] = []
    for wide in _WIDE_ENDS.split(line):
        open_part = ""
        for piece in _NARROW_ENDS.split(wide):
            open_part = f"{open_part} {piece}".strip()
            if not _goes_on(piece, abbreviations):
                parts.append(open_part)
                open_part = ""
        parts.append(open_part)
    return [part for part in parts if any(category(char)[0] in "LNC" for char in part)]


def _goes_on(piece: str, abbreviations: Sequence[str]) -> bool:
    """Return whether the full stop a piece ends in is that of an abbreviation or an ordinal."""
    last = _LAST_WORD.search(piece)
    if last is None:
        return False
    return last[1] in abbreviations or _ORDINAL.fullmatch(last[1]) is not None
