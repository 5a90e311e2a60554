"""Who must sign a notice set: so many people, and these roles, by rules that are data."""

from collections.abc import Sequence

from incidents.models.approval import Needed, SigningRule
from incidents.models.base import Value
from incidents.models.notice import Audience


class Asked(Value):
    """What the rules look at: counts and words of the set, never a person."""

    audience: Audience
    people: int = 0
    child: bool = False
    """Whether a child under 14 is among those it is about."""
    phases: frozenset[str] = frozenset()
    """Phases of the duties it serves."""
    shortest_hours: float | None = None
    """The shortest legal limit it serves, from its start; None where the law names no number."""


def needed(rules: Sequence[SigningRule], asked: Asked, *, at_least: int = 2) -> Needed:
    """Return the signatures and roles a set needs.

    The most signatures and all roles of every rule that fits, and never fewer signatures than
    `at_least`; a fitting rule that stands in place of others is taken alone.
    """
    fitting = [rule for rule in rules if _fits(rule, asked)]
    alone = [rule for rule in fitting if rule.instead]
    if alone:
        fitting, at_least = alone[:1], 1
    return Needed(
        signatures=max([at_least, *(rule.signatures for rule in fitting)]),
        roles=list(dict.fromkeys(role for rule in fitting for role in rule.roles)),
        rules=[rule.name for rule in fitting],
    )


def _fits(rule: SigningRule, asked: Asked) -> bool:
    short = asked.shortest_hours
    return all(
        (
            not rule.audiences or asked.audience in rule.audiences,
            not rule.child or asked.child,
            not rule.phases or (asked.phases and asked.phases <= set(rule.phases)),
            rule.within_hours is None or (short is not None and short <= rule.within_hours),
            rule.more_people_than is None or asked.people > rule.more_people_than,
            rule.people_at_most is None or asked.people <= rule.people_at_most,
        )
    )


def missing_roles(roles: Sequence[str], signed_as: Sequence[str]) -> list[str]:
    """Return the roles nobody has signed in; `counsel|privacy` is either of them."""
    return [role for role in roles if not set(role.split("|")) & set(signed_as)]
