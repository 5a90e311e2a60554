"""People belong to sets by the laws that cover their place."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.drafting.choose import (
    announcement_plan,
    authority_plans,
    covers,
    set_keys,
    without_set,
)
from incidents.models.duty import Citation, Duty, Recipient

Make = Callable[..., Duty]


def test_each_combination_of_laws_is_one_set(duty: Make) -> None:
    plans = set_keys(
        [
            duty("eu-gdpr", places=["DE", "FR"], must_say=["nature", "contact"]),
            duty("us-ca-1798-82", places=["US-CA"], must_say=["notice_date"], title="Notice"),
            duty("org-promise", must_say=["remedies"]),
        ],
        ["DE", "FR", "US-CA", "BR", "unknown"],
    )
    assert plans["DE"] is plans["FR"]
    assert plans["DE"].key == "individuals-eu-gdpr-org-promise"
    assert plans["DE"].required == ["contact", "nature", "remedies"]
    assert plans["US-CA"].titles == ["Notice"]
    assert plans["BR"].key == plans["unknown"].key == "individuals-org-promise"
    assert plans["BR"].titles == []


def test_a_place_under_no_duty_has_no_set(duty: Make) -> None:
    assert set(set_keys([duty("eu-gdpr", places=["DE"])], ["DE", "BR"])) == {"DE"}


def test_a_country_covers_its_regions_but_not_the_other_way(duty: Make) -> None:
    assert covers(duty("us", places=["US"]), "US-TX")
    assert not covers(duty("us-ca", places=["US-CA"]), "US")


def test_a_guardians_duty_joins_the_set_of_its_law(duty: Make) -> None:
    guardian = duty(
        "cn-pipl", id="cn-pipl/guardians", recipient=Recipient(kind="guardian"), places=["CN"]
    )
    plan = set_keys([duty("cn-pipl", places=["CN"]), guardian], ["CN"])["CN"]
    assert plan.key == "individuals-cn-pipl"
    assert plan.duties == ["cn-pipl/guardians", "cn-pipl/individuals-initial"]


def test_a_laws_ban_outweighs_the_own_promise(duty: Make) -> None:
    own = Citation(article="", read_on="2026-11-22", confidence="own")
    promise = duty("org-promise", must_say=["nature", "remedies"], citation=own)
    ban = duty("us-ma", places=["US-MA"], must_not_say=["nature"])
    plan = set_keys([promise, ban], ["US-MA"])["US-MA"]
    assert plan.required == ["remedies"]
    assert plan.forbidden == ["nature"]
    assert plan.conflicts == []


def test_two_laws_that_contradict_each_other_are_a_conflict(duty: Make) -> None:
    plan = set_keys(
        [duty("us-x", must_say=["nature"]), duty("us-ma", must_not_say=["nature"])], ["US-MA"]
    )["US-MA"]
    assert plan.conflicts == ["nature"]


def test_authorities_are_grouped_by_law_and_named_to_their_people(duty: Make) -> None:
    authority = Recipient(kind="authority", name="Authority of Hafenstadt", place="DE")
    duties = [
        duty("eu-gdpr", places=["DE"]),
        duty("eu-gdpr", id="eu-gdpr/authority/DE", recipient=authority, places=["DE"]),
    ]
    (plan,) = authority_plans(duties)
    assert (plan.key, plan.duties) == ("authority-eu-gdpr", ["eu-gdpr/authority/DE"])
    assert [one.name for one in set_keys(duties, ["DE"])["DE"].authorities] == [
        "Authority of Hafenstadt"
    ]


def test_people_read_each_authority_once_and_without_how_reports_are_routed(duty: Make) -> None:
    first = Recipient(
        kind="authority",
        ref="office",
        name="Office of Hafenstadt (for ships that of the port, for all else that of the town)",
        place="DE",
    )
    later = first.model_copy(update={"name": "whoever had the first report"})
    other = Recipient(kind="authority", ref="cnil", name="Commission (CNIL)", place="FR")
    duties = [
        duty("eu-gdpr", places=["DE"]),
        *(
            duty("eu-gdpr", id=f"eu-gdpr/{one}", recipient=to, places=["DE"])
            for one, to in enumerate([first, later, other])
        ),
    ]
    assert [one.name for one in set_keys(duties, ["DE"])["DE"].authorities] == [
        "Office of Hafenstadt",
        "Commission (CNIL)",
    ]


def test_an_announcement_needs_a_rule_that_allows_it(duty: Make) -> None:
    assert announcement_plan([duty("eu-gdpr")], ["DE"]) is None
    plan = announcement_plan([duty("eu-gdpr", announcement_allowed="Art 34(3)(c)")], ["DE"])
    assert plan is not None
    assert (plan.key, plan.announcement_rules) == ("public-announcement", ["Art 34(3)(c)"])


@pytest.mark.parametrize("kind", ["record", "media", "police", "bureau", "controller"])
def test_duties_done_by_hand_are_listed_apart(duty: Make, kind: str) -> None:
    one = duty("eu-gdpr", recipient={"kind": kind})
    assert without_set([one, duty("uk-gdpr")]) == [one]
    assert set_keys([one], ["DE"]) == {}


@given(st.permutations(["eu-gdpr", "org-promise", "cn-pipl", "us-ca"]))
def test_the_order_of_duties_changes_nothing(order: list[str]) -> None:
    def make(regime: str) -> Duty:
        return Duty.model_validate(
            {
                "id": f"{regime}/individuals-initial",
                "regime": regime,
                "regime_name": regime,
                "duty": "individuals-initial",
                "name": "Tell the people",
                "status": "owed",
                "recipient": {"kind": "individual"},
                "clock": {"start": "aware"},
                "must_say": ["nature", "contact"],
                "citation": {"article": "1", "read_on": "2026-11-22", "confidence": "primary"},
            }
        )

    plan = set_keys([make(regime) for regime in order], ["DE"])["DE"]
    assert plan.key == "individuals-cn-pipl-eu-gdpr-org-promise-us-ca"
    assert plan.required == ["contact", "nature"]


def test_people_of_an_area_with_advice_of_its_own_get_a_set_of_their_own(duty: Make) -> None:
    everywhere = duty("org-promise/individuals-initial", places=[])
    plans = set_keys([everywhere], ["CN", "US-TX", "US-NY", "JP"], ["US"])
    assert plans["CN"].places == ["CN", "JP"]
    assert plans["US-TX"].places == ["US-NY", "US-TX"]
    assert plans["US-TX"].key == plans["CN"].key + "-us"
