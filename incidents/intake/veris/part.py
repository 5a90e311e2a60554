"""What every part of an incident keeps to."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, model_validator

from incidents.intake.veris.fields import Distinct, Text


class Part(BaseModel):
    """A part of an incident: closed, and each value of its own type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Filled(Part):
    """A part that may not be empty."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("says nothing; leave the part out, or fill one of its fields")
        return self


class Noted(BaseModel):
    """An `unknown` part: it may carry notes and more."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)
    notes: Text | None = None
    result: Annotated[list[str], Distinct] | None = None
