"""How badly people could be hurt, in the levels laws ask for."""

from typing import Literal

from incidents.models.base import Instant, Value

Level = Literal["unlikely", "risk", "high", "unknown"]
Answer = Literal["yes", "no", "unknown"]


class Reason(Value):
    """One ground of an assessment, in words a privacy officer reads."""

    text: str
    points: str = ""


class Override(Value):
    """A named person's own judgement in place of the computed one."""

    level: Literal["unlikely", "risk", "high"]
    by: str
    reason: str
    at: Instant


class RiskAssessment(Value):
    """ENISA severity plus what it misses, as levels.

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

    @property
    def level(self) -> Level:
        """The level that counts: the override where there is one."""
        return self.override.level if self.override else self.computed
