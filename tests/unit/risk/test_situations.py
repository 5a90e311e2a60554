"""Situations of our own, reasoned from the factors that decide how badly people can be hurt.

The factors: what was done (seen, gone, wrong), what the data is and how much of it, how easily
people are told apart, how grave and lasting what follows is, who they are, who holds the data
about them, how many they are. Each line says in one sentence why it comes out as it does.
"""

from typing import Any, NamedTuple

import pytest

from incidents.models.report import Range
from incidents.models.risk import RiskAssessment
from incidents.risk.assess import assess
from incidents.risk.facts import RiskFacts
from incidents.risk.sources.scales_file import read_scales

SCALES = read_scales()
CLEAR = {"state": "clear"}
SAFE = {"state": "encrypted", "key": "safe"}
TAKEN = {"state": "encrypted", "key": "taken"}
STRONG = {"state": "hashed", "key": "safe"}
HASHED = {"state": "hashed"}

PLAIN = ["identity.name", "contact.postal_address"]
CONTACTS = ["identity.name", "contact.email", "contact.phone"]
ORDERS = [*CONTACTS, "transaction.order"]
HEALTH = [*CONTACTS, "health.record"]
PAPERS = [*PLAIN, "identity.passport"]
STAFF = ["identity.name", "payment.bank_account", "identity.tax_id"]

STOLEN: dict[str, Any] = {
    "kinds": ["accessed"],
    "cause": "external_unlawful_access",
    "acquired": True,
}
SENT: dict[str, Any] = {"kinds": ["accessed"], "cause": "mis_send", "malicious": False}
STRANGER: dict[str, Any] = {**SENT, "holder": "known_untrusted", "people": 1}
LAPTOP: dict[str, Any] = {"kinds": ["lost"], "cause": "lost_device", "recoverable": True}
LOCKED: dict[str, Any] = {"kinds": ["lost"], "cause": "ransomware", "acquired": False}
LEFT_OPEN: dict[str, Any] = {
    "kinds": ["accessed"],
    "cause": "misconfiguration",
    "malicious": False,
}
FAULT: dict[str, Any] = {"kinds": ["lost"], "cause": "technical_fault", "malicious": False}


class Situation(NamedTuple):
    level: str
    why: str
    data: list[str] | dict[str, dict[str, str]]
    facts: dict[str, Any]


SITUATIONS = [
    # Seen by those who meant it.
    Situation(
        "risk", "contact data of few in a thief's hands annoys and deceives", CONTACTS, STOLEN
    ),
    Situation("high", "orders show lives, and a thief uses them to deceive", ORDERS, STOLEN),
    Situation("high", "passports let a thief act in somebody's name", PAPERS, STOLEN),
    Situation("high", "health in a thief's hands is for blackmail", HEALTH, STOLEN),
    Situation(
        "high",
        "so many plain records are a tool for mass deceit",
        [*PLAIN, "identity.birth_date"],
        {**STOLEN, "people": 150_000},
    ),
    Situation(
        "high",
        "misuse that happened is no longer a question",
        ["contact.email"],
        {**STOLEN, "misuse_seen": True},
    ),
    Situation(
        "high",
        "criminals sell what they get, even from a vendor",
        ORDERS,
        {"kinds": ["accessed"], "cause": "vendor_leak", "holder": "criminal"},
    ),
    Situation(
        "risk",
        "an own salesman took addresses to compete: unwanted mail, no more",
        CONTACTS,
        {
            "kinds": ["accessed"],
            "cause": "insider_misuse",
            "holder": "known_untrusted",
            "acquired": True,
            "people": 4_000,
        },
    ),
    Situation(
        "high",
        "a clerk read a colleague's illness out of spite",
        HEALTH,
        {
            "kinds": ["accessed"],
            "cause": "insider_misuse",
            "internal_only": True,
            "targeted": True,
            "people": 1,
        },
    ),
    Situation(
        "high",
        "whoever poses as one customer is after that customer",
        CONTACTS,
        {"kinds": ["accessed"], "cause": "phishing", "targeted": True, "people": 1},
    ),
    Situation(
        "high",
        "an address given to a stalker is a danger to life",
        PLAIN,
        {"kinds": ["accessed"], "cause": "phishing", "targeted": True, "people": 1},
    ),
    Situation(
        "high",
        "logins tried at a bank work and move money",
        CONTACTS,
        {
            "kinds": ["accessed"],
            "cause": "credential_stuffing",
            "roles": ["financial_institution"],
            "people": 300,
        },
    ),
    Situation(
        "risk",
        "logins tried at a newsletter open nothing but it",
        ["contact.email"],
        {"kinds": ["accessed"], "cause": "credential_stuffing", "people": 60},
    ),
    Situation(
        "high",
        "clear passwords open other accounts too",
        {"contact.email": CLEAR, "account.password": CLEAR},
        STOLEN,
    ),
    Situation(
        "unlikely",
        "a strong hash and a nickname give a thief nothing to use",
        {"identity.nickname": CLEAR, "account.password": STRONG},
        {**STOLEN, "people": 1_500},
    ),
    Situation(
        "risk",
        "a hash of unknown strength may be broken",
        {"contact.email": CLEAR, "account.password": HASHED},
        STOLEN,
    ),
    Situation(
        "high",
        "a weak hash is broken in a day, and the login is used elsewhere",
        {"contact.email": CLEAR, "account.password": {"state": "hashed", "key": "taken"}},
        STOLEN,
    ),
    Situation(
        "high", "a key that went along with the data opens it", dict.fromkeys(HEALTH, TAKEN), STOLEN
    ),
    Situation(
        "unlikely",
        "without the key it is noise, and a copy is at hand",
        dict.fromkeys(HEALTH, SAFE),
        {**STOLEN, "people": 80_000},
    ),
    Situation(
        "high",
        "children are deceived more easily and for longer",
        CONTACTS,
        {**STOLEN, "children": True},
    ),
    Situation("unlikely", "device marks of few point to nobody", ["device.cookie"], STOLEN),
    # Lying open or lost.
    Situation(
        "high",
        "what all the world can read about beliefs cannot be taken back",
        [*CONTACTS, "belief.religion"],
        {**LEFT_OPEN, "kinds": ["published"]},
    ),
    Situation(
        "risk",
        "names and addresses on a page are found by anybody",
        PLAIN,
        {**LEFT_OPEN, "kinds": ["published"]},
    ),
    Situation(
        "unlikely",
        "logs prove that nobody opened the page",
        ORDERS,
        {**LEFT_OPEN, "acquired": False},
    ),
    Situation(
        "risk",
        "logs prove it, but of illness a remainder of doubt weighs",
        HEALTH,
        {**LEFT_OPEN, "acquired": False},
    ),
    Situation(
        "unlikely",
        "posts were public by choice of those who wrote them",
        ["content.public", "identity.nickname"],
        {"kinds": ["accessed"], "cause": "scraping", "people": 50_000},
    ),
    Situation("risk", "a found laptop tells its finder who the customers are", PLAIN, LAPTOP),
    Situation("high", "a found laptop with passports is a kit for fraud", PAPERS, LAPTOP),
    Situation(
        "unlikely",
        "a locked laptop with a copy at home hurts nobody",
        dict.fromkeys(PAPERS, SAFE),
        {**LAPTOP, "people": 5_000},
    ),
    Situation(
        "risk",
        "a locked stick without a copy takes the data from its people",
        dict.fromkeys(ORDERS, SAFE),
        {**LAPTOP, "recoverable": False},
    ),
    Situation("unlikely", "the folder came back sealed", ORDERS, {**LAPTOP, "holder": "returned"}),
    Situation(
        "high",
        "what is called locked also lay on paper, where nothing locks it",
        dict.fromkeys(PAPERS, SAFE),
        {**LAPTOP, "media": ["paper"]},
    ),
    # Sent to the wrong one.
    Situation("risk", "one stranger knows somebody's address and may use it", PLAIN, STRANGER),
    Situation(
        "unlikely",
        "one stranger deleted it and said so",
        ORDERS,
        {**STRANGER, "deletion_confirmed": True},
    ),
    Situation(
        "risk",
        "illness stays in the head of whoever read it, deleted or not",
        HEALTH,
        {**STRANGER, "deletion_confirmed": True},
    ),
    Situation(
        "unlikely",
        "a doctor bound to silence deleted it",
        HEALTH,
        {**STRANGER, "holder": "known_trusted", "deletion_confirmed": True},
    ),
    Situation("high", "a stranger reads somebody's illness", HEALTH, STRANGER),
    Situation(
        "unlikely",
        "some guests see each other's mail addresses",
        ["contact.email"],
        {**SENT, "people": 20},
    ),
    Situation(
        "high",
        "the same list of a self-help group tells who is ill",
        ["contact.email", "health.record"],
        {**SENT, "people": 20},
    ),
    Situation(
        "high", "tax numbers of a staff hang on one stranger", STAFF, {**STRANGER, "people": 900}
    ),
    Situation("risk", "the same of one person is one stranger's knowledge", STAFF, STRANGER),
    Situation(
        "unlikely",
        "the wrong colleague is bound and deleted it",
        STAFF,
        {**STRANGER, "internal_only": True, "deletion_confirmed": True},
    ),
    Situation(
        "high",
        "a stranger learns where a sheltered person is",
        ORDERS,
        {**STRANGER, "vulnerable": True},
    ),
    Situation(
        "high",
        "a clinic's list says who is a patient",
        CONTACTS,
        {**STOLEN, "roles": ["hipaa_covered_entity"]},
    ),
    # Gone, wrong or out of reach.
    Situation(
        "unlikely",
        "an evening's outage with a good copy is a nuisance",
        ORDERS,
        {**LOCKED, "recoverable": True, "unavailable_hours": 6, "depended_on": False},
    ),
    Situation(
        "unlikely",
        "the same, where nobody said on what people depend",
        ORDERS,
        {**LOCKED, "recoverable": True, "unavailable_hours": 6},
    ),
    Situation(
        "high",
        "treatments fail for days, whatever came back later",
        HEALTH,
        {**LOCKED, "recoverable": True, "unavailable_hours": 60, "depended_on": True},
    ),
    Situation(
        "risk",
        "a ward without its files for some hours has to improvise",
        HEALTH,
        {**FAULT, "recoverable": True, "unavailable_hours": 3, "depended_on": True},
    ),
    Situation(
        "risk",
        "wages come some days late",
        STAFF,
        {**LOCKED, "recoverable": True, "unavailable_hours": 96, "depended_on": True},
    ),
    Situation(
        "high",
        "benefits stay out for a month, and rent falls due",
        STAFF,
        {**FAULT, "recoverable": True, "unavailable_hours": 700, "depended_on": True},
    ),
    Situation(
        "high",
        "what people depend on is gone for good",
        STAFF,
        {**FAULT, "recoverable": False, "depended_on": True},
    ),
    Situation(
        "unlikely",
        "a mailing list that burnt is missed by nobody",
        CONTACTS,
        {
            "kinds": ["destroyed"],
            "cause": "physical_damage",
            "recoverable": False,
            "depended_on": False,
        },
    ),
    Situation(
        "risk",
        "orders that are gone for good leave people without proof",
        ORDERS,
        {
            "kinds": ["destroyed"],
            "cause": "physical_damage",
            "recoverable": False,
            "depended_on": False,
        },
    ),
    Situation(
        "high",
        "wrong doses stand in files and cannot be told from right ones",
        HEALTH,
        {
            "kinds": ["altered"],
            "cause": "technical_fault",
            "recoverable": False,
            "depended_on": True,
        },
    ),
    Situation(
        "high",
        "locked and perhaps copied: what is not known is read as copied",
        ORDERS,
        {**LOCKED, "acquired": "unknown", "recoverable": True, "unavailable_hours": 6},
    ),
    # Little is known.
    Situation("unknown", "nobody knows what it was", [], STOLEN),
    Situation("high", "nobody knows what happened to orders; the worst is read", ORDERS, {}),
    Situation("unlikely", "nobody is affected", HEALTH, {**STOLEN, "people": 0}),
]


def weigh(situation: Situation) -> RiskAssessment:
    data = situation.data
    elements = data if isinstance(data, dict) else dict.fromkeys(data, CLEAR)
    facts = {"people": 80, **situation.facts}
    facts["people"] = Range.exactly(facts["people"])
    if "unavailable_hours" in facts:
        facts["unavailable_hours"] = Range.exactly(facts["unavailable_hours"])
    return assess(RiskFacts.model_validate({"elements": elements or None, **facts}), SCALES)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: one.why)
def test_a_situation_comes_out_as_it_should(situation: Situation) -> None:
    found = weigh(situation)
    assert found.level == situation.level, [reason.text for reason in found.reasons]


def test_every_situation_is_its_own() -> None:
    assert len({one.why for one in SITUATIONS}) == len(SITUATIONS) >= 40


def test_paper_is_no_ground_for_the_exception_of_encryption() -> None:
    paper = next(one for one in SITUATIONS if one.facts.get("media") == ["paper"])
    assert weigh(paper).unintelligible == "unknown"
