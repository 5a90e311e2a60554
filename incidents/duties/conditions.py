"""The small closed language in which law files say when a duty exists.

A condition is one mapping: `all`, `any` or `not` over others; a fact with one test; a match of
data elements; or a question that only a person can answer. There is nothing else to learn.
"""

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from incidents.models.base import Value
from incidents.models.report import Kind
from incidents.models.vocabulary import CauseKey, ElementKey, RoleKey

CountFact = Literal[
    "people.here",
    "people.all",
    "children.here",
    "children.all",
    "minors.here",
    "minors.all",
    "direct_loss_cny",
]
"""Numbers known as ranges. `.here` counts the law's own places, `.all` everywhere."""

WordFact = Literal[
    "certainty",
    "cause",
    "malicious",
    "risk",
    "harm_likely",
    "unintelligible",
    "harm_averted",
    "crime_suspected",
    "important_data",
    "promise",
]
ListFact = Literal["kinds", "roles", "established_in"]

ANSWERS = frozenset({"yes", "no"})
WORDS: dict[str, frozenset[str]] = {
    "certainty": frozenset({"certain", "suspected"}),
    "risk": frozenset({"unlikely", "risk", "high"}),
    **dict.fromkeys(
        (
            "malicious",
            "harm_likely",
            "unintelligible",
            "harm_averted",
            "crime_suspected",
            "important_data",
            "promise",
        ),
        ANSWERS,
    ),
}
"""Words each fact may be compared with; `cause` takes the vocabulary's causes."""


def yes_or_no(value: Any) -> Any:
    """Return `yes` or `no` for the booleans that YAML makes of these two words."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


Word = Annotated[str, BeforeValidator(yes_or_no)]


class All(Value):
    """Holds when every part holds."""

    all: Annotated[list["Condition"], Field(min_length=1)]


class Any_(Value):  # noqa: N801 - `Any` is taken by typing
    """Holds when at least one part holds."""

    any: Annotated[list["Condition"], Field(min_length=1)]


class Not(Value):
    """Holds when its part does not."""

    not_: "Condition" = Field(alias="not")


class CountTest(Value):
    """A number against a threshold that keeps its operator."""

    fact: CountFact
    at_least: int | None = Field(default=None, ge=0)
    more_than: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if (self.at_least is None) == (self.more_than is None):
            raise ValueError("write exactly one of at_least, more_than")
        return self

    @property
    def least(self) -> int:
        """Return the smallest number that passes."""
        return self.at_least if self.at_least is not None else (self.more_than or 0) + 1


class WordTest(Value):
    """A fact of one word against one or several words."""

    fact: WordFact
    is_: Word | None = Field(default=None, alias="is")
    in_: list[Word] | None = Field(default=None, alias="in")

    @model_validator(mode="after")
    def _known_words(self) -> Self:
        if (self.is_ is None) == (self.in_ is None):
            raise ValueError("write exactly one of is, in")
        if self.fact == "cause":
            _Causes(causes=list(self.words))
        elif unknown := set(self.words) - WORDS[self.fact]:
            known = ", ".join(sorted(WORDS[self.fact]))
            raise ValueError(f"{self.fact} is never {', '.join(sorted(unknown))}; it is {known}")
        return self

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words that pass."""
        return tuple(self.in_ or ()) if self.is_ is None else (self.is_,)


class ListTest(Value):
    """A fact of several words: holds when it has any of those named."""

    fact: ListFact
    includes_any: Annotated[list[str], Field(min_length=1)]

    @model_validator(mode="after")
    def _known_words(self) -> Self:
        if self.fact == "kinds":
            _Kinds(kinds=[Kind(word) for word in self.includes_any])
        elif self.fact == "roles":
            _Roles(roles=self.includes_any)
        return self


class ElementGroup(Value):
    """Data elements that count together: all of `all_of` and one of `one_of`."""

    all_of: list[ElementKey] = []
    one_of: list[ElementKey] = []
    with_name: bool = False
    """Counts only beside the person's name; False where it counts standing alone."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.all_of and not self.one_of:
            raise ValueError("name at least one element in all_of or one_of")
        return self


class ElementTest(Value):
    """Holds when one of the groups was exposed."""

    elements: Annotated[list[ElementGroup], Field(min_length=1)]
    unprotected: bool = True
    """Count an element only where a taker can read it; an unknown key makes that unknown."""


class Ask(Value):
    """An open limb of the law that no fact can answer: always a question to a person."""

    ask: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    text: Annotated[str, Field(min_length=20)]


def _which(value: Any) -> str | None:
    """Return the kind of a condition by its first key, so that errors speak of that kind only."""
    if not isinstance(value, dict):
        return _TAGS.get(type(value))
    for key in ("all", "any", "not", "elements", "ask"):
        if key in value:
            return key
    fact = value.get("fact")
    for tag, facts in (("count", CountFact), ("word", WordFact), ("list", ListFact)):
        if fact in get_args(facts):
            return tag
    return None


Condition = Annotated[
    Annotated[All, Tag("all")]
    | Annotated[Any_, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[CountTest, Tag("count")]
    | Annotated[WordTest, Tag("word")]
    | Annotated[ListTest, Tag("list")]
    | Annotated[ElementTest, Tag("elements")]
    | Annotated[Ask, Tag("ask")],
    Discriminator(
        _which,
        custom_error_type="condition",
        custom_error_message="no condition: write all, any, not, elements, ask, or a known fact",
    ),
]
_TAGS: dict[type, str] = {
    All: "all",
    Any_: "any",
    Not: "not",
    CountTest: "count",
    WordTest: "word",
    ListTest: "list",
    ElementTest: "elements",
    Ask: "ask",
}


class _Causes(Value):
    causes: list[CauseKey]


class _Roles(Value):
    roles: list[RoleKey]


class _Kinds(Value):
    kinds: list[Kind]


All.model_rebuild()
Any_.model_rebuild()
Not.model_rebuild()
