"""Both bodies are there, say the same, and hold nothing that was left over."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from unicodedata import east_asian_width

from incidents.drafting.holes import HOLES, TOKEN
from incidents.drafting.lint.flaw import Flaw, blocking, warning
from incidents.models.notice import MessageClass

_LEFT_OVER = re.compile(
    r"\{\{|\}\}|\{%|%\}|\{#|\{[a-z_]+\}|\bTBD\b|\bTODO\b|\bXXX\b|lorem ipsum|⟦|⟧", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W_]+")


def missing_bodies(message: MessageClass, subject_columns: int) -> Iterable[Flaw]:
    """Find a missing text, page or subject, and a subject longer than a phone shows."""
    if not message.text.strip():
        yield blocking("no-text", message.key, "has no plain text", "render body.txt")
    if not message.key.endswith(".call") and not message.html.strip():
        yield blocking("no-html", message.key, "has no HTML", "render body.html")
    if not message.subject:
        yield blocking("no-subject", message.key, "has no subject", "write subject.txt")
    wide = sum(2 if east_asian_width(char) in "WF" else 1 for char in message.subject)
    if wide > subject_columns:
        yield warning("long-subject", message.key, f"a subject of {wide} columns",
                      f"a phone shows about {subject_columns}")  # fmt: skip


def left_over(where: str, outputs: Mapping[str, str]) -> Iterable[Flaw]:
    """Find placeholders that nothing fills."""
    for output, text in outputs.items():
        strange = {found[1] for found in TOKEN.finditer(text)} - set(HOLES)
        plain = TOKEN.sub("", text)
        if strange or _LEFT_OVER.search(plain):
            yield blocking("left-over-placeholder", f"{where} ({output})",
                           "holds a placeholder that nothing fills", "give the value")  # fmt: skip


def different_bodies(message: MessageClass, seen: str) -> Iterable[Flaw]:
    """Compare numbers, then all letters, of the text and the page."""
    if not message.html:
        return
    ours, theirs = (Counter(_DIGITS.findall(TOKEN.sub("", t))) for t in (message.text, seen))
    if ours != theirs:
        count = (ours - theirs).total() + (theirs - ours).total()
        yield blocking("digits-differ", message.key, f"{count} numbers stand in one body only",
                       "give both bodies the same facts")  # fmt: skip
    if "".join(_LETTERS.findall(message.text)) != "".join(_LETTERS.findall(seen)):
        yield blocking("bodies-differ", message.key, "text and HTML do not say the same",
                       "keep each pair of .txt and .html equal")  # fmt: skip
