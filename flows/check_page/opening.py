"""Puts the page's parts together: nothing is made, migrated or changed by starting it."""

import time

from flows.check_page.app import Desk
from flows.check_page.pages import Pages
from flows.check_page.rate import Rate
from incidents.errors import InvalidInputError
from incidents.inventory.sources.documents import read_organisation
from incidents.inventory.sources.problems import Problems
from incidents.keys import KeyRing
from incidents.models.inventory import Organisation
from incidents.settings import Settings
from incidents.steps.check_code import CodeCheck
from incidents.store.sent_cases import open_to_read
from incidents.store.unit_of_work import Database
from incidents.wiring import Workshop, open_workshop


def open_desk(shop: Workshop | None = None, *, proxies: int = 0) -> Desk:
    """Return what answers, for the installation that the environment sets up.

    Args:
        shop: Another installation's parts.
        proxies: How many proxies of ours stand in front.

    Raises:
        SettingsError: without a key file; the page never makes one.
        StoreError: without a database of this version's schema.
        InvalidInputError: when organisation.yaml cannot be used.
    """
    parts = shop or open_workshop()
    settings = parts.settings
    ring = KeyRing.load(settings.keys)
    database = Database(open_to_read(settings.database), parts.clock, _no_link)
    rate = Rate(
        each=settings.check_tries_a_minute,
        together=settings.check_all_tries_a_minute,
        now=time.monotonic,
    )
    return Desk(
        check=CodeCheck(database, ring, parts.words),
        pages=Pages(parts.words, _organisation(settings)),
        rate=rate,
        proxies=proxies,
    )


def _no_link(_data: bytes) -> str:
    raise AssertionError("the check page writes nothing")


def _organisation(settings: Settings) -> Organisation:
    """Return the organisation alone: the tables of people beside it are not opened."""
    problems = Problems()
    organisation = read_organisation(settings.inventory_folder, problems)
    problems.raise_if_any(str(settings.inventory_folder))
    if organisation is None:
        raise InvalidInputError(
            "not readable",
            where=str(settings.inventory_folder / "organisation.yaml"),
            repair="`forthwith inventory check` says why",
        )
    return organisation
