"""One person's e-mail: the sealed class as prebuilt bytes, with that person's own values in it."""

from datetime import datetime

from incidents.delivery.compose import Cut, MailPlan
from incidents.delivery.headers import Mailbox
from incidents.drafting.holes import CAPS, clean, filled_in, pieces
from incidents.models.inventory import Organisation
from incidents.steps.person_words import Addressed, PersonWords


class PersonMail:
    """Makes the e-mails of one version of a set: the same bytes each time for the same person.

    Args:
        words: The set's words.
        organisation: Who writes, and under which addresses.
        date: When the set was drafted; its Date header.
    """

    def __init__(self, words: PersonWords, organisation: Organisation, date: datetime) -> None:
        identity = organisation.notices
        self._words, self._date = words, date
        self._sender = Mailbox(organisation.trading_name, identity.sender)
        self._reply_to = Mailbox("", identity.reply_to or identity.sender)
        self._domain = identity.sender.rpartition("@")[2]
        self._plans: dict[str, MailPlan] = {}

    def message(self, class_key: str, person: Addressed, to: str) -> tuple[str, bytes]:
        """Return a person's Message-ID and whole e-mail.

        Args:
            class_key: The class.
            person: Who is written to.
            to: Their address.

        Raises:
            DraftingError: when the set has no such class, or the person lacks a value.
            InvalidInputError: for an address that must not stand in a header.
        """
        ident = self._words.message_id(person.person_id, self._domain)
        plan = self._plans.get(class_key) or self._plan(class_key)
        values, escaped = filled_in(
            self._words.message_class(class_key), self._words.values(person)
        )
        mail = plan.message(
            # A name that was typed or pasted badly is no reason not to be told.
            to_name=clean(person.name, CAPS["name"]),
            to_address=to,
            message_id=ident,
            values=values,
            escaped=escaped,
        )
        return ident, mail

    def _plan(self, class_key: str) -> MailPlan:
        of = self._words.message_class(class_key)
        self._plans[class_key] = plan = MailPlan(
            Cut(pieces(of.subject), pieces(of.text), pieces(of.html)),
            sender=self._sender,
            reply_to=self._reply_to,
            date=self._date,
        )
        return plan
