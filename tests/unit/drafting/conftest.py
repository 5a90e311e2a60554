"""An invented shop, what was touched in it, and the words that ship with the package."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from incidents.data_files import TEMPLATES
from incidents.drafting.choose import AuthorityName, Basis, SetPlan
from incidents.drafting.sources.folder import read_words
from incidents.drafting.words import Words
from incidents.models.duty import Citation, ClockReading, Duty, DutyStatus, Recipient
from incidents.models.inventory import NoticeIdentity, Officer, Organisation
from incidents.models.notice import FactSheet, Measure, StoreFact
from incidents.models.report import Certainty, Failure, Kind, Protection, Timeline, Window

CLEAR = Protection(state="clear")
HEADINGS = [
    "What Happened",
    "What Information Was Involved",
    "What We Are Doing",
    "What You Can Do",
    "For More Information",
]


@pytest.fixture(scope="session")
def words() -> Words:
    return read_words(TEMPLATES)


@pytest.fixture(scope="session")
def organisation() -> Organisation:
    return Organisation(
        legal_name="Lantern Parts Co., Ltd.",
        trading_name="Lantern Parts",
        postal_address="12 Kite Road\nNanshan District\nShenzhen 518000, China",
        phone="+86 755 5550 0100",
        email="privacy@lantern-parts.example",
        website="https://lantern-parts.example",
        place="CN-GD-SZ",
        court="Nanshan District People's Court, Shenzhen",
        zone="Asia/Shanghai",
        representatives={"EU": "Harbour Rep GmbH, Am Kai 1, Hamburg"},
        officers={"privacy": Officer(title="Head of privacy", contact="pi@lantern-parts.example")},
        notices=NoticeIdentity(
            sender="notice@lantern-parts.example",
            check_url="https://lantern-parts.example/notice",
            announcement_url="https://lantern-parts.example/announcement",
            link_domains=["lantern-parts.example"],
        ),
    )


@pytest.fixture(scope="session")
def sheet(organisation: Organisation) -> FactSheet:
    return FactSheet(
        case_ref="INC-2026-0042",
        version=1,
        organisation=organisation,
        kinds=[Kind.ACCESSED],
        cause="external_unlawful_access",
        failure=[Failure.TECHNICAL],
        certainty=Certainty.CERTAIN,
        timeline=Timeline.model_validate(
            {
                "occurred_from": "2026-02-10T20:00:00+00:00",
                "occurred_to": "2026-02-20T10:00:00+00:00",
                "first_alert": "2026-03-01T01:00:00+00:00",
                "aware": "2026-03-02T01:00:00+00:00",
            }
        ),
        stores=[
            StoreFact(
                store="orders",
                name="Orders",
                names={"zh-Hans": "订单", "de": "Bestellungen", "ja": "注文"},
                bit=0,
                elements={
                    "identity.name": CLEAR,
                    "contact.postal_address": CLEAR,
                    "transaction.order": CLEAR,
                },
                window=Window(first_on="2024-01-01", last_on="2026-02-20"),
            ),
            StoreFact(
                store="accounts",
                name="Accounts",
                names={"zh-Hans": "账户", "de": "Konten", "ja": "アカウント"},
                bit=1,
                elements={
                    "contact.email": CLEAR,
                    "account.password": Protection(state="hashed"),
                },
            ),
        ],
        people_total=5000,
        people_by_place={"CN": 3000, "DE": 900, "US-CA": 400, "unknown": 700},
        children_total=12,
        measures=[
            Measure(key="access_closed", done=True),
            Measure(key="credentials_reset", done=True),
            Measure(key="evidence_kept", done=True),
            Measure(key="review", done=False),
        ],
        unknown=["holder"],
        risk="high",
        risk_reasons=["Orders are financial data."],
        policy_version="p2",
        next_update_on="2026-04-02",
    )


@pytest.fixture(scope="session")
def plan() -> SetPlan:
    return SetPlan(
        key="individuals-eu-gdpr-org-promise",
        audience="individuals",
        regimes=["eu-gdpr", "org-promise"],
        duties=["eu-gdpr/individuals-initial", "org-promise/individuals-initial"],
        places=["DE", "FR"],
        required=[
            "advice_to_individuals",
            "contact",
            "likely_consequences",
            "measures_proposed",
            "measures_taken",
            "nature",
            "remedies",
        ],
        bases=[Basis(regime="eu-gdpr", name="GDPR", article="GDPR Art 34(1)")],
        authorities=[AuthorityName(place="DE", name="Data Protection Authority of Hafenstadt")],
    )


@pytest.fixture(scope="session")
def california() -> SetPlan:
    return SetPlan(
        key="individuals-us-ca-1798-82",
        audience="individuals",
        regimes=["us-ca-1798-82"],
        duties=["us-ca-1798-82/individuals-initial"],
        places=["US-CA"],
        required=[
            "categories_of_records",
            "contact",
            "controller_identity",
            "incident_time",
            "law_enforcement_delay",
            "nature",
            "notice_date",
        ],
        titles=["Notice of Data Breach"],
        headings=[HEADINGS],
    )


@pytest.fixture(scope="session")
def duty() -> Callable[..., Duty]:
    def make(regime: str, **more: object) -> Duty:
        values: dict[str, object] = {
            "id": f"{regime}/individuals-initial",
            "regime": regime,
            "regime_name": regime.upper(),
            "duty": "individuals-initial",
            "name": "Tell the people",
            "status": DutyStatus.OWED,
            "recipient": Recipient(kind="individual"),
            "clock": ClockReading(start="aware", at=datetime(2026, 3, 2, 1, tzinfo=UTC)),
            "citation": Citation(article="Art 1", read_on="2026-11-22", confidence="primary"),
            **more,
        }
        return Duty.model_validate(values)

    return make
