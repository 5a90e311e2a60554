"""Takes an inventory's people into the database, whole or not at all."""

from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from incidents.inventory.catalogue import check_organisation, check_stores
from incidents.inventory.sources.folder import InventoryFolder
from incidents.models.inventory import Finding
from incidents.steps.receive_alert import lookup_text
from incidents.store.people import replace_people
from incidents.store.unit_of_work import Database


class Keys(Protocol):
    """What is needed of the keys."""

    def fingerprint(self, text: str) -> str:
        """Return the keyed fingerprint of a text."""
        ...


def import_inventory(
    database: Database, ring: Keys, folder: InventoryFolder, *, actor: str
) -> dict[str, int]:
    """Replace the people in the database by the folder's; return counts.

    Frozen lists of open cases keep what they have.
    """
    with database.write(actor) as work:
        return replace_people(
            work,
            folder.people(),
            folder.contacts(),
            folder.links(),
            lookup=lambda kind, value: ring.fingerprint(lookup_text(kind, value)),
        )


def check_inventory(folder: InventoryFolder, now: datetime) -> list[Finding]:
    """Return what is missing or doubtful in an inventory."""
    organisation = folder.inventory.organisation
    today = now.astimezone(ZoneInfo(organisation.zone)).date()
    return [
        *folder.warnings,
        *check_organisation(organisation),
        *check_stores(folder.inventory.stores, organisation, today=today),
    ]
