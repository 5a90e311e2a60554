"""Holds the report against the inventory: exposures, contradictions, evidence about to go."""

from datetime import date

from incidents.models.inventory import Inventory
from incidents.models.report import BreachReport
from incidents.models.scope import ScopeFinding
from incidents.scope.finding import finding
from incidents.steps.enrol_approvers import with_enrolled
from incidents.steps.open_case import PeopleLists
from incidents.store import alerts, cases
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database


def find_data(
    database: Database, ref: str, inventory: Inventory, *, today: date, actor: str
) -> ScopeFinding:
    """Store and return what the breach touched by the inventory, asking to hold what will vanish.

    Args:
        database: Where the case lies.
        ref: The case.
        inventory: Organisation and stores as they are now; kept with the case.
        today: The organisation's day.
        actor: Who acts.
    """
    with database.write(actor) as work:
        report = cases.get_evidence(work, ref, EvidenceKind.REPORT, BreachReport)
        people = cases.find_evidence(work, ref, EvidenceKind.PEOPLE_LISTS, PeopleLists)
        found = finding(report, inventory, today, people.lists if people else {})
        kept = with_enrolled(work, inventory)
        cases.put_evidence(work, ref, EvidenceKind.INVENTORY, kept)
        cases.put_evidence(work, ref, EvidenceKind.FINDING, found)
        stores = sorted({item.store for item in found.preservation})
        alerts.ask_containment(work, ref, "", [f"preserve:{store}" for store in stores])
    return found
