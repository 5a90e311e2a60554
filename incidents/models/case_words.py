"""Words of one case: a sentence counsel changed, and sentences that no catalogue has."""

from typing import Annotated, Literal

from pydantic import Field

from incidents.models.base import Value

FREE = "free."
"""Keys of sentences that no catalogue has begin so; the part of the page follows."""
PARTS = ("happened", "data", "meaning", "advice", "doing", "contact")
"""Parts of a notice that can end in a free sentence."""


class Wording(Value):
    """A sentence in one language, and who answers for it."""

    text: Annotated[str, Field(min_length=1, max_length=600)]
    by: Annotated[str, Field(min_length=1, description="Who wrote or translated it.")]
    reviewed_by: Annotated[str, Field(description="Who read it against the original.")] = ""

    @property
    def ready(self) -> bool:
        """Return whether somebody else has read it."""
        return bool(self.reviewed_by.strip()) and self.reviewed_by != self.by


class CaseSentence(Value):
    """One sentence of this case, in every language it was written in."""

    key: Annotated[
        str,
        Field(description="A key of the catalogue, or `free.<part>` for a sentence it lacks."),
    ]
    reason: Annotated[str, Field(min_length=1)]
    wording: dict[str, Wording]


class Fallback(Value):
    """What people of a language get while a sentence has no wording in it."""

    to: Annotated[str, Field(description="The language they get instead.")]
    by: Annotated[str, Field(min_length=1, description="The approver who allows it.")]
    reason: Annotated[str, Field(min_length=1)]


class CaseWords(Value):
    """Everything that is said otherwise in one case than in others."""

    format: Literal["forthwith/case-words/1"]
    sentences: list[CaseSentence] = []
    fallbacks: dict[str, Fallback] = {}
    """Locale -> what its people get; without it they wait."""
