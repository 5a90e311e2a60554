"""Builds the e-mail: the same input gives the same bytes, so a second sending is recognisable."""

import hashlib
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple

from incidents.base32 import base32
from incidents.delivery.headers import (
    Mailbox,
    check_address,
    check_header,
    mailbox_value,
    words_value,
)
from incidents.delivery.transfer import Pieces, Values, body_of
from incidents.errors import InvalidInputError


class Rendered(NamedTuple):
    """One person's words."""

    subject: str
    text: str
    html: str


class Cut(NamedTuple):
    """The words of a class of message, each text cut at the places of a person's own values."""

    subject: Pieces
    text: Pieces
    html: Pieces


def message_id(case_ref: str, set_key: str, version: int, token: str, domain: str) -> str:
    """Return a Message-ID that is the same each time one notice goes to one person.

    Args:
        case_ref: Case.
        set_key: Set.
        version: Version of the set.
        token: What stands for the person: keyed, so that the id tells nothing about anybody.
        domain: Sending domain, in ASCII or not.
    """
    parts = "\x1f".join((case_ref, set_key, str(version), token))
    left = base32(hashlib.sha256(parts.encode()).digest()[:20])
    return f"<{left}@{_domain(domain)}>"


@lru_cache(maxsize=64)
def _domain(domain: str) -> str:
    return check_address(f"id@{domain}").removeprefix("id@")


class MailPlan:
    """A class of message as bytes, but for the addressee and a person's own values.

    Both bodies say the same. `Auto-Submitted` (RFC 3834) keeps robots from answering. There is no
    way to unsubscribe, because a notice that the law owes is no mailing, and nothing that would
    show whether it was opened.

    Args:
        words: Subject and both bodies, cut at their places.
        sender: Who writes.
        reply_to: Where answers are read.
        date: Aware moment for the Date header; the same on a second sending.

    Raises:
        InvalidInputError: for an address or header that must not go out, naming the header.
    """

    def __init__(self, words: Cut, *, sender: Mailbox, reply_to: Mailbox, date: datetime) -> None:
        if date.tzinfo is None:
            raise InvalidInputError("has no time zone", where="Date", repair="give an aware moment")
        # No line of an encoded body can hold `=_`, so the boundary cannot stand in one.
        told = "\x1f".join("\x1e".join(pieces) for pieces in words)
        boundary = "=_" + hashlib.sha256(told.encode(errors="replace")).hexdigest()[:24]
        self._subject = words.subject
        self._known = words_value(words.subject[0], "Subject") if len(words.subject) == 1 else ""
        self._text = body_of(words.text, where="text/plain")
        self._html = body_of(words.html, where="text/html")
        self._from = f"From: {mailbox_value(sender, 'From')}\r\nTo: ".encode()
        self._reply = f"\r\nReply-To: {mailbox_value(reply_to, 'Reply-To')}\r\nSubject: ".encode()
        self._date = f"\r\nDate: {format_datetime(date)}\r\nMessage-ID: ".encode()
        self._middle = (
            "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'
            f"--{boundary}\r\n{_part('plain', self._text.name)}"
        ).encode()
        self._between = f"--{boundary}\r\n{_part('html', self._html.name)}".encode()
        self._end = f"--{boundary}--\r\n".encode()

    def message(
        self, *, to_name: str, to_address: str, message_id: str, values: Values, escaped: Values
    ) -> bytes:
        """Return one person's e-mail, ready for the wire but for its last dot.

        Args:
            to_name: The addressee's name, may be empty.
            to_address: The addressee's address.
            message_id: As `message_id` gives it.
            values: Word of each place -> the person's value, in plain text.
            escaped: The same as HTML.

        Raises:
            InvalidInputError: for an address or header that must not go out, naming the header.
        """
        subject = self._known or words_value(_joined(self._subject, values), "Subject")
        # ASCII but for a local part in another script, which needs SMTPUTF8 in the envelope anyway.
        return b"".join(
            (
                self._from,
                mailbox_value(Mailbox(to_name, to_address), "To").encode(),
                self._reply,
                subject.encode(),
                self._date,
                check_header(message_id, where="Message-ID").encode(),
                self._middle,
                self._text.fill(values),
                self._between,
                self._html.fill(escaped),
                self._end,
            )
        )


def compose(
    rendered: Rendered,
    *,
    sender: Mailbox,
    reply_to: Mailbox,
    to_name: str,
    to_address: str,
    message_id: str,
    date: datetime,
) -> bytes:
    """Return an e-mail of words that are complete; arguments and errors as in `MailPlan`."""
    words = Cut(*((words,) for words in rendered))
    plan = MailPlan(words, sender=sender, reply_to=reply_to, date=date)
    return plan.message(
        to_name=to_name, to_address=to_address, message_id=message_id, values={}, escaped={}
    )


def _joined(pieces: Pieces, values: Values) -> str:
    said = [pieces[0]]
    for at in range(1, len(pieces), 3):
        said += [values[pieces[at]] or pieces[at + 1], pieces[at + 2]]
    return "".join(said)


def _part(kind: str, encoding: str) -> str:
    return (
        f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    )
