"""What single laws ask of, or forbid in, a message to people."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import get_args

import pytest

from incidents.drafting.choose import SetPlan, set_keys
from incidents.drafting.message_class import Channel, draft_class
from incidents.drafting.required import check_required
from incidents.drafting.words import Words
from incidents.errors import DraftingError
from incidents.models.duty import Duty, Held, Offer
from incidents.models.notice import FactSheet, Measure
from incidents.models.report import Timeline
from incidents.models.scope import Form

Make = Callable[..., Duty]
MASSACHUSETTS = [
    "police_report_right",
    "fraud_alert_freeze",
    "freeze_free_of_charge",
    "mitigation_services",
]


def said(
    words: Words,
    sheet: FactSheet,
    plan: SetPlan,
    *,
    locale: str = "en",
    form: Form = Form.ACCOUNT,
    channel: Channel = "email",
) -> str:
    draft = draft_class(
        words,
        sheet,
        plan,
        locale=locale,
        form=form,
        exposure=3,
        people=1,
        on=date(2026, 3, 4),
        channel=channel,
    )
    check_required([draft], plan.required, forbidden=plan.forbidden)
    return f"{draft.message.subject}\n{draft.message.text}\n{draft.message.html}"


def massachusetts(duty: Make, **more: object) -> SetPlan:
    values = {"places": ["US-MA"], "must_say": MASSACHUSETTS, "must_not_say": ["nature"], **more}
    return set_keys([duty("us-ma-93h", **values)], ["US-MA"], ["US"])["US-MA"]


@pytest.mark.parametrize("channel", get_args(Channel))
@pytest.mark.parametrize("form", list(Form))
def test_massachusetts_hears_of_the_breach_and_not_of_its_nature(
    words: Words, sheet: FactSheet, duty: Make, channel: Channel, form: Form
) -> None:
    unsure = sheet.model_copy(update={"unknown": ["kinds", "cause", "holder"]})
    text = said(words, unsure, massachusetts(duty), channel=channel, form=form)
    for telling in (
        "read or copied",
        "An outsider",
        "the way in",
        "exposed",
        "why it happened",
        "copied, changed or lost",
    ):
        assert telling not in text
    assert "A data breach at Lantern Parts affects" in text
    assert "We reset the passwords concerned." in text
    assert "a copy of any police report" in text
    assert "A security freeze costs nothing" in text
    assert "Equifax: P.O. Box" in text
    assert "We help you to stop it" in text


def test_what_a_content_reveals_goes_with_it_and_is_a_contradiction_where_it_is_asked_for(
    words: Words, sheet: FactSheet, duty: Make
) -> None:
    both = massachusetts(duty, must_say=[*MASSACHUSETTS, "cause"])
    with pytest.raises(DraftingError, match="asks for what another forbids: cause"):
        said(words, sheet, both)
    counted = massachusetts(duty, must_not_say=["local_subjects"])
    assert words.withheld(counted.forbidden) == {
        "local_subjects",
        "approx_subjects",
        "approx_records",
    }


def test_an_offer_runs_as_long_as_the_law_asks(words: Words, sheet: FactSheet, duty: Make) -> None:
    asking = massachusetts(
        duty,
        must_say=["monitoring_offer", "mitigation_services"],
        offers=[Offer(kind="credit_monitoring", text="monitoring", months=18)],
    )
    with pytest.raises(DraftingError, match="monitoring_offer"):
        said(words, sheet, asking)

    def offering(months: int) -> FactSheet:
        offer = Measure(key=f"identity_monitoring_{months}_months", done=True)
        return sheet.model_copy(update={"measures": [*sheet.measures, offer]})

    with pytest.raises(DraftingError, match="offered 12 months, and 18 are owed") as short:
        said(words, offering(12), asking)
    assert "identity_monitoring_18_months" in short.value.repair
    for months in (18, 24):
        text = said(words, offering(months), asking)
        assert f"for {months} months" in text
        assert "How to start it stands in this message." in text


def test_new_york_gets_its_own_offices_and_colorado_the_federal_one(
    words: Words, sheet: FactSheet, california: SetPlan
) -> None:
    def of(place: str) -> str:
        asking = california.model_copy(
            update={"places": [place], "required": ["agency_contacts"], "headings": []}
        )
        return said(words, sheet, asking)

    for text in (of("US-NY"), of("US-CO")):
        assert "600 Pennsylvania Avenue NW, Washington, DC 20580" in text
        assert "1-877-438-4338" in text
    assert "1-800-697-1220" in of("US-NY")
    assert "New York" not in of("US-CO")
    with pytest.raises(DraftingError, match="agency_contacts"):
        of("DE")


def test_what_no_law_asks_for_is_not_said(words: Words, sheet: FactSheet, plan: SetPlan) -> None:
    text = said(words, sheet, plan)
    for telling in ("Federal Trade", "police report", "security freeze", "in danger from"):
        assert telling not in text


def test_whoever_was_asked_to_wait_does_not_deny_it(
    words: Words, sheet: FactSheet, duty: Make
) -> None:
    since = datetime(2026, 3, 1, tzinfo=UTC)
    held = Held(by="police", reference="1", since=since, until=since, article="(c)")
    for hold, telling in (
        (None, "No authority asked us to wait"),
        (held, "An authority asked us to wait"),
    ):
        one = duty("us-x", places=["US-CA"], must_say=["law_enforcement_delay"], held=hold)
        assert telling in said(words, sheet, set_keys([one], ["US-CA"])["US-CA"])


def test_what_is_not_on_record_is_asked_for_and_never_made_up(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    bare = sheet.model_copy(
        update={"stores": [sheet.stores[0]], "measures": [Measure(key="training", done=True)]}
    )
    for key, repair in (
        ("measures_before", "before_access_limited"),
        ("parent_company", "officers.parent"),
        ("publicity_status", "timeline.announced"),
        ("other_bodies_notified", "authority_told"),
    ):
        with pytest.raises(DraftingError, match=key) as error:
            said(words, bare, plan.model_copy(update={"required": [key]}))
        assert repair in error.value.repair


def test_times_of_danger_are_said_as_far_as_they_are_known(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    asking = plan.model_copy(update={"required": ["exposure_window"]})

    def with_times(**times: str) -> str:
        timeline = Timeline.model_validate(times)
        return said(words, sheet.model_copy(update={"timeline": timeline}), asking)

    start, end = "2026-02-10T20:00:00Z", "2026-02-20T10:00:00Z"
    both = with_times(occurred_from=start, occurred_to=end)
    assert "in danger from 11 February 2026 to 20 February 2026." in both
    assert "We do not know yet whether this has ended." in with_times(occurred_from=start)
    assert "We do not know yet from when on." in with_times(occurred_to=end)
    assert "from when to when the data was in danger. We will tell you by" in with_times()


def test_a_measure_from_before_the_breach_cannot_be_planned(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    odd = sheet.model_copy(update={"measures": [Measure(key="before_backups", done=False)]})
    with pytest.raises(DraftingError, match=r"measure\.before_backups\.planned"):
        said(words, odd, plan)
