"""Who is enrolled to sign, and what it takes to change that: two who are enrolled already agree."""

import unicodedata
from collections.abc import Mapping, Sequence

from incidents.approval.canonical import digest
from incidents.approval.ssh_signature import fingerprint, verify
from incidents.errors import ApprovalError
from incidents.models.approval import SigningRule
from incidents.models.base import Value
from incidents.models.inventory import Approver, Organisation

TWO = 2


class Enrolment(Value):
    """Who may sign from when on, and by which rules. It never changes: a later one takes over."""

    approvers: list[Approver] = []
    signing: list[SigningRule] = []
    agreed_by: list[str] = []
    """Ids of those, enrolled before, who agreed; empty for the first and for a broken glass."""
    broken_by: str = ""
    """Who changed it alone, in an emergency; empty where two agreed."""
    reason: str = ""

    @property
    def root(self) -> str:
        """Digest of who may sign and by which rules, whoever agreed."""
        return digest(Enrolment(approvers=self.approvers, signing=self.signing))

    @property
    def people(self) -> int:
        """How many different keys are enrolled."""
        return len({_key(one) for one in self.approvers})


def enrolment_of(organisation: Organisation) -> Enrolment:
    """Return what an organisation's file asks for."""
    return Enrolment(approvers=organisation.approvers, signing=organisation.signing)


def changes(before: Enrolment, after: Enrolment) -> list[str]:
    """Return in words what a change does, one line for each person and for the rules."""
    old, new = ({one.id: one for one in side.approvers} for side in (before, after))
    lines = [f"enrol {_told(new[name])}" for name in sorted(new.keys() - old.keys())]
    lines += [f"revoke {_told(old[name])}" for name in sorted(old.keys() - new.keys())]
    lines += [
        f"replace {_told(old[name])} by {_told(new[name])}"
        for name in sorted(old.keys() & new.keys())
        if _told(old[name]) != _told(new[name])
    ]
    if before.signing != after.signing:
        lines.append("change the rules of who must sign what")
    return lines


def change_statement(before: Enrolment, after: Enrolment) -> str:
    """Return the exact text that two enrolled people sign to agree to a change.

    It names the enrolment it starts from, so that it agrees to nothing later.
    """
    listed = "".join(f"- {line}\n" for line in changes(before, after))
    return (
        "I agree to change who may approve what goes out.\n"
        f"{listed}"
        f"from: sha256:{before.root}\n"
        f"to: sha256:{after.root}\n"
    )


def agreed(before: Enrolment, after: Enrolment, signatures: Mapping[str, str]) -> list[str]:
    """Return the ids of the enrolled people who agreed to a change.

    Args:
        before: The enrolment that stands.
        after: The one that is asked for.
        signatures: Armoured SSH signature by the id of whoever made it.

    Raises:
        ApprovalError: when a signature does not count, or fewer than two different people agreed.
    """
    text = change_statement(before, after).encode()
    keys: dict[str, str] = {}
    for name, armour in sorted(signatures.items()):
        known = [one for one in before.approvers if _same(one.id) == _same(name)]
        if not known:
            raise ApprovalError(
                f"{name} is not enrolled",
                repair="two who are enrolled now agree, not those who are to be",
            )
        keys.setdefault(_verified(armour, text, known), name)
    if len(keys) < TWO:
        raise ApprovalError(
            f"{len(keys)} of {TWO} enrolled people agreed",
            repair="`forthwith approvers change` prints what each of them signs",
        )
    return sorted(keys.values())


def _verified(armour: str, text: bytes, known: Sequence[Approver]) -> str:
    refusal = ApprovalError("the signature does not count")
    for one in known:
        try:
            return verify(armour, text, one.ssh_public_key)
        except ApprovalError as error:
            refusal = error
    raise refusal


def _told(one: Approver) -> str:
    kind = f"deputy {one.role}" if one.deputy else one.role
    return f"{one.id} as {kind} with {_key(one)}"


def _key(one: Approver) -> str:
    try:
        return fingerprint(one.ssh_public_key)
    except ApprovalError:
        return f"an unreadable key of {one.id}"


def _same(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()
