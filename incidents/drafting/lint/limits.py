"""What the rules measure against, as `notify_templates/_shared/wording.yaml` states it."""

from typing import Literal

from pydantic import Field

from incidents.models.base import Value


class SentenceLimit(Value):
    """How long sentences of one language may be."""

    unit: Literal["words", "characters"] = Field(
        description="Words, or characters where a script sets no spaces; then a run of Latin "
        "letters or digits counts as one."
    )
    most: int = Field(gt=0, description="A longer sentence is shown to those who approve.")
    mean: int | None = Field(
        default=None, gt=0, description="So is a higher mean; empty where no source names one."
    )
    abbreviations: list[str] = Field(
        default=[], description="Words whose full stop ends no sentence, without that stop."
    )
    source: str
    read_on: str


class GradeLimit(Value):
    """School years of reading that a text of one language may ask for."""

    formula: Literal["flesch-kincaid"]
    warn_above: float
    block_above: float
    source: str
    read_on: str


class Speaking(Value):
    """How fast somebody reads aloud to a stranger on the telephone."""

    unit: Literal["words", "characters"]
    a_minute: int = Field(gt=0)


class Limits(Value):
    """Every limit, each with where it comes from."""

    subject_columns: int = Field(gt=0, description="What a phone shows of a subject.")
    first_action_before: int = Field(
        gt=0, description="The first thing to do starts before this character of the text."
    )
    first_action_seconds: int = Field(
        gt=0, description="The script of a call comes to the first thing to do within this time."
    )
    speaking: dict[str, Speaking] = Field(description="By locale.")
    length_to_english: dict[Literal["words", "characters"], tuple[float, float]] = Field(
        description="Least and most length of a translation, as a multiple of the English one, "
        "by what its language counts in."
    )
    sentences: dict[str, SentenceLimit] = Field(description="By locale.")
    grade: dict[str, GradeLimit] = Field(description="By locale; formulas hold for one language.")
