"""Lays a case's own sentences over the catalogues, and says which languages lack one.

A sentence that was changed in one language and not in another would tell people different things.
So a language without the wording waits, unless an approver allows another language for its people.
"""

import json
from collections.abc import Mapping
from dataclasses import replace

from incidents.drafting.holes import clean
from incidents.drafting.words import SLOT, Message, Words, digest_of
from incidents.errors import InvalidInputError
from incidents.models.base import Value
from incidents.models.case_words import FREE, PARTS, CaseSentence, CaseWords
from incidents.models.inventory import Organisation

SENTENCE = 600


class WordChange(Value):
    """One sentence before and after, in one language."""

    key: str
    locale: str
    before: str
    """Empty for a sentence that no catalogue has."""
    after: str
    """Empty while the wording is missing or nobody has read it."""
    by: str = ""
    reviewed_by: str = ""


def checked(said: CaseWords, words: Words, organisation: Organisation, *, where: str) -> None:
    """Let case words pass that name known sentences, values and languages.

    Raises:
        InvalidInputError: naming every sentence that cannot be laid over the catalogues.
    """
    wrong: list[str] = []
    keys = [one.key for one in said.sentences]
    wrong += [f"{key}: stands twice" for key in sorted({k for k in keys if keys.count(k) > 1})]
    for one in said.sentences:
        wrong += _wrong_sentence(one, words)
    approvers = {approver.id for approver in organisation.approvers}
    for locale, fallback in said.fallbacks.items():
        if locale not in words.catalogues or fallback.to not in words.catalogues:
            wrong.append(f"fallbacks.{locale}: one of {', '.join(sorted(words.catalogues))}")
        elif locale in said.fallbacks and fallback.to == locale:
            wrong.append(f"fallbacks.{locale}: names itself")
        if fallback.by not in approvers:
            wrong.append(f"fallbacks.{locale}.by: is no approver of organisation.yaml")
    wrong += [
        f"fallbacks.{locale}.to: {fallback.to} lacks a wording itself"
        for locale, fallback in said.fallbacks.items()
        if fallback.to in missing(said, words)
    ]
    if wrong:
        raise InvalidInputError(
            "; ".join(wrong),
            where=where,
            repair="`forthwith words CASE` shows keys and sentences as they stand",
        )


def _wrong_sentence(one: CaseSentence, words: Words) -> list[str]:
    wrong = []
    english: Message | None = words.catalogues["en"].messages.get(one.key)
    if one.key.startswith(FREE):
        if one.key.removeprefix(FREE) not in PARTS:
            wrong.append(f"{one.key}: one of {', '.join(FREE + part for part in PARTS)}")
        slots: set[str] = set()
    elif not isinstance(english, str):
        return [f"{one.key}: the catalogues have no such sentence"]
    else:
        slots = set(SLOT.findall(english))
    for locale, wording in one.wording.items():
        if locale not in words.catalogues:
            wrong.append(f"{one.key}.{locale}: there are no words in this language")
        if set(SLOT.findall(wording.text)) != slots:
            named = ", ".join(f"{{{slot}}}" for slot in sorted(slots)) or "none"
            wrong.append(f"{one.key}.{locale}: the values it must hold: {named}")
        if clean(wording.text, SENTENCE) != wording.text:
            wrong.append(f"{one.key}.{locale}: holds line breaks or characters nobody sees")
    return wrong


def missing(said: CaseWords, words: Words) -> dict[str, list[str]]:
    """Return locale -> sentences of the case that it has no reviewed wording for."""
    found = {
        locale: [
            one.key
            for one in said.sentences
            if locale not in one.wording or not one.wording[locale].ready
        ]
        for locale in words.catalogues
    }
    return {locale: keys for locale, keys in found.items() if keys}


def waiting(said: CaseWords, words: Words) -> dict[str, list[str]]:
    """Return locale -> missing sentences, of the languages whose people wait for them."""
    return {
        locale: keys
        for locale, keys in missing(said, words).items()
        if locale not in said.fallbacks
    }


def laid_over(words: Words, said: CaseWords) -> Words:
    """Return the words with a case's sentences in the place of the catalogue's.

    The case's words count among the files a class is made of, so that the seal covers them.
    """
    if not said.sentences:
        return words
    catalogues = {}
    digests = dict(words.digests)
    for locale, catalogue in words.catalogues.items():
        own = {
            one.key: one.wording[locale].text
            for one in said.sentences
            if locale in one.wording and one.wording[locale].ready
        }
        catalogues[locale] = replace(catalogue, messages={**catalogue.messages, **own})
        body = json.dumps(own, ensure_ascii=False, sort_keys=True)
        digests[f"locales/{locale}/of-this-case"] = digest_of(body.encode())
    return replace(words, catalogues=catalogues, digests=digests)


def given(locale: str, said: CaseWords) -> str:
    """Return the language in whose words people of a language are told."""
    return said.fallbacks[locale].to if locale in said.fallbacks else locale


def changes(said: CaseWords, words: Words) -> list[WordChange]:
    """Return every sentence of the case beside the catalogue's, in every language."""
    return [
        WordChange(
            key=one.key,
            locale=locale,
            before=_text(catalogue.messages.get(one.key)),
            after=one.wording[locale].text if _ready(one, locale) else "",
            by=one.wording[locale].by if locale in one.wording else "",
            reviewed_by=one.wording[locale].reviewed_by if locale in one.wording else "",
        )
        for one in said.sentences
        for locale, catalogue in sorted(words.catalogues.items())
    ]


def _ready(one: CaseSentence, locale: str) -> bool:
    return locale in one.wording and one.wording[locale].ready


def _text(message: Message | None) -> str:
    return message if isinstance(message, str) else ""


def fallback_map(said: CaseWords, words: Words) -> Mapping[str, str]:
    """Return language -> language given, for the fallbacks that are needed."""
    needed = missing(said, words)
    return {locale: one.to for locale, one in said.fallbacks.items() if locale in needed}
