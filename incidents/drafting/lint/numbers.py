"""The numbers and dates a text says, written the same way whatever its language."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache, partial

from babel import Locale, UnknownLocaleError
from babel.dates import get_date_format, get_month_names

from incidents.drafting.holes import TOKEN

_OWN_ENGLISH = "d MMMM y"  # as notices say it, so that no month reads as a day
_TOKENS = re.compile(r"'[^']*'|y+|M+|L+|d+|[^'yMLd]+")
_GROUPED = re.compile(r"(?<!\d)[1-9]\d{0,2}(?:[,.\u00a0\u202f’]\d{3})+(?![\d])")
_ARTICLE = re.compile(r"第([零〇一二三四五六七八九十百千]+)(?=[条條項项款])")
_DIGITS = re.compile(r"(?<![A-Za-z\d])\d+")  # NIS2 is a name
_CHINESE = {char: n for n, char in enumerate("零一二三四五六七八九")} | {"〇": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def numbers_said(text: str, locale: str) -> Counter[str]:
    """Return each number and date of a text with how often it stands there.

    A date in the language's long form becomes ISO 8601, separators of thousands are taken out, and
    articles of a law in Chinese numerals become digits. What stands in a hole does not count.
    """
    plain = TOKEN.sub(" ", text)
    found: Counter[str] = Counter()

    def date(months: Mapping[str, int], match: re.Match[str]) -> str:
        month = match["m"]
        number = int(month) if month.isdigit() else months[month.casefold()]
        found[f"{match['y']}-{number:02d}-{int(match['d']):02d}"] += 1
        return " "

    for spoken in dict.fromkeys((locale, "en")):  # laws are cited in English everywhere
        for pattern in _date_patterns(spoken):
            plain = pattern.sub(partial(date, _months(spoken)), plain)
    plain = _GROUPED.sub(lambda match: re.sub(r"\D", "", match[0]), plain)
    plain = _ARTICLE.sub(lambda match: f" {_number(match[1])} ", plain)
    found.update(str(int(digits)) for digits in _DIGITS.findall(plain))
    return found


@lru_cache(maxsize=64)
def _months(locale: str) -> dict[str, int]:
    babel = _babel(locale)
    return {
        name.casefold(): number
        for context in ("format", "stand-alone")
        for number, name in get_month_names("wide", context, babel).items()
    }


@lru_cache(maxsize=64)
def _date_patterns(locale: str) -> tuple[re.Pattern[str], ...]:
    """Return the ways a language writes a whole date out, as its calendar data gives them."""
    babel = _babel(locale)
    forms = {str(get_date_format("long", babel).pattern)}
    if babel.language == "en":
        forms.add(_OWN_ENGLISH)
    return tuple(re.compile(_as_regex(form, locale), re.IGNORECASE) for form in sorted(forms))


def _as_regex(form: str, locale: str) -> str:
    names = "|".join(re.escape(name) for name in sorted(_months(locale), key=len, reverse=True))
    parts = []
    for token in _TOKENS.findall(form):
        if token[0] == "y":
            parts.append(r"(?P<y>\d{4})")
        elif token[0] == "d":
            parts.append(r"(?P<d>\d{1,2})")
        elif token[0] in "ML":
            parts.append(rf"(?P<m>{names})" if len(token) > 2 else r"(?P<m>\d{1,2})")  # noqa: PLR2004  # from MMM on it is a name
        else:
            parts.append(re.escape(token.strip("'")))
    return rf"(?<!\d){''.join(parts)}(?!\d)"


def _babel(locale: str) -> Locale:
    try:
        return Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _number(numeral: str) -> int:
    total, digit = 0, 0
    for char in numeral:
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = _CHINESE[char]
    return total + digit
