"""From the report to sealed notices for a million people: time and memory of each step.

    python -m tests.bench.bench_seal [--quick] [--json FILE] [--people N ...]

The people are invented: each has an e-mail address and one of four languages, in the shop's own
stores, so that words are drafted for every kind of people there is. The list is loaded straight
into the database and is not measured. What is measured is the path of every case: hold the report
against the inventory, freeze the list, weigh the risk, derive the duties, draft, plan and seal.
The number of kinds of message stays the same however many people there are; the ratio printed is
seconds at the largest number to seconds at the smallest, beside the ratio of people.

Figures depend on the machine; the memory is the growth of the process over its start of drafting.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import psutil

from tests.steps.shop_case import CASE, House, house

QUICK = (1_000, 20_000)
FULL = (1_000, 100_000, 1_000_000)
LOCALES = ("en", "zh-CN", "de", "ja")
PLACES = ("CN", "DE", "US", "JP", "FR", "GB")

_PEOPLE = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :people)
INSERT INTO person (person_id, name, birth_date, country, region, locale, guardian_id, status,
                    do_not_write, guardian_is_danger)
SELECT printf('b-%08d', i), printf('Person %d', i), '1980-01-01',
  CASE i % 6 {places} END, CASE i % 6 WHEN 2 THEN 'CA' ELSE '' END,
  CASE i % 4 {locales} END, '', 'account', 0, 0 FROM n
"""
_CONTACTS = """
INSERT INTO contact (person_id, kind, value, quality, rank, lookup)
SELECT person_id, 'email', person_id || '@people.example', 'good', 0, person_id
FROM person WHERE person_id LIKE 'b-%'
"""
_LINKS = """
INSERT INTO link (person_id, store_id, first_on, last_on)
SELECT person_id, 'accounts', '2025-06-01', '2026-01-10' FROM person WHERE person_id LIKE 'b-%'
"""


def _cases(words: tuple[str, ...]) -> str:
    return " ".join(f"WHEN {i} THEN '{word}'" for i, word in enumerate(words))


def filled(home: Path, people: int) -> House:
    """Return the shop with so many more people in its database."""
    made = house(home)
    made.sql(_PEOPLE.format(places=_cases(PLACES), locales=_cases(LOCALES)), people=people)
    made.sql(_CONTACTS)
    made.sql(_LINKS)
    return made


class Peak:
    """Watches how much memory this process takes while something runs."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self.start = self.most = self._process.memory_info().rss
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self.most = max(self.most, self._process.memory_info().rss)

    @property
    def growth(self) -> float:
        """Return megabytes above the start."""
        return (self.most - self.start) / 2**20


def run(people: int) -> dict[str, Any]:
    """Return seconds of each step, the growth of memory, and what came out."""
    with tempfile.TemporaryDirectory() as folder:
        shop = filled(Path(folder) / "home", people)
        ref = shop.open()
        assert ref == CASE
        _ = (shop.shop.catalogue, shop.shop.words, shop.shop.scales)  # start-up, not sealing
        seconds: dict[str, float] = {}
        with Peak() as peak:
            for name, step in _steps(shop, ref):
                began = time.perf_counter()
                step()
                seconds[name] = time.perf_counter() - began
        sets = shop.sets(ref)
        kinds = sum(len(json.loads(body)["classes"]) for (body,) in shop.sql(
            "SELECT body FROM notice_set WHERE audience = 'individuals'"))  # fmt: skip
        sealed = sum(one.people for one in sets.values())
        [(rows,)] = shop.sql("SELECT COUNT(*) FROM delivery")
        shop.shop.database.engine.dispose()
    assert sealed >= people, "somebody was lost"
    return {
        "people": people,
        "sealed": sealed,
        "ledger_rows": rows,
        "classes": kinds,
        "seconds": seconds,
        "total_seconds": sum(seconds.values()),
        "growth_mb": peak.growth,
    }


def _steps(shop: House, ref: str) -> list[tuple[str, Callable[[], object]]]:
    from incidents.steps.size_scope import size_scope
    from incidents.steps.weigh_risk import weigh_risk
    from tests.steps.shop_case import AUTHOR

    return [
        ("find-data", lambda: shop.find(ref)),
        ("size-scope", lambda: size_scope(
            shop.shop.database, ref, on_day=shop.today, actor=AUTHOR)),
        ("weigh-risk", lambda: weigh_risk(
            shop.shop.database, ref, shop.shop.scales, actor=AUTHOR)),
        ("list-duties", lambda: shop.list_duties(ref)),
        ("draft-notices", lambda: shop.draft(ref)),
    ]  # fmt: skip


def main() -> None:
    """Run every size and print the figures side by side."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--json", type=Path)
    options.add_argument("--people", type=int, nargs="*")
    asked = options.parse_args()
    sizes = asked.people or (QUICK if asked.quick else FULL)
    found = []
    for people in sizes:
        print(f"{people:,} people ...", file=sys.stderr, flush=True)
        found.append(run(people))
    steps = list(found[0]["seconds"])
    print(f"{'people':>10} {'classes':>8} " + " ".join(f"{step:>14}" for step in steps)
          + f" {'total s':>9} {'+MB':>7}")  # fmt: skip
    for one in found:
        print(f"{one['people']:>10,} {one['classes']:>8} "
              + " ".join(f"{one['seconds'][step]:>14.2f}" for step in steps)
              + f" {one['total_seconds']:>9.2f} {one['growth_mb']:>7.1f}")  # fmt: skip
    first, last = found[0], found[-1]
    print(f"x{last['people'] / first['people']:,.0f} people: "
          f"x{last['total_seconds'] / first['total_seconds']:.1f} seconds")  # fmt: skip
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
