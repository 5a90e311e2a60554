"""Text message, push, answers and press line: the facts of the notices, in what a screen holds."""

import re
from datetime import date

import pytest

from incidents.drafting.choose import SetPlan
from incidents.drafting.lint.actions import slow_script
from incidents.drafting.lint.people import Known
from incidents.drafting.message_class import draft_class
from incidents.drafting.papers import draft_papers, paper_flaws
from incidents.drafting.sms_length import segments
from incidents.drafting.wording import banned_words_of_case, own_contacts
from incidents.drafting.words import Words
from incidents.models.notice import FactSheet, MessageClass, Paper
from incidents.models.report import Certainty, Protection
from incidents.models.scope import Form

ON = date(2026, 3, 4)


@pytest.fixture
def made(words: Words, sheet: FactSheet, plan: SetPlan) -> list[Paper]:
    kinds = [(locale, form, 3) for locale in words.catalogues for form in Form]
    return draft_papers(words, sheet, plan, kinds, on=ON).papers


def flaws(words: Words, sheet: FactSheet, papers: list[Paper], level: str) -> list[str]:
    known: Known = own_contacts(words, sheet.organisation, sheet.case_ref)
    banned = banned_words_of_case(words, sheet.organisation, sheet.stores)
    found = paper_flaws(papers, sheet, banned, known)
    return [flaw.slug for flaw in found if flaw.level == level]


def test_there_is_one_of_each_and_nothing_blocks(
    words: Words, sheet: FactSheet, made: list[Paper]
) -> None:
    assert flaws(words, sheet, made, "blocking") == []
    assert flaws(words, sheet, made, "warning") == []
    keys = [one.key for one in made]
    assert len(keys) == len(set(keys))
    for locale in words.catalogues:
        assert sum(one.kind == "sms" and one.locale == locale for one in made) == len(Form)
        for kind in ("push", "faq", "press"):
            assert f"{kind} {locale}" in keys


def test_a_text_message_says_who_what_to_do_and_where_to_check(
    sheet: FactSheet, made: list[Paper]
) -> None:
    for one in made:
        if one.kind == "sms":
            assert one.text.startswith("Lantern Parts")
            assert sheet.organisation.notices.check_url in one.text
            assert "⟦code⟧" in one.text
            assert sheet.organisation.phone in one.text
            assert "\n" not in one.text
            assert segments(one.text.replace("⟦code⟧", "0000-0000-00")) <= 4
    english = next(one for one in made if one.key == "sms en account 3")
    assert "Change your password here" in english.text


def test_sensitive_data_shows_on_no_screen(words: Words, sheet: FactSheet, plan: SetPlan) -> None:
    store = sheet.stores[0].model_copy(
        update={"elements": {"health.record": Protection(state="clear")}}
    )
    quiet = sheet.model_copy(update={"stores": [store]})
    kinds = [(locale, form, 1) for locale in words.catalogues for form in Form]
    for one in draft_papers(words, quiet, plan, kinds, on=ON).papers:
        if one.kind in {"sms", "push"}:
            assert not re.search("health|insur|Gesundheit|Kranken|健康|保险|保険", one.text)


def test_a_locked_telephone_tells_nothing(made: list[Paper]) -> None:
    for one in made:
        if one.kind == "push":
            assert "⟦" not in one.text
            assert not re.search(r"breach|leak|Panne|泄露|漏え", one.title + one.text)


def test_answers_say_the_facts_of_the_notices_and_nobodys_code(made: list[Paper]) -> None:
    answers = next(one for one in made if one.key == "faq en")
    for said in ("11 February 2026", "20 February 2026", "2 April 2026", "We closed the way in.",
                 "What should I do now?", "Is the message I got real?", "who has the data now",
                 "promise a call back"):  # fmt: skip
        assert said in answers.text
    assert "⟦" not in answers.text


def test_the_press_hears_numbers_and_days_of_the_fact_sheet(
    words: Words, sheet: FactSheet, plan: SetPlan, made: list[Paper]
) -> None:
    line = next(one for one in made if one.key == "press en")
    assert "affects 5,000 people" in line.text
    assert "2 April 2026" in line.text
    assert "⟦" not in line.text
    unsure = sheet.model_copy(update={"certainty": Certainty.SUSPECTED})
    kinds = [("en", Form.ACCOUNT, 3)]
    suspected = draft_papers(words, unsure, plan, kinds, on=ON).papers
    assert "There are signs of a data breach" in suspected[-1].text


@pytest.mark.parametrize(
    ("kind", "text", "level", "slug"),
    [
        ("sms", "x" * 700 + " https://lantern-parts.example/notice ⟦code⟧", "warning", "long-text"),
        ("sms", "Lantern Parts: call us.", "blocking", "no-check"),
        ("push", "Your code is 123 456", "blocking", "tells-too-much"),
        ("push", "word " * 60, "warning", "long-text"),
        ("press", "Write to ana@people.example", "blocking", "data-of-people"),
        ("faq", "TODO", "blocking", "left-over-placeholder"),
    ],
)
def test_what_does_not_fit_is_said_and_what_tells_too_much_blocks(
    words: Words, sheet: FactSheet, made: list[Paper], kind: str, text: str, level: str, slug: str
) -> None:
    one = next(one for one in made if one.kind == kind and one.locale == "en")
    assert slug in flaws(words, sheet, [one.model_copy(update={"text": text})], level)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),  # two septets each
        ("€" * 81, 2),
        ("ä" * 160, 1),
        ("数" * 70, 1),
        ("数" * 71, 2),
        ("😀" * 35, 1),  # two units each
        ("😀" * 36, 2),
        ("a" * 159 + "数", 3),
        ("„" + "a" * 69, 1),
        ("„" + "a" * 70, 2),
    ],
)
def test_the_length_of_a_text_message_is_that_of_the_network(text: str, number: int) -> None:
    assert segments(text) == number


def call(words: Words, sheet: FactSheet, plan: SetPlan, locale: str) -> MessageClass:
    return draft_class(
        words, sheet, plan, locale=locale, form=Form.ACCOUNT, exposure=3, people=1, on=ON,
        channel="call",
    ).message  # fmt: skip


@pytest.mark.parametrize("locale", ["en", "zh-Hans", "de", "ja"])
def test_a_call_comes_to_the_first_action_within_a_minute(
    words: Words, sheet: FactSheet, plan: SetPlan, locale: str
) -> None:
    limits = words.banned.limits
    script = call(words, sheet, plan, locale)
    assert list(slow_script(script, limits.speaking, limits.first_action_seconds)) == []
    head, _, rest = script.text.partition("\n\n")
    slower = script.model_copy(update={"text": f"{head}\n\n{'word 字 ' * 250}{rest}"})
    [flaw] = slow_script(slower, limits.speaking, limits.first_action_seconds)
    assert flaw.slug == "slow-script"
