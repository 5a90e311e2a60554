from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from incidents.approval.sources.signing_file import shipped_rules
from incidents.approval.who_signs import Asked, missing_roles, needed
from incidents.models.approval import SigningRule

SHIPPED = shipped_rules()


def ask(audience: str = "individuals", **known: Any) -> Asked:
    return Asked.model_validate({"audience": audience, **known})


@pytest.mark.parametrize(
    ("asked", "signatures", "roles"),
    [
        (ask(people=1), 2, []),
        (ask(people=1_000_000), 2, []),
        (ask(child=True), 2, ["children"]),
        (ask("public"), 2, []),
        (ask("authority", phases=["initial"]), 2, ["counsel"]),
        (ask("authority", phases=["initial"], shortest_hours=72), 2, ["counsel"]),
        (ask("authority", phases=["initial"], shortest_hours=24), 1, ["counsel|privacy"]),
        (ask("authority", phases=["initial"], shortest_hours=24.01), 2, ["counsel"]),
        # What follows the first report has time: the lighter rule is for first reports alone.
        (ask("authority", phases=["initial", "final"], shortest_hours=4), 2, ["counsel"]),
        (ask("authority", shortest_hours=4), 2, ["counsel"]),
        # A short clock makes nothing lighter for people.
        (ask(phases=["initial"], shortest_hours=4), 2, []),
    ],
)
def test_the_shipped_rules(asked: Asked, signatures: int, roles: list[str]) -> None:
    found = needed(SHIPPED, asked)
    assert (found.signatures, found.roles) == (signatures, roles)
    assert found.rules


@pytest.mark.parametrize(
    ("people", "signatures"), [(0, 1), (10, 1), (11, 2), (500, 2), (501, 3), (90_000, 3)]
)
def test_own_rules_stand_in_place_of_the_shipped_ones(people: int, signatures: int) -> None:
    own = [
        SigningRule(name="everything", signatures=2),
        SigningRule(name="many", more_people_than=500, signatures=3),
        SigningRule(name="few", audiences=["individuals"], people_at_most=10, instead=True),
    ]
    assert needed(own, ask(people=people)).signatures == signatures


def test_without_any_rule_two_sign_and_a_higher_floor_holds() -> None:
    assert needed([], ask()).signatures == 2
    assert needed(SHIPPED, ask(), at_least=3).signatures == 3


def test_a_rule_that_is_lighter_for_everything_is_refused() -> None:
    with pytest.raises(ValidationError, match="within_hours or people_at_most"):
        SigningRule(name="anything goes", instead=True)
    with pytest.raises(ValidationError):
        SigningRule(name="nobody", signatures=0)


def test_one_of_two_roles_is_enough() -> None:
    assert missing_roles(["counsel|privacy", "children"], ["privacy"]) == ["children"]
    assert missing_roles(["counsel"], ["privacy", "counsel"]) == []
    assert missing_roles(["counsel"], []) == ["counsel"]


rules = st.builds(
    SigningRule,
    name=st.just("a rule"),
    audiences=st.lists(st.sampled_from(["individuals", "authority", "public"]), max_size=2),
    child=st.booleans(),
    within_hours=st.none() | st.integers(1, 100),
    more_people_than=st.none() | st.integers(0, 100),
    signatures=st.integers(1, 4),
    roles=st.lists(
        st.sampled_from(["counsel", "privacy", "children", "counsel|privacy"]), max_size=2
    ),
)
asks = st.builds(
    Asked,
    audience=st.sampled_from(["individuals", "authority", "public"]),
    people=st.integers(0, 200),
    child=st.booleans(),
    shortest_hours=st.none() | st.floats(0.5, 200),
)


@given(st.lists(rules, max_size=5), rules, asks)
def test_one_more_rule_never_asks_for_less(
    some: list[SigningRule], more: SigningRule, asked: Asked
) -> None:
    before, after = needed(some, asked), needed([*some, more], asked)
    assert after.signatures >= before.signatures >= 2
    assert set(after.roles) >= set(before.roles)
