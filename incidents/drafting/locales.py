"""Which locale's words a person gets, and who gets another language than their own.

The chain, written down: the locale itself; then, for Chinese, `zh-Hans` (as their own language for
`zh`, `zh-CN`, `zh-SG`, `zh-MY` and `zh-Hans-*`; as a fallback for every other Chinese, such as
`zh-TW`, `zh-HK` and `zh-Hant`); then the language without its region; then `en`. People without a
locale get `en`, which is marked as a fallback too: nobody knows that they read it.
"""

from collections.abc import Iterable, Mapping

from incidents.models.base import Value

_SIMPLIFIED = ("zh", "zh-cn", "zh-sg", "zh-my")


class LocaleChoice(Value):
    """What people of one locale get."""

    asked: str
    given: str
    fallback: bool
    """True where `given` is not the language, or not the script, they asked for."""
    people: int = 0


def locale_for(asked: str, available: Iterable[str]) -> LocaleChoice:
    """Return the locale of the words for somebody's own locale (BCP 47, `_` is read as `-`)."""
    have = {locale.lower(): locale for locale in available}
    tag = asked.replace("_", "-").lower()
    if tag in have:
        return LocaleChoice(asked=asked, given=have[tag], fallback=False)
    language = tag.split("-", 1)[0]
    if language == "zh" and "zh-hans" in have:
        own = tag in _SIMPLIFIED or tag.startswith("zh-hans")
        return LocaleChoice(asked=asked, given=have["zh-hans"], fallback=not own)
    if language and language in have:
        return LocaleChoice(asked=asked, given=have[language], fallback=False)
    return LocaleChoice(asked=asked, given=have["en"], fallback=True)


def locale_choices(people: Mapping[str, int], available: Iterable[str]) -> list[LocaleChoice]:
    """Return what people of each locale get, those who get another language first, then by number.

    Args:
        people: Number of people by their own locale; an empty locale is not known.
        available: Locales there are words for.
    """
    have = list(available)
    choices = [
        locale_for(asked, have).model_copy(update={"people": number})
        for asked, number in people.items()
    ]
    return sorted(choices, key=lambda choice: (not choice.fallback, -choice.people, choice.asked))
