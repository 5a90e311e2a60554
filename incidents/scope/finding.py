"""The report held against the inventory, as one value."""

from collections.abc import Mapping, Sequence
from datetime import date

from incidents.models.inventory import Inventory
from incidents.models.report import BreachReport
from incidents.models.scope import ScopeFinding
from incidents.scope.contradictions import find
from incidents.scope.exposed_data import expose
from incidents.scope.preservation import preserve


def finding(
    report: BreachReport,
    inventory: Inventory,
    today: date,
    people_files: Mapping[str, Sequence[str]] | None = None,
) -> ScopeFinding:
    """Return exposures, contradictions and the evidence to hold.

    Args:
        report: The report.
        inventory: Organisation and stores.
        today: The organisation's day.
        people_files: Person ids per file that the report's claims name.

    Raises:
        InvalidInputError: when a claim names a file of people whose ids are not given.
    """
    return ScopeFinding(
        exposures=expose(report, inventory, people_files),
        contradictions=find(report, inventory, today),
        preservation=preserve(inventory, report, today),
    )
