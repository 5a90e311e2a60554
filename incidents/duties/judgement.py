"""What comes of holding a condition against the facts: yes, no or unknown, and every look.

Three-valued logic after Kleene: `all` is no as soon as one part is no, `any` is yes as soon as
one part is yes; otherwise an unknown part makes the whole unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from incidents.models.duty import Facts, TraceStep, Truth

OPPOSITE: dict[Truth, Truth] = {"yes": "no", "no": "yes", "unknown": "unknown"}


@dataclass(slots=True)
class Leaf(TraceStep):
    """One look at one fact: an entry of the trace that also knows what to ask."""

    about: str = ""
    """Word of the fact, as a question names it."""
    ask: str = ""
    """The question, where the law words it itself."""


def look(about: str, wants: str, found: str, truth: Truth, ask: str = "") -> Leaf:
    """Return a look: at which fact, what the law wants, what the facts say, and what came out."""
    return Leaf(wants, found, truth, about, ask)


@dataclass(slots=True)
class Judgement:
    """What came of a condition: its truth, every look, and the looks that decided."""

    truth: Truth
    leaves: Sequence[Leaf]
    deciding: Sequence[Leaf]

    def doubted(self) -> "Judgement":
        """Return the same with a yes taken back to unknown."""
        return Judgement("unknown", self.leaves, self.leaves) if self.truth == "yes" else self


@dataclass(slots=True)
class View:
    """The facts as one law sees them."""

    facts: Facts
    areas: Sequence[str] = ()
    """Places that count as `here`."""
    regime: str = ""
    """Whose questions the answers are looked up for."""
    duties: Mapping[str, Truth] = field(default_factory=dict)
    """Other duties that were judged before, by `<regime>/<duty>`."""
    seen: dict[int, "Judgement"] = field(default_factory=dict)
    """What came of each condition so far, by its identity: laws say one thing for many duties."""
    shared: dict[int, "Judgement"] = field(default_factory=dict)
    """The same for conditions that come out alike for all laws."""
    exposed: dict[tuple[str, ...], "Judgement"] = field(default_factory=dict)
    """What came of each data element so far; it is the same for all laws."""
    starts: dict[Sequence[str], tuple[datetime | None, str]] = field(default_factory=dict)
    """What the moments came to from which clocks run; it is the same for all laws."""


def join(parts: Sequence[Judgement], decisive: Truth) -> Judgement:
    """Return parts as one: a single `decisive` part settles it, an unknown one leaves it open."""
    truths = [part.truth for part in parts]
    truth: Truth = OPPOSITE[decisive]
    if decisive in truths:
        truth = decisive
    elif "unknown" in truths:
        truth = "unknown"
    return gathered(parts, truth)


def gathered(parts: Sequence[Judgement], truth: Truth) -> Judgement:
    """Return parts as one whose truth is known: all looks, and those that decided."""
    leaves: list[Leaf] = []
    deciding: list[Leaf] = []
    for part in parts:
        leaves += part.leaves
        if part.truth == truth:
            deciding += part.deciding
    return Judgement(truth, leaves, deciding)


def single(leaf: Leaf) -> Judgement:
    """Return one look as a judgement."""
    return Judgement(leaf.result, (leaf,), (leaf,))
