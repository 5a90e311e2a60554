"""The demo's invented shop: an inventory folder of 5,000 people, the same bytes for the same seed.

Nobody here exists. Addresses lie under `.example`, which never delivers (RFC 2606).
"""

import json
import random
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flows.demo.crowd import PEOPLE, crowd
from incidents.data_files import read_data, read_text
from incidents.inventory.sources.writer import write_people

HERE = Path(__file__).parent
SEED = 20221209
ZONE = ZoneInfo("Asia/Shanghai")
WRITTEN_AT = datetime(2026, 11, 20, 17, 0, tzinfo=ZONE)
"""The moment for which the shipped report, organisation and stores are written."""

APPROVER_ROLES = (
    ("privacy-officer", "privacy"),
    ("general-counsel", "counsel"),
    ("children-officer", "children"),
    ("head-of-security", "security"),
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+\d{2}:\d{2}")


def build_shop(
    folder: Path,
    *,
    people: int = PEOPLE,
    seed: int = SEED,
    approver_keys: Sequence[str],
    anchor: date | None = None,
) -> None:
    """Write a complete inventory folder.

    Args:
        folder: Where; made if absent. Files of an earlier run are replaced.
        people: How many; groups and places keep their shares.
        seed: Which people; the same seed, number, keys and anchor give the same bytes.
        approver_keys: SSH public key lines; the first two belong to the privacy officer and the
            general counsel.
        anchor: The day the folder is of; ages, orders and reviews hang on it. Without it, the day
            for which the shipped report is written.
    """
    day = anchor or WRITTEN_AT.date()
    folder.mkdir(parents=True, exist_ok=True)
    shift = day - WRITTEN_AT.date()
    organisation = _shift_days(read_text(HERE / "organisation.yaml"), shift)
    _write(
        folder / "organisation.yaml",
        organisation.replace("approvers: []", _approvers(approver_keys)),
    )
    _write(folder / "stores.yaml", _shift_days(read_text(HERE / "stores.yaml"), shift))
    everybody = crowd(people, random.Random(seed), day)  # noqa: S311 - invented people, no secret
    write_people(
        folder,
        (one.person for one in everybody),
        (contact for one in everybody for contact in one.contacts),
        (link for one in everybody for link in one.links),
    )


def demo_report(now: datetime) -> dict[str, Any]:
    """Return the shipped report as if written at `now`, so that its clocks are live.

    Awareness lies 20 hours before `now`, the first night of copying six days before.
    """
    return _shifted_report("report.yaml", now)


def demo_amendment(now: datetime) -> dict[str, Any]:
    """Return the corrected version of the report that `demo_report` gives for the same `now`."""
    return _shifted_report("report_amended.yaml", now)


def _shifted_report(name: str, now: datetime) -> dict[str, Any]:
    moved = now.replace(second=0, microsecond=0) - WRITTEN_AT
    days = now.astimezone(ZONE).date() - WRITTEN_AT.date()
    report: dict[str, Any] = _shift(read_data(HERE / name), moved, days)
    return report


def _shift(value: Any, moved: timedelta, days: timedelta) -> Any:
    if isinstance(value, dict):
        return {key: _shift(inner, moved, days) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shift(inner, moved, days) for inner in value]
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return (datetime.fromisoformat(value) + moved).isoformat()
    if isinstance(value, str) and _DAY.fullmatch(value):
        return (date.fromisoformat(value) + days).isoformat()
    return value


def _shift_days(text: str, by: timedelta) -> str:
    return _DAY.sub(lambda found: (date.fromisoformat(found[0]) + by).isoformat(), text)


def _approvers(keys: Sequence[str]) -> str:
    enrolled = [
        {"id": name, "role": role, "ssh_public_key": key}
        for (name, role), key in zip(APPROVER_ROLES, keys, strict=False)
    ]
    return f"approvers: {json.dumps(enrolled)}"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
