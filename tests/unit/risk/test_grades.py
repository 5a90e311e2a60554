"""Grades of harm, on cases of our own: one that reaches the grade, one that does not, one open."""

from typing import Any

import pytest

from incidents.models.report import Range
from incidents.models.risk import Graded
from incidents.models.vocabulary import vocabulary
from incidents.risk.assess import assess
from incidents.risk.facts import RiskFacts
from incidents.risk.sources.scales_file import read_scales

SCALES = read_scales()
CLEAR = {"state": "clear"}
NAMED = ["identity.name", "contact.email"]
SHOP: dict[str, Any] = {"roles": ["ecommerce_platform"]}
STOLEN: dict[str, Any] = {"cause": "external_unlawful_access", "acquired": True}
SENT: dict[str, Any] = {"cause": "mis_send", "malicious": False, "holder": "known_untrusted"}
DELETED: dict[str, Any] = {**SENT, "deletion_confirmed": True}
BOUND: dict[str, Any] = {**DELETED, "holder": "known_trusted"}


def grade(harm: str, *keys: str, **facts: Any) -> Graded:
    given = {"people": Range.exactly(40), "kinds": ["accessed"], **facts}
    elements = given.pop("elements", None) or dict.fromkeys(keys, CLEAR)
    return assess(RiskFacts.model_validate({"elements": elements, **given}), SCALES).harms[harm]


TABLE: list[tuple[str, str, list[str], dict[str, Any]]] = [
    ("serious_harm", "yes", [*NAMED, "identity.ssn"], STOLEN),
    ("serious_harm", "unknown", NAMED, STOLEN),
    ("serious_harm", "no", NAMED, DELETED),
    ("serious_harm", "no", [*NAMED, "identity.ssn"], {**STOLEN, "harm_averted": True}),
    ("significant_harm", "yes", ["identity.name", "payment.card_number"], STOLEN),
    ("significant_harm", "yes", ["identity.name", "health.record"], BOUND),
    ("significant_harm", "yes", ["account.member_name", "account.password"], SENT),
    ("significant_harm", "no", NAMED, STOLEN),
    ("real_risk_of_significant_harm", "yes", [*NAMED, "transaction.order"], STOLEN),
    ("real_risk_of_significant_harm", "unknown", NAMED, SENT),
    ("real_risk_of_significant_harm", "no", NAMED, DELETED),
    ("misuse", "yes", NAMED, STOLEN),
    ("misuse", "yes", ["device.cookie"], {**SENT, "misuse_seen": True}),
    ("misuse", "unknown", [*NAMED, "transaction.order"], SENT),
    ("misuse", "no", NAMED, SENT),
    ("misuse_possible", "yes", [*NAMED, "identity.ssn"], SENT),
    ("misuse_possible", "unknown", NAMED, SENT),
    ("misuse_possible", "no", NAMED, DELETED),
    ("identity_theft_or_fraud", "yes", ["identity.name", "identity.drivers_licence"], STOLEN),
    ("identity_theft_or_fraud", "unknown", NAMED, STOLEN),
    ("identity_theft_or_fraud", "no", ["identity.name", "belief.religion"], STOLEN),
    ("identity_theft_or_fraud", "unknown", ["identity.name"], {**STOLEN, "misuse_seen": True}),
    ("property_damage", "yes", ["payment.card_number"], STOLEN),
    ("property_damage", "yes", [*NAMED, "account.password"], {**STOLEN, **SHOP}),
    ("property_damage", "unknown", [*NAMED, "account.password"], STOLEN),
    ("property_damage", "unknown", ["payment.card_number"], DELETED),
    ("property_damage", "no", [*NAMED, "health.record"], STOLEN),
    ("adverse_effect", "yes", NAMED, STOLEN),
    ("adverse_effect", "yes", [*NAMED, "location.precise"], SENT),
    ("adverse_effect", "unknown", NAMED, SENT),
    ("adverse_effect", "no", NAMED, BOUND),
    ("significant_effect", "yes", [*NAMED, "transaction.order"], STOLEN),
    ("significant_effect", "unknown", NAMED, STOLEN),
    ("significant_effect", "no", NAMED, DELETED),
    ("protection_needed", "yes", ["contact.email", "account.password"], SENT),
    ("protection_needed", "yes", NAMED, {**STOLEN, "targeted": True}),
    ("protection_needed", "unknown", NAMED, STOLEN),
    ("protection_needed", "no", NAMED, SENT),
    ("low_probability_of_compromise", "yes", NAMED, DELETED),
    ("low_probability_of_compromise", "yes", [*NAMED, "health.record"], BOUND),
    ("low_probability_of_compromise", "unknown", [*NAMED, "health.record"], DELETED),
    ("low_probability_of_compromise", "unknown", NAMED, {**SENT, "harm_averted": True}),
    ("low_probability_of_compromise", "no", NAMED, SENT),
    ("low_probability_of_compromise", "no", NAMED, {**BOUND, "misuse_seen": True}),
    (
        "low_probability_of_compromise",
        "unknown",
        [*NAMED, "health.record"],
        {"kinds": ["lost"], "cause": "ransomware", "acquired": False, "recoverable": True},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("harm", "answer", "keys", "facts"), TABLE)
def test_a_grade_is_answered_with_reasons(
    harm: str, answer: str, keys: list[str], facts: dict[str, Any]
) -> None:
    found = grade(harm, *keys, **facts)
    assert found.answer == found.effective == answer, [one.text for one in found.reasons]
    assert len(found.reasons) > 1
    assert vocabulary().harms[harm] in found.reasons[-1].text


def test_every_grade_has_a_case_for_yes_and_for_no() -> None:
    for harm in vocabulary().harms:
        assert {"yes", "no"} <= {answer for one, answer, _, _ in TABLE if one == harm}, harm


def test_an_open_key_leaves_a_grade_open_and_says_how_to_read_it() -> None:
    elements = {"identity.name": CLEAR, "identity.ssn": {"state": "encrypted"}}
    found = grade("identity_theft_or_fraud", elements=elements, **STOLEN)
    texts = [reason.text for reason in found.reasons]
    assert found.answer == "unknown"
    assert "Whether the data can be read is not known." in texts
    assert texts[-1].endswith("the safe reading is yes.")
    found = grade("low_probability_of_compromise", elements=elements, **STOLEN)
    assert found.answer == "no", "the name alone can be read, so the burden is not met"


def test_four_factors_are_each_said() -> None:
    found = grade("low_probability_of_compromise", *NAMED, **SENT)
    starts = [reason.text.split(":")[0] for reason in found.reasons[:-1]]
    assert starts == ["What it is", "Who had it", "Taken or seen", "How far mended"]


def test_loss_alone_brings_serious_harm_and_no_misuse() -> None:
    facts = {
        "kinds": ["lost"],
        "cause": "technical_fault",
        "malicious": False,
        "depended_on": True,
        "recoverable": False,
    }
    assert grade("serious_harm", "health.record", **facts).answer == "yes"
    assert grade("misuse_possible", "health.record", **facts).answer == "no"


def test_only_data_that_is_deemed_to_bring_harm_counts_together() -> None:
    alone = grade("significant_harm", "payment.bank_account", **SENT)
    named = grade("significant_harm", "payment.bank_account", "identity.name", **SENT)
    assert (alone.answer, named.answer) == ("no", "yes")


def test_logins_that_worked_at_a_bank_can_cost_money_though_no_login_is_listed() -> None:
    facts = {"cause": "credential_stuffing", "roles": ["financial_institution"]}
    assert grade("property_damage", *NAMED, **facts).answer == "yes"
    assert grade("protection_needed", *NAMED, **facts).answer == "yes"
