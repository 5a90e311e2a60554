"""One person's words: the sealed class with that person's own values filled in."""

from typing import NamedTuple, Protocol

from incidents.delivery.compose import message_id
from incidents.drafting.holes import PersonValues, Rendered, render_person
from incidents.errors import DraftingError
from incidents.keys import NoticeKeys
from incidents.models.notice import MessageClass, NoticeSet


class CodeKeys(Protocol):
    """What is needed of the keys."""

    def notice_keys(self, case_ref: str, set_key: str, version: int) -> NoticeKeys:
        """Return what makes the codes and Message-IDs of one notice."""
        ...


class Addressed(NamedTuple):
    """Who one message is for."""

    person_id: str
    name: str
    about: str = ""
    """Whom it is about, where that is not the addressee."""
    address: str = ""
    """Postal address, in letters."""
    offer: str = ""
    """Their own code of what is offered."""


class PersonWords:
    """Fills the classes of one version of a set."""

    def __init__(self, ref: str, version: int, body: NoticeSet, ring: CodeKeys) -> None:
        self._ref = ref
        self._version = version
        self._key = body.key
        self._keys = ring.notice_keys(ref, body.key, version)
        self._classes: dict[str, MessageClass] = {one.key: one for one in body.classes}

    def code(self, person_id: str) -> str:
        """Return the person's code; the same on every channel."""
        return self._keys.code(person_id)

    def message_id(self, person_id: str, domain: str) -> str:
        """Return the Message-ID of the person's e-mail; the same each time it is sent."""
        token = self._keys.token(person_id)
        return message_id(self._ref, self._key, self._version, token, domain)

    def words(self, class_key: str, person: Addressed) -> Rendered:
        """Return the subject, text and HTML of one person's message.

        Raises:
            DraftingError: when the set has no such class, which a sealed set never lacks.
        """
        return render_person(self.message_class(class_key), self.values(person))

    def message_class(self, class_key: str) -> MessageClass:
        """Return a class by its key.

        Raises:
            DraftingError: when the set has none of that key.
        """
        if class_key not in self._classes:
            raise DraftingError("the set has no such class", where=class_key, repair="draft again")
        return self._classes[class_key]

    def values(self, person: Addressed) -> PersonValues:
        """Return what a person's message holds beyond its class."""
        return PersonValues(
            name=person.name,
            child=person.about,
            code=self.code(person.person_id),
            address=person.address,
            offer=person.offer,
        )
