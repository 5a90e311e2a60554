"""The words as values: templates, catalogues, notice cards, advice; read elsewhere, judged here."""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from io import StringIO
from typing import Literal

from babel.messages.pofile import PoFileError, read_po
from pydantic import Field

from incidents.drafting.library import Agency, Bureau, MeasureKinds, Reveals, Rights
from incidents.drafting.lint.limits import Limits
from incidents.errors import DraftingError
from incidents.models.base import Value
from incidents.models.notice import Audience

SLOT = re.compile(r"\{([a-z_]+)\}")
Message = str | tuple[str, ...]
"""A sentence, or its plural forms in the order of the catalogue's rule."""


class Section(Value):
    """A part of a message: a heading of the catalogue and the blocks under it, in order."""

    id: str
    heading: str
    blocks: list[str]


class NoticeCard(Value):
    """`notice.yaml`: what a notice is and in which order its blocks stand."""

    format: Literal["forthwith/notice/1"]
    audience: Audience
    channel: Literal["email", "letter", "call", "web", "sms", "push", "faq", "press"]
    like: str = Field(default="", description="A notice whose order and files it shares.")
    subject: str = Field(default="", description="File of the subject; empty where there is none.")
    text: str
    html: str = ""
    layouts: dict[Literal["text", "html"], str]
    based_on: list[str] = Field(default=[], description="Other template files it is made of.")
    lead: list[str] = []
    sections: list[Section] = []
    foot: list[str] = []
    prescribed: dict[str, list[str]] = Field(
        default={}, description="A heading the law prescribes -> ids of the sections under it."
    )


class AdviceGroup(Value):
    """Kinds of data that lead to the same harm and the same advice."""

    id: str
    elements: list[str]
    actions: list[str]
    quiet: bool = Field(default=False, description="Never named on the outside of a message.")


class Action(Value):
    """Something a person can do; the lowest rank is the most urgent."""

    rank: int
    minutes: int = Field(gt=0)
    soon: Literal["today", "week"]
    places: list[str] = Field(default=[], description="Only for people there; empty is all.")
    needs_account: bool = False


class Advice(Value):
    """The library of advice."""

    groups: list[AdviceGroup]
    actions: dict[str, Action]
    always: str
    """The action everybody can take, without a device too."""
    headline: list[str]
    """Elements people fear for most: named as not involved where that is known."""


class Banned(Value):
    """Words that must not stand in a notice: kind -> locale -> words; and how it must read."""

    blocking: dict[str, dict[str, list[str]]]
    warning: dict[str, dict[str, list[str]]]
    limits: Limits


@dataclass(frozen=True)
class Catalogue:
    """One locale's sentences. The keys are names, not English text; `{name}` marks a value."""

    locale: str
    messages: Mapping[str, Message]
    plural_rule: str

    def plural(self, number: int) -> int:
        """Return which plural form a number takes."""
        return _plural(self.plural_rule)(number)


@cache
def _plural(rule: str) -> Callable[[int], int]:
    return c2py(rule)


@dataclass(frozen=True, eq=False)
class Words:
    """Everything that can be said. Compared by identity: one reading of one folder."""

    templates: Mapping[str, str]
    digests: Mapping[str, str]
    """SHA-256 in hex of every file's bytes, by path."""
    cards: Mapping[str, NoticeCard]
    """`individual/email/breach` -> its card."""
    catalogues: Mapping[str, Catalogue]
    advice: Advice
    bureaus: tuple[Bureau, ...]
    agencies: tuple[Agency, ...]
    measures: MeasureKinds
    reveals: Mapping[str, Reveals]
    """Content that can be forbidden -> what else would tell it."""
    rights: Rights
    banned: Banned

    @property
    def advice_areas(self) -> list[str]:
        """Places that some advice is meant for alone."""
        return sorted({place for one in self.advice.actions.values() for place in one.places})

    def withheld(self, forbidden: Collection[str]) -> set[str]:
        """Return forbidden contents with those that would tell them."""
        return {*forbidden, *(key for one in self.revealing(forbidden) for key in one.contents)}

    def revealing(self, forbidden: Collection[str]) -> list[Reveals]:
        """Return what would tell any of these contents."""
        return [what for key, what in self.reveals.items() if key in forbidden]

    def card(self, notice: str) -> NoticeCard:
        """Return a notice's card.

        Raises:
            DraftingError: when there is no such notice.
        """
        if notice not in self.cards:
            raise DraftingError("no such notice", where=notice, repair=", ".join(self.cards))
        card = self.cards[notice]
        if not card.like:
            return card
        model = self.card(card.like)
        return card.model_copy(
            update={
                "lead": card.lead or model.lead,
                "sections": card.sections or model.sections,
                "foot": card.foot or model.foot,
                "prescribed": card.prescribed or model.prescribed,
                "based_on": [*card.based_on, *model.based_on],
            }
        )

    def catalogue(self, locale: str) -> Catalogue:
        """Return a locale's sentences.

        Raises:
            DraftingError: when the locale has none; `locales.locale_for` never gives such a one.
        """
        if locale not in self.catalogues:
            known = ", ".join(sorted(self.catalogues))
            raise DraftingError("no catalogue of sentences", where=locale, repair=f"use {known}")
        return self.catalogues[locale]

    def used_by(self, notice: str, locale: str) -> dict[str, str]:
        """Return path -> SHA-256 of every file that shapes a notice in a locale, for the seal."""
        card = self.card(notice)
        named = {*card.based_on, *card.layouts.values()}
        return {
            path: digest
            for path, digest in sorted(self.digests.items())
            if path.startswith((f"{notice}/", f"locales/{locale}/"))
            or path in named
            or (path.startswith("_shared/") and path.endswith(".yaml"))
        }


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of some bytes in hex."""
    return hashlib.sha256(content).hexdigest()


def read_catalogue(text: str, *, locale: str, where: str) -> Catalogue:
    """Return a PO file's sentences.

    Raises:
        DraftingError: for what is no PO file, and for sentences left empty or marked fuzzy.
    """
    try:
        po = read_po(StringIO(text), locale=locale.replace("-", "_"), abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise DraftingError(
            f"not readable as a catalogue: {type(error).__name__}", where=where, repair="mend it"
        ) from None
    messages: dict[str, Message] = {}
    missing: list[str] = []
    for entry in po:
        if not entry.id:
            continue
        key = entry.id if isinstance(entry.id, str) else entry.id[0]
        said = entry.string if isinstance(entry.string, str) else tuple(entry.string or ())
        if entry.fuzzy or not said or (isinstance(said, tuple) and not all(said)):
            missing.append(key)
        messages[key] = said
    if missing:
        raise DraftingError(
            f"sentences without a finished wording: {', '.join(sorted(missing))}",
            where=where,
            repair="write them, or take the fuzzy mark away once somebody has read them",
        )
    return Catalogue(locale=locale, messages=messages, plural_rule=po.plural_expr)


def joined(parts: Sequence[Catalogue]) -> Catalogue:
    """Return one locale's files as one catalogue.

    Raises:
        DraftingError: for a key that two files have, and for files that count differently.
    """
    first = parts[0]
    messages: dict[str, Message] = {}
    twice: list[str] = []
    for part in parts:
        twice += sorted(part.messages.keys() & messages.keys())
        messages |= part.messages
    if twice or any(part.plural_rule != first.plural_rule for part in parts):
        raise DraftingError(
            f"files contradict each other: {', '.join(twice) or 'Plural-Forms'}",
            where=f"locales/{first.locale}",
            repair="keep each key in one file, and the same Plural-Forms in all",
        )
    return Catalogue(locale=first.locale, messages=messages, plural_rule=first.plural_rule)


def check_catalogues(catalogues: Mapping[str, Catalogue]) -> None:
    """Let catalogues pass that say the same things with the same values.

    Raises:
        DraftingError: naming every key that one has and another lacks, or whose values differ.
    """
    reference = catalogues["en"].messages
    wrong: list[str] = []
    for locale, catalogue in catalogues.items():
        wrong += [
            f"{locale}: {key}" for key in sorted(reference.keys() ^ catalogue.messages.keys())
        ]
        wrong += [
            f"{locale}: values of {key}"
            for key in sorted(reference.keys() & catalogue.messages.keys())
            if _slots(reference[key]) != _slots(catalogue.messages[key])
        ]
    if wrong:
        raise DraftingError(
            f"catalogues differ: {'; '.join(wrong)}",
            where="locales",
            repair="give each locale the same keys and the same {values}",
        )


def _slots(message: Message) -> frozenset[str]:
    forms = (message,) if isinstance(message, str) else message
    return frozenset(slot for form in forms for slot in SLOT.findall(form))
