"""Which fonts letters are set in, where each comes from, and which characters none of them has."""

import json
import re
import tempfile
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import typst

LATIN = "Libertinus Serif"
"""Comes with Typst itself, under the SIL Open Font License."""
WANTED = {
    "zh-Hans": ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Sans CJK SC",
                "Source Han Sans SC", "Songti SC", "PingFang SC", "SimSun", "Microsoft YaHei"),
    "ja": ("Noto Serif CJK JP", "Source Han Serif", "Noto Sans CJK JP", "Source Han Sans",
           "Hiragino Mincho ProN", "Yu Mincho", "MS Mincho", "IPAexMincho", "IPAexGothic"),
    "ko": ("Noto Serif CJK KR", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic"),
}  # fmt: skip
"""Language -> families that serve it, best first."""
HELP = "install fonts-noto-cjk, or name a folder of fonts in FORTHWITH_FONTS"
_PROBE = b"""#set page(width: 400mm, height: auto)
#set text(font: json("fonts.json"))
#for one in json("characters.json") [#one ]
"""
_MISSING = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))")


class Fonts:
    """The fonts of this machine and of one folder, read once."""

    def __init__(self, folder: Path | None = None) -> None:
        self.found = typst.Fonts(
            include_system_fonts=True, font_paths=[str(folder)] if folder else []
        )
        self._families = set(self.found.families())
        self._good: dict[tuple[str, ...], set[str]] = {}
        self._bad: dict[tuple[str, ...], set[str]] = {}

    def families(self, lang: str) -> list[str]:
        """Return the families to set a language in, best first; Latin letters have their own."""
        own = [name for name in WANTED.get(lang, ()) if name in self._families]
        others = [
            name
            for key, names in WANTED.items()
            if key != lang
            for name in names
            if name in self._families
        ]
        return [LATIN, *own[:2], *others[:4]]

    def sources(self, lang: str) -> dict[str, str]:
        """Return family -> file it comes from, or where it is embedded."""
        paths = {one.family: one.path for one in self.found.fonts()}
        return {name: paths.get(name) or "part of Typst" for name in self.families(lang)}

    def missing(self, texts: Iterable[str], lang: str) -> set[str]:
        """Return the characters that no font of a language has: they would print as empty boxes.

        Typst itself is asked, for the very fonts it sets with (PDF/A forbids such boxes).
        """
        key = tuple(self.families(lang))
        good, bad = self._good.setdefault(key, set()), self._bad.setdefault(key, set())
        seen = {char for text in texts for char in text if not char.isspace()}
        unknown = sorted(seen - good - bad)
        if unknown:
            bad |= self._probe(unknown, key)
            good |= set(unknown) - bad
        return seen & bad

    def _probe(self, characters: Sequence[str], families: Sequence[str]) -> set[str]:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "fonts.json").write_text(json.dumps(families))
            (Path(folder) / "characters.json").write_text(json.dumps(characters))
            try:
                compiler = typst.Compiler(_PROBE, root=folder, font_paths=self.found)
                compiler.compile(format="pdf", pdf_standards="a-2u")
            except typst.TypstError as error:
                said = f"{error.message}\n{error.diagnostic}"
                found = {_plain(text) for text in _MISSING.findall(said)}
                return {char for text in found for char in text} & set(characters)
        return set()


def _plain(text: str) -> str:
    """Return a text that Rust wrote between quotation marks as it is."""

    def one(match: re.Match[str]) -> str:
        return chr(int(match[1], 16)) if match[1] else match[2]

    return _ESCAPE.sub(one, text)


@cache
def fonts(folder: Path | None = None) -> Fonts:
    """Return the fonts there are, looked for once in a process."""
    return Fonts(folder)
