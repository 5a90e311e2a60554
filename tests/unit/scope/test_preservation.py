"""Evidence that will be masked or deleted."""

from datetime import date
from typing import Any

from incidents.models.inventory import Inventory
from incidents.models.report import BreachReport
from incidents.models.scope import Preservation
from incidents.scope.preservation import preserve

LOG = {
    "id": "web-log",
    "name": "Web log",
    "evidence": True,
    "retention": {"mask_after_days": 7, "delete_after_days": 60},
}
ORDERS = {"id": "orders", "name": "Orders", "retention": {"delete_after_days": 30}}
SEEN = {"evidence_seen": "2026-02-27T23:30:00+08:00", "occurred_from": "2026-02-20T10:00:00+08:00"}


def held(
    timeline: dict[str, str], today: str, *, days: int = 60, log: dict[str, Any] = LOG
) -> list[Preservation]:
    organisation = {"legal_name": "Blue Finch Ltd", "place": "CN", "zone": "Asia/Shanghai"}
    inventory = Inventory.model_validate({"organisation": organisation, "stores": [ORDERS, log]})
    report = BreachReport.model_validate({"timeline": timeline})
    return preserve(inventory, report, date.fromisoformat(today), days)


def test_losses_are_counted_from_the_oldest_entry_that_matters_soonest_first() -> None:
    found = held(SEEN, "2026-03-02")
    assert [(loss.happens, loss.on) for loss in found] == [
        ("masked", "2026-03-06"),
        ("deleted", "2026-04-28"),
    ]
    assert "in 4 days" in found[0].what


def test_without_evidence_seen_the_earliest_known_moment_counts() -> None:
    timeline = {"first_alert": "2026-03-01T10:00:00+08:00"} | {
        "occurred_from": SEEN["occurred_from"]
    }
    assert held(timeline, "2026-02-21")[0].on == "2026-02-27"


def test_a_loss_that_has_begun_says_which_days_are_gone() -> None:
    found = held(SEEN, "2026-03-08")
    assert found[0].on == "2026-03-06"
    assert "up to 2026-03-01 are already masked" in found[0].what


def test_the_last_day_is_called_today() -> None:
    assert "masked today" in held(SEEN, "2026-03-06")[0].what


def test_with_no_moment_known_every_day_counts_from_now() -> None:
    found = held({}, "2026-03-02")
    assert {loss.on for loss in found} == {"2026-03-02"}


def test_a_loss_beyond_the_horizon_is_not_listed() -> None:
    assert [loss.happens for loss in held(SEEN, "2026-03-02", days=4)] == ["masked"]
    assert held(SEEN, "2026-03-02", days=3) == []


def test_only_stores_marked_as_evidence_are_listed() -> None:
    assert held(SEEN, "2026-03-02", log=LOG | {"evidence": False}) == []


def test_a_moment_late_in_the_evening_counts_on_the_organisations_day() -> None:
    late = {"evidence_seen": "2026-02-27T23:30:00+00:00"}
    assert held(late, "2026-03-02")[0].on == "2026-03-07"
