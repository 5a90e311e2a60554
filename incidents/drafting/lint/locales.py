"""The same message in another language gives the same numbers and dates, at a likely length."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

from incidents.drafting.lint.flaw import Flaw, blocking, warning
from incidents.drafting.lint.limits import Limits
from incidents.drafting.lint.numbers import numbers_said
from incidents.models.notice import MessageClass

_SHOWN = 6  # numbers named in one finding


def different_locales(
    messages: Sequence[MessageClass], limits: Limits, names: Collection[str] = ()
) -> Iterable[Flaw]:
    """Compare classes that differ in nothing but their language, within one set.

    Classes are told apart by what follows the locale in their key: form, exposure and channel.
    Each is held against the English one, or against the first where none is English.

    Args:
        messages: Every class of the set.
        limits: How long a translation is likely to be.
        names: Names as messages say them that have a wording of their own in each language, such
            as those of stores; numbers in them are not compared.
    """
    # A name of digits alone would take dates apart.
    worded = [name for name in names if name and not name.isdecimal()]
    longest_first = sorted(worded, key=len, reverse=True)
    alike: dict[str, list[MessageClass]] = defaultdict(list)
    for message in messages:
        alike[message.key.removeprefix(f"{message.locale}.")].append(message)
    for group in alike.values():
        base = next((one for one in group if one.locale == "en"), group[0])
        for other in group:
            if other is not base:
                yield from _numbers(base, other, longest_first)
                yield from _length(base, other, limits)


def _numbers(base: MessageClass, other: MessageClass, names: Sequence[str]) -> Iterable[Flaw]:
    ours, theirs = _said(base, names), _said(other, names)
    if ours != theirs:
        yield blocking(
            "locales-differ",
            other.key,
            f"{_listed(theirs - ours)} only in {other.locale}, "
            f"{_listed(ours - theirs)} only in {base.locale}",
            "give every language the same numbers and dates, written in digits",
        )


def _said(message: MessageClass, names: Sequence[str]) -> Counter[str]:
    text = f"{message.subject}\n{message.text}"
    for name in names:
        text = text.replace(name, " ")
    return numbers_said(text, message.locale)


def _listed(numbers: Counter[str]) -> str:
    names = [f"{one} ({times} times)" if times > 1 else one for one, times in numbers.items()]
    if not names:
        return "no number stands"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more} {'stand' if len(names) > 1 else 'stands'}"


def _length(base: MessageClass, other: MessageClass, limits: Limits) -> Iterable[Flaw]:
    sentences = limits.sentences.get(other.locale)
    if base.locale != "en" or sentences is None or not base.text:
        return
    least, most = limits.length_to_english[sentences.unit]
    ratio = len(other.text) / len(base.text)
    if not least <= ratio <= most:
        yield warning(
            "odd-length",
            other.key,
            f"is {ratio:.2f} times as long as the English text",
            f"look for what is missing or was added; {least:g} to {most:g} is likely",
        )
