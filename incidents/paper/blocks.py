"""Turns our own HTML of a letter into blocks that can be set on paper, without losing a word."""

from html.parser import HTMLParser
from typing import NamedTuple

from incidents.errors import InvalidInputError

KINDS = {
    "h1": "title",
    "h2": "heading",
    "h3": "subheading",
    "p": "para",
    "p.sub": "sub",
    "p.do": "do",
    "p.check": "check",
    "p.small": "small",
    "li": "item",
    "div.from": "sender",
    "div.to": "address",
}
"""Element, with its class where that counts, -> kind of block. Their words are set; the rest
only holds them."""
_FRAMES = frozenset({"ul", "ol", "li.step", "div", "div.page", "body", "html"})
_BOXES = {"div.box": "box", "div.foot": "foot"}
_SILENT = frozenset({"head", "style", "title", "meta"})
_INLINE = frozenset({"strong", "br"})
_VOID = frozenset({"br", "meta"})


class Block(NamedTuple):
    """One piece of a printed page."""

    kind: str
    text: str = ""
    lang: str = ""
    """Language of this piece where it is not that of the page."""
    rows: tuple[tuple[str, str], ...] = ()
    """For a `table`: what stands on the left and on the right."""


def blocks_of(html: str) -> list[Block]:
    """Return a letter's blocks in order; `box` and `foot` begin a part that ends in `end`.

    Raises:
        InvalidInputError: for an element that has no place on paper: nothing is left out silently.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.blocks


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._open: list[str] = []
        self._text: list[str] | None = None
        self._lang = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        name = _name(tag, values.get("class") or "")
        if name in _BOXES:
            self.blocks.append(Block(_BOXES[name]))
        elif name in KINDS:
            self._flush()
            self._text, self._lang = [], values.get("lang") or ""
        elif tag == "br" and self._text is not None:
            self._text.append("\n")
        elif name not in _FRAMES | _SILENT | _INLINE:
            raise InvalidInputError(
                f"<{tag}> has no place on paper",
                where="the page of a letter",
                repair="use the macros of _shared/parts.html",
            )
        if tag not in _VOID:
            self._open.append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or not self._open:
            return
        name = self._open.pop()
        if name in KINDS:
            self._flush(KINDS[name])
        elif name in _BOXES:
            self.blocks.append(Block("end"))

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(" ".join(data.split("\n")) if data.strip() else "")
        elif data.strip() and not _SILENT.intersection(self._open):
            raise InvalidInputError(
                "words stand outside of every paragraph",
                where="the page of a letter",
                repair="use the macros of _shared/parts.html",
            )

    def _flush(self, kind: str = "para") -> None:
        if self._text is None:
            return
        text = "\n".join(" ".join(line.split()) for line in "".join(self._text).split("\n"))
        if text.strip():
            self.blocks.append(Block(kind, text.strip(), self._lang))
        self._text, self._lang = None, ""


def _name(tag: str, classes: str) -> str:
    return next((f"{tag}.{one}" for one in classes.split() if _known(f"{tag}.{one}")), tag)


def _known(name: str) -> bool:
    return name in KINDS or name in _BOXES or name in _FRAMES


def blocks_of_text(text: str) -> list[Block]:
    """Return the blocks of a plain text: a line over dashes is a heading, `- ` begins an item."""
    lines = text.split("\n")
    blocks: list[Block] = []
    para: list[str] = []

    def end_para() -> None:
        if para:
            blocks.append(Block("para", "\n".join(para)))
            para.clear()

    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if line and not line.strip("-="):
            continue  # it was looked at with the line above it
        if not line.strip():
            end_para()
        elif below and not below.strip("-="):
            end_para()
            blocks.append(Block("heading", line.strip()))
        elif line.startswith("- "):
            end_para()
            blocks.append(Block("item", line[2:].strip()))
        else:
            para.append(line.strip())
    end_para()
    return blocks
