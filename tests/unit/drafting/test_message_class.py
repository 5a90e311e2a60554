"""What people read: whole in every language, form and channel."""

import hashlib
from datetime import date
from typing import get_args

import pytest
import rfc8785

from incidents.drafting.choose import SetPlan
from incidents.drafting.message_class import Channel, draft_class
from incidents.drafting.render import Draft
from incidents.drafting.required import check_required
from incidents.drafting.wording import flaws
from incidents.drafting.words import Words
from incidents.errors import DraftingError
from incidents.models.notice import FactSheet, Measure
from incidents.models.report import Certainty, Protection
from incidents.models.scope import Form

CHANNELS: tuple[Channel, ...] = get_args(Channel)
LOCALES = ["en", "zh-Hans"]
ON = date(2026, 3, 4)


def draft(
    words: Words,
    sheet: FactSheet,
    plan: SetPlan,
    *,
    locale: str = "en",
    form: Form = Form.ACCOUNT,
    exposure: int = 3,
    channel: Channel = "email",
) -> Draft:
    return draft_class(
        words,
        sheet,
        plan,
        locale=locale,
        form=form,
        exposure=exposure,
        people=4,
        on=ON,
        channel=channel,
    )


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_every_class_is_complete_and_without_flaws(
    words: Words,
    sheet: FactSheet,
    plan: SetPlan,
    california: SetPlan,
    locale: str,
    channel: Channel,
) -> None:
    for one in (plan, california):
        drafts = [
            draft(words, sheet, one, locale=locale, form=form, exposure=mask, channel=channel)
            for form in Form
            for mask in (1, 2, 3)
        ]
        check_required(drafts, one.required, forbidden=one.forbidden)
        for each in drafts:
            found = flaws(each.message, link_domains=["lantern-parts.example"], banned=words.banned)
            assert {one.slug for one in found} <= {"long-sentence"}  # those are warnings
            assert each.message.key.endswith(f".{channel}")


def test_a_person_reads_of_their_own_stores_only(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    orders = draft(words, sheet, plan, exposure=1).message.text
    accounts = draft(words, sheet, plan, exposure=2).message.text
    assert "Orders: name, postal address" in orders
    assert "Accounts" not in orders
    assert "password (scrambled" in accounts
    assert "name, postal address" not in accounts
    assert "exposed your password" in draft(words, sheet, plan, exposure=2).message.subject


def test_dates_are_those_of_the_organisations_zone(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    text = draft(words, sheet, plan).message.text
    assert "between 11 February 2026 and 20 February 2026" in text
    assert "from 1 January 2024 to 20 February 2026" in text


def test_a_suspicion_is_said_as_one_and_denies_nothing(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    unsure = sheet.model_copy(update={"certainty": Certainty.SUSPECTED})
    text = draft(words, unsure, plan).message.text
    assert "We cannot exclude that it affects you." in text
    assert "Not involved" not in text
    assert "Not involved: bank card number" in draft(words, sheet, plan).message.text


def test_unknown_times_are_promised_by_a_day(words: Words, sheet: FactSheet, plan: SetPlan) -> None:
    from incidents.models.report import Timeline

    text = draft(words, sheet.model_copy(update={"timeline": Timeline()}), plan).message.text
    assert "We do not know yet when it happened. We will tell you by 2 April 2026." in text


def test_california_gets_its_title_and_headings_in_order(
    words: Words, sheet: FactSheet, california: SetPlan
) -> None:
    for locale in LOCALES:
        message = draft(words, sheet, california, locale=locale).message
        assert message.subject.startswith("Notice of Data Breach")
        assert message.text.startswith("Notice of Data Breach\n")
        places = [message.text.index(f"\n{heading}") for heading in california.headings[0]]
        assert places == sorted(places)
        assert "<h1>Notice of Data Breach</h1>" in message.html


def test_a_prescribed_heading_without_sections_is_refused(
    words: Words, sheet: FactSheet, california: SetPlan
) -> None:
    other = california.model_copy(update={"headings": [["What Is New"]]})
    with pytest.raises(DraftingError, match="What Is New"):
        draft(words, sheet, other)


def test_laws_with_different_headings_are_refused(
    words: Words, sheet: FactSheet, california: SetPlan
) -> None:
    both = california.model_copy(update={"headings": [*california.headings, ["A"]]})
    with pytest.raises(DraftingError, match="different headings"):
        draft(words, sheet, both)


def test_a_contradiction_of_laws_is_refused(words: Words, sheet: FactSheet, plan: SetPlan) -> None:
    with pytest.raises(DraftingError, match="nature"):
        draft(words, sheet, plan.model_copy(update={"conflicts": ["nature"]}))


def test_what_a_law_forbids_is_nowhere_said(words: Words, sheet: FactSheet, plan: SetPlan) -> None:
    quiet = plan.model_copy(update={"forbidden": ["nature", "cause"], "required": ["contact"]})
    for channel in CHANNELS:
        text = draft(words, sheet, quiet, channel=channel).message.text
        assert "read or copied" not in text
        assert "An outsider" not in text


def test_people_without_an_account_learn_where_the_data_came_from(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    text = draft(words, sheet, plan, form=Form.NO_ACCOUNT, exposure=1).message.text
    assert "Somebody ordered goods for you" in text
    assert "sign in at" not in text


def test_a_guardian_reads_about_the_child_and_gets_words_for_it(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    text = draft(words, sheet, plan, form=Form.GUARDIAN).message.text
    assert "⟦child:the child in your care⟧" in text
    assert "You did nothing wrong." in text
    assert "try the child's password" in text
    assert "your password on other sites" not in text


def test_sensitive_data_is_not_named_on_the_outside(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    health = sheet.stores[0].model_copy(
        update={"elements": {"health.record": Protection(state="clear")}}
    )
    message = draft(words, sheet.model_copy(update={"stores": [health]}), plan, exposure=1).message
    assert message.subject == "Lantern Parts: a notice about your personal data"


def test_protection_is_said_beside_the_element(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    store = sheet.stores[0].model_copy(
        update={
            "elements": {
                "contact.phone": Protection(state="encrypted", key="safe"),
                "contact.email": Protection(state="encrypted", key="unknown"),
                "identity.national_id": Protection(state="redacted"),
                "identity.nickname": Protection(state="clear"),
            }
        }
    )
    text = draft(words, sheet.model_copy(update={"stores": [store]}), plan, exposure=1).message.text
    assert "phone number (encrypted, and the key is safe" in text
    assert "e-mail address (encrypted; we do not know yet" in text
    assert "identity card number (masked)" in text
    assert "nickname (visible to everybody before)" in text


def test_a_hostile_organisation_or_store_name_stays_text(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    store = sheet.stores[0].model_copy(update={"name": "<b>{{ 7*7 }}</b>⟦code⟧\r\nBcc: x"})
    bad = sheet.model_copy(update={"stores": [store]})
    message = draft(words, bad, plan, exposure=1).message
    assert "<b>{{" not in message.html
    assert "&lt;b&gt;{{ 7*7 }}&lt;/b&gt;code Bcc: x" in message.html
    assert "49" not in message.text


def test_a_measure_without_a_sentence_is_named(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    odd = sheet.model_copy(update={"measures": [Measure(key="magic", done=True)]})
    with pytest.raises(DraftingError, match=r"measure\.magic\.done"):
        draft(words, odd, plan)


def test_a_call_has_no_page_and_says_the_first_step_early(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    message = draft(words, sheet, plan, channel="call").message
    assert message.html == ""
    # A minute of reading aloud is about 150 words.
    assert len(message.text.split("Do this first:")[0].split()) < 150


def test_the_digest_holds_for_equal_words_and_breaks_with_any_fact(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    one = draft(words, sheet, plan).message
    assert one.digest == draft(words, sheet, plan).message.digest
    later = sheet.model_copy(update={"next_update_on": "2026-04-03"})
    made = draft(words, sheet, plan)
    covered = {"subject": one.subject, "text": one.text, "html": one.html}
    again = rfc8785.dumps({**covered, "templates": dict(made.templates)})
    assert hashlib.sha256(again).hexdigest() == one.digest
    assert one.digest != draft(words, later, plan).message.digest


def test_an_offer_the_law_asks_for_is_a_measure_with_the_way_to_start_it(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    offer = Measure(key="identity_monitoring_12_months", done=True)
    rich = sheet.model_copy(update={"measures": [*sheet.measures, offer]})
    made = draft(words, rich, plan)
    check_required([made], ["monitoring_offer"])
    assert "for 12 months" in made.message.text
    with pytest.raises(DraftingError, match="monitoring_offer"):
        check_required([draft(words, sheet, plan)], ["monitoring_offer"])
