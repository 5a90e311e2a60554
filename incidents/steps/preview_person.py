"""Renders exactly what one person gets, by every channel, before or after it goes out."""

from incidents.errors import NotFoundError
from incidents.models.base import Value
from incidents.models.inventory import Inventory
from incidents.models.states import SetState
from incidents.models.tables import DeliveryRow, NoticeSetRow
from incidents.steps.person_mail import PersonMail
from incidents.steps.person_words import Addressed, CodeKeys, PersonWords
from incidents.store import cases, notices
from incidents.store.cases import EvidenceKind
from incidents.store.offers import codes_of
from incidents.store.person_rows import person_rows
from incidents.store.unit_of_work import Database


class PersonMessage(Value):
    """One message to one person, or why a person must find the way to them."""

    delivery_id: int
    set_key: str
    channel: str
    state: str
    reason: str
    to_another: bool
    """It goes to somebody else, such as a guardian, about this person."""
    subject: str = ""
    text: str = ""
    html: str = ""
    mail: bytes = b""
    """The whole e-mail as it goes out; empty for other channels."""


def preview_person(
    database: Database, ref: str, person_id: str, ring: CodeKeys
) -> list[PersonMessage]:
    """Return every message of a person in the newest sets that are not void.

    Raises:
        NotFoundError: when no list of the case has that person.
    """
    with database.read() as work:
        inventory = cases.get_evidence(work, ref, EvidenceKind.INVENTORY, Inventory)
        sets = {
            (row.set_key, row.version): row
            for row in notices.set_rows(work, ref)
            if row.state != SetState.VOID
        }
        rows = person_rows(work, ref, person_id, set(sets))
        if not rows:
            raise NotFoundError(
                "nobody of that id is on a list of the case",
                where=ref,
                repair="give a person_id of people.csv whom the case affects",
            )
        words = {
            at: PersonWords(ref, at[1], notices.notice_set(sets[at]), ring)
            for at in {(row.set_key, row.version) for row in rows}
        }
        offer = codes_of(work, ref, [person_id]).get(person_id, "")
        return [
            _message(row, sets[at], words[at], inventory, person_id, offer)
            for row in rows
            for at in [(row.set_key, row.version)]
        ]


def _message(
    row: DeliveryRow,
    of: NoticeSetRow,
    words: PersonWords,
    inventory: Inventory,
    person_id: str,
    offer: str,
) -> PersonMessage:
    bare = PersonMessage(
        delivery_id=row.id or 0,
        set_key=row.set_key,
        channel=row.channel,
        state=row.state,
        reason=row.reason,
        to_another=bool(row.addressee_id) and row.addressee_id != person_id,
    )
    if not row.class_key:
        return bare
    address = row.address if row.channel == "letter" else ""
    person = Addressed(row.person_id, row.name, row.about, address, offer)
    said = words.words(row.class_key, person)
    mail = b""
    if row.channel == "email":
        made = PersonMail(words, inventory.organisation, of.drafted_at)
        mail = made.message(row.class_key, person, row.address)[1]
    # Copied, not checked: it stays as it is, to the last space.
    return bare.model_copy(update={**dict(said), "mail": mail})
