"""The kinds of value an incident in VERIS holds: words of closed lists, codes, amounts."""

from difflib import get_close_matches
from functools import cache
from typing import Annotated, TypeVar

from babel.core import get_global
from babel.numbers import list_currencies
from pydantic import AfterValidator, Field

from incidents.intake.sources.veris_mapping import veris_mapping

MOST_SHOWN = 12
T = TypeVar("T")


@cache
def _closed_list(name: str) -> dict[str, str]:
    return {word.casefold(): word for word in veris_mapping().words[name]}


def _known(name: str, given: str) -> str:
    known = _closed_list(name)
    folded = given.casefold()
    if folded not in known:
        near = get_close_matches(folded, known, n=1, cutoff=0.7)
        hint = f"did you mean {known[near[0]]}?" if near else f"one of: {_some(known)}"
        raise ValueError(f"is no word of VERIS; {hint}")
    return known[folded]


def _some(words: dict[str, str]) -> str:
    shown = list(words.values())
    return ", ".join(shown[:MOST_SHOWN]) + (" ..." if len(shown) > MOST_SHOWN else "")


def word(name: str) -> AfterValidator:
    """Return the check that a text is a word of a closed list; upper and lower case are one."""
    return AfterValidator(lambda given: _known(name, given))


def words(name: str) -> AfterValidator:
    """Return the check that a list holds such words, at least one and none twice."""
    return AfterValidator(lambda given: [_known(name, one) for one in _distinct(given)])


def _distinct(items: list[T]) -> list[T]:
    if not items:
        raise ValueError("is empty; name at least one, or Unknown")
    if any(item in items[:place] for place, item in enumerate(items)):
        raise ValueError("names one thing twice; keep each once")
    return items


@cache
def _countries() -> frozenset[str]:
    return frozenset(
        {*get_global("territory_zones"), "BV", "HM", "XK", "Unknown", "Other"} - {"ZZ"}
    )


def _country(given: str) -> str:
    if given not in _countries():
        raise ValueError("is no country code; write two letters such as US, or Unknown")
    return given


def _currency(given: str) -> str:
    if given not in list_currencies() and given not in veris_mapping().words["currency"]:
        raise ValueError("is no currency code; write three letters such as USD")
    return given


Text = Annotated[str, Field(min_length=1)]
Amount = Annotated[int, Field(ge=0)]
Money = Annotated[float, Field(ge=0)]
Currency = Annotated[str, AfterValidator(_currency)]
Distinct = AfterValidator(_distinct)
Countries = Annotated[list[Annotated[str, AfterValidator(_country)]], Distinct]
Regions = Annotated[list[Annotated[str, Field(pattern=r"^\d{6}$")]], Distinct]
Results = Annotated[list[str], words("action.result")]
Motives = Annotated[list[str], words("actor.motive")]
Industry = Annotated[
    str,
    Field(
        pattern=r"^(00|11|2[1-3]|3[1-3]|4[24589]|5[1-6]|6[12]|7[12]|81|92)(-?\d{0,4})$",
        max_length=6,
    ),
]
