"""Renders notices: the only place that builds a template environment.

Each block of a notice is recorded as it is put into the page, so that what `required` looks at is
what people will read. Bodies end in `.txt` or `.html`; only the latter escape by themselves.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import rfc8785
from jinja2 import (
    FunctionLoader,
    StrictUndefined,
    TemplateError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from incidents.drafting.voice import Voice
from incidents.drafting.words import Words, digest_of
from incidents.errors import DraftingError
from incidents.models.notice import MessageClass
from incidents.models.scope import Form

_UNSAYABLE = (
    TemplateError, TypeError, ValueError, AttributeError, KeyError, AssertionError,
)  # fmt: skip
"""What a template raises for a value that is missing or of the wrong kind; Babel asserts."""
_BLANKS = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"[ \t]+\n")


@dataclass(frozen=True)
class Draft:
    """A message class, and what stands in each of its blocks, so that it can be judged."""

    message: MessageClass
    blocks: Mapping[str, Mapping[str, str]]
    """Output (`text`, `html`) -> block -> what it rendered."""
    templates: Mapping[str, str]
    """Path -> SHA-256 of each file it was made from, for the seal."""


@dataclass(frozen=True)
class Heading:
    """A part of the page as the layout draws it."""

    heading: str
    blocks: list[str]
    sub: bool = False


@dataclass
class _Page:
    """Collects the blocks of one output while the layout asks for them."""

    forbidden: frozenset[str]
    airy: bool
    """Whether an empty line stands between blocks, as a text needs and a page does not."""
    seen: dict[str, str] = field(default_factory=dict)

    def gather(self, blocks: Any, names: Sequence[str]) -> str:
        """Return the named blocks that say something, one after the other."""
        parts = []
        for name in names:
            if name in self.forbidden:
                continue
            try:
                block = blocks[name]
            except KeyError:
                continue  # `required` names it when a law asks for it
            said = _tidy(str(block()))
            self.seen[name] = said
            if said:
                parts.append(said)
        # Every block comes out of an escaping template, or of a text; nothing else gets in here.
        return Markup("\n\n".join(parts) if self.airy else "\n".join(parts))  # noqa: S704


def _tidy(text: str) -> str:
    return _BLANKS.sub("\n\n", _TRAILING.sub("\n", text + "\n")).strip("\n")


def _width(text: str) -> int:
    """Return how many columns a heading takes: wide scripts take two each."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


@lru_cache(maxsize=4)
def _environment(words: Words) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(words.templates.get),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals = {"range": range}
    return environment


def render_notice(
    words: Words,
    notice: str,
    *,
    voice: Voice,
    context: Mapping[str, Any],
    headings: Sequence[Heading],
    forbidden: Collection[str] = (),
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return a notice's outputs (`text`, and `html` where it has one) and each output's blocks.

    Args:
        words: The words.
        notice: Its folder, such as `individual/email/breach`.
        voice: Says the sentences.
        context: Everything else templates may use.
        headings: The page's parts in order.
        forbidden: Contents that must not be said; their blocks are left out.

    Raises:
        DraftingError: naming template and cause when it cannot be rendered.
    """
    card = words.card(notice)
    environment = _environment(words)
    outputs: dict[str, str] = {}
    blocks: dict[str, dict[str, str]] = {}
    for output, name in (("text", card.text), ("html", card.html)):
        if not name:
            continue
        page = _Page(forbidden=frozenset(forbidden), airy=output == "text")
        suffix = name.rsplit(".", 1)[1]
        values: dict[str, Any] = {
            **context,
            **voice.for_templates(),
            "layout": card.layouts[output],  # type: ignore[index]
            "gather": page.gather,
            "lead": card.lead,
            "foot": card.foot,
            "sections": headings,
            "width": _width,
            "lang": voice.locale,
        }
        if suffix == "html":
            values["hole"] = {word: escape(token) for word, token in context["hole"].items()}
        try:
            values["m"] = environment.get_template(f"_shared/parts.{suffix}").make_module(values)
            said = environment.get_template(f"{notice}/{name}").render(values)
        except DraftingError as error:
            raise DraftingError(
                error.what, where=f"{notice}/{name}: {error.where}", repair=error.repair
            ) from None
        except _UNSAYABLE as error:
            raise DraftingError(
                f"cannot be rendered: {type(error).__name__}: {_cause(error)}",
                where=f"{notice}/{name}",
                repair="mend the template; `notice preview` renders every class",
            ) from None
        # Values are stored stripped; the digest is taken over what is stored.
        outputs[output] = _tidy(said).strip()
        blocks[output] = page.seen
    return outputs, blocks


def render_page(words: Words, path: str, **values: Any) -> str:
    """Return a template that puts already rendered parts together.

    Raises:
        DraftingError: when it cannot be rendered.
    """
    try:
        return _tidy(_environment(words).get_template(path).render(values)).strip()
    except TemplateError as error:
        raise DraftingError(
            f"cannot be rendered: {type(error).__name__}: {_cause(error)}",
            where=path,
            repair="mend the template",
        ) from None


def _cause(error: Exception) -> str:
    # Jinja's messages name variables and templates, never values; other errors may not.
    return (error.message or "") if isinstance(error, TemplateError) else "in a filter or function"


def finished(
    *,
    key: str,
    locale: str,
    form: Form,
    exposure: int,
    people: int,
    subject: str,
    outputs: Mapping[str, str],
    templates: Mapping[str, str],
) -> MessageClass:
    """Return a message class with its digest: SHA-256 over RFC 8785 JSON of words and templates."""
    said = {"subject": subject, "text": outputs["text"], "html": outputs.get("html", "")}
    return MessageClass(
        key=key,
        locale=locale,
        form=form,
        exposure=exposure,
        people=people,
        **said,
        digest=digest_of(rfc8785.dumps({**said, "templates": dict(templates)})),
    )
