"""What comes of holding a condition against the facts: yes, no or unknown, and every look.

Three-valued logic after Kleene: `all` is no as soon as one part is no, `any` is yes as soon as
one part is yes; otherwise an unknown part makes the whole unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from incidents.models.duty import Facts, TraceStep, Truth

OPPOSITE: dict[Truth, Truth] = {"yes": "no", "no": "yes", "unknown": "unknown"}


@dataclass(frozen=True)
class Leaf:
    """One look at one fact."""

    fact: str
    """Word of the fact, as a question names it."""
    wants: str
    """What the law asks, in plain words."""
    found: str
    """What the facts say, in plain words."""
    truth: Truth
    ask: str = ""
    """The question, where the law words it itself."""

    @property
    def step(self) -> TraceStep:
        """Return the look as an entry of the trace."""
        return TraceStep(self.wants, self.found, self.truth)


@dataclass(frozen=True)
class Judgement:
    """What came of a condition: its truth, every look, and the looks that decided."""

    truth: Truth
    leaves: tuple[Leaf, ...]
    deciding: tuple[Leaf, ...]

    @property
    def trace(self) -> list[TraceStep]:
        """Return every look in order."""
        return [leaf.step for leaf in self.leaves]

    def doubted(self) -> "Judgement":
        """Return the same with a yes taken back to unknown."""
        return Judgement("unknown", self.leaves, self.leaves) if self.truth == "yes" else self


@dataclass(frozen=True)
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


def join(parts: Sequence[Judgement], decisive: Truth) -> Judgement:
    """Return parts as one: a single `decisive` part settles it, an unknown one leaves it open."""
    truths = {part.truth for part in parts}
    truth: Truth = OPPOSITE[decisive]
    if decisive in truths:
        truth = decisive
    elif "unknown" in truths:
        truth = "unknown"
    return Judgement(
        truth,
        all_leaves(parts),
        deciding_leaves(parts, truth),
    )


def single(leaf: Leaf) -> Judgement:
    """Return one look as a judgement."""
    return Judgement(leaf.truth, (leaf,), (leaf,))


def all_leaves(parts: Sequence[Judgement]) -> tuple[Leaf, ...]:
    """Return the looks of all parts in order."""
    return tuple(leaf for part in parts for leaf in part.leaves)


def deciding_leaves(parts: Sequence[Judgement], truth: Truth) -> tuple[Leaf, ...]:
    """Return the looks that decided, of those parts that came out like the whole."""
    return tuple(leaf for part in parts if part.truth == truth for leaf in part.deciding)
