"""Takes in a leak alert: secrets become fingerprints at the door, each login finds its owner."""

from collections.abc import Callable
from typing import Protocol

from incidents.intake.leak_alert import LeakAlert, LeakedSubject, read_alert
from incidents.inventory.addresses import usable_email
from incidents.models.base import Value
from incidents.steps.contain_account import MEASURES
from incidents.store import alerts, cases, people
from incidents.store.unit_of_work import Database, UnitOfWork

MANY = 20
"""So many of our people in one alert look like a breach of ours, not of somebody else's."""


class Keys(Protocol):
    """What is needed of the keys."""

    def fingerprint(self, text: str) -> str:
        """Return the keyed fingerprint of a text."""
        ...

    def fingerprints(self, text: str) -> list[str]:
        """Return the fingerprints a text may have been kept under, under every key version."""
        ...


class Received(Value):
    """What an alert led to, in figures and refs."""

    opened: list[str]
    undecided: list[str]
    """Those of the opened cases whose login fits several people: a person decides."""
    repeated: list[str]
    unmatched: int
    proposes_breach: bool

    def lines(self) -> list[str]:
        """Return what to tell the person who handed it in."""
        lines = [
            f"case {ref} opened: the login fits several people here, a person decides"
            if ref in self.undecided
            else f"case {ref} opened for one owner"
            for ref in self.opened
        ]
        lines += [f"already known: case {ref or '(nobody of ours)'}" for ref in self.repeated]
        if self.unmatched:
            lines.append(f"{self.unmatched} logins are nobody's here")
        if self.proposes_breach:
            lines.append(
                f"{len(self.opened)} of our people in one leak: this may be a breach of our own. "
                "Open a case with `forthwith report --ask`."
            )
        return lines


def lookup_text(kind: str, value: str) -> str:
    """Return a contact as it is fingerprinted: kind and folded value, domains as on the wire."""
    value = value.strip()
    if kind == "email":
        value = usable_email(value) or value
    return f"{kind}:{value.casefold()}"


def receive_alert(
    database: Database, ring: Keys, raw: bytes, *, where: str, actor: str
) -> Received:
    """Store an alert's logins, each once, with a case for each owner.

    The same alert twice opens nothing twice. What is kept are fingerprints and person ids. A login
    that fits several people opens one case: each of their accounts is contained, and each of them
    stands on the hand list, where a person decides whose login it is.
    """
    alert = read_alert(raw, fingerprint=ring.fingerprint, where=where)
    opened, undecided, repeated, unmatched = [], [], [], 0
    with database.write(actor) as work:
        for subject in alert.subjects:
            mark = _mark(alert, subject, ring.fingerprint)
            known = next(
                (
                    row
                    for one in _marks(alert, subject, ring)
                    if (row := alerts.find_alert(work, one))
                ),
                None,
            )
            if known is not None:
                alerts.alert_again(work, known)
                repeated.append(known.case_ref)
                continue
            owners = _owners(work, subject, ring)
            ref = ""
            if owners:
                ref = cases.open_case(work, kind="leaked_credential", author=actor)
                opened.append(ref)
            else:
                unmatched += 1
            if len(owners) > 1:
                undecided.append(ref)
                for one in owners:
                    alerts.ask_containment(work, ref, one, list(MEASURES))
            alerts.save_alert(
                work,
                mark,
                source=alert.source,
                case_ref=ref,
                person_id=owners[0] if len(owners) == 1 else "",
                mailbox=_mailbox(subject, ring),
                secret_fingerprint=subject.secret_fingerprint,
            )
    return Received(
        opened=opened,
        undecided=undecided,
        repeated=repeated,
        unmatched=unmatched,
        proposes_breach=len(opened) >= MANY,
    )


def _mark(alert: LeakAlert, subject: LeakedSubject, fingerprint: Callable[[str], str]) -> str:
    """Return what makes one login of one source the same: the alert and who."""
    return fingerprint(_mark_text(alert, subject))


def _marks(alert: LeakAlert, subject: LeakedSubject, ring: Keys) -> list[str]:
    return ring.fingerprints(_mark_text(alert, subject))


def _mark_text(alert: LeakAlert, subject: LeakedSubject) -> str:
    who = lookup_text("email", subject.email) if subject.email else ""
    name = lookup_text("member", subject.member_name) if subject.member_name else ""
    # Not the secret: its fingerprint changes with the key, and the alert would seem a new one.
    return f"{alert.source}\x1f{alert.alert_id}\x1f{who}\x1f{name}"


def _mailbox(subject: LeakedSubject, ring: Keys) -> str:
    return ring.fingerprint(lookup_text("email", subject.email)) if subject.email else ""


def _owners(work: UnitOfWork, subject: LeakedSubject, ring: Keys) -> list[str]:
    """Return everybody whose login it may be: a mailbox or a member name can be shared."""
    marks = []
    if subject.email:
        marks += ring.fingerprints(lookup_text("email", subject.email))
    if subject.member_name:
        marks += ring.fingerprints(lookup_text("member", subject.member_name))
    return people.people_by_lookup(work, marks)
