"""One person's words: the sealed class with that person's own values filled in."""

from typing import Protocol

from incidents.drafting.holes import PersonValues, Rendered, render_person
from incidents.errors import DraftingError
from incidents.models.notice import MessageClass, NoticeSet


class CodeKeys(Protocol):
    """What is needed of the keys."""

    def notice_code(self, case_ref: str, set_key: str, version: int, person_id: str) -> str:
        """Return the code by which a person checks that a notice is real."""
        ...

    def message_token(self, case_ref: str, set_key: str, version: int, person_id: str) -> str:
        """Return what stands for a person in a Message-ID, the same each time."""
        ...


class PersonWords:
    """Fills the classes of one version of a set."""

    def __init__(self, ref: str, version: int, body: NoticeSet, ring: CodeKeys) -> None:
        self._ref = ref
        self._version = version
        self._key = body.key
        self._ring = ring
        self._classes: dict[str, MessageClass] = {one.key: one for one in body.classes}

    def code(self, person_id: str) -> str:
        """Return the person's code; the same on every channel."""
        return self._ring.notice_code(self._ref, self._key, self._version, person_id)

    def token(self, person_id: str) -> str:
        """Return what stands for the person in the Message-ID."""
        return self._ring.message_token(self._ref, self._key, self._version, person_id)

    def words(
        self,
        class_key: str,
        person_id: str,
        *,
        name: str,
        about: str = "",
        address: str = "",
        offer: str = "",
    ) -> Rendered:
        """Return the subject, text and HTML of one person's message.

        Raises:
            DraftingError: when the set has no such class, which a sealed set never lacks.
        """
        if class_key not in self._classes:
            raise DraftingError("the set has no such class", where=class_key, repair="draft again")
        code = self.code(person_id)
        person = PersonValues(name=name, child=about, code=code, address=address, offer=offer)
        return render_person(self._classes[class_key], person)
