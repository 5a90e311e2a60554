"""How fast a case is judged and the catalogue is read, and how both grow with the number of laws.

    uv run python -m tests.bench.bench_triage [--quick] [--json FILE]

The catalogue that ships is judged with one law, two, four and so on up to all of them, and then
with copies of itself under other ids, to show what a catalogue many times its size would cost.
Reports are made so that every law is reached by some of them. One process, one core.

In one run: `lean` (the answer alone), `report` (a report read, its risk weighed, then judged: what
`forthwith triage` does), `load` (the catalogue read from its YAML files, first and from then on).
"""

import argparse
import itertools
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from incidents.data_files import LAW
from incidents.duties.engine import duties_owed
from incidents.duties.facts import facts_from_report
from incidents.duties.regime import Catalogue
from incidents.duties.sources.folder import read_catalogue
from incidents.models.duty import Facts
from incidents.models.report import BreachReport
from incidents.risk.assess import assess
from incidents.risk.facts import risk_facts_from_report
from incidents.risk.severity import Scales
from incidents.risk.sources.scales_file import read_scales

WANTED_PER_SECOND = 300
WANTED_LOAD_SECONDS = 0.5
PLACES = ("CN", "DE", "GB", "US-CA", "US-TX", "JP", "KR", "BR", "SG", "CH", "IN", "FR", "US-NY")
NAMED = {"identity.name": {"state": "clear"}, "contact.email": {"state": "clear"}}
ELEMENTS: Sequence[dict[str, Any]] = (
    NAMED,
    {**NAMED, "account.password": {"state": "hashed"}},
    {**NAMED, "identity.ssn": {"state": "encrypted", "key": "unknown"}},
    {**NAMED, "health.record": {"state": "clear"}},
    {**NAMED, "payment.card_number": {"state": "clear"}, "payment.card_code": {"state": "clear"}},
)
ROLES: Sequence[Any] = (
    ["controller"],
    "unknown",
    ["controller", "network_operator"],
    ["controller", "financial_institution"],
)


def reports(number: int) -> list[dict[str, Any]]:
    """Return reports as plain data, in which places, data, roles and numbers vary."""
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    made = []
    for index in range(number):
        some = PLACES[index % 5 :: 1 + index % 4]
        aware = start + timedelta(hours=7 * index)
        made.append(
            {
                "claim": {"kinds": ["accessed"], "cause": "external_unlawful_access"},
                "timeline": {"aware": aware.isoformat()},
                "facts": {
                    "people": dict.fromkeys(some, 400 + 50 * (index % 7)),
                    "elements": ELEMENTS[index % len(ELEMENTS)],
                    "roles": ROLES[index % len(ROLES)],
                    "established_in": ["CN-GD-SZ"],
                },
            }
        )
    return made


def facts_of(data: dict[str, Any], scales: Scales) -> Facts:
    """Return what the law may ask, from plain data."""
    report = BreachReport.model_validate(data)
    risk = assess(risk_facts_from_report(report), scales)
    return facts_from_report(report, risk, zone="Asia/Shanghai", targets_hours={"default": 24})


def catalogues(whole: Catalogue, copies: Sequence[int]) -> Iterator[Catalogue]:
    """Return catalogues of growing size: parts of the shipped one, then copies beside it."""
    sizes = itertools.takewhile(lambda n: n < len(whole.regimes), (2**n for n in range(20)))
    for size in sizes:
        yield whole.model_copy(update={"regimes": whole.regimes[:size]})
    for times in copies:
        regimes = [
            one.model_copy(update={"id": f"{one.id}-{copy}" if copy else one.id})
            for copy in range(times)
            for one in whole.regimes
        ]
        yield whole.model_copy(update={"regimes": regimes})


def rate(work: Callable[[], int], seconds: float) -> float:
    """Return cases a second in the best round: whatever else the machine does only slows it."""
    best, began = 0.0, time.process_time()
    while time.process_time() - began < seconds:
        start = time.process_time()
        done = work()
        best = max(best, done / (time.process_time() - start))
    return best


def judged(facts: Sequence[Facts], catalogue: Catalogue) -> int:
    """Judge every case once and return how many."""
    for one in facts:
        duties_owed(one, catalogue)
    return len(facts)


def main() -> int:
    """Print the figures side by side; return 1 where a wanted figure is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="less than a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    asked = parser.parse_args()
    seconds = 1.0 if asked.quick else 5.0
    whole, loads = read_catalogue(LAW), []
    for _ in range(3 if asked.quick else 7):
        start = time.process_time()
        whole = read_catalogue(LAW)
        loads.append(time.process_time() - start)
    scales = read_scales()
    plain = reports(60)
    facts = [facts_of(data, scales) for data in plain]
    duties = statistics.mean(len(duties_owed(one, whole).duties) for one in facts)
    print(f"{len(whole.regimes)} laws; {duties:.0f} duties a case on average")
    print(f"load, warm: {min(loads):.3f} s (wanted < 0.5 s)")
    rows = []
    print(f"{'laws':>6} {'rules':>6} {'lean/s':>9} {'ms a case':>10} {'against one law':>16}")
    first = 0.0
    for catalogue in catalogues(whole, (1, 2, 4) if asked.quick else (1, 2, 4, 8)):
        per_second = rate(lambda one=catalogue: judged(facts, one), seconds)  # type: ignore[misc]
        first = first or per_second
        laws, rules = len(catalogue.regimes), sum(len(one.duties) for one in catalogue.regimes)
        rows.append({"laws": laws, "rules": rules, "per_second": per_second})
        print(
            f"{laws:>6} {rules:>6} {per_second:>9.0f} {1000 / per_second:>10.2f} "
            f"{first / per_second:>15.1f}x"
        )

    def from_report() -> int:
        return judged([facts_of(data, scales) for data in plain], whole)

    whole_way = rate(from_report, seconds)
    lean = next(row["per_second"] for row in rows if row["laws"] == len(whole.regimes))
    print(f"report, risk and duties with all laws: {whole_way:.0f}/s (wanted >= 300)")
    print(f"of which the law: {whole_way / lean:.0%} of the time")
    figures = {"loads": loads, "growth": rows, "report_per_second": whole_way}
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    missed = whole_way < WANTED_PER_SECOND or min(loads) > WANTED_LOAD_SECONDS
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
