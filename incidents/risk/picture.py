"""One reading of a case: whose hands, how grave the data, what loss does. Pure and cheap.

`picture` reads what is not known on the safe side, within reason; `at_worst` and `at_best` give
the facts as they would stand if open questions ended badly or well. A grade of harm on which
these readings differ is unknown.
"""

from dataclasses import dataclass

from incidents.models.report import UNKNOWN, Kind, Medium, Protection, Range
from incidents.models.risk import Answer, Level
from incidents.models.vocabulary import vocabulary
from incidents.risk.facts import RiskFacts
from incidents.risk.gravity import WORDS, Gravity, gravity, readable
from incidents.risk.hands import hands_of
from incidents.risk.loss import is_damaged, loss_level
from incidents.risk.scales import Hand, Scales
from incidents.risk.severity import is_malicious

SAFE = Protection(state="encrypted", key="safe")
BROKEN = Protection(state="hashed", key="taken")
NOTHING = Gravity("faint", "nothing can be read", identified=False, context=1)


@dataclass(frozen=True)
class Picture:
    """What decides a level or a grade."""

    facts: RiskFacts
    readable: dict[str, Protection]
    hand: Hand
    why_hand: str
    gravity: Gravity
    loss: Level
    why_loss: str
    in_words: str
    """Whose hands and what the data is, as one ground."""

    @property
    def most_people(self) -> int:
        """The largest number of people that is known to be possible."""
        people = self.facts.people
        return max(people.low, people.best or 0, people.high or 0)


def picture(facts: RiskFacts, scales: Scales) -> Picture:
    """Return the reading of facts whose elements are known."""
    legible = readable(facts, scales)
    hand, why_hand = hands_of(facts, scales)
    loss, why_loss = loss_level(facts, scales)
    if hand != "nobody" and facts.misuse_seen is not True:
        if not legible:
            hand, why_hand = "nobody", "Nobody can read it: it was protected and the key is safe."
        elif all(vocabulary().elements[key].public_by_design for key in legible):
            hand, why_hand = "nobody", "What can be read was public by the people's own choice."
    weighed = gravity(legible, facts, scales) if legible else NOTHING
    words = f"{why_hand} As to the data, {WORDS[weighed.weight]} ({weighed.why})."
    return Picture(facts, legible, hand, why_hand, weighed, loss, why_loss, words)


def may_weigh_more(facts: RiskFacts, scales: Scales) -> bool:
    """Return whether data that is not known yet could make it worse."""
    return facts.more_elements and (is_damaged(facts) or hands_of(facts, scales)[0] != "nobody")


def unintelligible(facts: RiskFacts) -> Answer:
    """Return whether a taker can make nothing of all of it, as laws on encryption ask.

    What is said to be encrypted and also lay on paper is open: no key locks paper.
    """
    if not facts.elements:
        return "unknown"
    paper = Medium.PAPER in (facts.media or ())
    states = {
        None if paper and one.state == "encrypted" and one.unintelligible else one.unintelligible
        for one in facts.elements.values()
    }
    if facts.more_elements:
        states.add(None)
    if False in states:
        return "no"
    return "unknown" if None in states else "yes"


def at_best(facts: RiskFacts, scales: Scales) -> tuple[RiskFacts, list[str]]:
    """Return the facts as if what is open ended well, and what is open, in words.

    Who holds the data is not among it: that nobody vouches for it is a fact until somebody does.
    """
    better: dict[str, object] = {}
    words = []
    if any(_may_hold(key, one, scales) for key, one in (facts.elements or {}).items()):
        better["elements"] = {
            key: SAFE if _may_hold(key, one, scales) else one
            for key, one in (facts.elements or {}).items()
        }
        words.append("Whether the data can be read is not known.")
    if is_malicious(facts, scales) == UNKNOWN:
        better["malicious"] = False
        words.append("Whether somebody meant harm is not known.")
    if facts.kinds is None:
        better["kinds"] = []
        words.append("What was done to the data is not known.")
    elif _may_be_locked_only(facts, scales):
        better["acquired"] = False
        words.append("Whether a copy was taken is not known.")
    damaged = is_damaged(facts)
    if facts.depended_on == UNKNOWN and damaged:
        better["depended_on"] = False
        words.append("Whether people depend on the data is not known.")
    if facts.recoverable == UNKNOWN and damaged:
        better["recoverable"] = True
        words.append("Whether the data comes back is not known.")
    if facts.unavailable_hours.high is None and damaged:
        better["unavailable_hours"] = Range.exactly(facts.unavailable_hours.low)
    return facts.model_copy(update=better), words


def at_worst(facts: RiskFacts, scales: Scales) -> RiskFacts:
    """Return the facts as if what `picture` reads less than strictly ended badly."""
    worse: dict[str, object] = {}
    if any(_hash_is_open(key, one, scales) for key, one in (facts.elements or {}).items()):
        worse["elements"] = {
            key: BROKEN if _hash_is_open(key, one, scales) else one
            for key, one in (facts.elements or {}).items()
        }
    if is_malicious(facts, scales) == UNKNOWN:
        worse["malicious"] = True
    if is_damaged(facts):
        if facts.depended_on == UNKNOWN:
            worse["depended_on"] = True
        if facts.recoverable == UNKNOWN:
            worse["recoverable"] = False
    return facts.model_copy(update=worse) if worse else facts


def _hash_is_open(key: str, protection: Protection, scales: Scales) -> bool:
    return (
        protection.state == "hashed" and protection.key == "unknown" and key in scales.credentials
    )


def _may_hold(key: str, protection: Protection, scales: Scales) -> bool:
    """Return whether it is open that a protection holds."""
    if protection.unintelligible is None:
        return True
    return (
        protection.state == "hashed" and protection.key == "unknown" and key in scales.credentials
    )


def _may_be_locked_only(facts: RiskFacts, scales: Scales) -> bool:
    return (
        facts.acquired == UNKNOWN
        and facts.cause in scales.locking_causes
        and not {Kind.ACCESSED, Kind.PUBLISHED} & set(facts.kinds or ())
    )
