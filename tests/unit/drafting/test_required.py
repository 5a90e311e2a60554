"""A notice that lacks what its duty requires cannot be drafted, whatever made it lack it."""

import dataclasses
import re
from datetime import date

import pytest

from incidents.drafting.choose import AuthorityName, SetPlan
from incidents.drafting.message_class import draft_class
from incidents.drafting.render import Draft
from incidents.drafting.required import check_required
from incidents.drafting.words import Words
from incidents.errors import DraftingError
from incidents.models.inventory import Officer
from incidents.models.notice import FactSheet, Measure
from incidents.models.report import Timeline
from incidents.models.scope import Form

KEYS = [
    "nature",
    "cause",
    "incident_time",
    "exposure_window",
    "discovery_time",
    "attacker_info",
    "publicity_status",
    "law_enforcement_delay",
    "delay_reasons",
    "categories_of_records",
    "affected_services",
    "data_origin",
    "categories_of_subjects",
    "approx_subjects",
    "local_subjects",
    "approx_records",
    "risk_assessment",
    "likely_consequences",
    "advice_to_individuals",
    "reset_direction",
    "monitoring_offer",
    "mitigation_services",
    "fraud_alert_freeze",
    "freeze_free_of_charge",
    "bureau_contacts",
    "agency_contacts",
    "police_report_right",
    "measures_before",
    "measures_taken",
    "measures_proposed",
    "recurrence_prevention",
    "other_bodies_notified",
    "remedies",
    "complaint_route",
    "legal_rights",
    "contact",
    "dpo_contact",
    "unknown_items",
    "further_notice_promise",
    "notice_date",
    "controller_identity",
    "parent_company",
    "legal_basis",
]


def draft(words: Words, sheet: FactSheet, plan: SetPlan, locale: str = "en") -> Draft:
    return draft_class(
        words,
        sheet,
        plan,
        locale=locale,
        form=Form.ACCOUNT,
        exposure=3,
        people=1,
        on=date(2026, 3, 4),
        late_reason="The scope took time.",
    )


def without(words: Words, output: str, key: str, body: str = "") -> Words:
    """Return the words with one block's content replaced."""
    path = f"_shared/breach.{'txt' if output == 'text' else 'html'}"
    block = re.compile(r"\{% block " + key + r" %\}.*?\{% endblock %\}\n", re.DOTALL)
    source, found = block.subn(body, words.templates[path])
    assert found == 1
    return dataclasses.replace(words, templates={**words.templates, path: source})


@pytest.fixture
def asking(plan: SetPlan) -> SetPlan:
    named = [AuthorityName(place="US-NY", name="Attorney General of New York")]
    return plan.model_copy(update={"required": KEYS, "places": ["DE", "US-NY"], "notified": named})


@pytest.fixture
def sheet(sheet: FactSheet) -> FactSheet:
    """All that a law can ask of a notice is known."""
    owner = Officer(title="Lantern Holding", contact="1 Kite Road, Shenzhen")
    officers = {**sheet.organisation.officers, "parent": owner}
    return sheet.model_copy(
        update={
            "organisation": sheet.organisation.model_copy(update={"officers": officers}),
            "measures": [
                *sheet.measures,
                Measure(key="identity_monitoring_18_months", done=True),
                Measure(key="before_logging", done=True),
            ],
            "timeline": Timeline.model_validate(
                {**sheet.timeline.model_dump(), "announced": "2026-03-03T01:00:00+00:00"}
            ),
        }
    )


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_everything_a_law_can_ask_of_a_notice_to_people_is_said(
    words: Words, sheet: FactSheet, asking: SetPlan, locale: str
) -> None:
    made = draft(words, sheet, asking, locale)
    check_required([made], KEYS)
    for output, body in (("text", made.message.text), ("html", made.message.html)):
        for key in KEYS:
            assert made.blocks[output][key] in body


@pytest.mark.parametrize("key", [*KEYS, "authenticity"])
@pytest.mark.parametrize("output", ["text", "html"])
def test_dropping_a_block_fails_and_names_it(
    words: Words, sheet: FactSheet, asking: SetPlan, key: str, output: str
) -> None:
    made = draft(without(words, output, key), sheet, asking)
    with pytest.raises(DraftingError, match=rf"\({output}\) lacks .*{key}"):
        check_required([made], KEYS)


@pytest.mark.parametrize("empty", ["", " \n", "<p> </p>", "- \n- ", "{# later #}"])
def test_a_block_that_says_nothing_counts_as_missing(
    words: Words, sheet: FactSheet, asking: SetPlan, empty: str
) -> None:
    body = "{% block remedies %}" + empty + "{% endblock %}\n"
    made = draft(without(words, "html", "remedies", body), sheet, asking)
    with pytest.raises(DraftingError, match="remedies"):
        check_required([made], KEYS)


def test_all_classes_are_judged_before_anything_is_said(
    words: Words, sheet: FactSheet, asking: SetPlan
) -> None:
    bare = sheet.model_copy(update={"measures": []})
    drafts = [draft(words, bare, asking, locale) for locale in ("en", "zh-Hans")]
    with pytest.raises(DraftingError) as error:
        check_required(drafts, KEYS)
    for key in ("en.account.3.email", "zh-Hans.account.3.email", "measures_taken"):
        assert key in error.value.what
    assert "record a measure that was done" in error.value.repair


def test_a_key_nobody_wrote_words_for_is_missing(
    words: Words, sheet: FactSheet, asking: SetPlan
) -> None:
    with pytest.raises(DraftingError, match="lessons"):
        check_required([draft(words, sheet, asking)], ["lessons"])


def test_a_forbidden_content_that_is_said_is_named(
    words: Words, sheet: FactSheet, asking: SetPlan
) -> None:
    with pytest.raises(DraftingError, match="says the forbidden nature"):
        check_required([draft(words, sheet, asking)], ["contact"], forbidden=["nature"])


def test_a_message_without_a_place_for_the_code_is_refused(
    words: Words, sheet: FactSheet, asking: SetPlan
) -> None:
    body = "{% block authenticity %}{{ m.para(t('check.never')) }}{% endblock %}\n"
    made = draft(without(words, "text", "authenticity", body), sheet, asking)
    with pytest.raises(DraftingError, match="lacks a place for the code"):
        check_required([made], KEYS)


@pytest.mark.parametrize(
    "source",
    [
        "{{ nobody }}",
        "{{ its.nothing }}",
        "{{ ''.__class__.__mro__ }}",
        "{% if %}",
        "{{ its.rows.append(1) }}",
        "{{ sheet.__init__.__globals__ }}",
        "{{ t('no.such.sentence') }}",
    ],
)
def test_a_broken_or_prying_template_fails_at_draft_time(
    words: Words, sheet: FactSheet, asking: SetPlan, source: str
) -> None:
    body = "{% block remedies %}" + source + "{% endblock %}\n"
    with pytest.raises(DraftingError, match=r"individual/email/breach/body\.txt|cannot|sentence"):
        draft(without(words, "text", "remedies", body), sheet, asking)
