"""The small closed language in which law files say when a duty exists.

A condition is one mapping: `all`, `any`, `not` or `at_least_of` over others; a fact with one test;
a grade of harm; a match of data elements; another duty; or a question that only a person can
answer. There is nothing else to learn.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Annotated, Any, Literal, Self, get_args
from weakref import WeakValueDictionary

from pydantic import BeforeValidator, Discriminator, Field, Tag, WrapValidator, model_validator

from incidents.models.base import Value
from incidents.models.report import Kind, Medium
from incidents.models.vocabulary import CauseKey, ElementKey, HarmKey, RoleKey

CountFact = Literal[
    "people.here",
    "people.all",
    "children.here",
    "children.all",
    "minors.here",
    "minors.all",
    "without_contact.here",
    "without_contact.all",
    "direct_loss_cny",
    "notice_cost_usd",
    "employees",
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
    "acquired",
    "internal_only",
    "was_source",
]
ListFact = Literal["kinds", "roles", "established_in", "media", "contracts"]

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
            "acquired",
            "internal_only",
            "was_source",
        ),
        ANSWERS,
    ),
}
"""Words each fact may be compared with; `cause` takes the vocabulary's causes."""


def yes_or_no(value: Any) -> Any:
    """Return `yes` or `no` for the booleans that YAML makes of these two words."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


Word = Annotated[str, BeforeValidator(yes_or_no)]


class Part(Value):
    """What every condition is."""

    @cached_property
    def universal(self) -> bool:
        """Whether it comes out the same for all laws: no `here`, no question, no other duty."""
        if isinstance(self, CountTest):
            return not self.fact.endswith(".here")
        if isinstance(self, (Ask, DutyTest)):
            return False
        return all(part.universal for part in parts_of(self))  # type: ignore[arg-type]


class All(Part):
    """Holds when every part holds."""

    all: Annotated[list["Condition"], Field(min_length=1)]


class Any_(Part):  # noqa: N801 - `Any` is taken by typing
    """Holds when at least one part holds."""

    any: Annotated[list["Condition"], Field(min_length=1)]


class Not(Part):
    """Holds when its part does not."""

    not_: "Condition" = Field(alias="not")


class AtLeast(Part):
    """Holds when at least so many of its parts hold."""

    at_least_of: Annotated[int, Field(ge=1)]
    of: Annotated[list["Condition"], Field(min_length=2)]

    @model_validator(mode="after")
    def _can_hold(self) -> Self:
        if self.at_least_of > len(self.of):
            raise ValueError(f"asks for {self.at_least_of} of {len(self.of)} parts")
        return self


class CountTest(Part):
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


class WordTest(Part):
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


class ListTest(Part):
    """A fact of several words: holds when it has any of those named."""

    fact: ListFact
    includes_any: Annotated[list[str], Field(min_length=1)]

    @model_validator(mode="after")
    def _known_words(self) -> Self:
        if self.fact == "kinds":
            _Kinds(kinds=[Kind(word) for word in self.includes_any])
        elif self.fact == "roles":
            _Roles(roles=self.includes_any)
        elif self.fact == "media":
            _Media(media=[Medium(word) for word in self.includes_any])
        return self


class ElementGroup(Value):
    """Data elements that count together: all of `all_of` and one of `one_of`."""

    all_of: list[ElementKey] = []
    one_of: list[ElementKey] = []
    with_name: bool = False
    """Counts only beside the person's name; False where it counts standing alone."""
    with_identifier: bool = False
    """Counts beside anything that tells who the person is: a name, number, address, picture."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.all_of and not self.one_of:
            raise ValueError("name at least one element in all_of or one_of")
        return self


class ElementTest(Part):
    """Holds when one of the groups was exposed."""

    elements: Annotated[list[ElementGroup], Field(min_length=1)]
    unprotected: bool = True
    """Count an element only where a taker can read it; an unknown key makes that unknown."""
    protected_by: list[Literal["encrypted", "redacted", "hashed"]] = ["encrypted", "redacted"]
    """What the law takes for protection; anything else leaves an element readable."""
    key_counts: bool = True
    """A key that was taken undoes encryption; False where the law does not look at the key."""


class HarmTest(Part):
    """A grade of harm, as the weighing of risk or a named person judged it."""

    harm: HarmKey
    is_: Word = Field(alias="is")

    @model_validator(mode="after")
    def _yes_or_no(self) -> Self:
        if self.is_ not in ANSWERS:
            raise ValueError("a grade of harm is yes or no")
        return self


class DutyTest(Part):
    """Holds when another duty exists, such as a filing under another law.

    A duty of a law that is not loaded counts as not existing, and the trace says so; the check of
    the catalogue refuses such a reference.
    """

    duty: Annotated[str, Field(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$")]
    is_: Literal["owed"] = Field(alias="is")


class Ask(Part):
    """An open limb of the law that no fact can answer: always a question to a person."""

    ask: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    text: Annotated[str, Field(min_length=20)]


_KNOWN: WeakValueDictionary[str, Value] = WeakValueDictionary()


def _shared(value: Any, make: Callable[[Any], Value]) -> Value:
    """Return the one object for a condition: laws repeat themselves, and each is judged once."""
    key = repr(value)
    made = _KNOWN.get(key)
    if made is None:
        made = _KNOWN[key] = make(value)
    return made


def _which(value: Any) -> str | None:
    """Return the kind of a condition by its first key, so that errors speak of that kind only."""
    if not isinstance(value, dict):
        return _TAGS.get(type(value))
    for key in ("all", "any", "not", "at_least_of", "elements", "harm", "duty", "ask"):
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
    | Annotated[AtLeast, Tag("at_least_of")]
    | Annotated[CountTest, Tag("count")]
    | Annotated[WordTest, Tag("word")]
    | Annotated[ListTest, Tag("list")]
    | Annotated[ElementTest, Tag("elements")]
    | Annotated[HarmTest, Tag("harm")]
    | Annotated[DutyTest, Tag("duty")]
    | Annotated[Ask, Tag("ask")],
    Discriminator(
        _which,
        custom_error_type="condition",
        custom_error_message="no condition: write all, any, not, at_least_of, elements, harm, "
        "duty, ask, or a known fact",
    ),
    WrapValidator(_shared),
]
_TAGS: dict[type, str] = {
    All: "all",
    Any_: "any",
    Not: "not",
    AtLeast: "at_least_of",
    HarmTest: "harm",
    DutyTest: "duty",
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


class _Media(Value):
    media: list[Medium]


class _Kinds(Value):
    kinds: list[Kind]


All.model_rebuild()
Any_.model_rebuild()
Not.model_rebuild()
AtLeast.model_rebuild()


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions a condition is made of; none for a single look."""
    match condition:
        case All():
            return tuple(condition.all)
        case Any_():
            return tuple(condition.any)
        case Not():
            return (condition.not_,)
        case AtLeast():
            return tuple(condition.of)
        case _:
            return ()


def duties_named(condition: Condition | None) -> set[str]:
    """Return the duties that a condition leans on."""
    if condition is None:
        return set()
    if isinstance(condition, DutyTest):
        return {condition.duty}
    return set().union(*(duties_named(part) for part in parts_of(condition)))


def asks_of(condition: Condition | None) -> set[str]:
    """Return the questions to a person that stand in a condition."""
    if condition is None:
        return set()
    if isinstance(condition, Ask):
        return {condition.ask}
    return set().union(*(asks_of(part) for part in parts_of(condition)))
