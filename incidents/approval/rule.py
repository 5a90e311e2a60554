"""Who must sign: so many different enrolled people, none of them the author.

Names prove nothing here and keys do: a signature counts for the person whose enrolled key made it.
"""

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from incidents.approval.ssh_signature import AnotherKeyError, fingerprint, verify
from incidents.approval.who_signs import missing_roles
from incidents.errors import ApprovalError
from incidents.models.approval import Signature, Statement
from incidents.models.base import Value
from incidents.models.inventory import Approver

CLOCK_SLACK = timedelta(minutes=5)
"""How far a signature's moment may lie ahead: two machines' clocks never agree."""


class Decision(Value):
    """Whether a set may be released, and what stands in the way."""

    allowed: bool
    signed_by: list[str]
    """Ids of the approvers whose signatures count."""
    missing: int
    missing_roles: list[str] = []
    """Roles in which nobody has signed yet; `counsel|privacy` is either of them."""
    refusals: list[str]
    """`<approver>: <why it does not count>`, one for each signature that does not."""

    @property
    def roles_to_go(self) -> list[str]:
        """Roles in which somebody must still sign, in words."""
        return [f"one as {role.replace('|', ' or ')}" for role in self.missing_roles]

    @property
    def to_go(self) -> str:
        """What is still missing, in words."""
        roles = self.roles_to_go
        number = max(self.missing, len(roles))
        words = f"{number} to go" if number else "nothing to go"
        return f"{words}, {', '.join(roles)}" if roles else words


def may_release(
    signatures: Sequence[Signature],
    statement: Statement,
    approvers: Sequence[Approver],
    *,
    now: datetime,
    valid_for: timedelta,
    needed: int = 2,
    roles: Sequence[str] = (),
    author: str = "",
) -> Decision:
    """Return whether enough different people approved exactly this statement.

    One person counts once, however many ids or keys are enrolled for them: ids that share a key
    are the same person.

    Args:
        signatures: What was handed in for the set, in any order.
        statement: What must be signed, to the byte.
        approvers: Everybody enrolled.
        now: The present moment, aware.
        valid_for: How long a signature stays good.
        needed: How many different people must sign, at least 1.
        roles: Roles that must be among them; a person counts for every role they are enrolled in.
        author: Whoever drafted the set, where that is not only the author the statement names.
    """
    people = _People(approvers)
    counted: dict[int, str] = {}
    refusals = []
    for signature in sorted(signatures, key=lambda one: (one.signed_at, one.approver)):
        try:
            check_signature(
                signature, statement, approvers, now=now, valid_for=valid_for, author=author
            )
        except ApprovalError as error:
            refusals.append(f"{signature.approver}: {error.what}")
            continue
        person = people.person(signature.approver)
        if person in counted:
            refusals.append(
                f"{signature.approver}: is the same person or key as {counted[person]}, who counts "
                "once"
            )
            continue
        counted[person] = signature.approver
    needed = max(needed, 1)  # nothing is ever released without anybody's signature
    signed_as = [one.role for one in approvers if people.person(one.id) in counted]
    lacking = missing_roles(roles, signed_as)
    return Decision(
        allowed=len(counted) >= needed and not lacking,
        signed_by=sorted(counted.values()),
        missing=max(0, needed - len(counted)),
        missing_roles=lacking,
        refusals=refusals,
    )


def check_signature(
    signature: Signature,
    statement: Statement,
    approvers: Sequence[Approver],
    *,
    now: datetime,
    valid_for: timedelta,
    author: str = "",
) -> str:
    """Return the fingerprint of the enrolled key that approved a statement.

    Args:
        signature: One signature; an empty `key_fingerprint` is one not read yet.
        statement: What must be signed, to the byte.
        approvers: Everybody enrolled.
        now: The present moment, aware.
        valid_for: How long a signature stays good.
        author: As for `may_release`.

    Raises:
        ApprovalError: saying why the signature does not count.
    """
    people = _People(approvers)
    writers = [name for name in (statement.author, author) if _same(name)]
    if any(people.is_one(signature.approver, name) for name in writers):
        raise ApprovalError(
            "the author may not approve, whatever id or key they use",
            repair="somebody else among the approvers signs",
        )
    enrolled = [one for one in approvers if _same(one.id) == _same(signature.approver)]
    if not enrolled:
        raise ApprovalError(
            "is no enrolled approver", repair="`forthwith approvers` shows who is, and how to enrol"
        )
    if signature.signed_at > now + CLOCK_SLACK:
        raise ApprovalError("the signature lies in the future", repair="set the clock, sign again")
    if now - signature.signed_at > valid_for:
        raise ApprovalError("the signature has expired", repair="sign the same statement again")
    key = _key_that_made(signature, statement, enrolled)
    if signature.key_fingerprint not in {"", key}:
        raise ApprovalError(
            "the signature was not made with the key it was recorded with", repair="sign again"
        )
    return key


def _key_that_made(signature: Signature, statement: Statement, enrolled: Sequence[Approver]) -> str:
    refusals: list[ApprovalError] = []
    for one in enrolled:
        try:
            return verify(signature.signature, statement.text().encode(), one.ssh_public_key)
        except AnotherKeyError as error:
            refusals.append(error)
        except ApprovalError as error:
            refusals.insert(0, error)  # of somebody's several keys, the one that signed says more
    raise refusals[0]


class _People:
    """Which enrolled ids are one person: those with the same name, or with a key in common."""

    def __init__(self, approvers: Sequence[Approver]) -> None:
        self._groups: list[set[str]] = []
        for one in approvers:
            marks = {f"id {_same(one.id)}", f"key {_key(one)}"}
            joined = [group for group in self._groups if group & marks]
            self._groups = [group for group in self._groups if not group & marks]
            self._groups.append(marks.union(*joined))

    def person(self, name: str) -> int:
        """Return the number of an enrolled id's person, -1 for whoever is not enrolled."""
        mark = f"id {_same(name)}"
        return next((i for i, group in enumerate(self._groups) if mark in group), -1)

    def is_one(self, name: str, other: str) -> bool:
        """Return whether two names mean one person."""
        enrolled = self.person(name)
        return _same(name) == _same(other) or (enrolled >= 0 and enrolled == self.person(other))


def _key(approver: Approver) -> str:
    try:
        return fingerprint(approver.ssh_public_key)
    except ApprovalError:
        return f"of {approver.id}, not readable"  # it signs nothing and joins nobody


def _same(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()
