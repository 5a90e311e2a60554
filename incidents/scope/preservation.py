"""Which logs will lose what they show, and when: hold them first (S93, S94)."""

from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from incidents.models.inventory import Inventory, Store
from incidents.models.report import BreachReport
from incidents.models.scope import Preservation

_STARTS = ("evidence_seen", "occurred_from", "first_alert", "suspected", "aware")
HORIZON_DAYS = 60


def preserve(
    inventory: Inventory, report: BreachReport, today: date, horizon_days: int = HORIZON_DAYS
) -> list[Preservation]:
    """Return what evidence is masked or deleted within the horizon, soonest first.

    Logs lose a day's entries a fixed number of days after they were made. The first loss that
    hurts is that of the oldest entry that matters: the evidence seen, else the earliest moment
    the report knows, else today's oldest entry. A loss that has begun is listed too, on the day
    it began.

    Args:
        inventory: Organisation and stores; only stores marked as evidence are looked at.
        report: The report.
        today: The organisation's day.
        horizon_days: How far ahead to look, in days.
    """
    oldest = _oldest_day(report, inventory.organisation.zone)
    found = []
    for store in inventory.stores:
        if store.evidence:
            found += _losses(store, oldest, today, horizon_days)
    return sorted(found, key=lambda loss: (loss.on, loss.store, loss.happens))


def _oldest_day(report: BreachReport, zone: str) -> date | None:
    known = [moment.at for key in _STARTS if (moment := report.timeline.moment(key)) is not None]
    seen = report.timeline.moment("evidence_seen")
    at = seen.at if seen else min(known, default=None)
    return at.astimezone(ZoneInfo(zone)).date() if at else None


def _losses(
    store: Store, oldest: date | None, today: date, horizon_days: int
) -> list[Preservation]:
    kinds: list[tuple[Literal["masked", "deleted"], int | None]] = [
        ("masked", store.retention.mask_after_days),
        ("deleted", store.retention.delete_after_days),
    ]
    losses = []
    for happens, days in kinds:
        if days is None:
            continue
        on = today if oldest is None else oldest + timedelta(days=days)
        if on <= today + timedelta(days=horizon_days):
            losses.append(
                Preservation(
                    store=store.id,
                    name=store.name,
                    happens=happens,
                    on=on.isoformat(),
                    what=_what(happens, days, oldest, on, today),
                )
            )
    return losses


def _what(happens: str, days: int, oldest: date | None, on: date, today: date) -> str:
    if oldest is None:
        return f"Entries are {happens} after {days} days; each day loses one more. Hold it now."
    entries = f"Entries of {oldest}"
    if on > today:
        left = (on - today).days
        days_left = "1 day" if left == 1 else f"{left} days"
        return f"{entries} are {happens} in {days_left}. Copy them out before."
    if on == today:
        return f"{entries} are {happens} today. Copy them out now."
    last = today - timedelta(days=days)
    return (
        f"Entries up to {last} are already {happens}; later ones follow day by day. "
        "Stop it now and look for older exports."
    )
