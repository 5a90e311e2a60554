"""The weighing of risk, on cases of our own."""

from typing import Any

import pytest

from incidents.models.report import BreachReport, Range
from incidents.models.risk import RiskAssessment
from incidents.risk.assess import assess
from incidents.risk.facts import RiskFacts, risk_facts_from_report
from incidents.risk.severity import score
from incidents.risk.sources.scales_file import read_scales

SCALES = read_scales()
CLEAR = {"state": "clear"}
SAFE = {"state": "encrypted", "key": "safe"}


def weigh(*keys: str, protection: dict[str, str] | None = None, **facts: Any) -> RiskAssessment:
    elements = dict.fromkeys(keys, protection or CLEAR)
    people = facts.pop("people", 50)
    return assess(
        RiskFacts.model_validate(
            {"elements": elements, "people": Range.exactly(people), "kinds": ["accessed"], **facts}
        ),
        SCALES,
    )


SHOP = (
    "identity.name",
    "contact.email",
    "contact.postal_address",
    "contact.phone",
    "transaction.order",
)


def test_orders_and_accounts_copied_by_an_outsider_are_a_high_risk() -> None:
    facts = RiskFacts.model_validate(
        {
            "elements": dict.fromkeys(SHOP, CLEAR) | {"account.password": {"state": "hashed"}},
            "kinds": ["accessed"],
            "cause": "external_unlawful_access",
            "people": Range.exactly(5000),
        }
    )
    found = assess(facts, SCALES)
    # A shop's orders 2, name with mail address 1, unknown recipients 0.5, intent 0.5.
    assert (found.dpc, found.ei, found.cb, found.score) == (2, 1.0, 1.0, 3.0)
    assert (found.band, found.level, found.harm_likely) == ("high", "high", "yes")
    assert found.unintelligible == "no"


@pytest.mark.parametrize(
    ("facts", "total", "band"),
    [
        # A laptop with customers' names, addresses and birth dates is lost by mistake.
        (
            {
                "elements": ["identity.name", "contact.postal_address", "identity.birth_date"],
                "kinds": ["lost"],
                "cause": "lost_device",
                "malicious": False,
                "recoverable": True,
            },
            1.0,
            "low",
        ),
        # Somebody publishes health results with names.
        (
            {
                "elements": ["health.record", "identity.name", "contact.email"],
                "kinds": ["published"],
                "malicious": True,
            },
            5.0,
            "very_high",
        ),
        # A bank account list goes to one wrong colleague.
        (
            {
                "elements": ["payment.compliance", "identity.name", "contact.email"],
                "cause": "mis_send",
                "malicious": False,
            },
            3.25,
            "high",
        ),
        # Ransomware on health files under an alias with a mail address, restored with work.
        (
            {
                "elements": ["health.record", "account.member_name", "contact.email"],
                "kinds": ["lost"],
                "cause": "ransomware",
                "recoverable": True,
            },
            3.75,
            "high",
        ),
        # Device logs that name nobody are wiped for good by an intruder.
        (
            {
                "elements": ["device.log"],
                "kinds": ["destroyed"],
                "malicious": True,
                "recoverable": False,
            },
            1.5,
            "low",
        ),
    ],
)
def test_the_score_follows_the_tables(facts: dict[str, Any], total: float, band: str) -> None:
    elements = dict.fromkeys(facts.pop("elements"), CLEAR)
    base = {"kinds": ["accessed"], "people": Range.exactly(10)}
    found = score(RiskFacts.model_validate({**base, **facts, "elements": elements}), SCALES)
    assert (found.total, found.band) == (total, band)


def test_card_number_and_code_together_weigh_more_than_each_alone() -> None:
    assert weigh("payment.card_number", "payment.card_code").dpc == 4
    assert weigh("payment.card_number").dpc == 3


def test_scale_makes_plain_data_in_criminal_hands_a_high_risk() -> None:
    keys = ("identity.name", "contact.postal_address")
    few = weigh(*keys, people=9_999, malicious=True)
    many = weigh(*keys, people=10_000, malicious=True)
    assert (few.level, many.level) == ("risk", "high")
    assert few.score == many.score


def test_one_person_who_was_singled_out_is_a_high_risk() -> None:
    found = weigh("account.session", "contact.email", people=1, malicious=True, cause="phishing")
    assert found.level == "high"


def test_unreadable_data_puts_nobody_at_risk() -> None:
    found = weigh(*SHOP, protection=SAFE, people=50_000, malicious=True)
    assert (found.level, found.unintelligible, found.harm_likely) == ("unlikely", "yes", "no")


def test_encryption_does_not_help_those_whose_data_is_gone() -> None:
    found = weigh("health.record", protection=SAFE, kinds=["destroyed"], recoverable=False)
    assert (found.level, found.unintelligible) == ("high", "yes")
    found = weigh("transaction.order", protection=SAFE, kinds=["destroyed"], recoverable=False)
    assert (found.level, found.unintelligible) == ("risk", "yes")


def test_an_unknown_key_is_read_as_taken_and_said_so() -> None:
    found = weigh(
        "identity.name", "identity.ssn", protection={"state": "encrypted"}, malicious=True
    )
    assert (found.level, found.unintelligible) == ("high", "unknown")
    assert any("taken as readable" in reason.text for reason in found.reasons)


def test_safe_elements_beside_readable_ones_do_not_weigh() -> None:
    facts = {"contact.email": CLEAR, "health.record": SAFE}
    found = weigh("contact.email", elements=facts, malicious=False, cause="misconfiguration")
    assert (found.dpc, found.unintelligible) == (1, "no")


def test_unknown_data_gives_no_level_and_the_worst_score() -> None:
    found = assess(RiskFacts(), SCALES)
    assert (found.level, found.dpc, found.ei) == ("unknown", 4, 1.0)
    assert (found.unintelligible, found.harm_likely) == ("unknown", "unknown")


def test_a_trusted_recipient_lowers_the_level_by_one() -> None:
    keys = ("identity.name", "contact.email", "health.record")
    strange = weigh(*keys, cause="mis_send", malicious=False, holder="known_untrusted")
    trusted = weigh(*keys, cause="mis_send", malicious=False, holder="known_trusted")
    assert (strange.level, trusted.level) == ("high", "risk")


def test_a_misdirected_plain_letter_to_a_trusted_recipient_is_no_risk() -> None:
    found = weigh("identity.name", people=1, cause="mis_send", malicious=False, holder="returned")
    assert found.level == "unlikely"


def test_what_people_published_themselves_is_no_risk() -> None:
    assert weigh("content.public", "identity.avatar", malicious=True).level == "unlikely"


def test_misuse_that_was_seen_is_a_high_risk_whatever_the_data() -> None:
    assert weigh("device.cookie", misuse_seen=True).level == "high"


def test_children_who_can_be_recognised_raise_the_level() -> None:
    keys = ("identity.name", "contact.postal_address")
    assert weigh(*keys, malicious=True, children=False).level == "risk"
    assert weigh(*keys, malicious=True, children=True).level == "high"


def test_an_averted_harm_is_not_likely_and_leaves_the_level_to_the_law() -> None:
    found = weigh(*SHOP, "account.password", malicious=True, harm_averted=True)
    assert (found.level, found.harm_likely) == ("high", "no")


def test_nobody_affected_is_no_risk() -> None:
    assert weigh(*SHOP, people=0).level == "unlikely"


def test_a_report_leaves_open_what_it_does_not_say() -> None:
    facts = risk_facts_from_report(BreachReport())
    assert facts == RiskFacts()


def test_children_in_a_report_count_only_when_certain() -> None:
    def children(count: object) -> object:
        report = BreachReport.model_validate({"facts": {"children": {"CN": count}}})
        return risk_facts_from_report(report).children

    assert [children(3), children(0), children({"low": 0, "high": 3})] == [True, False, "unknown"]


def test_minors_in_a_report_count_as_children() -> None:
    report = BreachReport.model_validate({"facts": {"minors": {"DE": 2}}})
    assert risk_facts_from_report(report).children is True


def test_a_report_carries_every_fact_that_bears_on_risk() -> None:
    said = {
        "acquired": False,
        "internal_only": True,
        "deletion_confirmed": True,
        "targeted": False,
        "depended_on": True,
        "unavailable_hours": {"low": 2, "high": 5},
        "media": ["paper"],
        "roles": ["public_body"],
    }
    report = BreachReport.model_validate({"facts": said})
    facts = risk_facts_from_report(report)
    assert RiskFacts.model_validate(said) == facts
