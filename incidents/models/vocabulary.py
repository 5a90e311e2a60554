"""The words every room shares, read once from `vocabulary.yaml`."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator

from incidents.data_files import read_data
from incidents.models.base import Value, read_as


class Element(Value):
    """One kind of personal data."""

    label: str
    fides: str
    """fideslang 3 data category it maps to."""
    category: Literal["simple", "behavioural", "financial", "sensitive", "credential"]
    """ENISA data category; credentials are scored by what they open."""
    sensitive: bool = False
    """On PIPL's or the policy's sensitive list."""
    public_by_design: bool = False
    identifier: (
        Literal["full_name", "government_id", "phone_or_address", "email", "picture", "alias"]
        | None
    ) = None
    """Which ENISA identifier table applies."""


class Vocabulary(Value):
    """The closed lists: data elements, causes, roles, content keys."""

    version: str
    elements: dict[str, Element]
    causes: dict[str, str]
    electronic_causes: list[str]
    """Causes that only touch electronic data."""
    intrusions: list[str]
    """Causes in which somebody without a right went for the data."""
    roles: dict[str, str]
    content: dict[str, str]
    moments: dict[str, str]
    harms: dict[str, str]


@cache
def vocabulary() -> Vocabulary:
    """Return the shipped vocabulary."""
    path = Path(__file__).with_name("vocabulary.yaml")
    return read_as(Vocabulary, read_data(path), where=str(path))


def _one_of(list_name: str, word: str) -> str:
    words = getattr(vocabulary(), list_name)
    if word not in words:
        near = [w for w in words if w.rsplit(".", 1)[-1] == word.rsplit(".", 1)[-1]]
        hint = f", did you mean {near[0]}?" if near else ""
        raise ValueError(f"not in the vocabulary's {list_name}{hint}")
    return word


ElementKey = Annotated[str, AfterValidator(lambda word: _one_of("elements", word))]
CauseKey = Annotated[str, AfterValidator(lambda word: _one_of("causes", word))]
RoleKey = Annotated[str, AfterValidator(lambda word: _one_of("roles", word))]
ContentKey = Annotated[str, AfterValidator(lambda word: _one_of("content", word))]
MomentKey = Annotated[str, AfterValidator(lambda word: _one_of("moments", word))]
HarmKey = Annotated[str, AfterValidator(lambda word: _one_of("harms", word))]
