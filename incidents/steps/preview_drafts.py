"""Gathers a case's newest drafts with what is wrong with them and what they replace."""

from collections.abc import Mapping

from incidents.drafting.allowed import weighed
from incidents.drafting.wording import Flaw, body_flaws
from incidents.drafting.words import Words
from incidents.models.base import Instant, Value
from incidents.models.inventory import Inventory, Organisation
from incidents.models.notice import FactSheet, MessageClass, NoticeSet
from incidents.models.states import SetState
from incidents.models.tables import NoticeSetRow
from incidents.steps.allow_finding import allowances
from incidents.store import cases, notices, recipients
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database, UnitOfWork


class DraftedSet(Value):
    """The newest version of one set, as it is to be read before signing."""

    body: NoticeSet
    version: int
    before: int
    """The version sealed before it; 0 where there is none."""
    classes_before: dict[str, MessageClass]
    state: str
    root: str
    people: int
    listed: dict[str, int]
    """Class -> people who have its channel on the list."""
    drafted_at: Instant
    flaws: list[Flaw]


class Drafts(Value):
    """A case's drafts without a person in them."""

    organisation: Organisation
    stores: dict[int, str]
    """Bit of an exposure -> the store's name."""
    sets: list[DraftedSet]


def preview_drafts(database: Database, ref: str, words: Words) -> Drafts:
    """Return the newest version of every set that is not void.

    Raises:
        NotFoundError: when the case has no inventory, and so no drafts.
    """
    with database.read() as work:
        inventory = cases.get_evidence(work, ref, EvidenceKind.INVENTORY, Inventory)
        sheet = cases.find_evidence(work, ref, EvidenceKind.FACT_SHEET, FactSheet)
        older: dict[str, NoticeSetRow] = {}
        newest: dict[str, NoticeSetRow] = {}
        for row in notices.set_rows(work, ref, every_version=True):
            if row.set_key in newest:
                older[row.set_key] = newest[row.set_key]
            newest[row.set_key] = row
        organisation = sheet.organisation if sheet else inventory.organisation
        return Drafts(
            organisation=organisation,
            stores={store.bit: store.name for store in sheet.stores} if sheet else {},
            sets=[
                _drafted(work, row, older, organisation, sheet, words)
                for row in newest.values()
                if row.state != SetState.VOID
            ],
        )


def _drafted(
    work: UnitOfWork,
    row: NoticeSetRow,
    older: Mapping[str, NoticeSetRow],
    organisation: Organisation,
    sheet: FactSheet | None,
    words: Words,
) -> DraftedSet:
    body = notices.notice_set(row)
    before = older.get(row.set_key)
    found = body_flaws(
        body,
        words,
        organisation=organisation,
        stores=sheet.stores if sheet else (),
        case_ref=row.case_ref,
    )
    return DraftedSet(
        body=body,
        version=row.version,
        before=before.version if before else 0,
        classes_before={one.key: one for one in notices.notice_set(before).classes}
        if before
        else {},
        state=row.state,
        root=row.root,
        people=notices.sealed_of(row).counts.get("people", 0),
        listed=recipients.classes(work, row.case_ref, row.set_key, row.version),
        drafted_at=row.drafted_at,
        flaws=weighed(found, allowances(work, row.case_ref)),
    )
