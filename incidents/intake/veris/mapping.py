"""What the words of VERIS say in a breach report, as data."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from incidents.models.base import Value
from incidents.models.report import Kind, Medium
from incidents.models.vocabulary import CauseKey, ElementKey

Words = list[Annotated[str, Field(min_length=1)]]


class CauseRow(Value):
    """An action that gives a cause."""

    cause: CauseKey
    action: str
    variety: Words = []
    actor: Literal["", "external", "internal", "partner"] = ""


class Mapping(Value):
    """The tables that turn an incident into a report, and every word that is allowed."""

    causes: list[CauseRow]
    deliberate_actions: Words
    harmful_motives: Words
    blameless_actions: Words
    publishing_errors: Words
    integrity: dict[str, Kind | Literal["open"]]
    availability: dict[str, Kind | Literal["open"]]
    elements: dict[str, ElementKey]
    about_people: Words
    protection: dict[str, Literal["clear", "encrypted"]]
    media: dict[str, Medium | Literal["none"]]
    vulnerable: Words
    holders: dict[str, Literal["criminal"]]
    employees: dict[str, Annotated[list[int], Field(min_length=1, max_length=2)]]
    abuse_seen: Words
    words: dict[str, Words]

    @model_validator(mode="after")
    def _known_words_only(self) -> Self:
        used = {
            "attribute.integrity.variety": self.integrity,
            "attribute.availability.variety": self.availability,
            "attribute.confidentiality.data.variety": [*self.elements, *self.about_people],
            "attribute.confidentiality.state": self.protection,
            "attribute.confidentiality.data_victim": self.vulnerable,
            "actor.external.variety": self.holders,
            "actor.motive": self.harmful_motives,
            "victim.employee_count": self.employees,
            "action.error.variety": self.publishing_errors,
        }
        stray = [
            f"{name}: {word}"
            for name, table in used.items()
            for word in table
            if word not in self.words[name]
        ]
        stray += [
            f"action.{row.action}.variety: {word}"
            for row in self.causes
            for word in row.variety
            if word not in self.words[f"action.{row.action}.variety"]
        ]
        assets = self.words["asset.assets.variety"]
        stray += [
            f"asset.assets.variety: {word}"
            for word in self.media
            if word not in assets and not any(one.startswith(f"{word} - ") for one in assets)
        ]
        if stray:
            raise ValueError(f"words that VERIS does not have: {', '.join(stray)}")
        return self
