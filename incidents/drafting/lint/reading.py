"""A message reads easily: short sentences, and a low reading grade where a formula holds."""

from collections.abc import Iterable

from incidents.drafting.lint.flaw import Flaw, blocking, warning
from incidents.drafting.lint.limits import GradeLimit, Limits, SentenceLimit
from incidents.drafting.lint.prose import HOLE, length, sentences
from incidents.drafting.lint.syllables import grade

_SHOWN = 3  # long sentences quoted in one finding
_QUOTE = 60  # characters quoted of each


def hard_reading(where: str, locale: str, text: str, limits: Limits) -> Iterable[Flaw]:
    """Find long sentences, a high mean and a high reading grade; a warning where none is known."""
    limit = limits.sentences.get(locale)
    if limit is None:
        yield warning("no-limits", where, f"nothing says how long sentences of {locale} may be",
                      "add the locale to `limits.sentences` in wording.yaml")  # fmt: skip
        return
    found = sentences(text, limit)
    yield from _lengths(where, found, limit)
    if locale in limits.grade:
        yield from _grade(where, found, limits.grade[locale])


def _lengths(where: str, found: list[str], limit: SentenceLimit) -> Iterable[Flaw]:
    lengths = {one: length(one, limit.unit) for one in found}
    long = sorted((one for one in lengths if lengths[one] > limit.most), key=lengths.__getitem__)
    if long:
        quoted = "; ".join(f"{lengths[one]}: {_quoted(one)}" for one in long[: -_SHOWN - 1 : -1])
        yield warning("long-sentence", where,
                      f"{len(long)} of {len(found)} sentences are longer than {limit.most} "
                      f"{limit.unit} ({quoted})", "cut each in two, or make it a list")  # fmt: skip
    mean = sum(length(one, limit.unit) for one in found) / len(found) if found else 0
    if limit.mean is not None and mean > limit.mean:
        yield warning("long-sentences", where, f"{mean:.1f} {limit.unit} a sentence on the mean",
                      f"keep the mean at {limit.mean} or below")  # fmt: skip


def _grade(where: str, found: list[str], limit: GradeLimit) -> Iterable[Flaw]:
    measured = grade(found)
    said = f"asks for reading grade {measured:.1f} ({limit.formula})"
    repair = f"use shorter sentences and words; grade {limit.warn_above:g} is the aim"
    if measured > limit.block_above:
        yield blocking("hard-to-read", where, said, repair)
    elif measured > limit.warn_above:
        yield warning("hard-to-read", where, said, repair)


def _quoted(sentence: str) -> str:
    plain = sentence.replace(HOLE, "…")
    return f"“{plain}”" if len(plain) <= _QUOTE else f"“{plain[:_QUOTE].rstrip()}…”"
