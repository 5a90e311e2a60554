"""Which store a reporter meant by a name that the inventory does not know."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from incidents.models.inventory import Store

SURE_ENOUGH = 0.75
"""Likeness from which a store is read as meant. Below it a name says nothing safe."""
TIE = 0.05
"""Stores this close to the best one are all read as meant."""

_PARTS = re.compile(r"[^\W_]+")
_SAYS_NOTHING = frozenset(
    {
        "db",
        "database",
        "store",
        "table",
        "tables",
        "data",
        "server",
        "system",
        "service",
        "prod",
        "production",
        "the",
        "of",
        "and",
        "main",
        "live",
    }
)


def meant_by(name: str, stores: Iterable[Store]) -> list[Store]:
    """Return the stores a name may mean, most alike first; empty where none is alike enough.

    A name is held against each store's id and name, without regard to case, plural, word order
    and words such as `database` that say nothing.
    """
    scored = [(likeness(name, store), store) for store in stores]
    best = max((score for score, _ in scored), default=0.0)
    if best < SURE_ENOUGH:
        return []
    near = [(score, store) for score, store in scored if score >= max(best - TIE, SURE_ENOUGH)]
    return [store for _, store in sorted(near, key=lambda item: (-item[0], item[1].id))]


def likeness(name: str, store: Store) -> float:
    """Return how alike a name and a store are, from 0 to 1."""
    said = _words(name)
    return max(_alike(said, _words(store.id)), _alike(said, _words(store.name)))


def _words(text: str) -> list[str]:
    found = _PARTS.findall(text.lower())
    kept = [word for word in found if word not in _SAYS_NOTHING] or found
    return [_singular(word) for word in kept]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word  # noqa: PLR2004


def _alike(said: list[str], known: list[str]) -> float:
    if not said or not known:
        return 0.0
    return max(
        SequenceMatcher(None, " ".join(one), " ".join(other), autojunk=False).ratio()
        for one, other in ((said, known), (sorted(said), sorted(known)))
    )
