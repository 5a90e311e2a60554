"""A filing tells an authority what is known, in its language, and what follows."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import rfc8785

from incidents.drafting.filing import Told, draft_filing
from incidents.drafting.filing_fields import data_category
from incidents.drafting.sources.filing_forms import read_forms
from incidents.drafting.voice import Voice
from incidents.drafting.words import Words
from incidents.errors import DraftingError
from incidents.models.duty import Duty, Held, Recipient
from incidents.models.notice import FactSheet, Filing, Measure
from incidents.models.vocabulary import vocabulary

Make = Callable[..., Duty]
DUE = datetime(2026, 3, 5, 1, tzinfo=UTC)
GDPR = [
    "nature",
    "categories_of_subjects",
    "approx_subjects",
    "categories_of_records",
    "approx_records",
    "contact",
    "likely_consequences",
    "measures_taken",
    "measures_proposed",
    "delay_reasons",
]


def authority(duty: Make, **more: object) -> Duty:
    return duty(
        "eu-gdpr",
        **{
            "id": "eu-gdpr/authority-initial/DE",
            "recipient": Recipient(kind="authority", name="Authority of Hafenstadt", place="DE"),
            "places": ["DE"],
            "must_say": GDPR,
            "due_by": DUE,
            "zone": "Europe/Berlin",
            **more,
        },
    )


def draft(words: Words, sheet: FactSheet, duty: Duty, **more: object) -> Filing:
    values: dict[str, object] = {
        "now": datetime(2026, 3, 4, tzinfo=UTC),
        "told": Told(status="planned", by=date(2026, 3, 6)),
        "subjects": ["customers"],
        "forms": read_forms(),
        **more,
    }
    return draft_filing(words, sheet, duty, **values)  # type: ignore[arg-type]


def test_letter_and_fields_hold_the_same_numbers(
    words: Words, sheet: FactSheet, duty: Make
) -> None:
    filing = draft(words, sheet, authority(duty))
    assert "To: Authority of Hafenstadt" in filing.letter
    assert "5,000 people" in filing.letter
    assert "People in Germany: 900 people" in filing.letter
    assert filing.fields["subjects.count"] == {"min": 5000, "max": 5000}
    assert filing.fields["subjects.local_count_by_place"] == {"DE": 900}
    assert filing.fields["border.per_place_count"] == sheet.people_by_place
    assert filing.fields["filing.type"] == "new"


def test_an_authority_in_china_is_written_to_in_chinese(
    words: Words, sheet: FactSheet, duty: Make
) -> None:
    there = authority(duty, recipient=Recipient(kind="authority", name="网信办", place="CN"))
    letter = draft(words, sheet, there).letter
    assert "致：网信办" in letter
    assert "事件性质" in letter


def test_a_late_filing_gives_its_reasons_or_says_that_they_follow(
    words: Words, sheet: FactSheet, duty: Make
) -> None:
    late = {"now": datetime(2026, 3, 5, 2, tzinfo=UTC)}
    with_reason = draft(words, sheet, authority(duty), late_reason="The scope took time.", **late)
    assert "later than the limit of Thu 2026-03-05 02:00 CET" in with_reason.letter
    assert "The scope took time." in with_reason.letter
    assert with_reason.fields["timing.late_reason"] == "The scope took time."
    without = draft(words, sheet, authority(duty), **late)
    assert "Why later than the limit: not known yet. It follows by 2 April 2026." in without.letter
    assert without.fields["filing.to_follow"] == ["delay_reasons"]
    in_time = draft(words, sheet, authority(duty))
    assert in_time.fields["timing.late"] is False


def test_what_nobody_knows_yet_is_named_and_follows(
    words: Words, sheet: FactSheet, duty: Make
) -> None:
    filing = draft(words, sheet, authority(duty, must_say=["ransom_details", "trend_forecast"]))
    assert filing.fields["filing.to_follow"] == ["trend_forecast", "ransom_details"]
    assert filing.fields["filing.subtype"] == "incomplete"
    assert filing.letter.count("It follows by 2 April 2026.") == 2


def test_every_content_of_the_vocabulary_has_a_block(
    words: Words, sheet: FactSheet, duty: Make
) -> None:
    filing = draft(words, sheet, authority(duty, must_say=list(vocabulary().content)))
    said = Voice(words.catalogue("en"))
    for content in vocabulary().content:
        assert f"\n{said.say(f'content.{content}')}\n---" in filing.letter
    assert filing.fields["filing.to_follow"] == [
        "parent_company",
        "vulnerability_nature",
        "affected_services",
        "data_storage_location",
        "minors_or_elderly_count",
        "severity_grade",
        "classification_criteria",
        "costs_losses",
        "security_program",
        "publicity_status",
        "notice_sample",
        "law_enforcement_engaged",
        "agency_contacts",
        "monitoring_offer",
        "trace_clues",
        "indicators_of_compromise",
        "attacker_info",
        "trend_forecast",
        "support_requested",
        "ransom_details",
        "other_bodies_notified",
        "accountability",
        "lessons",
        "sensitivity_marking",
    ]


def test_what_is_known_in_part_is_said_and_the_rest_follows(
    words: Words, sheet: FactSheet, duty: Make
) -> None:
    told = sheet.model_copy(
        update={"measures": [*sheet.measures, Measure(key="police_told", done=True)]}
    )
    asking = authority(duty, must_say=["data_storage_location", "law_enforcement_engaged"])
    filing = draft(words, told, asking)
    assert "The data was kept in these systems: Orders and Accounts." in filing.letter
    assert "We told the police." in filing.letter
    assert filing.letter.count("The rest of this is not known yet. It follows by 2 April") == 2
    assert filing.fields["filing.to_follow"] == ["data_storage_location", "law_enforcement_engaged"]
    waiting = asking.model_copy(
        update={"held": Held(by="police", reference="1", since=DUE, article="Art 1")}
    )
    asked = draft(words, told, waiting)
    assert "An authority asked us to wait." in asked.letter
    assert asked.fields["filing.to_follow"] == ["data_storage_location"]


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("ransomware", "suspected of having acted unlawfully"),
        ("mis_send", "no unlawful or malicious act"),
        ("misconfiguration", "malicious act is suspected: not known yet. It follows"),
        ("unknown", "malicious act is suspected: not known yet. It follows"),
    ],
)
def test_malice_is_said_only_where_the_cause_tells_it(
    words: Words, sheet: FactSheet, duty: Make, cause: str, said: str
) -> None:
    known = sheet.model_copy(update={"cause": cause})
    assert said in draft(words, known, authority(duty, must_say=["malicious_suspected"])).letter


def test_a_law_that_asks_for_reasons_only_of_the_late_gets_them_only_then(
    words: Words, sheet: FactSheet, duty: Make
) -> None:
    asking = authority(duty, must_say=["nature"], if_late_say=["delay_reasons"])
    assert "Why later" not in draft(words, sheet, asking).letter
    late = draft(words, sheet, asking, now=datetime(2026, 3, 5, 2, tzinfo=UTC))
    assert "Why later than the limit: not known yet." in late.letter


def test_what_was_in_place_before_is_no_answer_to_the_breach(
    words: Words, sheet: FactSheet, duty: Make
) -> None:
    before = Measure(key="before_logging", done=True)
    filing = draft(
        words,
        sheet.model_copy(update={"measures": [*sheet.measures, before]}),
        authority(duty, must_say=["measures_before", "measures_taken", "security_program"]),
    )
    assert filing.letter.count("Access to the data was written to logs.") == 1
    assert "Kept in scrambled form: password." in filing.letter
    assert filing.fields["measures.before"] == ["before_logging"]
    assert "before_logging" not in filing.fields["measures.taken"]  # type: ignore[operator]
    assert filing.fields["filing.to_follow"] == ["security_program"]


def test_a_block_nobody_wrote_is_refused(words: Words, sheet: FactSheet, duty: Make) -> None:
    path = "_shared/breach.txt"
    source = words.templates[path].replace("{% block likely_consequences %}", "{% block other %}")
    broken = dataclasses.replace(words, templates={**words.templates, path: source})
    with pytest.raises(DraftingError, match="likely_consequences"):
        draft(broken, sheet, authority(duty))


def test_forbidden_contents_are_left_out(words: Words, sheet: FactSheet, duty: Make) -> None:
    filing = draft(words, sheet, authority(duty, must_say=["contact"], must_not_say=["nature"]))
    assert "read or copied" not in filing.letter


def test_the_digest_follows_every_field(words: Words, sheet: FactSheet, duty: Make) -> None:
    one, two = draft(words, sheet, authority(duty)), draft(words, sheet, authority(duty))
    assert one.digest == two.digest
    assert rfc8785.dumps(one.fields)  # type: ignore[arg-type]
    more = sheet.model_copy(update={"people_total": 5001})
    assert draft(words, more, authority(duty)).digest != one.digest


def test_a_duty_to_people_is_no_filing(words: Words, sheet: FactSheet, duty: Make) -> None:
    with pytest.raises(DraftingError, match="no filing"):
        draft(words, sheet, duty("eu-gdpr"))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (Told(status="yes", number=40), "40 have been told"),
        (Told(status="planned", by=date(2026, 3, 6)), "by 6 March 2026 at the latest"),
        (Told(status="planned"), "The day is not set yet."),
        (Told(status="undecided"), "is being decided"),
        (Told(status="not_told", reason="Nobody can read it."), "Grounds: Nobody can read it."),
    ],
)
def test_how_people_are_told_is_said(
    words: Words, sheet: FactSheet, duty: Make, told: Told, said: str
) -> None:
    for key in ("notification_status", "distribution_status"):
        assert said in draft(words, sheet, authority(duty, must_say=[key]), told=told).letter


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (Told(status="planned"), "no ground for not telling them"),
        (Told(status="not_told", reason="Nobody can read it."), "Grounds: Nobody can read it."),
        (Told(status="undecided"), "Why people were not told: not known yet."),
    ],
)
def test_grounds_for_not_telling_are_those_on_record(
    words: Words, sheet: FactSheet, duty: Make, told: Told, said: str
) -> None:
    filing = draft(words, sheet, authority(duty, must_say=["waiver_grounds"]), told=told)
    assert said in filing.letter


def test_every_element_falls_into_a_category_of_the_form() -> None:
    special = {
        "belief.union": "trade_union",
        "health.record": "health",
        "biometric.face": "biometric",
    }
    for element in vocabulary().elements:
        assert data_category(element)
    assert {key: data_category(key) for key in special} == special
