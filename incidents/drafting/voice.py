"""Says catalogue keys in one locale: sentences, dates, numbers and lists."""

from collections.abc import Callable, Sequence
from datetime import date

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from incidents.drafting.words import SLOT, Catalogue, Message
from incidents.errors import DraftingError


class Voice:
    """One locale's way of saying things, for one kind of reader and channel.

    A sentence `key@guardian` replaces `key` for readers of that variant; the first variant that
    has one wins. Values are escaped where the output is HTML; no value is ever read as a sentence.
    """

    def __init__(self, catalogue: Catalogue, variants: Sequence[str] = ()) -> None:
        self.locale = catalogue.locale
        self._catalogue = catalogue
        self._variants = tuple(variants)
        self._babel = Locale.parse(catalogue.locale.replace("-", "_"))

    def find(self, key: str) -> Message | None:
        """Return what the catalogue says for a key and this kind of reader, or None."""
        messages = self._catalogue.messages
        for variant in self._variants:
            if (said := messages.get(f"{key}@{variant}")) is not None:
                return said
        return messages.get(key)

    def say(self, key: str, **values: object) -> str:
        """Return a sentence as plain text.

        Raises:
            DraftingError: for a key or a value that is missing.
        """
        return self._put(key, self.find(key), values, str)

    def count(self, key: str, number: int) -> str:
        """Return a number with its noun in the right plural, such as `2 people`."""
        said = self.find(key)
        if isinstance(said, tuple):
            said = said[self._catalogue.plural(number)]
        return self._put(key, said, {"number": self.number(number)}, str)

    def day(self, day: date) -> str:
        """Return a date in words; English has the day first, so that no month reads as a day."""
        english = self._babel.language == "en"
        return format_date(day, "d MMMM y" if english else "long", locale=self._babel)

    def number(self, number: int) -> str:
        """Return a number with its separators."""
        return format_decimal(number, locale=self._babel)

    def listed(self, items: Sequence[str]) -> str:
        """Return items as one phrase, such as `a, b and c`."""
        return format_list(list(items), locale=self._babel) if items else ""

    def place(self, code: str) -> str:
        """Return a place's name for its ISO 3166 code, or the code where nobody wrote a name."""
        named = self.find(f"place.{code}")
        if isinstance(named, str):
            return named
        country, _, region = code.partition("-")
        name = str(self._babel.territories.get(country, country))
        return f"{name} ({region})" if region else name

    def for_templates(self) -> dict[str, Callable[..., object]]:
        """Return the functions templates call; `t` says a sentence, `tn` a number with its noun."""

        @pass_eval_context
        def t(context: EvalContext, key: str, **values: object) -> str | Markup:
            if not context.autoescape:
                return self.say(key, **values)
            return Markup(self._put(key, self.find(key), values, escape))  # noqa: S704 - escaped

        return {
            "t": t,
            "tn": self.count,
            "has": lambda key: self.find(key) is not None,
            "day": self.day,
            "num": self.number,
            "listed": self.listed,
            "place_name": self.place,
        }

    def _put(
        self,
        key: str,
        said: Message | None,
        values: dict[str, object],
        safe: Callable[[object], str],
    ) -> str:
        if not isinstance(said, str):
            raise DraftingError(
                f"no sentence for {key!r}",
                where=f"locales/{self.locale}",
                repair="add the key to every catalogue, or use one of its keys",
            )
        missing = [slot for slot in SLOT.findall(said) if slot not in values]
        if missing:
            raise DraftingError(
                f"{key!r} asks for {', '.join(missing)}, which the template does not give",
                where=f"locales/{self.locale}",
                repair="give the value, or take it out of the sentence",
            )
        parts = SLOT.split(said)
        return "".join(
            str(safe(values[part])) if i % 2 else str(safe(part)) for i, part in enumerate(parts)
        )
