"""What the page shows, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any, Literal
from zoneinfo import ZoneInfo

from incidents.drafting.holes import clean
from incidents.drafting.locales import locale_for
from incidents.drafting.organ import organ
from incidents.drafting.render import render_page
from incidents.drafting.voice import Voice
from incidents.drafting.words import Words
from incidents.models.inventory import Organisation
from incidents.steps.check_code import SentCase

PAGE = "public/web/check/page.html"
MOST_TYPED = 40
MOST_WISHES = 20

Answer = Literal["form", "real", "not_ours", "slip", "wait", "broken"]


@dataclass(frozen=True)
class Pages:
    """The page with each of its answers."""

    words: Words
    organisation: Organisation

    @cached_property
    def languages(self) -> list[tuple[str, str]]:
        """Locale and own name of each language there are words for, English first."""
        locales = sorted(self.words.catalogues, key=lambda one: (one != "en", one))
        return [(one, self._voice(one).say("public.language")) for one in locales]

    def locale(self, asked: str, accepts: str) -> str:
        """Return the language to answer in.

        Args:
            asked: What the address asks for, `lang`; another than those there are counts as none.
            accepts: The Accept-Language line, or empty.
        """
        if asked in self.words.catalogues:
            return asked
        for wish in _wishes(accepts):
            choice = locale_for(wish, self.words.catalogues)
            if not choice.fallback or choice.given != "en":
                return choice.given
        return "en"

    def render(
        self,
        answer: Answer,
        locale: str,
        *,
        case: SentCase | None = None,
        typed: str = "",
        wait: float = 0,
    ) -> str:
        """Return the page.

        Args:
            answer: What it says.
            locale: In which language.
            case: What may be told of the case, for `real`.
            typed: What was typed, for `slip`.
            wait: Seconds until the next try, for `wait`.
        """
        voice = self._voice(locale)
        return render_page(
            self.words,
            PAGE,
            **voice.for_templates(),
            answer=answer,
            lang=locale,
            languages=self.languages,
            org=organ(self.organisation),
            case=case,
            typed=clean(typed, MOST_TYPED),
            minutes=max(1, ceil(wait / 60)),
            **self._days(case),
        )

    def _voice(self, locale: str) -> Voice:
        return Voice(self.words.catalogue(locale), ["public"])

    def _days(self, case: SentCase | None) -> Mapping[str, Any]:
        here = ZoneInfo(self.organisation.zone)
        moments = (case.first, case.last) if case else (None, None)
        first, last = (at.astimezone(here).date() if at else None for at in moments)
        return {"first": first, "last": last}


def _wishes(accepts: str) -> list[str]:
    """Return the languages of an Accept-Language line, the dearest first (RFC 9110 12.5.4)."""
    wishes: list[tuple[float, str]] = []
    for part in accepts[:500].split(",")[:MOST_WISHES]:
        tag, _, quality = part.partition(";")
        tag = tag.strip()
        if not tag.isascii() or not tag.replace("-", "").isalnum():
            continue
        try:
            weight = float(quality.strip().removeprefix("q=") or 1)
        except ValueError:
            weight = 0.0
        if 0 < weight <= 1:
            wishes.append((weight, tag))
    return [tag for _, tag in sorted(wishes, key=lambda one: -one[0])]
