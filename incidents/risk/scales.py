"""The shape of `scales.yaml`: the severity method as checked data, and our own lines beside it."""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from incidents.models.base import Value
from incidents.models.duty import Citation
from incidents.models.vocabulary import CauseKey, ElementKey, HarmKey, RoleKey, vocabulary
from incidents.risk.facts import Holder

Points = Annotated[float, Field(ge=0, le=1)]
Context = Annotated[int, Field(ge=1, le=4)]
Category = Literal["simple", "behavioural", "financial", "sensitive", "credential"]
Identifier = Literal["full_name", "government_id", "phone_or_address", "email", "picture", "alias"]
Hand = Literal["nobody", "vouched_twice", "vouched", "known", "open", "hostile"]
Weight = Literal["faint", "slight", "plain", "telling", "dangerous", "intimate"]

HANDS: tuple[Hand, ...] = Hand.__args__  # type: ignore[attr-defined]
"""From nobody to those who mean harm, or the whole public."""
WEIGHTS: tuple[Weight, ...] = Weight.__args__  # type: ignore[attr-defined]
"""From data that points to nobody to data that strikes the core of a life."""


class ElementStep(Value):
    """A data context for one element that differs from its category's."""

    element: ElementKey
    score: Context
    why: str


class RoleStep(Value):
    """A data context that follows from who holds the data: being on the list tells something."""

    role: RoleKey
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
    by_role: list[RoleStep]

    @cached_property
    def steps(self) -> dict[str, ElementStep]:
        """The steps for single elements, by key."""
        return {step.element: step for step in self.by_element}


class IdentificationRow(Value):
    """One row of ease of identification."""

    has: Identifier
    beside: list[ElementKey] = []
    score: Points


class ByContent(Value):
    """Elements whose content points to somebody without a name beside it."""

    score: Points
    elements: list[ElementKey]


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


class PeopleStep(Value):
    """From how many people on the level reaches a floor, in which hands and by which data."""

    people_from: int
    hands: list[Hand]
    weight_from: Weight
    identified: bool = False
    """Only where whoever holds the data knows whom it speaks of."""
    floor: Literal["risk", "high"]
    why: str


class Outage(Value):
    """Hours without data or service from which on it counts, and from which on it is grave."""

    noted_from: float
    grave_from: float


class Dependence(Value):
    """Which data and organisations people's care hangs on, and how long they can do without."""

    care_elements: list[ElementKey]
    care_roles: list[RoleKey]
    care: Outage
    other: Outage


class Rungs(Value):
    """For one pair of hands: from which weight of the data on a grade is open, and is reached."""

    open_from: Weight | None = None
    sure_from: Weight | None = None

    @model_validator(mode="after")
    def _rising(self) -> Self:
        steps = [WEIGHTS.index(step) for step in (self.open_from, self.sure_from) if step]
        if steps != sorted(steps):
            raise ValueError("sure_from lies below open_from")
        return self


Ladder = dict[Hand, Rungs]


class DataRule(Value):
    """Data that decides a grade by what it is, from given hands on."""

    any_of: list[ElementKey] = []
    causes: list[CauseKey] = []
    """Stand in for elements: what happened shows that somebody holds such data."""
    beside: list[ElementKey] = []
    roles: list[RoleKey] = []
    open_from: Hand | None = None
    sure_from: Hand | None = None
    why: str

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not (self.any_of or self.causes):
            raise ValueError("a rule names elements or causes")
        return self


class HarmScale(Value):
    """How one grade of harm is judged."""

    source: str
    """Where the test comes from, in words."""
    ladder: Ladder = {}
    rules: list[DataRule] = []
    counts_loss: bool = False
    """Whether data that is gone or out of reach can bring it about."""
    counts_people: bool = False
    """Whether who they are, or how many, can bring it about."""
    ends_when_averted: bool = False
    """Whether measures that keep harm away end it."""
    misuse_decides: bool = True
    """Whether misuse that was seen is enough; else it only leaves the grade open."""


class Scales(Value):
    """The whole method as checked data."""

    method: str
    source: Citation
    bands: Bands
    context: ContextScale
    identification: list[IdentificationRow]
    by_content: ByContent
    least_identification: Points
    identified_from: Points
    circumstances: Circumstances
    known_holders: list[Holder]
    known_recipient_causes: list[CauseKey]
    effort_causes: list[CauseKey]
    malicious_causes: list[CauseKey]
    open_causes: list[CauseKey]
    mishap_causes: list[CauseKey]
    locking_causes: list[CauseKey]
    inside_causes: list[CauseKey]
    unread_losses: list[CauseKey]
    working_logins: list[CauseKey]
    reachable: list[ElementKey]
    dangerous: list[ElementKey]
    credentials: list[ElementKey]
    intimate: list[ElementKey]
    money_elements: list[ElementKey]
    money_roles: list[RoleKey]
    targeted_up_to: int
    people: list[PeopleStep]
    dependence: Dependence
    level: Ladder
    low_probability: Weight
    """Up to which weight one assurance makes a compromise improbable."""
    low_probability_source: str
    harms: dict[HarmKey, HarmScale]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if set(self.context.by_category) != set(Category.__args__):  # type: ignore[attr-defined]
            raise ValueError("context.by_category must score every category")
        missing = set(vocabulary().harms) - set(self.harms) - {"low_probability_of_compromise"}
        if missing:
            raise ValueError(f"harms must say how to judge {', '.join(sorted(missing))}")
        return self
