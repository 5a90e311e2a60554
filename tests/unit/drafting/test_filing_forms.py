"""Authorities' forms are data: each is sourced, and each of its keys has an answer."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from incidents.data_files import LAW, SHIPPED, read_data
from incidents.drafting import filing_fields as made
from incidents.drafting.filing import Told, draft_filing
from incidents.drafting.filing_changes import Earlier, changes, changes_text, compared
from incidents.drafting.filing_forms import GENERIC, form_text
from incidents.drafting.filing_missing import why_missing
from incidents.drafting.filing_values import said
from incidents.drafting.filing_withdrawal import draft_withdrawal
from incidents.drafting.sources.filing_forms import SHIPPED_FORMS, read_forms
from incidents.drafting.voice import Voice
from incidents.drafting.words import Words
from incidents.errors import InvalidInputError
from incidents.models.duty import Duty, Recipient
from incidents.models.notice import FactSheet, Filing
from incidents.models.vocabulary import vocabulary

Make = Callable[..., Duty]
FORMS = read_forms()
AUTHORITIES = SHIPPED / "duties" / "authorities"
NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
CONTENTS = ["nature", "cause", "likely_consequences", "approx_subjects", "ransom_details"]


def to(duty: Make, ref: str, regime: str, place: str, **more: object) -> Duty:
    return duty(
        regime,
        **{
            "id": f"{regime}/authority-initial",
            "recipient": Recipient(kind="authority", ref=ref, name=f"The {ref}", place=place),
            "places": [place],
            "must_say": CONTENTS,
            "zone": "Europe/Berlin",
            **more,
        },
    )


def draft(words: Words, sheet: FactSheet, duty: Duty, **more: object) -> Filing:
    told = Told(status="planned", by=date(2026, 3, 6))
    values: dict[str, object] = {"now": NOW, "told": told, "forms": FORMS, **more}
    return draft_filing(words, sheet, duty, **values)  # type: ignore[arg-type]


@pytest.fixture
def fields(words: Words, sheet: FactSheet, duty: Make) -> dict[str, object]:
    return draft(words, sheet, to(duty, "eu-de", "eu-gdpr", "DE")).fields


@pytest.mark.parametrize("form", FORMS.forms.values(), ids=lambda form: form.id)
def test_every_key_of_a_form_is_a_field_or_written_by_a_person(
    form: object, fields: dict[str, object]
) -> None:
    texts = {f"text.{key}" for key in vocabulary().content}
    known = fields.keys() | FORMS.by_hand.keys() | texts
    asked = [
        key
        for part in FORMS.forms[form.id].sections
        for one in part.lines
        for key in one.keys  # type: ignore[attr-defined]
    ]
    assert asked
    assert [key for key in asked if key not in known] == []


def test_no_key_is_both_a_field_and_written_by_a_person(fields: dict[str, object]) -> None:
    assert fields.keys() & FORMS.by_hand.keys() == set()


def test_the_generic_form_names_every_field(fields: dict[str, object]) -> None:
    plain = [key for key in fields if not key.startswith("text.")]
    for locale in ("en", "zh-Hans"):
        assert [key for key in plain if FORMS.label(key, locale) == key] == []


@pytest.mark.parametrize("form", FORMS.forms.values(), ids=lambda form: form.id)
def test_every_form_says_where_and_when_it_was_read(form: object) -> None:
    raw = read_data(SHIPPED_FORMS / f"{form.id}.yaml")  # type: ignore[attr-defined]
    assert raw["source"].startswith("https://")
    assert date.fromisoformat(raw["read_on"]).year >= 2026
    assert raw["confidence"]
    assert raw["note"]
    assert all("en" in one["label"] for part in raw["sections"] for one in part["lines"])


def test_forms_belong_to_authorities_and_laws_that_are_loaded() -> None:
    offices = {
        one["id"] for path in AUTHORITIES.glob("*.yaml") for one in read_data(path)["authorities"]
    }
    read = [read_data(path) for path in LAW.rglob("regime.yaml")]
    laws = {one["id"] for one in read}
    for form in FORMS.forms.values():
        for one in form.belongs:
            assert not one.authority or one.authority in offices
            assert set(one.laws) <= laws
    duties = {f"{rule['id']}/{one['id']}" for rule in read for one in rule["duties"]}
    assert {one.duty for one in FORMS.people_lists} <= duties


@pytest.mark.parametrize(
    ("ref", "regime", "form"),
    [
        ("cn-cac-province", "cn-cac-incident-reporting", "cn-network-incident"),
        ("cn-cac", "cn-pipl", "cn-pipl-57"),
        ("cn-cac", "cn-ndsr", GENERIC),
        ("gb-ico", "uk-gdpr", "gb-ico"),
        ("gb-ico", "uk-pecr", GENERIC),
        ("eu-ie", "eu-gdpr", "ie-dpc"),
        ("eu-fr", "eu-gdpr", "fr-cnil"),
        ("eu-de", "eu-gdpr", GENERIC),
        ("us-ca-ag", "us-ca-1798-82", "us-ca-ag"),
        ("us-hhs", "us-hipaa", "us-hhs-ocr"),
    ],
)
def test_the_form_follows_the_recipient_and_the_law(ref: str, regime: str, form: str) -> None:
    assert FORMS.of(ref, regime).id == form


def test_a_broken_form_is_named(tmp_path: Path) -> None:
    for path in SHIPPED_FORMS.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "twice.yaml").write_bytes((SHIPPED_FORMS / "gb-ico.yaml").read_bytes())
    with pytest.raises(InvalidInputError, match="an id twice"):
        read_forms(tmp_path)
    (tmp_path / "twice.yaml").write_text("format: forthwith/filing-form/1\nid: x\n")
    with pytest.raises(InvalidInputError, match=r"source"):
        read_forms(tmp_path)


def test_the_form_stands_in_the_authoritys_order_and_words(
    words: Words, sheet: FactSheet, duty: Make
) -> None:
    filing = draft(words, sheet, to(duty, "cn-cac-province", "cn-cac-incident-reporting", "CN"))
    assert [row.label for row in filing.rows][:3] == [
        "涉事单位名称",
        "统一社会信用代码",
        "设施、系统、平台基本情况",
    ]
    rows = {row.label: row.value for row in filing.rows}
    assert rows["涉事单位名称"] == "Lantern Parts Co., Ltd."
    assert rows["统一社会信用代码"] == "", "a person writes it"
    text = form_text(filing.rows, title="表单", open_="（由人员填写）")
    assert text.index("一、涉事单位和系统") < text.index("五、溯源调查线索")
    assert "统一社会信用代码:\n    （由人员填写）" in text


def test_what_the_fields_answer_with_nothing_is_not_left_to_a_person(
    words: Words, sheet: FactSheet, duty: Make
) -> None:
    rows = {
        row.label: row.value
        for row in draft(words, sheet, to(duty, "gb-ico", "uk-gdpr", "GB")).rows
    }
    assert rows["Case reference of the office"] == "not stated"
    assert rows["Registration number"] == ""
    assert "Children under the age of 14: " in rows["Categories of people"]


@pytest.mark.parametrize(
    ("key", "value", "words_"),
    [
        ("subjects.count", {"min": 176, "max": 176}, "176"),
        ("records.count", {"min": 1760, "max": None}, "at least 1,760"),
        ("subjects.count", {"min": 10, "max": 20}, "10 to 20"),
        ("border.per_place_count", {"DE": 9, "US-CA": 2}, "Germany: 9; US state California: 2"),
        ("timing.late", True, "yes"),
        ("timing.start", "2026-03-02T09:30:00+08:00", "2026-03-02 09:30 (UTC+08:00)"),
        ("timing.start", "to_be_determined", "not known yet"),
        ("filing.to_follow_by", "2026-03-16", "16 March 2026"),
        ("incident.description", "Somebody read it.", "Somebody read it."),
        ("data.special_categories", [], ""),
        ("subjects.children_under_14", 0, "0"),
    ],
)
def test_values_are_said_in_words(words: Words, key: str, value: object, words_: str) -> None:
    found = said(Voice(words.catalogue("en")), key, value)
    assert found == words_ or (key.startswith("border.") and found.startswith("Germany: 9; "))


def test_every_machine_word_of_the_fields_has_words(words: Words) -> None:
    used = {*made._TYPES.values(), *made._CATEGORIES.values(), *made._BY_PREFIX.values()}
    used |= {*made._OUTCOMES.values(), made.TO_FOLLOW, "additional", "minors", "not_yet_known"}
    for locale, catalogue in words.catalogues.items():
        assert [word for word in used if f"field.{word}" not in catalogue.messages] == [], locale


@pytest.mark.parametrize(
    ("content", "unknown", "why"),
    [
        ("cause", ["cause"], "unknown"),
        ("cause", [], "unrecorded"),
        ("affected_services", ["stores"], "part"),
        ("support_requested", ["cause", "kinds", "stores"], "unrecorded"),
    ],
)
def test_why_something_is_missing_comes_from_the_facts(
    content: str, unknown: list[str], why: str
) -> None:
    assert why_missing(content, unknown, ["affected_services"]) == why


def test_a_first_report_says_of_each_missing_thing_why_and_until_when(
    words: Words, sheet: FactSheet, duty: Make
) -> None:
    filing = draft(words, sheet, to(duty, "eu-de", "eu-gdpr", "DE"))
    assert "This is a first notification. It is incomplete" in filing.letter
    assert filing.fields["filing.missing"] == [
        {"key": "ransom_details", "reason": "unrecorded", "until": sheet.next_update_on}
    ]
    assert "Reason: nothing on it had been recorded when this was written." in filing.letter


def test_a_follow_up_says_first_what_changed_and_only_that(
    words: Words, sheet: FactSheet, duty: Make
) -> None:
    first = draft(words, sheet, to(duty, "eu-de", "eu-gdpr", "DE"))
    earlier = Earlier(duty_id=first.duty_id, sent_at=NOW, receipt="LDI-77", fields=first.fields)
    more = sheet.model_copy(update={"people_total": 5200, "cause": "phishing", "version": 2})
    later = to(
        duty, "eu-de", "eu-gdpr", "DE", phase="supplement", id="eu-gdpr/authority-supplement"
    )
    filing = draft(words, more, later, earlier=earlier)
    assert filing.fields["filing.type"] == "follow_up"
    assert filing.fields["filing.previous_id"] == "LDI-77"
    told = {one.key: (one.before, one.after) for one in filing.changes}
    assert told["subjects.count"] == ("5,000", "5,200")
    assert told["incident.type"][1] == "phishing or deception"
    assert told.keys() <= {
        "subjects.count",
        "records.count",
        "incident.type",
        "incident.cause",
        "incident.is_cyber",
    }
    head = filing.letter.split("What happened", 1)[0]
    assert "This follows our notification of 4 March 2026, reference LDI-77." in head
    assert "Number of people: 5,000 -> 5,200" in head
    assert "first notification" not in filing.letter
    assert changes_text(filing.changes, none="-").count("\n") == len(filing.changes)


def test_what_did_not_change_is_said_to_be_the_same_and_unknown_is_not(
    words: Words, sheet: FactSheet, duty: Make
) -> None:
    one = to(duty, "eu-de", "eu-gdpr", "DE")
    first = draft(words, sheet, one)
    earlier = Earlier(duty_id=one.id, sent_at=NOW, receipt="7", fields=first.fields)
    same = draft(words, sheet, one, earlier=earlier)
    assert same.changes == []
    assert "No field says anything else since." in same.letter
    blind = draft(words, sheet, one, earlier=earlier.model_copy(update={"fields": {}}))
    assert "No field says anything else" not in blind.letter
    assert "This follows our notification" in blind.letter


def test_added_and_removed_fields_are_told(words: Words) -> None:
    voice = Voice(words.catalogue("en"))
    found = changes(
        {"notice.exception": "Nobody can read it.", "filing.drafted_at": "a"},
        {"timing.contained_at": "2026-03-02T09:30:00+08:00", "filing.drafted_at": "b"},
        forms=FORMS,
        voice=voice,
    )
    assert changes_text(found, none="none").splitlines() == [
        "Contained at: none -> 2026-03-02 09:30 (UTC+08:00)",
        "Ground for not telling: Nobody can read it. -> none",
    ]
    assert not compared("filing.drafted_at")


def test_a_withdrawal_names_what_is_withdrawn_and_why(
    words: Words, sheet: FactSheet, duty: Make
) -> None:
    one = to(duty, "gb-ico", "uk-gdpr", "GB")
    earlier = Earlier(duty_id=one.id, sent_at=NOW, receipt="IC-1", fields={})
    filing = draft_withdrawal(
        words, sheet, one, now=NOW, earlier=earlier, reason="Filed twice.", forms=FORMS
    )
    assert filing.phase == "withdrawal"
    assert "We withdraw our notification of 4 March 2026, reference IC-1" in filing.letter
    assert "Reason: Filed twice." in filing.letter
