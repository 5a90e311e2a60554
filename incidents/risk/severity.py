"""The ENISA severity score: data context x ease of identification + circumstances.

Source: ENISA, Recommendations for a methodology of the assessment of severity of personal data
breaches, v1.0, December 2013. What is unknown is read as its worst value, and said so.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from incidents.models.base import Value
from incidents.models.duty import Citation
from incidents.models.report import UNKNOWN, Kind, Protection, Range, Unknown
from incidents.models.risk import Reason
from incidents.models.vocabulary import CauseKey, ElementKey, vocabulary

Holder = Literal["unknown", "known_trusted", "known_untrusted", "public", "criminal", "returned"]
Band = Literal["low", "medium", "high", "very_high"]
Points = Annotated[float, Field(ge=0, le=1)]
Context = Annotated[int, Field(ge=1, le=4)]
Category = Literal["simple", "behavioural", "financial", "sensitive", "credential"]
Identifier = Literal["full_name", "government_id", "phone_or_address", "email", "picture", "alias"]


class RiskFacts(Value):
    """What the weighing of risk may ask of a case; nothing here is a person."""

    elements: dict[ElementKey, Protection] | None = None
    """None where it is not known what was touched."""
    kinds: list[Kind] | None = None
    cause: CauseKey = "unknown"
    malicious: bool | Unknown = UNKNOWN
    people: Range = Range()
    children: bool | Unknown = UNKNOWN
    vulnerable: bool | Unknown = UNKNOWN
    holder: Holder = "unknown"
    recoverable: bool | Unknown = UNKNOWN
    harm_averted: bool | Unknown = UNKNOWN
    misuse_seen: bool | Unknown = UNKNOWN


class ElementStep(Value):
    """A data context for one element that differs from its category's."""

    element: ElementKey
    score: Context
    why: str


class Together(Value):
    """Elements that weigh more together than alone."""

    all_of: Annotated[list[ElementKey], Field(min_length=2)]
    score: Context
    why: str


class ContextScale(Value):
    """Data processing context."""

    by_category: dict[Category, Context]
    by_element: list[ElementStep]
    together: list[Together]


class IdentificationRow(Value):
    """One row of ease of identification."""

    has: Identifier
    beside: list[ElementKey] = []
    score: Points


class Circumstances(Value):
    """Circumstances of the breach; values are points."""

    confidentiality: dict[Literal["none", "known_recipients", "unknown_recipients"], Points]
    integrity: dict[Literal["restored", "not_restored"], Points]
    availability: dict[Literal["restored", "restored_with_effort", "not_restored"], Points]
    intent: Points


class Bands(Value):
    """From which score on a band begins."""

    medium: float
    high: float
    very_high: float

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not self.medium < self.high < self.very_high:
            raise ValueError("bands must rise")
        return self


class PeopleScale(Value):
    """Numbers of people that change the picture."""

    noted_over: int
    large_from: int
    targeted_up_to: int


class Scales(Value):
    """The whole method as checked data."""

    method: str
    source: Citation
    bands: Bands
    context: ContextScale
    identification: list[IdentificationRow]
    least_identification: Points
    circumstances: Circumstances
    known_holders: list[Holder]
    trusted_holders: list[Holder]
    known_recipient_causes: list[CauseKey]
    effort_causes: list[CauseKey]
    malicious_causes: list[CauseKey]
    open_causes: list[CauseKey]
    scale: PeopleScale
    identity_theft: list[ElementKey]
    credentials: list[ElementKey]
    intimate: list[ElementKey]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if set(self.context.by_category) != set(Category.__args__):  # type: ignore[attr-defined]
            raise ValueError("context.by_category must score every category")
        return self


class Score(Value):
    """The score with its parts and the reason of each."""

    dpc: int
    ei: float
    cb: float
    total: float
    band: Band
    reasons: list[Reason]


def score(facts: RiskFacts, scales: Scales) -> Score:
    """Return the severity of a breach: 0.25 to 6.0, with its band and reasons."""
    dpc, why_dpc = _context(facts, scales)
    ei, why_ei = _identification(facts, scales)
    parts = [_confidentiality(facts, scales), *_damage(facts, scales), _intent(facts, scales)]
    cb = sum(points for points, _ in parts)
    total = dpc * ei + cb
    reasons = [
        Reason(text=f"Kind of data: {why_dpc}.", points=f"{dpc} of 4"),
        Reason(text=f"Ease of identification: {why_ei}.", points=f"{ei:g} of 1"),
    ]
    reasons += [Reason(text=f"{text}.", points=f"+{points:g}") for points, text in parts if text]
    return Score(
        dpc=dpc, ei=ei, cb=cb, total=total, band=_band(total, scales.bands), reasons=reasons
    )


def is_malicious(facts: RiskFacts, scales: Scales) -> bool | Unknown:
    """Return whether somebody meant harm, from what is said or else from the cause."""
    if facts.malicious != UNKNOWN:
        return facts.malicious
    if facts.cause in scales.malicious_causes:
        return True
    return UNKNOWN if facts.cause in scales.open_causes else False


def _band(total: float, bands: Bands) -> Band:
    if total >= bands.very_high:
        return "very_high"
    if total >= bands.high:
        return "high"
    return "medium" if total >= bands.medium else "low"


def _context(facts: RiskFacts, scales: Scales) -> tuple[int, str]:
    if not facts.elements:
        return 4, "not known, read as the gravest"
    steps = {step.element: step for step in scales.context.by_element}
    found: list[tuple[int, str]] = []
    for key in sorted(facts.elements):
        element = vocabulary().elements[key]
        step = steps.get(key)
        if element.public_by_design:
            found.append((1, f"{element.label}, public by design"))
        elif step:
            found.append((step.score, f"{element.label}, {step.why}"))
        else:
            base = scales.context.by_category[element.category]
            found.append((base, f"{element.label} ({element.category})"))
    found += [
        (group.score, group.why)
        for group in scales.context.together
        if set(group.all_of) <= set(facts.elements)
    ]
    return max(found, key=lambda pair: pair[0])


def _identification(facts: RiskFacts, scales: Scales) -> tuple[float, str]:
    if not facts.elements:
        return 1.0, "not known, read as certain"
    has = {vocabulary().elements[key].identifier for key in facts.elements}
    rows = [
        row
        for row in scales.identification
        if row.has in has and (not row.beside or set(row.beside) & set(facts.elements))
    ]
    if not rows:
        return scales.least_identification, "nothing that names somebody was touched"
    best = max(rows, key=lambda row: row.score)
    words = best.has.replace("_", " ")
    labels = vocabulary().elements
    beside = [labels[key].label for key in best.beside if key in facts.elements]
    return best.score, f"{words} beside {beside[0]}" if beside else words


def _confidentiality(facts: RiskFacts, scales: Scales) -> tuple[float, str]:
    points = scales.circumstances.confidentiality
    disclosed = {Kind.ACCESSED, Kind.PUBLISHED}
    if facts.kinds is None:
        return points["unknown_recipients"], "What was done is not known; read as disclosed"
    if not disclosed & set(facts.kinds):
        return points["none"], ""
    known = facts.holder in scales.known_holders or (
        facts.holder == UNKNOWN and facts.cause in scales.known_recipient_causes
    )
    if known and Kind.PUBLISHED not in facts.kinds:
        return points["known_recipients"], "It went to known recipients"
    return points["unknown_recipients"], "Nobody knows how many have it"


def _damage(facts: RiskFacts, scales: Scales) -> list[tuple[float, str]]:
    kinds = set(facts.kinds or [])
    parts: list[tuple[float, str]] = []
    if Kind.ALTERED in kinds:
        integrity = scales.circumstances.integrity
        parts.append(
            (integrity["restored"], "Data was altered and can be put right")
            if facts.recoverable is True
            else (integrity["not_restored"], "Data was altered and may not be put right")
        )
    if kinds & {Kind.LOST, Kind.DESTROYED}:
        parts.append(_availability(facts, scales))
    return parts


def _availability(facts: RiskFacts, scales: Scales) -> tuple[float, str]:
    points = scales.circumstances.availability
    if facts.recoverable is not True:
        return points["not_restored"], "Data is gone and may not come back"
    if facts.cause in scales.effort_causes:
        return points["restored_with_effort"], "Data was gone and came back with effort"
    return points["restored"], "Data was gone and came back easily"


def _intent(facts: RiskFacts, scales: Scales) -> tuple[float, str]:
    meant = is_malicious(facts, scales)
    if meant is False:
        return 0.0, ""
    if meant == UNKNOWN:
        return scales.circumstances.intent, "Whether somebody meant harm is not known; read as yes"
    return scales.circumstances.intent, "Somebody meant it"
