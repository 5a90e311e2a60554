"""What is wrong with the words of a message, found by rules; each finding with place and repair."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html.parser import HTMLParser
from typing import Literal
from unicodedata import east_asian_width
from urllib.parse import SplitResult, urlsplit

from incidents.drafting.advice import MOST_ACTIONS
from incidents.drafting.holes import HOLES, TOKEN
from incidents.drafting.words import Banned
from incidents.models.base import Value
from incidents.models.notice import MessageClass

_LEFT_OVER = re.compile(
    r"\{\{|\}\}|\{%|%\}|\{#|\{[a-z_]+\}|\bTBD\b|\bTODO\b|\bXXX\b|lorem ipsum|⟦|⟧", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
_URL = re.compile(r"(?:https?|ftp)://[^\s<>\"'，。；）)]+", re.IGNORECASE)
_STEP = re.compile(r"^\s*\d+\. ", re.MULTILINE)
_LETTERS = re.compile(r"[^\W_]+")
_ACTIVE = frozenset(
    {
        "script",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "input",
        "link",
        "video",
        "audio",
        "base",
    }
)
_SUBJECT_COLUMNS = 60


class Flaw(Value):
    """One thing that is wrong with a message. Blocking ones keep it from being sealed."""

    slug: str
    level: Literal["blocking", "warning"]
    where: str
    what: str
    repair: str


class _Page(HTMLParser):
    """Reads what of a page people see, and what in it could act or fetch."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.active: list[str] = []
        self.steps = 0
        self._hidden = 0
        self._target: str | None = None
        self._label: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"style", "title"}:
            self._hidden += 1
        if tag in _ACTIVE:
            self.active.append(tag)
        self.active += [name for name in given if name.startswith("on") or name == "src"]
        self.active += ["url()"] if "url(" in given.get("style", "").lower() else []
        self.steps += "step" in given.get("class", "").split()
        if tag == "a" and "href" in given:
            self._target, self._label = given["href"], []

    def handle_endtag(self, tag: str) -> None:
        if tag in {"style", "title"}:
            self._hidden -= 1
        if tag == "a" and self._target is not None:
            self.links.append((self._target, "".join(self._label).strip()))
            self._target = None

    def handle_data(self, data: str) -> None:
        if self._hidden:
            if "@import" in data or "url(" in data.lower():
                self.active.append("style sheet that fetches")
            return
        self.text.append(data)
        if self._target is not None:
            self._label.append(data)


def flaws(
    message: MessageClass,
    *,
    link_domains: Sequence[str],
    banned: Banned,
) -> list[Flaw]:
    """Return what is wrong with a message class, blocking findings first.

    Args:
        message: The class with its holes.
        link_domains: Domains it may link to (`organisation.notices.link_domains`).
        banned: The lists of words (`Words.banned`).
    """
    page = _Page()
    page.feed(message.html)
    page.close()
    seen = "".join(page.text)
    call = message.key.endswith(".call")
    found = [
        *_bodies(message, call=call),
        *_left_over(message.key, {"subject": message.subject, "text": message.text, "html": seen}),
        *_same(message, seen),
        *_links(message, page, link_domains),
        *_actions(message, page),
        *_banned(message.key, message.locale, f"{message.subject}\n{message.text}", banned),
    ]
    return sorted(found, key=lambda flaw: flaw.level)


def page_flaws(
    html: str,
    text: str,
    *,
    where: str,
    locales: Sequence[str],
    link_domains: Sequence[str],
    banned: Banned,
) -> list[Flaw]:
    """Return what is wrong with a page for the public: as `flaws`, but for the count of actions.

    A page says the same in several languages, so numbered actions are counted per language.
    """
    page = _Page()
    page.feed(html)
    page.close()
    seen = "".join(page.text)
    found = [*_left_over(where, {"text": text, "html": seen})]
    found += _hosts(where, {"text": _urls(text), "html": [t for t, _ in page.links]},
                    link_domains)  # fmt: skip
    found += _acting(where, page)
    if page.steps > MOST_ACTIONS * len(locales):
        found.append(_flaw("too-many-actions", where, "more than three numbered actions",
                           "fold the rest"))  # fmt: skip
    for locale in locales:
        found += _banned(where, locale, text, banned)
    return sorted(found, key=lambda flaw: flaw.level)


def _flaw(
    slug: str,
    where: str,
    what: str,
    repair: str,
    level: Literal["blocking", "warning"] = "blocking",
) -> Flaw:
    return Flaw(slug=slug, level=level, where=where, what=what, repair=repair)


def _bodies(message: MessageClass, *, call: bool) -> Iterable[Flaw]:
    if not message.text.strip():
        yield _flaw("no-text", message.key, "has no plain text", "render body.txt")
    if not call and not message.html.strip():
        yield _flaw("no-html", message.key, "has no HTML", "render body.html")
    if not message.subject:
        yield _flaw("no-subject", message.key, "has no subject", "write subject.txt")
    wide = sum(2 if east_asian_width(char) in "WF" else 1 for char in message.subject)
    if wide > _SUBJECT_COLUMNS:
        yield _flaw("long-subject", message.key, f"a subject of {wide} columns",
                    f"a phone shows about {_SUBJECT_COLUMNS}", "warning")  # fmt: skip


def _left_over(where: str, outputs: Mapping[str, str]) -> Iterable[Flaw]:
    for output, text in outputs.items():
        strange = {found[1] for found in TOKEN.finditer(text)} - set(HOLES)
        plain = TOKEN.sub("", text)
        if strange or _LEFT_OVER.search(plain):
            yield _flaw("left-over-placeholder", f"{where} ({output})",
                        "holds a placeholder that nothing fills", "give the value")  # fmt: skip


def _same(message: MessageClass, seen: str) -> Iterable[Flaw]:
    """Compare numbers, then all letters, of the text and the page."""
    if not message.html:
        return
    ours, theirs = (Counter(_DIGITS.findall(TOKEN.sub("", t))) for t in (message.text, seen))
    if ours != theirs:
        count = (ours - theirs).total() + (theirs - ours).total()
        yield _flaw("digits-differ", message.key, f"{count} numbers stand in one body only",
                    "give both bodies the same facts")  # fmt: skip
    if "".join(_LETTERS.findall(message.text)) != "".join(_LETTERS.findall(seen)):
        yield _flaw("bodies-differ", message.key, "text and HTML do not say the same",
                    "keep each pair of .txt and .html equal")  # fmt: skip


def _links(message: MessageClass, page: _Page, domains: Sequence[str]) -> Iterable[Flaw]:
    targets = [target for target, _ in page.links]
    yield from _hosts(message.key, {"text": _urls(message.text), "html": targets}, domains)
    for target, label in page.links:
        if label != target:
            yield _flaw("link-hides-target", message.key, "a link shows another text",
                        "show the address itself")  # fmt: skip
    yield from _acting(message.key, page)


def _urls(text: str) -> list[str]:
    return [found.rstrip(".,;:!?") for found in _URL.findall(text)]


def _hosts(where: str, urls: Mapping[str, Sequence[str]], domains: Sequence[str]) -> Iterable[Flaw]:
    allowed = [domain.lower().strip(".") for domain in domains if domain.strip(".")]
    for output, targets in urls.items():
        for target in targets:
            if target.startswith("#"):
                continue
            if not _is_own(target, allowed):
                yield _flaw("link-outside", f"{where} ({output})",
                            "a link is not https, has parameters or leaves the allowed domains",
                            "add the domain to notices.link_domains, or take it out")  # fmt: skip


def _is_own(target: str, allowed: Sequence[str]) -> bool:
    try:
        parts: SplitResult = urlsplit(target)
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    own = any(host == domain or host.endswith(f".{domain}") for domain in allowed)
    return own and parts.scheme.lower() == "https" and not parts.query


def _acting(where: str, page: _Page) -> Iterable[Flaw]:
    for what in dict.fromkeys(page.active):
        yield _flaw("active-content", where, f"holds {what}", "keep it to text and plain style")


def _actions(message: MessageClass, page: _Page) -> Iterable[Flaw]:
    counts = [len(_STEP.findall(message.text))] + ([page.steps] if message.html else [])
    if max(counts) > MOST_ACTIONS:
        yield _flaw("too-many-actions", message.key, f"{max(counts)} numbered actions",
                    f"keep {MOST_ACTIONS}, fold the rest")  # fmt: skip
    if min(counts) == 0:
        yield _flaw("no-action", message.key, "tells people nothing to do",
                    "render advice_to_individuals")  # fmt: skip


def _banned(where: str, locale: str, text: str, banned: Banned) -> Iterable[Flaw]:
    levels: list[tuple[Literal["blocking", "warning"], Mapping[str, Mapping[str, list[str]]]]] = [
        ("blocking", banned.blocking),
        ("warning", banned.warning),
    ]
    for level, kinds in levels:
        for kind, by_locale in kinds.items():
            for word in by_locale.get(locale, []):
                if _stands(word, text):
                    yield _flaw(kind.replace("_", "-"), where, f"says {word!r}",
                                "say it in another way", level)  # fmt: skip


def _stands(word: str, text: str) -> bool:
    if word.isascii():
        return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE))
    return word in text
