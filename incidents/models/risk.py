"""How badly people could be hurt, in the levels and grades of harm that laws ask for."""

from typing import Any, Literal

from pydantic import model_validator

from incidents.models.base import Instant, Value
from incidents.models.vocabulary import HarmKey

Level = Literal["unlikely", "risk", "high", "unknown"]
Answer = Literal["yes", "no", "unknown"]


class Reason(Value):
    """One ground of an assessment, in words a privacy officer reads."""

    text: str
    points: str = ""


class Override(Value):
    """A named person's own judgement in place of the computed level."""

    level: Literal["unlikely", "risk", "high"]
    by: str
    reason: str
    at: Instant


class HarmOverride(Value):
    """A named person's own answer in place of a computed grade; `unknown` opens it again."""

    harm: HarmKey
    answer: Answer
    by: str
    reason: str
    at: Instant


class Overrides(Value):
    """All that named persons judged otherwise in one case and that is in force.

    What was stored before grades could be overridden is one `Override`; it is read as its level.
    """

    level: Override | None = None
    harms: dict[HarmKey, HarmOverride] = {}

    @model_validator(mode="before")
    @classmethod
    def _from_level_alone(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("level"), str):
            return {"level": value}
        return value


class Graded(Value):
    """Whether one grade of harm is reached, and why."""

    answer: Answer
    """As computed; unknown where the facts do not allow an answer."""
    reasons: list[Reason]
    override: HarmOverride | None = None

    @property
    def effective(self) -> Answer:
        """The answer that counts: a named person's where there is one."""
        return self.override.answer if self.override else self.answer


class RiskAssessment(Value):
    """ENISA severity plus what it misses, as levels and grades of harm.

    Source: ENISA, Recommendations for a methodology of the assessment of severity of personal
    data breaches, v1.0, December 2013: SE = DPC x EI + CB.
    """

    method: str
    dpc: int
    ei: float
    cb: float
    score: float
    band: Literal["low", "medium", "high", "very_high"]
    computed: Level
    """Risk to rights and freedoms as GDPR Art 33 and 34 grade it."""
    harm_likely: Answer
    unintelligible: Answer
    reasons: list[Reason]
    override: Override | None = None
    harms: dict[HarmKey, Graded] = {}
    """Every grade of the vocabulary; empty in an assessment from before grades were computed."""

    @property
    def level(self) -> Level:
        """The level that counts: the override where there is one."""
        return self.override.level if self.override else self.computed

    @property
    def answers(self) -> dict[str, Answer]:
        """The answer that counts for each grade of harm, by its word."""
        return {harm: graded.effective for harm, graded in self.harms.items()}

    def overridden(self, overrides: Overrides) -> "RiskAssessment":
        """Return the same assessment with what named persons judged otherwise beside it.

        A grade that the assessment lacks, since it is older, gets the person's answer alone.
        """
        harms = dict(self.harms)
        for harm, override in overrides.harms.items():
            graded = harms.get(harm, Graded(answer="unknown", reasons=[]))
            harms[harm] = graded.model_copy(update={"override": override})
        return self.model_copy(update={"override": overrides.level, "harms": harms})
