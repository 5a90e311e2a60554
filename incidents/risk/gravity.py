"""How much the data itself weighs, for whoever reads it.

`faint` points to nobody; `slight` reaches or half names somebody; `plain` says who somebody is;
`telling` shows something of a life; `dangerous` is enough to be impersonated or robbed;
`intimate` strikes health, belief, sexual life or the like, or opens an account with money. The
first four and the last are steps of data context times ease of identification; the rest are
lists.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from incidents.models.report import Medium, Protection
from incidents.models.vocabulary import vocabulary
from incidents.risk.facts import RiskFacts
from incidents.risk.scales import WEIGHTS, Scales, Weight
from incidents.risk.severity import context, identification

STEPS: tuple[tuple[float, Weight], ...] = (
    (3, "dangerous"),
    (2, "telling"),
    (1, "plain"),
    (0.5, "slight"),
    (0, "faint"),
)
GRAVEST = 4
WORDS: dict[Weight, str] = {
    "faint": "nothing in it points to somebody",
    "slight": "it reaches somebody or half names them, and says little",
    "plain": "it says who somebody is, and little more",
    "telling": "it shows something of somebody's life",
    "dangerous": "it is enough to be impersonated, robbed or badly exposed",
    "intimate": "it strikes the core of somebody's life or opens their money",
}


@dataclass(frozen=True)
class Gravity:
    """The weight of what can be read, with its ground."""

    weight: Weight
    why: str
    identified: bool
    """Whether whoever reads it knows whom it speaks of."""
    context: int
    """Data processing context of ENISA, 1 to 4."""


def readable(facts: RiskFacts, scales: Scales) -> dict[str, Protection]:
    """Return the elements that can be read or may be, by key.

    Unreadable is what was encrypted with a safe key, or blacked out. A hash counts as unreadable
    only for a login, and only where what goes into it beside the login (`key`) is safe: other
    values are short or known, and are found by trying them all. Paper is never encrypted, so
    what is said of encryption does not cover a copy on paper.
    """
    paper = Medium.PAPER in (facts.media or ())
    found = {}
    for key, protection in (facts.elements or {}).items():
        hidden = protection.unintelligible is True or (
            protection.state == "hashed" and protection.key == "safe" and key in scales.credentials
        )
        if not hidden or (paper and protection.state in {"encrypted", "hashed"}):
            found[key] = protection
    return found


def gravity(elements: Mapping[str, Protection], facts: RiskFacts, scales: Scales) -> Gravity:
    """Return the weight of elements that can be read.

    Args:
        elements: What can be read, by key; at least one.
        facts: Say what the organisation is and how it happened.
        scales: The lists.
    """
    dpc, why = context(elements, facts.roles or (), scales)
    ei, _ = identification(elements, scales)
    product = dpc * ei
    found: list[tuple[Weight, str]] = [
        (next(weight for least, weight in STEPS if product >= least), why)
    ]
    if dpc == GRAVEST and found[0][0] == "dangerous":
        found[0] = ("intimate", why)
    found += _from_lists(elements, facts, scales)
    weight, why = max(found, key=lambda pair: WEIGHTS.index(pair[0]))
    return Gravity(weight, why, ei >= scales.identified_from, dpc)


def _from_lists(
    elements: Mapping[str, Protection], facts: RiskFacts, scales: Scales
) -> list[tuple[Weight, str]]:
    labels = vocabulary().elements
    found: list[tuple[Weight, str]] = []
    if any(key in elements for key in scales.reachable):
        found.append(("slight", "it lets strangers write or call"))
    named = [labels[key].label for key in scales.dangerous if key in elements]
    if named:
        found.append(("dangerous", ", ".join(named[:4])))
    money = bool(
        set(facts.roles or ()) & set(scales.money_roles)
        or any(key in elements for key in scales.money_elements)
    )
    for key in scales.credentials:
        if key in elements:
            weight, how = _login(elements[key])
            if weight == "dangerous" and money:
                weight, how = "intimate", f"{how}, at an account with money"
            found.append((weight, f"{labels[key].label}, {how}"))
    if facts.cause in scales.working_logins:
        if money:
            found.append(("dangerous", "logins that work, at an account with money"))
        else:
            found.append(("plain", "logins that work"))
    return found


def _login(protection: Protection) -> tuple[Weight, str]:
    """Return how much a login weighs: people use the same one elsewhere."""
    if protection.state != "hashed":
        return "dangerous", "readable or perhaps readable; people reuse it elsewhere"
    if protection.key == "unknown":
        return "plain", "hashed; whether what goes into the hash is safe is not known"
    return "telling", "hashed, and what goes into the hash is or may be taken"
