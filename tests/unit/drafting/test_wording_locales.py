"""One message in several languages says the same numbers."""

from datetime import date

import pytest

from incidents.drafting.choose import SetPlan
from incidents.drafting.lint.locales import different_locales
from incidents.drafting.lint.numbers import numbers_said
from incidents.drafting.message_class import draft_class
from incidents.drafting.wording import set_flaws
from incidents.drafting.words import Words
from incidents.models.notice import FactSheet, MessageClass
from incidents.models.scope import Form


@pytest.fixture(scope="module")
def pair(words: Words, sheet: FactSheet, plan: SetPlan) -> tuple[MessageClass, MessageClass]:
    english, chinese = (
        draft_class(
            words, sheet, plan, locale=locale, form=Form.ACCOUNT, exposure=3, people=1,
            on=date(2026, 3, 4),
        ).message
        for locale in ("en", "zh-Hans")
    )  # fmt: skip
    return english, chinese


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "On 4 March 2026, 12,500 people and 2 codes."),
        ("en", "On March 4, 2026, 12,500 people and 2 codes."),
        ("de", "Am 4. März 2026 12.500 Menschen und 2 Codes."),
        ("zh-Hans", "2026年3月4日，12,500人和2个代码。"),
        ("ja", "2026年3月4日、12,500人とコード2件。"),
        ("ja", "2026年3月4日、12,500人と第二項。"),
    ],
)
def test_numbers_are_the_same_in_every_language(locale: str, text: str) -> None:
    assert numbers_said(text, locale) == {"2026-03-04": 1, "12500": 1, "2": 1}


def test_articles_in_chinese_numerals_are_numbers() -> None:
    said = numbers_said("第四十四条至第五十条、第一百零三条和第十条，一共", "zh-Hans")
    assert said == {"44": 1, "50": 1, "103": 1, "10": 1}


def test_what_stands_in_a_hole_is_no_number_of_the_text() -> None:
    assert numbers_said("Code ⟦code:K7⟧", "en") == {}


def test_the_shipped_languages_agree(words: Words, pair: tuple[MessageClass, MessageClass]) -> None:
    assert list(different_locales(pair, words.banned.limits)) == []
    assert numbers_said(pair[0].text, "en").total() > 20


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("2026年2月20日", "2026年2月21日"),
        ("2026年2月20日", "2026年3月20日"),
        ("第五十条", "第五十一条"),
        ("5分钟", "15分钟"),
        ("大约需要5分钟", "大约需要一些时间"),
    ],
)
def test_a_number_or_date_that_differs_blocks(
    words: Words, sheet: FactSheet, pair: tuple[MessageClass, MessageClass], was: str, becomes: str
) -> None:
    english, chinese = pair
    if was not in chinese.text:
        was, becomes = "2026年2月20日", "2026年2月22日"
    odd = chinese.model_copy(
        update={
            "text": chinese.text.replace(was, becomes),
            "html": chinese.html.replace(was, becomes),
        }
    )
    got = set_flaws([english, odd], words, organisation=sheet.organisation, case_ref=sheet.case_ref)
    (flaw,) = [one for one in got if one.level == "blocking"]
    assert (flaw.slug, flaw.where) == ("locales-differ", odd.key)
    assert "only in zh-Hans" in flaw.what


def test_other_channels_shapes_and_exposures_are_not_compared(
    words: Words, pair: tuple[MessageClass, MessageClass]
) -> None:
    english, chinese = pair
    for key in ("zh-Hans.account.3.letter", "zh-Hans.guardian.3.email", "zh-Hans.account.1.email"):
        other = chinese.model_copy(update={"key": key, "text": "7"})
        assert list(different_locales([english, other], words.banned.limits)) == []


@pytest.mark.parametrize(("share", "warns"), [(0.1, True), (0.3, False), (1.3, True)])
def test_a_translation_of_an_unlikely_length_warns(
    words: Words, pair: tuple[MessageClass, MessageClass], share: float, warns: bool
) -> None:
    english = pair[0].model_copy(update={"text": "word " * 200})
    other = pair[1].model_copy(update={"text": "字" * int(1000 * share), "subject": ""})
    got = list(different_locales([english.model_copy(update={"subject": ""}), other],
                                 words.banned.limits))  # fmt: skip
    assert [(one.slug, one.level) for one in got] == [("odd-length", "warning")] * warns


def test_a_number_in_a_name_with_a_wording_of_its_own_is_not_compared(
    words: Words, pair: tuple[MessageClass, MessageClass]
) -> None:
    english, chinese = pair
    one = english.model_copy(update={"text": english.text.replace("Orders:", "Orders 2024:")})
    assert one.text != english.text
    limits = words.banned.limits
    assert [flaw.slug for flaw in different_locales([one, chinese], limits)] == ["locales-differ"]
    assert list(different_locales([one, chinese], limits, {"Orders 2024", "Orders", "1"})) == []
