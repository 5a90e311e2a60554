"""Words that must not be said: promotion, claims without scope, blame; hedges, jargon, emotion."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from unicodedata import east_asian_width

from incidents.drafting.lint.flaw import Flaw, Level
from incidents.drafting.words import Banned


def banned_words(where: str, locale: str, text: str, banned: Banned) -> Iterable[Flaw]:
    """Find every banned word of a locale that stands in a text."""
    levels: list[tuple[Level, Mapping[str, Mapping[str, list[str]]]]] = [
        ("blocking", banned.blocking),
        ("warning", banned.warning),
    ]
    for level, kinds in levels:
        for kind, by_locale in kinds.items():
            words = tuple(by_locale.get(locale, ()))
            if not words or not _any_of(words).search(text):
                continue  # one look for all of them: most texts hold none
            for word in words:
                if _pattern(word).search(text):
                    yield Flaw(slug=kind.replace("_", "-"), level=level, where=where,
                               what=f"says {word!r}",
                               repair="say it in another way")  # fmt: skip


def but_for_names(banned: Banned, names: Iterable[str]) -> Banned:
    """Return the words that may not be said, but for those in names that have to be said.

    That a store called `newsletter` was touched is a fact and no promotion.
    """
    said = "\n".join(names).casefold()

    def without(kinds: Mapping[str, Mapping[str, list[str]]]) -> dict[str, dict[str, list[str]]]:
        return {
            kind: {
                locale: [word for word in words if word.casefold() not in said]
                for locale, words in by_locale.items()
            }
            for kind, by_locale in kinds.items()
        }

    changed = {"blocking": without(banned.blocking), "warning": without(banned.warning)}
    return banned.model_copy(update=changed)


@lru_cache(maxsize=256)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return how any of some words is looked for."""
    return re.compile("|".join(_pattern(word).pattern for word in words), re.IGNORECASE)


@lru_cache(maxsize=2048)
def _pattern(word: str) -> re.Pattern[str]:
    """Return how a word is looked for: whole, but in scripts that set no spaces."""
    if any(east_asian_width(char) in "WF" for char in word):
        return re.compile(re.escape(word))
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
