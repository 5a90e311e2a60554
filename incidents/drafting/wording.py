"""What is wrong with the words of a message, found by rules; each finding with place and repair.

The rules stand one by one in `drafting/lint/`; what they measure against is data, in
`notify_templates/_shared/wording.yaml`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from incidents.drafting.holes import clean
from incidents.drafting.lint.actions import (
    late_start,
    slow_script,
    too_many_on_page,
    wrong_number,
)
from incidents.drafting.lint.bodies import different_bodies, left_over, missing_bodies
from incidents.drafting.lint.flaw import Flaw
from incidents.drafting.lint.html_page import read_page
from incidents.drafting.lint.links import active_content, hidden_targets, strange_hosts
from incidents.drafting.lint.locales import different_locales
from incidents.drafting.lint.people import Known, data_of_people, known_contacts
from incidents.drafting.lint.reading import hard_reading
from incidents.drafting.lint.said import banned_words, but_for_names
from incidents.drafting.lint.store_names import untranslated_stores
from incidents.drafting.words import Banned, Words
from incidents.errors import DraftingError
from incidents.models.inventory import Organisation
from incidents.models.notice import MessageClass, NoticeSet, StoreFact

STORE_NAME = 120  # characters of a store's name that messages say (`drafting/context.py`)

__all__ = [
    "Flaw",
    "banned_words_of_case",
    "body_flaws",
    "flaws",
    "own_contacts",
    "page_flaws",
    "refuse_blocking",
    "set_flaws",
]

MOST_SHOWN = 20


def set_flaws(
    messages: Sequence[MessageClass],
    words: Words,
    *,
    organisation: Organisation,
    stores: Sequence[StoreFact] = (),
    case_ref: str = "",
) -> list[Flaw]:
    """Return what is wrong with all classes of one set, blocking findings first.

    Args:
        messages: Every class of the set, in every language.
        words: The words they were made of, with the limits.
        organisation: Who writes; its own contacts may stand in every message.
        stores: What was touched; their names may hold a word that is banned elsewhere.
        case_ref: The case, whose number people read.
    """
    banned = banned_words_of_case(words, organisation, stores)
    domains = organisation.notices.link_domains
    known = own_contacts(words, organisation, case_ref)
    found = [
        flaw
        for message in messages
        for flaw in flaws(message, link_domains=domains, banned=banned, known=known)
    ]
    shown = {clean(name, STORE_NAME) for name in _names(organisation, stores) if name}
    found += different_locales(messages, banned.limits, shown)
    found += untranslated_stores(messages, list(stores))
    return _sorted(found)


def flaws(
    message: MessageClass,
    *,
    link_domains: Sequence[str],
    banned: Banned,
    known: Known | None = None,
) -> list[Flaw]:
    """Return what is wrong with one message class, blocking findings first.

    Args:
        message: The class with its holes.
        link_domains: Domains it may link to (`organisation.notices.link_domains`).
        banned: The lists of words and the limits (`Words.banned`).
        known: Whose addresses and numbers may stand there; None leaves that rule out.
    """
    page = read_page(message.html)
    where, limits = message.key, banned.limits
    said = f"{message.subject}\n{message.text}"
    found = [
        *missing_bodies(message, limits.subject_columns),
        *left_over(where, {"subject": message.subject, "text": message.text, "html": page.seen}),
        *different_bodies(message, page.seen),
        *strange_hosts(where, message.text, page, link_domains),
        *hidden_targets(where, page),
        *active_content(where, page),
        *wrong_number(message, page),
        *late_start(message, limits.first_action_before),
        *slow_script(message, limits.speaking, limits.first_action_seconds),
        *banned_words(where, message.locale, said, banned),
        *hard_reading(where, message.locale, message.text, limits),
    ]
    if known is not None:
        found += data_of_people(where, f"{said}\n{page.seen}", known)
    return _sorted(found)


def page_flaws(
    html: str,
    text: str,
    *,
    where: str,
    locales: Sequence[str],
    link_domains: Sequence[str],
    banned: Banned,
) -> list[Flaw]:
    """Return what is wrong with a page for the public: as `flaws`, but for the count of actions.

    A page says the same in several languages, so numbered actions are counted per language.
    """
    page = read_page(html)
    found = [
        *left_over(where, {"text": text, "html": page.seen}),
        *strange_hosts(where, text, page, link_domains),
        *active_content(where, page),
        *too_many_on_page(where, page, len(locales)),
    ]
    for locale in locales:
        said = banned_words(where, locale, text, banned)
        found += [flaw for flaw in said if flaw.slug != "other-language"]  # all of them are there
    return _sorted(found)


def body_flaws(
    body: NoticeSet,
    words: Words,
    *,
    organisation: Organisation,
    stores: Sequence[StoreFact],
    case_ref: str,
) -> list[Flaw]:
    """Return what is wrong with a whole set: its classes, and its announcement where it has one."""
    found = set_flaws(
        body.classes, words, organisation=organisation, stores=stores, case_ref=case_ref
    )
    if body.announcement is not None:
        found += page_flaws(
            body.announcement.html,
            body.announcement.text,
            where=body.key,
            locales=body.announcement.locales,
            link_domains=organisation.notices.link_domains,
            banned=words.banned,
        )
    return found


def refuse_blocking(found: Sequence[Flaw], *, where: str) -> None:
    """Let texts pass in which nothing blocks.

    Raises:
        DraftingError: naming each blocking finding with its place, and what to do.
    """
    blocking = [flaw for flaw in found if flaw.level == "blocking"][:MOST_SHOWN]
    if blocking:
        raise DraftingError(
            "; ".join(f"{flaw.where}: {flaw.what} [{flaw.slug}]" for flaw in blocking),
            where=where,
            repair="; ".join(dict.fromkeys(flaw.repair for flaw in blocking)),
        )


def banned_words_of_case(
    words: Words, organisation: Organisation, stores: Sequence[StoreFact]
) -> Banned:
    """Return what no text of a case may say: names of its own stores and company may stand."""
    return but_for_names(words.banned, _names(organisation, stores))


def _names(organisation: Organisation, stores: Sequence[StoreFact]) -> set[str]:
    named = {name for store in stores for name in (store.name, *store.names.values())}
    return named | {organisation.legal_name, organisation.trading_name}


def _sorted(found: Iterable[Flaw]) -> list[Flaw]:
    return sorted(found, key=lambda flaw: flaw.level)


def own_contacts(words: Words, organisation: Organisation, case_ref: str) -> Known:
    """Return whose addresses and numbers may stand in every text of a case."""
    own = organisation.model_dump(exclude={"approvers", "on_call", "policies"}, mode="json")
    notices = organisation.notices
    domains = [*notices.link_domains, notices.sender.rpartition("@")[2]]
    ours = known_contacts([case_ref, *_strings(own)], domains)
    named = _named_by(words)
    return replace(ours, emails=ours.emails | named.emails, numbers=ours.numbers | named.numbers)


@lru_cache(maxsize=8)
def _named_by(words: Words) -> Known:
    """Return the addresses and numbers that the words themselves name."""
    said = [one for catalogue in words.catalogues.values() for one in catalogue.messages.values()]
    offices = [one.model_dump() for one in (*words.bureaus, *words.agencies)]
    return known_contacts([*_strings(said), *_strings(offices)], ())


def _strings(value: object) -> Iterable[str]:
    """Yield every text in nested values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _strings(one)
