"""A store's name is said in the language of the message, or stands there in another one."""

from collections.abc import Iterable, Sequence

from incidents.drafting.lint.flaw import Flaw, warning
from incidents.models.notice import MessageClass, StoreFact


def untranslated_stores(
    messages: Sequence[MessageClass], stores: Sequence[StoreFact]
) -> Iterable[Flaw]:
    """Find stores that have no name in a language of the set; the plain name is the English one."""
    locales = sorted({message.locale for message in messages} - {"en"})
    for store in stores:
        missing = [
            locale
            for locale in locales
            if locale not in store.names
            and any(
                one.exposure >> store.bit & 1 and one.locale == locale and store.name in one.text
                for one in messages
            )
        ]
        for locale in missing:
            yield warning("other-language", f"{locale}.", f"the store {store.name!r} has no "
                          f"name in {locale}", f"write names.{locale} in stores.yaml")  # fmt: skip
