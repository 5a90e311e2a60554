"""One page with every message of a case, what is wrong with it, and what changed since last time.

Pure: values in, HTML out. It names classes and counts and no person. Everything that comes from
data is escaped; there is no script, and the page may fetch nothing.
"""

import difflib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from markupsafe import Markup

from incidents.drafting.gallery_style import STYLE
from incidents.drafting.lint.flaw import Flaw
from incidents.models.notice import MessageClass

_PAGE = Markup("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Drafts of {ref}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>Drafts of {ref}</h1>
<p class="lead">{summary}</p>
<nav><ul>{contents}</ul></nav>
{sets}
</main>
</body>
</html>
""")  # noqa: E501
_CONTENT = Markup('<li><a href="#{key}">{key}</a> <span class="dim">{people}</span>{tally}</li>')
_SET = Markup("""<section id="{key}">
<h2>{key}</h2>
<dl><div><dt>Version</dt><dd>{version}</dd></div><div><dt>State</dt><dd>{state}</dd></div>
<div><dt>For</dt><dd>{people}</dd></div><div><dt>Audience</dt><dd>{audience}</dd></div>
<div><dt>Laws</dt><dd>{regimes}</dd></div><div><dt>Seal</dt><dd><code>{root}</code></dd></div></dl>
{common}{gone}
<div class="cards">
{cards}
</div>
</section>
""")
_CARD = Markup("""<article>
<h3>{title}</h3>
{who}{findings}<p class="files">{files}</p>
{diff}</article>
""")
_WHO = Markup("""<p>{people}, {listed} listed for {channel}</p>
<p class="dim">{shape}<br><code>{key}</code></p>
""")
_FINDING = Markup('<li class="{level}"><b>{level}</b> {what}<br><span class="dim">{repair}</span>')
_LINK = Markup('<a href="{href}">{name}</a>')
_DIFF = Markup("<details><summary>{title}</summary><pre>{lines}</pre></details>\n")
_LINE = Markup('<span class="{kind}">{line}</span>\n')
_FILE = {"txt": "Text", "html": "Page", "eml": "E-mail", "json": "Fields"}
_CHANGE = {"+": "added", "-": "removed", "@": "place"}


@dataclass(frozen=True)
class ShownClass:
    """One class of message with what is known about it."""

    message: MessageClass
    stores: Sequence[str]
    """Names of the stores its people were in; empty where the words are the same for all."""
    listed: int
    """People for whom its channel is on the list, first or as a substitute."""
    files: Sequence[str]
    """Addresses of its files, relative to the page."""
    flaws: Sequence[Flaw] = ()
    before: MessageClass | None = None
    """The same class as it was sealed in the version before."""


@dataclass(frozen=True)
class ShownText:
    """A filing or a page: no class, but files and findings."""

    title: str
    files: Sequence[str]
    flaws: Sequence[Flaw] = ()


@dataclass(frozen=True)
class ShownSet:
    """One set with its classes and texts."""

    key: str
    version: int
    before: int
    """The version it is held against; 0 where there is none."""
    state: str
    root: str
    audience: str
    regimes: Sequence[str]
    people: int
    classes: Sequence[ShownClass] = ()
    texts: Sequence[ShownText] = ()
    gone: Sequence[str] = field(default=())
    """Classes of the version before that are no more."""

    @property
    def checked(self) -> bool:
        """Whether rules of wording look at it: they do not at what goes to authorities."""
        return self.audience != "authority"


def gallery(ref: str, sets: Sequence[ShownSet]) -> str:
    """Return the page as a whole HTML document.

    Args:
        ref: The case.
        sets: Its sets in the order they are to be shown.
    """
    style = str(STYLE)
    classes = sum(len(one.classes) for one in sets)
    texts = sum(len(one.texts) for one in sets)
    return _PAGE.format(
        hash=b64encode(sha256(style.encode()).digest()).decode(),
        style=STYLE,
        ref=ref,
        summary=f"{_counted(len(sets), 'set')}, {_counted(classes, 'message')}, "
        f"{_counted(texts, 'other text')}. Read them before you sign: the statement alone says "
        "nothing about the words. What stands in ⟦…⟧ is filled in for each person.",
        contents=_joined(_content(one) for one in sets),
        sets=_joined(_set(one) for one in sets),
    )


def _content(one: ShownSet) -> Markup:
    return _CONTENT.format(key=one.key, people=_reach(one), tally=_tally(_flaws(one)))


def _set(one: ShownSet) -> Markup:
    gone = Markup('<p class="dim">No longer there since version {}: {}</p>')
    cards = [_card(shown, one.before) for shown in one.classes]
    return _SET.format(
        key=one.key,
        version=f"{one.version}, held against {one.before}" if one.before else one.version,
        state=one.state,
        people=_reach(one),
        audience=one.audience,
        regimes=", ".join(one.regimes),
        root=one.root,
        common=_common(_flaws(one)) if one.checked else "",
        gone=gone.format(one.before, ", ".join(one.gone)) if one.gone else "",
        cards=_joined([*cards, *map(_text, one.texts)]),
    )


def _card(one: ShownClass, before: int) -> Markup:
    message = one.message
    channel = message.key.rpartition(".")[2]
    form = message.form.value.replace("_", " ")
    who = _WHO.format(
        people=_counted(message.people, "person", "people"),
        listed=f"{one.listed:,}",
        channel=channel,
        shape=f"{form} · {', '.join(one.stores)}" if one.stores else form,
        key=message.key,
    )
    return _CARD.format(
        title=f"{message.locale} · {channel}",
        who=who,
        findings=_findings(one.flaws),
        files=_files(one.files),
        diff=_diff(one, before),
    )


def _text(one: ShownText) -> Markup:
    return _CARD.format(
        title=one.title,
        who="",
        findings=_findings(one.flaws) if one.flaws else "",
        files=_files(one.files),
        diff="",
    )


def _diff(one: ShownClass, before: int) -> Markup:
    """Return the unified diff to the version before, folded."""
    if not before:
        return Markup()
    if one.before is None:
        return Markup('<p class="dim">New since version {}</p>\n').format(before)
    old, new = ([m.subject, "", *m.text.splitlines()] for m in (one.before, one.message))
    lines = list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]
    if not lines:
        return Markup('<p class="dim">The same words as version {}</p>\n').format(before)
    changed = sum(line[0] in "+-" for line in lines)
    return _DIFF.format(
        title=f"{_counted(changed, 'line')} changed since version {before}",
        lines=_joined(_LINE.format(kind=_CHANGE.get(line[0], "same"), line=line) for line in lines),
    )


def _common(flaws: Sequence[Flaw]) -> Markup:
    """Return how many messages of a set share a kind of finding, folded."""
    kinds = Counter((flaw.level, flaw.slug) for flaw in flaws)
    if not kinds:
        return Markup('<p class="common none">No findings</p>\n')
    named = ", ".join(f"{number} × {slug} ({level})" for (level, slug), number in kinds.items())
    return Markup('<p class="common">Findings: {}</p>\n').format(named)


def _findings(flaws: Sequence[Flaw]) -> Markup:
    if not flaws:
        return Markup('<p class="none">No findings</p>\n')
    items = _joined(
        _FINDING.format(level=flaw.level, what=flaw.what, repair=flaw.repair) for flaw in flaws
    )
    return Markup('<ul class="findings">{}</ul>\n').format(items)


def _files(hrefs: Sequence[str]) -> Markup:
    endings = [(href, href.rpartition(".")[2]) for href in hrefs]
    return _joined(_LINK.format(href=href, name=_FILE.get(end, end)) for href, end in endings)


def _tally(flaws: Sequence[Flaw]) -> Markup:
    blocking = sum(flaw.level == "blocking" for flaw in flaws)
    warnings = len(flaws) - blocking
    said = Markup()
    if blocking:
        said += Markup('<span class="tally blocking">{} blocking</span>').format(blocking)
    if warnings:
        noun = _counted(warnings, "warning")
        said += Markup('<span class="tally warning">{}</span>').format(noun)
    return said


def _flaws(one: ShownSet) -> list[Flaw]:
    shown: list[ShownClass | ShownText] = [*one.classes, *one.texts]
    return [flaw for each in shown for flaw in each.flaws]


def _reach(one: ShownSet) -> str:
    if one.audience == "individuals":
        return _counted(one.people, "person", "people")
    return "everybody" if one.audience == "public" else _counted(len(one.texts), "package")


def _counted(number: int, noun: str, more: str = "") -> str:
    return f"{number:,} {noun if number == 1 else more or noun + 's'}"


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)
