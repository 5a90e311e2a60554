"""Plans the notice to the owner of a leaked login: by any way but the mailbox that leaked."""

from datetime import timedelta

from incidents.approval.seal import digest, root
from incidents.drafting.locales import locale_for
from incidents.drafting.words import Words
from incidents.errors import NotFoundError
from incidents.models.inventory import Inventory
from incidents.models.states import CaseState, SetState
from incidents.models.tables import AlertRow, ContactRow, DeliveryRow, PersonRow
from incidents.settings import Settings
from incidents.steps.seal_set import seal
from incidents.steps.standing_approval import LEAKED, STANDING, leaked_set, standing_row
from incidents.store import alerts, cases, deliveries, notices
from incidents.store.cases import EvidenceKind
from incidents.store.people import RANK_OF_QUALITY
from incidents.store.unit_of_work import Database, UnitOfWork

ORDER = {"email": 1, "phone": 2, "postal": 3}
"""A call before a letter: a leaked login is used within hours."""
CHANNEL = {"email": "email", "phone": "call", "postal": "letter"}


def plan_owner_notice(database: Database, ref: str, words: Words, *, settings: Settings) -> str:
    """Draft and seal the notice of one leaked login and return the channel it goes by.

    With words approved ahead the set is approved at once; without, it waits for two signatures.
    """
    with database.write(settings.actor) as work:
        alert = alerts.alert_of_case(work, ref)
        if alert is None:
            raise NotFoundError("has no alert", where=ref, repair="take the alert in first")
        old = notices.find_set(work, ref, LEAKED)
        if old is not None:
            return _first_channel(work, ref)
        inventory = cases.get_evidence(work, STANDING, EvidenceKind.INVENTORY, Inventory)
        cases.put_evidence(work, ref, EvidenceKind.INVENTORY, inventory)
        standing = standing_row(work)
        body, templates = leaked_set(words, inventory)
        if standing is not None:
            body = notices.notice_set(standing)
            templates = notices.sealed_of(standing).templates
        channel = _plan(work, ref, alert, words, settings)
        sealed = seal(
            work,
            ref,
            1,
            body,
            fact_sheet=digest(inventory.organisation),
            templates=templates,
            counts={"people": 1, channel: 1},
            not_before=work.now,
            law_version="",
        )
        notices.save_set(work, body, sealed, root(sealed))
        if standing is not None:
            row = notices.set_row(work, ref, LEAKED)
            notices.move_set(work, row, SetState.APPROVED, standing=standing.root)
        for state in (CaseState.SCOPED, CaseState.ASSESSED, CaseState.DUTIES_LISTED):
            cases.move_case(work, ref, state)
        cases.move_case(work, ref, CaseState.DRAFTED)
        return channel


def _first_channel(work: UnitOfWork, ref: str) -> str:
    rows = deliveries.rows_of(work, ref)
    return rows[0].channel if rows else "hand"


def _plan(work: UnitOfWork, ref: str, alert: AlertRow, words: Words, settings: Settings) -> str:
    person = work.session.get(PersonRow, alert.person_id)
    if person is None:
        raise NotFoundError("the owner is not in the inventory any more", where=ref)
    ways = [] if person.do_not_write or person.status == "deceased" else _ways(work, alert)
    locale = locale_for(person.locale, words.catalogues).given
    first = "hand"
    for rank, way in enumerate(ways, 1):
        first = CHANNEL[way.kind] if rank == 1 else first
        _row(work, ref, person, settings, rank=rank, channel=CHANNEL[way.kind],
             address=way.value, locale=locale)  # fmt: skip
    if not ways:
        _row(work, ref, person, settings, rank=1, channel="hand", address="", locale=locale)
    work.session.flush()
    return first


def _ways(work: UnitOfWork, alert: AlertRow) -> list[ContactRow]:
    """Return the ways that may be used: never the leaked mailbox, nor any when it is not known."""
    usable = [
        one
        for one in alerts.contacts_of(work, alert.person_id)
        if one.kind in ORDER
        and one.rank < RANK_OF_QUALITY["compromised"]
        and (one.kind != "email" or (alert.mailbox and one.lookup != alert.mailbox))
    ]
    best: dict[str, ContactRow] = {}
    for one in usable:
        best.setdefault(one.kind, one)
    return sorted(best.values(), key=lambda one: ORDER[one.kind])


def _row(
    work: UnitOfWork,
    ref: str,
    person: PersonRow,
    settings: Settings,
    *,
    rank: int,
    channel: str,
    address: str,
    locale: str,
) -> None:
    work.session.add(
        DeliveryRow(
            case_ref=ref,
            set_key=LEAKED,
            version=1,
            person_id=person.person_id,
            addressee_id=person.person_id,
            channel=channel,
            rank=rank,
            address=address,
            name=person.name,
            place=person.country or "unknown",
            locale=locale,
            form="account",
            exposure=0,
            class_key=f"{locale}.account.0.email",
            state="planned" if rank == 1 else "standby",
            reason="" if channel != "hand" else "no-safe-channel",
            owner=settings.actor,
            due_by=work.now + timedelta(hours=settings.list_hours),
        )
    )
