"""What of each store was exposed: the report's claim, widened by what the inventory knows."""

from collections.abc import Iterable, Mapping, Sequence

from incidents.errors import InvalidInputError
from incidents.models.inventory import Inventory
from incidents.models.report import UNKNOWN, BreachReport, Protection, StoreClaim
from incidents.models.scope import Exposure
from incidents.scope.claims import TouchedStore, merged_filter, merged_window, read_claims

_LESS_PROTECTED = [
    ("clear", None),
    ("hashed", None),
    ("encrypted", "taken"),
    ("encrypted", "believed_taken"),
    ("encrypted", "unknown"),
    ("unknown", None),
    ("encrypted", "safe"),
    ("redacted", None),
]
"""From least to most protected. Not known ranks below a protection that is known to hold."""


def expose(
    report: BreachReport,
    inventory: Inventory,
    people_files: Mapping[str, Sequence[str]] | None = None,
) -> list[Exposure]:
    """Return one exposure per touched store, in order of store ids.

    All elements the inventory knows for a store count; those the report left out stand in
    `added`. Elements the report names and the inventory lacks count too; named without a store,
    they count in every touched store.

    Args:
        report: The report.
        inventory: Organisation and stores.
        people_files: Person ids per file that the report's claims name.

    Raises:
        InvalidInputError: when a claim names a file of people whose ids are not given.
    """
    reading = read_claims(report, inventory)
    homeless = elements_nowhere(report, reading.touched)
    return [_exposure(item, report, homeless, people_files or {}) for item in reading.touched]


def elements_nowhere(report: BreachReport, touched: Iterable[TouchedStore]) -> list[str]:
    """Return elements among the report's facts that no touched store holds or is said to hold."""
    if report.facts.elements == UNKNOWN:
        return []
    held: set[str] = set()
    for item in touched:
        held.update(item.store.elements)
        held.update(reported_elements(item.claims) or [])
    return [key for key in report.facts.elements if key not in held]


def _exposure(
    item: TouchedStore,
    report: BreachReport,
    homeless: list[str],
    people_files: Mapping[str, Sequence[str]],
) -> Exposure:
    reported = reported_elements(item.claims)
    added = [] if reported is None else [key for key in item.store.elements if key not in reported]
    facts = {} if report.facts.elements == UNKNOWN else report.facts.elements
    elements = {}
    for key in [*item.store.elements, *(reported or []), *homeless]:
        elements[key] = _protection(item.store.elements.get(key), facts.get(key))
    return Exposure(
        store=item.store.id,
        name=item.store.name,
        names=item.store.names,
        elements=elements,
        added=added,
        window=merged_window(item.claims),
        only=merged_filter(item.claims),
        person_ids=_person_ids(item, people_files),
        copies=item.store.copies,
        recipients=item.store.recipients,
    )


def reported_elements(claims: Iterable[StoreClaim]) -> list[str] | None:
    """Return the elements that claims name, in order; None where one of them names none."""
    named: dict[str, None] = {}
    seen = False
    for claim in claims:
        if claim.elements == UNKNOWN:
            return None
        named |= dict.fromkeys(claim.elements)
        seen = True
    return list(named) if seen else None


def _protection(known: Protection | None, reported: Protection | None) -> Protection:
    if known is None or known.state == "unknown":
        return reported or known or Protection()
    if reported is None or reported.state == "unknown":
        return known
    return less_protected(known, reported)


def less_protected(one: Protection, other: Protection) -> Protection:
    """Return the weaker of two protections: the wider reading."""
    return min(one, other, key=_rank)


def _rank(protection: Protection) -> int:
    key = protection.key if protection.state == "encrypted" else None
    return _LESS_PROTECTED.index((protection.state, key))


def worst_protection(exposures: Iterable[Exposure]) -> dict[str, Protection]:
    """Return each exposed element once, as weakly protected as in any of its stores."""
    worst: dict[str, Protection] = {}
    for exposure in exposures:
        for key, protection in exposure.elements.items():
            worst[key] = less_protected(worst[key], protection) if key in worst else protection
    return worst


def _person_ids(item: TouchedStore, people_files: Mapping[str, Sequence[str]]) -> list[str] | None:
    names = [claim.people_file for claim in item.claims]
    if not names or not all(names):
        return None  # one claim without a list means all people of the store
    missing = [name for name in names if name not in people_files]
    if missing:
        raise InvalidInputError(
            "a claim names a file of people that was not read",
            where=f"claim.stores.{item.store.id}.people_file",
            repair="put the file beside the report, or remove the line to count the whole store",
        )
    return sorted({person for name in names for person in people_files[name]})
