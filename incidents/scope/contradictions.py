"""Where the report and the inventory do not agree, and how it is read until a person decides."""

from datetime import date, timedelta

from incidents.models.inventory import Inventory, Store
from incidents.models.report import BreachReport
from incidents.models.scope import Contradiction
from incidents.models.vocabulary import vocabulary
from incidents.scope.claims import TouchedStore, merged_window, read_claims
from incidents.scope.exposed_data import elements_nowhere, reported_elements

REVIEW_AFTER = timedelta(days=365)
"""An inventory entry older than a year is a guess about what a store holds."""


def find(report: BreachReport, inventory: Inventory, today: date) -> list[Contradiction]:
    """Return every contradiction, those of naming first, then store by store.

    Each says how it is read: always the wider way.
    """
    reading = read_claims(report, inventory)
    found = list(reading.contradictions)
    touched = {item.store.id for item in reading.touched}
    for item in reading.touched:
        if item.claims:  # a store that is merely in question gives no claims to hold against it
            found += _elements(item) + _window(item, today) + _copies(item.store, touched)
        found += _review(item.store, today)
    return found + _elements_nowhere(report, reading.touched)


def _words(keys: list[str]) -> str:
    labels = vocabulary().elements
    return ", ".join(labels[key].label for key in keys)


def _elements(item: TouchedStore) -> list[Contradiction]:
    store, reported = item.store, reported_elements(item.claims)
    if reported is None:
        return [
            Contradiction(
                slug="elements-unknown",
                store=store.id,
                what=f"The report does not say which data of {store.id} was touched.",
                read_as=f"all {len(store.elements)} kinds the inventory knows",
                ask="Which kinds of data were touched?",
            )
        ]
    found = []
    missed = [key for key in store.elements if key not in reported]
    if missed:
        found.append(
            Contradiction(
                slug="element-missed",
                store=store.id,
                what=f"{store.id} also holds, by the inventory: {_words(missed)}.",
                read_as="touched as well",
                ask="Is it certain that these were not touched, and by what evidence?",
            )
        )
    foreign = [key for key in reported if key not in store.elements]
    if foreign:
        found.append(
            Contradiction(
                slug="element-not-held",
                store=store.id,
                what=f"By the inventory {store.id} does not hold: {_words(foreign)}.",
                read_as="touched, with protection not known",
                ask="Is the inventory out of date, or did the data come from another store?",
            )
        )
    return found


def _elements_nowhere(report: BreachReport, touched: list[TouchedStore]) -> list[Contradiction]:
    stray = elements_nowhere(report, touched)
    if not stray:
        return []
    return [
        Contradiction(
            slug="element-not-held",
            what=f"No touched store holds, by the inventory: {_words(stray)}.",
            read_as="touched in every store that counts",
            ask="Which store was it in? Name that store in the report.",
        )
    ]


def _window(item: TouchedStore, today: date) -> list[Contradiction]:
    store, window = item.store, merged_window(item.claims)
    kept = store.retention.delete_after_days
    if window is None:
        span = f"all {kept} days it is kept" if kept else "all the time it is kept"
        return [
            Contradiction(
                slug="window-unknown",
                store=store.id,
                what=f"The report does not say from when the touched data of {store.id} is.",
                read_as=span,
                ask="From which day to which day is the data that was touched?",
            )
        ]
    if kept is None:
        return []
    oldest = today - timedelta(days=kept)
    if date.fromisoformat(window.first_on) >= oldest:
        return []
    return [
        Contradiction(
            slug="window-before-retention",
            store=store.id,
            what=f"The report speaks of data from {window.first_on}; {store.id} should hold "
            f"nothing from before {oldest}.",
            read_as="the whole span: deletion may not have run, or a backup was read",
            ask="Did deletion run, and was a backup within reach?",
        )
    ]


def _copies(store: Store, touched: set[str]) -> list[Contradiction]:
    untouched = [copy for copy in store.copies if copy not in touched]
    if not untouched:
        return []
    return [
        Contradiction(
            slug="copy-not-reported",
            store=store.id,
            what=f"Copies of {store.id} are not reported: {', '.join(untouched)}.",
            read_as=f"their people count through {store.id}; older data in a copy is not counted",
            ask="Could the copies be reached in the same way?",
        )
    ]


def _review(store: Store, today: date) -> list[Contradiction]:
    if store.last_review and date.fromisoformat(store.last_review) >= today - REVIEW_AFTER:
        return []
    when = (
        f"was last reviewed on {store.last_review}" if store.last_review else "was never reviewed"
    )
    return [
        Contradiction(
            slug="review-overdue",
            store=store.id,
            what=f"The inventory entry of {store.id} {when}.",
            read_as="as it is written, but it may hold more",
            ask="Does its owner confirm what it holds?",
        )
    ]
