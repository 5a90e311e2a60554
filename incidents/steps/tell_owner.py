"""Plans the notice to the owner of a leaked login: by any way but the mailbox that leaked."""

from datetime import timedelta
from typing import Protocol

from incidents.approval.seal import digest, root
from incidents.drafting.locales import locale_for
from incidents.drafting.words import Words
from incidents.errors import NotFoundError
from incidents.models.inventory import Inventory
from incidents.models.states import CaseState, SetState
from incidents.models.tables import AlertRow, ContactRow, DeliveryRow, PersonRow
from incidents.settings import Settings
from incidents.steps.contain_account import may_own
from incidents.steps.enrol_approvers import with_enrolled
from incidents.steps.receive_alert import lookup_text
from incidents.steps.seal_set import seal
from incidents.steps.signing_needs import STANDING
from incidents.steps.standing_approval import LEAKED, leaked_set, standing_row, told_today
from incidents.store import alerts, cases, deliveries, notices
from incidents.store.cases import EvidenceKind
from incidents.store.people import RANK_OF_QUALITY
from incidents.store.unit_of_work import Database, UnitOfWork

ORDER = {"email": 1, "phone": 2, "postal": 3}
"""A call before a letter: a leaked login is used within hours."""
CHANNEL = {"email": "email", "phone": "call", "postal": "letter"}


class Keys(Protocol):
    """What is needed of the keys."""

    def fingerprints(self, text: str) -> list[str]:
        """Return the fingerprints a text may have been kept under, under every key version."""
        ...


def plan_owner_notice(
    database: Database,
    ref: str,
    words: Words,
    ring: Keys,
    inventory: Inventory,
    *,
    settings: Settings,
) -> str:
    """Draft and seal the notice of one leaked login and return the channel it goes by.

    With words approved ahead the set is approved at once; without, it waits for two signatures.
    Where the login fits several people, each stands on the hand list and nothing goes by itself.

    Args:
        database: Where the case lies.
        ref: The case.
        words: The words.
        ring: Keys, to know the leaked mailbox again.
        inventory: The organisation as it is now, where no words are approved ahead.
        settings: Who acts, by when lists are to be worked.
    """
    with database.write(settings.actor) as work:
        alert = alerts.alert_of_case(work, ref)
        if alert is None:
            raise NotFoundError("has no alert", where=ref, repair="take the alert in first")
        old = notices.find_set(work, ref, LEAKED)
        if old is not None:
            return _first_channel(work, ref)
        standing = standing_row(work, settings)
        if standing is not None and told_today(work) >= settings.standing_people_a_day:
            standing = None  # so many may be a breach of one's own: a person looks at each
        if standing is not None:
            inventory = cases.get_evidence(work, STANDING, EvidenceKind.INVENTORY, Inventory)
        inventory = with_enrolled(work, inventory)
        cases.put_evidence(work, ref, EvidenceKind.INVENTORY, inventory)
        body, templates = leaked_set(words, inventory)
        if standing is not None:
            body = notices.notice_set(standing)
            templates = notices.sealed_of(standing).templates
        owners = may_own(work, ref, alert)
        if len(owners) == 1:
            channel = _plan(work, ref, alert, words, ring, settings)
        else:
            channel = "hand"
            for one in owners:
                person = _person(work, ref, one)
                _row(work, ref, person, settings, rank=1, channel=channel, address="",
                     locale=_locale(person, words), reason="owner-unclear")  # fmt: skip
            work.session.flush()
        sealed = seal(
            work,
            ref,
            1,
            body,
            fact_sheet=digest(inventory.organisation),
            templates=templates,
            counts={"people": len(owners), channel: len(owners)},
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


def _person(work: UnitOfWork, ref: str, person_id: str) -> PersonRow:
    person = work.session.get(PersonRow, person_id)
    if person is None:
        raise NotFoundError(
            "the owner is not in the inventory any more",
            where=ref,
            repair="import the inventory that holds them",
        )
    return person


def _locale(person: PersonRow, words: Words) -> str:
    return locale_for(person.locale, words.catalogues).given


def _plan(
    work: UnitOfWork, ref: str, alert: AlertRow, words: Words, ring: Keys, settings: Settings
) -> str:
    person = _person(work, ref, alert.person_id)
    silent = person.do_not_write or person.status == "deceased"
    ways = [] if silent else _ways(work, alert, ring)
    locale = _locale(person, words)
    for rank, way in enumerate(ways, 1):
        _row(work, ref, person, settings, rank=rank, channel=CHANNEL[way.kind],
             address=way.value, locale=locale)  # fmt: skip
    if not ways:
        _row(work, ref, person, settings, rank=1, channel="hand", address="", locale=locale,
             reason="no-safe-channel")  # fmt: skip
    work.session.flush()
    return CHANNEL[ways[0].kind] if ways else "hand"


def _ways(work: UnitOfWork, alert: AlertRow, ring: Keys) -> list[ContactRow]:
    """Return the ways that may be used: never the leaked mailbox, nor any when it is not known."""

    def leaked(one: ContactRow) -> bool:
        # Under every version of the key: it may have been renewed since the people were imported.
        return not alert.mailbox or alert.mailbox in ring.fingerprints(
            lookup_text(one.kind, one.value)
        )

    usable = [
        one
        for one in alerts.contacts_of(work, alert.person_id)
        if one.kind in ORDER
        and one.rank < RANK_OF_QUALITY["compromised"]
        and not (one.kind == "email" and leaked(one))
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
    reason: str = "",
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
            reason=reason,
            owner=settings.actor,
            due_by=work.now + timedelta(hours=settings.list_hours),
        )
    )
