"""The places in a message where a person's own values go, and how they are filled.

A class of message is rendered once. What differs from person to person stays a visible token,
such as `⟦name:customer⟧`: the hole's word, and what stands there when a person has no such value.
No value can forge a hole: the two brackets are taken out of everything that is rendered or filled
in, and a filled text is never read again.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from incidents.errors import DraftingError
from incidents.models.base import Value
from incidents.models.notice import MessageClass

HOLES = ("name", "child", "code", "address", "when", "offer")
OPEN, CLOSE = "⟦", "⟧"
TOKEN = re.compile(f"{OPEN}([a-z]+)(?::([^{OPEN}{CLOSE}]*))?{CLOSE}")
CAPS = {"name": 120, "child": 120, "code": 40, "address": 100, "when": 60, "offer": 100}
ADDRESS_LINES = 8
_NEEDED = {"code": "code", "address": "address", "offer": "code of what is offered"}
_NAMES = frozenset({"name", "child"})
_MARKS = 4  # stacked accents beyond this are decoration that spills over other lines
_SPACE = re.compile(r"\s+")
_LINK = re.compile(r"://|[@＠]|\w[.。．｡][^\W\d_]{2,}", re.IGNORECASE)


class Rendered(Value):
    """One person's message: a header-safe subject, the text and the HTML (empty by telephone)."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class PersonValues:
    """What one person's message holds beyond its class. `address` has line feeds between lines."""

    name: str = ""
    child: str = ""
    code: str = ""
    address: str = ""
    when: str = ""
    offer: str = ""
    """The person's own code of what is offered to them."""


def _drop(char: str) -> bool:
    # Cc, Cf: controls, bidi, zero width, tags; Cs, Co, Cn: no characters; Zl, Zp: line breaks.
    # The two joiners stay: names in Persian and in Indic scripts are misspelt without them.
    if char in "\u200c\u200d":
        return False
    return char in (OPEN, CLOSE) or unicodedata.category(char) in {
        "Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp",
    }  # fmt: skip


def clean(value: str, cap: int) -> str:
    """Return a value as one line of plain characters, at most `cap` long, in Unicode NFC.

    Controls, direction marks, invisible characters and the hole brackets are taken out; a tab or a
    line break becomes a space; a stack of more than four accents is cut; a cut text ends in `…`.
    """
    if value.isascii() and value.isprintable() and len(value) <= cap:
        return value.strip()  # most values; the rest of this function would not change them
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", _SPACE.sub(" ", value[: cap * 8])):
        if _drop(char):
            continue
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _MARKS:
            kept.append(char)
    line = _SPACE.sub(" ", "".join(kept)).strip()
    return line if len(line) <= cap else line[: cap - 1].rstrip() + "…"


def clean_lines(value: str, cap: int) -> str:
    """Return a value of several lines, each cleaned, empty ones dropped, at most eight."""
    lines = (clean(line, cap) for line in value[: cap * ADDRESS_LINES * 8].splitlines())
    return "\n".join([line for line in lines if line][:ADDRESS_LINES])


def hole(word: str, instead: str = "") -> str:
    """Return the visible token of a hole, and what stands in it when there is no value."""
    return (
        f"{OPEN}{word}:{clean(instead, CAPS[word])}{CLOSE}" if instead else f"{OPEN}{word}{CLOSE}"
    )


def holes_in(text: str) -> frozenset[str]:
    """Return the words of the holes a text has."""
    return frozenset(found[1] for found in TOKEN.finditer(text))


@lru_cache(maxsize=4096)
def pieces(text: str) -> tuple[str, ...]:
    """Return a text cut at its holes: words, hole, instead, words, hole, instead, words ..."""
    return tuple(piece or "" for piece in TOKEN.split(text))


@lru_cache(maxsize=4096)
def _used(text: str) -> tuple[str, ...]:
    return tuple(word for word in HOLES if word in holes_in(text))


def filled_in(message: MessageClass, person: PersonValues) -> tuple[dict[str, str], dict[str, str]]:
    """Return what goes into a class's holes for one person, as plain text and as HTML.

    A name that looks like a link or an address is not written into e-mail, where mail programs
    would make it clickable under the organisation's name; the neutral word stands there instead.

    Raises:
        DraftingError: when there is a hole for a code, an address or an offer's code and the
            person has no value.
    """
    values: dict[str, str] = {}
    paper = message.key.endswith((".letter", ".call"))
    used = (*_used(message.subject), *_used(message.text), *_used(message.html))
    for word in dict.fromkeys(used):
        value = getattr(person, word)
        value = clean_lines(value, CAPS[word]) if word == "address" else clean(value, CAPS[word])
        if word in _NAMES and not paper and _LINK.search(value):
            value = ""
        if not value and word in _NEEDED:
            raise DraftingError(
                f"a person has no {_NEEDED[word]}, and the message has a place for it",
                where=message.key,
                repair="give every recipient their codes; give letters a postal address",
            )
        values[word] = value
    return values, {word: escape(value).replace("\n", "<br>") for word, value in values.items()}


def _fill(text: str, values: Mapping[str, str]) -> str:
    cut = pieces(text)
    filled = [cut[0]]
    for i in range(1, len(cut), 3):
        filled += [values[cut[i]] or cut[i + 1], cut[i + 2]]
    return "".join(filled)


def render_person(message: MessageClass, person: PersonValues) -> Rendered:
    """Return one person's message: the class with its holes filled, without any template engine.

    In the HTML every value is escaped.

    Raises:
        DraftingError: as `filled_in` does.
    """
    values, escaped = filled_in(message, person)
    return Rendered.model_construct(  # every part was made here; checking it costs more than this
        subject=_fill(message.subject, values),
        text=_fill(message.text, values),
        html=_fill(message.html, escaped),
    )
