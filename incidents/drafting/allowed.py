"""Findings that a named approver lets pass, with a reason that everybody sees from then on."""

from collections.abc import Collection, Iterable, Sequence

from incidents.drafting.lint.flaw import Flaw
from incidents.drafting.words import Banned
from incidents.errors import InvalidInputError
from incidents.models.base import Value

MATTERS_OF_TASTE = frozenset(
    {"too-many-actions", "no-action", "digits-differ", "hard-to-read", "long-text", "slow-script"}
)
"""Findings a person may judge otherwise, besides banned words. None of the rest can be allowed:
another person's data, a hole left open, a link that hides where it leads, a missing body."""
NEVER_WORDS = frozenset({"unsubscribe"})
"""Kinds of banned words that nobody may allow: a notice the law owes is no mailing."""


class Allowance(Value):
    """One finding that may stand."""

    slug: str
    where: str = ""
    """Beginning of the places it is allowed at, such as `en.` or a set; empty for all."""
    by: str
    reason: str


class Allowances(Value):
    """Everything allowed in a case."""

    allowed: list[Allowance] = []


def may_be_allowed(banned: Banned) -> list[str]:
    """Return the findings a person may let pass, by their words."""
    words = {kind.replace("_", "-") for kind in banned.blocking}
    return sorted((words - NEVER_WORDS) | MATTERS_OF_TASTE)


def check_allowance(one: Allowance, banned: Banned, *, approvers: Collection[str]) -> None:
    """Let an allowance pass that a person may give.

    Raises:
        InvalidInputError: for a finding nobody may allow, no approver, or no reason.
    """
    known = may_be_allowed(banned)
    if one.slug not in known:
        raise InvalidInputError(
            f"{one.slug!r} cannot be allowed",
            where="finding",
            repair=f"mend the text; only these are a person's to judge: {', '.join(known)}",
        )
    if one.by not in approvers:
        raise InvalidInputError(
            "is no enrolled approver", where=one.by, repair="an enrolled approver allows it"
        )
    if not one.reason:
        raise InvalidInputError("an allowance says why", where="--reason", repair="give a reason")


def weighed(found: Iterable[Flaw], allowed: Sequence[Allowance]) -> list[Flaw]:
    """Return findings with those that were allowed as warnings that name who allowed them."""
    return sorted((_weighed(flaw, allowed) for flaw in found), key=lambda flaw: flaw.level)


def _weighed(flaw: Flaw, allowed: Sequence[Allowance]) -> Flaw:
    for one in allowed:
        if flaw.level == "blocking" and flaw.slug == one.slug and flaw.where.startswith(one.where):
            said = f"{flaw.what} (allowed by {one.by}: {one.reason})"
            return flaw.model_copy(update={"level": "warning", "what": said})
    return flaw
