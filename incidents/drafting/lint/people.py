"""No class holds the data of a person: its fixed words are read by everybody in it.

E-mail addresses, telephone numbers and card numbers may stand there when they are those of the
organisation or of an office that the words name. Everything else of that shape blocks.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from incidents.drafting.holes import TOKEN
from incidents.drafting.lint.flaw import Flaw, blocking

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"https?://\S+")
# Days, years from-to, and numbers of laws such as 2019-536 or COM(2025) 837.
_DATED = re.compile(r"\b(?:19|20)\d\d(?:[–-]\d{1,4}){1,2}\b|\((?:19|20)\d\d\) \d{1,4}\b(?![ .-]\d)")
_GROUPED = re.compile(r"(?<![\d+])[1-9]\d{0,2}(?:[,.\u00a0\u202f’]\d{3})+(?!\d)")
_NUMBER = re.compile(r"[+(]?\d(?:[ ()\u00a0.–-]{0,2}\d){6,}")
_PHONE_DIGITS = range(7, 16)
_CARD_DIGITS = range(13, 20)


@dataclass(frozen=True)
class Known:
    """The addresses and numbers that may stand in every message."""

    emails: frozenset[str]
    numbers: frozenset[str]
    domains: Sequence[str]


def known_contacts(texts: Iterable[str], domains: Sequence[str]) -> Known:
    """Return what may stand in a message, as read from texts of our own.

    Args:
        texts: The organisation's values, the catalogues, the offices the words name.
        domains: Mail domains whose every address is the organisation's.
    """
    emails: set[str] = set()
    numbers: set[str] = set()
    for text in texts:
        emails |= {found.casefold() for found in _EMAIL.findall(text)}
        numbers |= {_digits(found) for found in _numbers(text)}
    return Known(
        emails=frozenset(emails),
        numbers=frozenset(numbers),
        domains=tuple(domain.casefold().strip(".") for domain in domains if domain.strip(".")),
    )


def data_of_people(where: str, text: str, known: Known) -> Iterable[Flaw]:
    """Find what looks like a person's address or number; the finding does not repeat it."""
    fixed = TOKEN.sub(" ", text)
    kinds = {"an e-mail address": 0, "a telephone number": 0, "a card number": 0}
    for email in _EMAIL.findall(fixed):
        if not _is_own(email.casefold().rstrip("."), known):
            kinds["an e-mail address"] += 1
    for number in _numbers(fixed):
        digits = _digits(number)
        if digits in known.numbers:
            continue
        if len(digits) in _CARD_DIGITS and _luhn(digits):
            kinds["a card number"] += 1
        elif len(digits) in _PHONE_DIGITS or len(digits) > _PHONE_DIGITS[-1]:
            kinds["a telephone number"] += 1
    for kind, times in kinds.items():
        if times:
            yield blocking("data-of-people", where,
                           f"holds what looks like {kind} ({times} times) that is not ours",
                           "take it out, or name it among the organisation's contacts")  # fmt: skip


def _is_own(email: str, known: Known) -> bool:
    host = email.rpartition("@")[2]
    ours = any(host == domain or host.endswith(f".{domain}") for domain in known.domains)
    return ours or email in known.emails


def _numbers(text: str) -> list[str]:
    """Return runs of seven digits and more that are no link, day, law or grouped number."""
    plain = _GROUPED.sub(" ", _DATED.sub(" ", _LINK.sub(" ", text)))
    return _NUMBER.findall(plain)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _luhn(digits: str) -> bool:
    """Return whether digits carry the check digit of payment cards (ISO/IEC 7812-1)."""
    doubled = [int(one) * (2 if i % 2 else 1) for i, one in enumerate(reversed(digits))]
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0  # noqa: PLR2004  # two digits add up
