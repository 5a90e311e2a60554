"""What a named person judges otherwise: beside the computed answer, and in force until changed."""

import pytest

from incidents.errors import InvalidInputError
from incidents.models.risk import Overrides, RiskAssessment
from incidents.steps.show_case import case_assessment
from incidents.steps.size_scope import size_scope
from incidents.steps.weigh_risk import override_harm, override_risk, weigh_risk
from incidents.store import cases
from incidents.store.cases import EvidenceKind
from tests.steps.shop_case import AUTHOR, CASE, House, empty_template, shop

__all__ = ["empty_template", "shop"]
COUNSEL = "counsel-a"
LEVEL = {"level": "risk", "by": COUNSEL, "reason": "r", "at": "2026-03-02T09:00:00Z"}
OLD = {
    "method": "m",
    "dpc": 1,
    "ei": 1,
    "cb": 0,
    "score": 1,
    "band": "low",
    "computed": "risk",
    "harm_likely": "no",
    "unintelligible": "no",
    "reasons": [],
}


@pytest.fixture
def weighed(shop: House) -> House:
    """Return the shop with one case whose risk was weighed."""
    assert shop.open() == CASE
    shop.find(CASE)
    size_scope(shop.shop.database, CASE, on_day=shop.today, actor=AUTHOR)
    weigh_risk(shop.shop.database, CASE, shop.shop.scales, actor=AUTHOR)
    return shop


def test_evidence_from_before_grades_is_still_read() -> None:
    old = Overrides.model_validate(LEVEL)
    assert old.level is not None
    assert (old.level.level, old.level.by, old.harms) == ("risk", COUNSEL, {})
    assert Overrides.model_validate_json(old.model_dump_json()) == old
    assert Overrides.model_validate({}) == Overrides()
    assessment = RiskAssessment.model_validate(OLD)
    assert assessment.answers == {}
    harm = {"harm": "misuse", "answer": "no", "by": COUNSEL, "reason": "r", "at": LEVEL["at"]}
    judged = assessment.overridden(Overrides.model_validate({"harms": {"misuse": harm}}))
    assert judged.answers == {"misuse": "no"}


def test_a_grade_that_was_judged_stays_over_later_assessments(weighed: House) -> None:
    database = weighed.shop.database
    before = case_assessment(database, CASE)
    assert before.answers["misuse"] == "yes"
    override_harm(database, CASE, "misuse", "no", by=COUNSEL, reason="the taker was caught at once")
    override_risk(database, CASE, "risk", by=COUNSEL, reason="judged as a whole")
    override_harm(database, CASE, "serious_harm", "yes", by=COUNSEL, reason="two said they moved")
    weigh_risk(database, CASE, weighed.shop.scales, actor=AUTHOR)
    after = case_assessment(database, CASE)
    assert (after.level, after.computed) == ("risk", before.computed)
    assert after.answers == {**before.answers, "misuse": "no", "serious_harm": "yes"}
    assert after.harms["misuse"].answer == "yes"
    assert after.harms["misuse"].reasons == before.harms["misuse"].reasons
    given = after.harms["misuse"].override
    assert given is not None
    assert (given.by, given.reason) == (COUNSEL, "the taker was caught at once")

    override_harm(database, CASE, "misuse", "unknown", by=COUNSEL, reason="a copy turned up")
    assert case_assessment(database, CASE).answers["misuse"] == "unknown"
    with database.read() as work:
        rows = cases.evidence_rows(work, CASE, EvidenceKind.OVERRIDE)
    assert len(rows) == 4, "each judgement is its own version, and none is lost"


@pytest.mark.parametrize(
    ("harm", "answer", "by", "reason"),
    [
        ("weather", "no", COUNSEL, "r"),
        ("misuse", "perhaps", COUNSEL, "r"),
        ("misuse", "no", " ", "r"),
        ("misuse", "no", COUNSEL, ""),
    ],
)
def test_a_judgement_needs_a_grade_an_answer_a_person_and_a_reason(
    weighed: House, harm: str, answer: str, by: str, reason: str
) -> None:
    with pytest.raises(InvalidInputError):
        override_harm(weighed.shop.database, CASE, harm, answer, by=by, reason=reason)
    assert case_assessment(weighed.shop.database, CASE).harms["misuse"].override is None
