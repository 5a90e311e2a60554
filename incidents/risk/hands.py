"""Who may have the data: from nobody to those who mean harm, with the ground of each reading.

An assurance is of two kinds, who has it (a trusted or own recipient) and what became of it (given
back, deleted, never kept). One leaves a remainder of doubt, two of different kinds leave little.
Whoever meant harm is not believed when saying that it was deleted.
"""

from incidents.models.report import UNKNOWN, Kind
from incidents.risk.facts import RiskFacts
from incidents.risk.scales import Hand, Scales
from incidents.risk.severity import is_malicious

SHOWN = frozenset({Kind.ACCESSED, Kind.PUBLISHED})


def hands_of(facts: RiskFacts, scales: Scales) -> tuple[Hand, str]:
    """Return whose hands the data is in, read at its worst where it is not known, and why."""
    if not _left_us(facts, scales):
        return "nobody", "Nobody got to see it."
    if facts.misuse_seen is True:
        return "hostile", "It has been misused already."
    if facts.holder == "criminal":
        return "hostile", "Criminals have it."
    if facts.holder == "public" or _published(facts):
        return "hostile", "It lies open for everybody, those who mean harm among them."
    return _assured(facts, scales) or _unassured(facts, scales)


def _published(facts: RiskFacts) -> bool:
    """Return whether all the world could take it, and it is not shown that nobody did."""
    return Kind.PUBLISHED in (facts.kinds or ()) and facts.acquired is not False


def _left_us(facts: RiskFacts, scales: Scales) -> bool:
    """Return whether somebody may read it; where it is not known what was done, yes."""
    if facts.kinds is None or facts.acquired is True or facts.misuse_seen is True:
        return True
    if SHOWN & set(facts.kinds):
        return True
    if Kind.LOST not in facts.kinds or facts.cause in scales.unread_losses:
        return False  # altered or destroyed where it lay; a copy would be said as `acquired`
    return facts.acquired is not False and facts.internal_only is not True


def _assured(facts: RiskFacts, scales: Scales) -> tuple[Hand, str] | None:
    """Return the reading where somebody vouches for the data; None where nobody does."""
    trusted = facts.holder == "known_trusted"
    gone_back = facts.holder == "returned" or facts.deletion_confirmed is True
    if is_malicious(facts, scales) is True:
        kept = "It was not copied and could not be kept, as far as is known."
        if trusted and (gone_back or facts.acquired is False):
            return "vouched_twice", "A trusted party has it, and it was not kept."
        if facts.acquired is False:
            return "vouched", kept
        return ("vouched", "A trusted party has it.") if trusted else None
    who = trusted or facts.internal_only is True
    fate = gone_back or facts.acquired is False
    if who and fate:
        return "vouched_twice", "Only trusted or own people had it, and it was not kept."
    if who:
        return "vouched", "Only trusted or own people have it."
    if fate:
        return "vouched", "It was given back, deleted or never kept, as far as is known."
    return None


def _unassured(facts: RiskFacts, scales: Scales) -> tuple[Hand, str]:
    meant = is_malicious(facts, scales)
    if meant is False or (meant == UNKNOWN and facts.cause in scales.mishap_causes):
        known = facts.holder == "known_untrusted" or facts.cause in scales.known_recipient_causes
        if known and facts.kinds is not None:
            return "known", "Known recipients have it, and nobody vouches for them."
        return "open", "Readable data is, or may be, in hands that nobody vouches for."
    inside = facts.cause in scales.inside_causes
    if inside and facts.internal_only is True:
        return "known", "One of our own took it, and it has not left us."
    if facts.holder == "known_untrusted" and (inside or meant == UNKNOWN):
        return "open", "It is known who has it, and nobody vouches for them."
    if facts.holder == "returned" or facts.deletion_confirmed is True:
        return "open", "It came back from somebody who meant harm; a copy may remain."
    if meant == UNKNOWN:
        return "hostile", "Whether somebody meant harm is not known; it is read as meant."
    return "hostile", "Somebody who meant it has it."
