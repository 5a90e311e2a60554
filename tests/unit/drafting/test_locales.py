"""Who gets which language, and who gets another than their own."""

import pytest

from incidents.drafting.locales import locale_choices, locale_for

HAVE = ["en", "zh-Hans"]


@pytest.mark.parametrize(
    ("asked", "given", "fallback"),
    [
        ("en", "en", False),
        ("en-GB", "en", False),
        ("zh", "zh-Hans", False),
        ("zh-CN", "zh-Hans", False),
        ("zh_SG", "zh-Hans", False),
        ("zh-Hans-HK", "zh-Hans", False),
        ("zh-TW", "zh-Hans", True),
        ("zh-HK", "zh-Hans", True),
        ("zh-Hant", "zh-Hans", True),
        ("de", "en", True),
        ("fr-CA", "en", True),
        ("ja", "en", True),
        ("", "en", True),
    ],
)
def test_the_fallback_chain(asked: str, given: str, fallback: bool) -> None:
    choice = locale_for(asked, HAVE)
    assert (choice.given, choice.fallback) == (given, fallback)


def test_fallbacks_come_first_with_their_number_of_people() -> None:
    choices = locale_choices({"en": 50, "de": 9, "ja": 30, "zh-CN": 7}, HAVE)
    assert [(one.asked, one.people) for one in choices if one.fallback] == [("ja", 30), ("de", 9)]
    assert sum(one.people for one in choices) == 96


def test_a_new_language_is_used_as_soon_as_there_are_words() -> None:
    assert locale_for("de-AT", [*HAVE, "de"]).given == "de"
