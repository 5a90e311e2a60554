"""The fact sheet holds what is known and names what is not."""

from typing import Any

import pytest

from incidents.drafting.fact_sheet import fact_sheet, missing_fields
from incidents.errors import DraftingError
from incidents.models.inventory import Organisation, PolicyVersion
from incidents.models.notice import FactSheet
from incidents.models.report import BreachReport, Protection
from incidents.models.risk import RiskAssessment
from incidents.models.scope import Exposure, ScopeSummary


def make(organisation: Organisation, report: dict[str, Any], **more: Any) -> FactSheet:
    summary = ScopeSummary(
        version=1,
        total=10,
        digest="d",
        by_place={"DE": 10},
        by_age={},
        by_reach={},
        by_exposure={2: 10},
        minors_by_place={"DE": 3},
        children_by_place={"DE": 2},
        stores=["accounts", "orders"],
    )
    values: dict[str, Any] = {
        "case_ref": "INC-2026-0001",
        "version": 1,
        "organisation": organisation,
        "report": BreachReport.model_validate(report),
        "exposures": [
            Exposure(
                store="orders", name="Orders", elements={"identity.name": Protection(state="clear")}
            )
        ],
        "summary": summary,
        "assessment": RiskAssessment(
            method="enisa",
            dpc=1,
            ei=1,
            cb=0,
            score=1,
            band="low",
            computed="risk",
            harm_likely="no",
            unintelligible="no",
            reasons=[],
        ),
        "measures": [],
        "next_update_on": "2026-04-02",
        **more,
    }
    return fact_sheet(**values)


def test_a_store_keeps_its_bit_in_the_frozen_list(organisation: Organisation) -> None:
    sheet = make(organisation, {})
    assert [(store.store, store.bit) for store in sheet.stores] == [("orders", 1)]
    assert (sheet.people_total, sheet.children_total) == (10, 2)


def test_what_is_not_known_is_named(organisation: Organisation) -> None:
    unknown = make(organisation, {}).unknown
    assert {"kinds", "cause", "occurred_from", "aware", "stores", "holder", "misuse"} <= set(
        unknown
    )
    known = make(
        organisation, {"claim": {"kinds": ["accessed"], "cause": "phishing"}, "facts": {}}
    ).unknown
    assert {"kinds", "cause"}.isdisjoint(known)


def test_every_empty_field_is_listed_at_once(organisation: Organisation) -> None:
    bare = organisation.model_copy(update={"phone": "", "postal_address": "", "officers": {}})
    assert set(missing_fields(bare)) == {"phone", "postal_address", "officers.privacy"}
    with pytest.raises(DraftingError) as error:
        make(bare, {})
    for field in ("phone", "postal_address", "officers.privacy"):
        assert field in error.value.what
        assert field in error.value.repair
    assert error.value.where == "organisation.yaml"


def test_a_store_outside_the_frozen_list_is_refused(organisation: Organisation) -> None:
    stranger = Exposure(store="logs", name="Logs", elements={})
    with pytest.raises(DraftingError, match="logs"):
        make(organisation, {}, exposures=[stranger])


@pytest.mark.parametrize(
    ("day", "policy"), [("2022-12-08", "p1"), ("2022-12-09", "p2"), ("2019-01-01", "")]
)
def test_the_promise_is_judged_by_the_policy_of_the_day(
    organisation: Organisation, day: str, policy: str
) -> None:
    held = organisation.model_copy(
        update={
            "policies": [
                PolicyVersion(id="p1", published_on="2020-01-01", ended_on="2022-12-08"),
                PolicyVersion(id="p2", published_on="2022-12-09"),
            ]
        }
    )
    report = {"timeline": {"occurred_from": f"{day}T12:00:00+00:00"}}
    assert make(held, report).policy_version == policy
