"""Who must sign: two different enrolled people, neither of them the author."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from incidents.approval.ssh_signature import fingerprint, verify
from incidents.errors import ApprovalError
from incidents.models.approval import Signature, Statement
from incidents.models.base import Value
from incidents.models.inventory import Approver


class Decision(Value):
    """Whether a set may be released, and what stands in the way."""

    allowed: bool
    signed_by: list[str]
    missing: int
    refusals: list[str]


def may_release(
    signatures: Sequence[Signature],
    statement: Statement,
    approvers: Sequence[Approver],
    *,
    now: datetime,
    valid_for: timedelta,
    needed: int = 2,
) -> Decision:
    """Return whether enough different people approved exactly this statement.

    A person counts once however many keys they have; a key counts once however many people it is
    enrolled for. A signature that does not fit says why and counts for nothing.
    """
    people: set[str] = set()
    keys: set[str] = set()
    refusals: list[str] = []
    for signature in signatures:
        try:
            key = check_signature(signature, statement, approvers, now=now, valid_for=valid_for)
        except ApprovalError as error:
            refusals.append(f"{signature.approver}: {error.what}")
            continue
        person = _same(signature.approver)
        if key in keys or person in people:
            refusals.append(f"{signature.approver}: this person or key has signed already")
            continue
        people.add(person)
        keys.add(key)
    return Decision(
        allowed=len(people) >= needed,
        signed_by=sorted(people),
        missing=max(0, needed - len(people)),
        refusals=refusals,
    )


def check_signature(
    signature: Signature,
    statement: Statement,
    approvers: Sequence[Approver],
    *,
    now: datetime,
    valid_for: timedelta,
) -> str:
    """Return the fingerprint of the enrolled key that approved a statement.

    Raises:
        ApprovalError: saying why the signature does not count.
    """
    if _same(signature.approver) == _same(statement.author):
        raise ApprovalError(
            "the author may not approve", repair="somebody else among the approvers signs"
        )
    enrolled = [one for one in approvers if _same(one.id) == _same(signature.approver)]
    if not enrolled:
        raise ApprovalError(
            "is no enrolled approver", repair="enrol the key in organisation.yaml, approvers"
        )
    if not now - valid_for <= signature.signed_at <= now + timedelta(minutes=5):
        raise ApprovalError("the signature has expired", repair="sign again")
    author_keys = {
        fingerprint(one.ssh_public_key)
        for one in approvers
        if _same(one.id) == _same(statement.author)
    }
    refusal = ApprovalError("does not fit any enrolled key")
    for one in enrolled:
        try:
            key = verify(signature.signature, statement.text().encode(), one.ssh_public_key)
        except ApprovalError as error:
            refusal = error
            continue
        if key in author_keys:
            raise ApprovalError(
                "the key is the author's own", repair="somebody else among the approvers signs"
            )
        return key
    raise refusal


def _same(name: str) -> str:
    return name.strip().casefold()
