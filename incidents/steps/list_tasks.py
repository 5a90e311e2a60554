"""Gathers what people must do by hand: letters to post, calls to make, cases to look into."""

from incidents.delivery.channels.folder import Call, HandCase, Letter
from incidents.models.base import Value
from incidents.models.tables import DeliveryRow
from incidents.steps.person_words import Addressed, CodeKeys, PersonWords
from incidents.store import deliveries, notices
from incidents.store.offers import codes_of
from incidents.store.unit_of_work import Database


class TaskLists(Value):
    """The open tasks of a case."""

    letters: list[Letter]
    calls: list[Call]
    hand: list[HandCase]


def list_tasks(database: Database, ref: str, ring: CodeKeys) -> TaskLists:
    """Return every open task with the words it needs."""
    letters, calls, hand = [], [], []
    with database.read() as work:
        words = {
            (row.set_key, row.version): PersonWords(ref, row.version, notices.notice_set(row), ring)
            for row in notices.set_rows(work, ref, every_version=True)
            if row.audience == "individuals"
        }
        listed = deliveries.listed(work, ref)
        offers = codes_of(work, ref, [row.person_id for row in listed])
        for row in listed:
            offer = offers.get(row.person_id, "")
            said = words[row.set_key, row.version]
            if row.channel == "letter":
                letters.append(_letter(row, said, offer))
            elif row.channel == "call":
                calls.append(_call(row, said, offer))
            else:
                hand.append(
                    HandCase(
                        row.id or 0,
                        row.person_id,
                        row.name,
                        row.place,
                        row.reason,
                        row.owner,
                        row.due_by,
                    )
                )
    return TaskLists(letters=letters, calls=calls, hand=hand)


def _letter(row: DeliveryRow, said: PersonWords, offer: str) -> Letter:
    person = Addressed(row.person_id, row.name, row.about, row.address, offer)
    page = said.words(row.class_key, person)
    return Letter(
        row.id or 0,
        row.name,
        row.address,
        page.text,
        page.html,
        row.owner,
        row.due_by,
        row.locale,
        row.place,
    )


def _call(row: DeliveryRow, said: PersonWords, offer: str) -> Call:
    script = said.words(row.class_key, Addressed(row.person_id, row.name, row.about, offer=offer))
    return Call(
        row.id or 0,
        row.name,
        row.address,
        row.about,
        row.locale,
        script.text,
        row.owner,
        row.due_by,
    )
