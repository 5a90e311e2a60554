"""Takes in what counsel says otherwise in one case, and shows it beside the catalogue."""

from collections import defaultdict

from incidents.drafting.case_words import WordChange, changes, checked, waiting
from incidents.drafting.locales import locale_for
from incidents.drafting.words import Words
from incidents.errors import InvalidInputError
from incidents.models.base import Value
from incidents.models.case_words import CaseWords
from incidents.models.inventory import Inventory
from incidents.models.scope import ScopeSummary
from incidents.store import affected, cases
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database, UnitOfWork

NONE = CaseWords(format="forthwith/case-words/1")


class ShownWords(Value):
    """A case's own words, and who waits for one."""

    changes: list[WordChange]
    waiting: dict[str, list[str]]
    """Locale -> sentences it lacks."""
    people: dict[str, int]
    """Locale -> people who wait."""


def case_words(work: UnitOfWork, ref: str) -> CaseWords:
    """Return what is said otherwise in a case."""
    return cases.find_evidence(work, ref, EvidenceKind.CASE_WORDS, CaseWords) or NONE


def set_case_words(
    database: Database, ref: str, said: CaseWords, words: Words, *, by: str, where: str
) -> ShownWords:
    """Store a case's words; the notices have to be drafted and signed again.

    Raises:
        InvalidInputError: without a named person, or for words that fit no sentence.
    """
    if not by.strip():
        raise InvalidInputError("words need a named person", where="--by", repair="name one")
    with database.write(by) as work:
        inventory = cases.get_evidence(work, ref, EvidenceKind.INVENTORY, Inventory)
        checked(said, words, inventory.organisation, where=where)
        if said == case_words(work, ref):
            raise InvalidInputError("these words stand already", where=where)
        cases.put_evidence(work, ref, EvidenceKind.CASE_WORDS, said)
        return _shown(work, ref, said, words)


def show_case_words(database: Database, ref: str, words: Words) -> ShownWords:
    """Return a case's words as they stand."""
    with database.read() as work:
        cases.case_row(work, ref)
        return _shown(work, ref, case_words(work, ref), words)


def _shown(work: UnitOfWork, ref: str, said: CaseWords, words: Words) -> ShownWords:
    lacking = waiting(said, words)
    return ShownWords(
        changes=changes(said, words),
        waiting=lacking,
        people={locale: people_of(work, ref, words).get(locale, 0) for locale in lacking},
    )


def people_of(work: UnitOfWork, ref: str, words: Words) -> dict[str, int]:
    """Return affected people by the language of the words they get."""
    scope = cases.find_evidence(work, ref, EvidenceKind.SCOPE, ScopeSummary)
    found: dict[str, int] = defaultdict(int)
    if scope is not None:
        for _, locale, *_, people in affected.groups(work, ref, scope.version):
            found[locale_for(locale, words.catalogues).given] += people
    return dict(found)


def waiting_people(work: UnitOfWork, ref: str, words: Words) -> dict[str, int]:
    """Return people who wait for a wording, by language."""
    said = case_words(work, ref)
    if not said.sentences:
        return {}
    there = people_of(work, ref, words)
    return {locale: there[locale] for locale in waiting(said, words) if there.get(locale)}
