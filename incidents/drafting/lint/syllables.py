"""How many syllables an English word has, by spelling; and the reading grade made from it.

The grade is that of Kincaid, Fishburne, Rogers and Chissom, *Derivation of new readability
formulas for Navy enlisted personnel* (Naval Technical Training Command, 1975):
0.39 words per sentence + 11.8 syllables per word - 15.59.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from unicodedata import normalize

from incidents.drafting.lint.prose import HOLE, words

_VOWELS = re.compile(r"[aeiouy]+")
# Vowels that stand side by side and are spoken one by one, as in `via`, `video`, `science`.
_APART = re.compile(
    r"i[ao](?!us)(?<!ti[ao])(?<!ci[ao])(?<!si[ao])(?<!gi[ao])|[^tscg]ious|iu|io$|eo(?!p|u)"
    r"|ie[nrt](?!d)(?<!sier)|u[ai](?<![gq]u[ai])(?<!ui)|[^aeiou]ying|oing|[cs]reat(?:e|i)|sm$"
)
_SILENT = re.compile(r"(?<=[^aeiouy])(?:e|es|ed)$")
_SPOKEN = re.compile(
    r"(?:[td]ed|(?:[sxzcg]|sh|ch)es|[^aeiouy]le|[^aeiouylr]les|[bcdfgkpstz]led)$|^[^aeiouy]*e[sd]?$"
)
_INNER = re.compile(r"(?<=[^aeiouyl])e(?=(?:ly|ments?|ful|less|ness|times?)$)")
_SPELLED_ODDLY = {
    1: "clothes does phone please",
    2: "account being business buying client clients create doing evening every going hereby "
    "homepage household notice people quiet release reused safety science seeing someone "
    "something sometimes therefore trying voicemail website websites whether",
    3: "actual area areas behaviour created different everyone everything everywhere however "
    "idea ideas somebody telephone usual whatever",
    4: "everybody usually",
    5: "identifier",
}
"""Syllables -> common words whose spelling misleads."""
_ODD = {word: count for count, some in _SPELLED_ODDLY.items() for word in some.split()}
_HOLE_SYLLABLES = 2
_INITIALS = 4  # so many capitals alone, as in FTC, are spelled out


def grade(sentences: Sequence[str]) -> float:
    """Return the Flesch-Kincaid grade of sentences, in school years; 0 for none.

    A hole counts as one word of two syllables, a number as one word of one syllable a digit.
    """
    spoken = [word for sentence in sentences for word in words(sentence)]
    if not spoken:
        return 0.0
    per_sentence = len(spoken) / len(sentences)
    per_word = sum(syllables(word) for word in spoken) / len(spoken)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59


@lru_cache(maxsize=8192)
def syllables(word: str) -> int:
    """Return a word's syllables, at least one; parts joined by hyphens are counted one by one."""
    if word == HOLE:
        return _HOLE_SYLLABLES
    digits = sum(char.isdigit() for char in word)
    if digits:
        return digits
    if 1 < len(word) <= _INITIALS and word.isupper():
        return len(word)
    plain = normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
    return sum(_part(part) for part in re.split(r"[-\s]", plain) if part) or 1


def _part(word: str) -> int:
    bare = word.removesuffix("'s").replace("'", "")
    if bare in _ODD:
        return _ODD[bare]
    count = len(_VOWELS.findall(bare)) + len(_APART.findall(bare)) - len(_INNER.findall(bare))
    if _SILENT.search(bare) and not _SPOKEN.search(bare):
        count -= 1
    return max(count, 1)
