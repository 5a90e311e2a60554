"""Which stores a report speaks of, read against the inventory and for safety."""

from dataclasses import dataclass, field

from incidents.models.inventory import Inventory, Store
from incidents.models.report import UNKNOWN, BreachReport, PeopleFilter, StoreClaim, Window
from incidents.models.scope import Contradiction
from incidents.scope.store_names import meant_by


@dataclass(frozen=True)
class TouchedStore:
    """A store that counts as touched, and all that the report claims about it.

    `claims` is empty where the report does not name the store: then all of it counts.
    """

    store: Store
    claims: list[StoreClaim]


@dataclass
class Reading:
    """The touched stores in order of their ids, and where names were unclear."""

    touched: list[TouchedStore] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)


def read_claims(report: BreachReport, inventory: Inventory) -> Reading:
    """Return the stores that a report touches.

    A name the inventory does not know is read as the store most like it. Where none is alike, or
    none is named, every store is in question. A store whose data a touched store holds as a copy
    is touched too.
    """
    reading = Reading()
    claims: dict[str, list[StoreClaim]] = {}
    everything = False
    if not report.claim.stores:
        everything = True
        reading.contradictions.append(_none_named(inventory))
    for claim in report.claim.stores:
        store = inventory.store(claim.store)
        meant = [store] if store else meant_by(claim.store, inventory.stores)
        for found in meant:
            claims.setdefault(found.id, []).append(claim)
        if store is None:
            everything = everything or not meant
            reading.contradictions.append(_unknown(claim.store, meant, inventory))
    named = set(claims)
    if everything:
        claims |= {store.id: [] for store in inventory.stores if store.id not in claims}
    else:
        _add_originals(claims, named, inventory, reading)
    reading.touched = [
        TouchedStore(store, claims[store.id])
        for store in sorted(inventory.stores, key=lambda store: store.id)
        if store.id in claims
    ]
    return reading


def _none_named(inventory: Inventory) -> Contradiction:
    return Contradiction(
        slug="stores-unknown",
        what="The report names no store.",
        read_as=f"all {len(inventory.stores)} stores of the inventory are in question",
        ask="Which stores were touched, and how is that known?",
    )


def _unknown(name: str, meant: list[Store], inventory: Inventory) -> Contradiction:
    if meant:
        ids = " and ".join(store.id for store in meant)
        return Contradiction(
            slug="unknown-store",
            store=name,
            what=f"The inventory has no store {name}; the most alike is {ids}.",
            read_as=f"{ids}",
            ask=f"Is {name} the same as {ids}?",
        )
    return Contradiction(
        slug="unknown-store",
        store=name,
        what=f"The inventory has no store {name}, and none with a name like it.",
        read_as=f"any of the {len(inventory.stores)} stores; all are in question",
        ask=f"What is {name}? Name its id, or add it to stores.yaml.",
    )


def _add_originals(
    claims: dict[str, list[StoreClaim]], named: set[str], inventory: Inventory, reading: Reading
) -> None:
    # A backup that was taken holds the people of the store it copies (S8).
    for store in inventory.stores:
        taken = sorted(set(store.copies) & named)
        if taken and store.id not in named:
            held_in = " and ".join(taken)
            claims.setdefault(store.id, [])
            reading.contradictions.append(
                Contradiction(
                    slug="linked-store",
                    store=store.id,
                    what=f"{held_in} holds a copy of {store.id}, which is not reported.",
                    read_as=f"the people and data of {store.id} are touched too",
                    ask=f"Does the copy in {held_in} hold all of {store.id}?",
                )
            )


def merged_window(claims: list[StoreClaim]) -> Window | None:
    """Return the span all claims lie in; None, which is all time, where one of them is unknown."""
    windows = [claim.window for claim in claims]
    known = [window for window in windows if window != UNKNOWN and isinstance(window, Window)]
    if not known or len(known) < len(windows):
        return None
    return Window(
        first_on=min(window.first_on for window in known),
        last_on=max(window.last_on for window in known),
    )


def merged_filter(claims: list[StoreClaim]) -> PeopleFilter:
    """Return the filter that lets through whatever one of the claims lets through."""
    filters = [claim.only for claim in claims]
    if not filters:
        return PeopleFilter()

    def union(lists: list[list[str]]) -> list[str]:
        return sorted({word for words in lists for word in words}) if all(lists) else []

    return PeopleFilter(
        countries=union([only.countries for only in filters]),
        regions=union([only.regions for only in filters]),
        locales=union([only.locales for only in filters]),
    )
