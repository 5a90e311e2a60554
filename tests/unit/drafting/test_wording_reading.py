"""Messages read easily: what counts as a sentence, how long it is, which grade it asks for."""

import pytest

from incidents.drafting.lint.limits import Limits
from incidents.drafting.lint.prose import HOLE, length, sentences
from incidents.drafting.lint.reading import hard_reading
from incidents.drafting.lint.syllables import grade, syllables
from incidents.drafting.words import Words

TEXT = """\
Notice of Data Breach: Lantern
==============================

Dear ⟦name:customer⟧,

* In short *
A breach at Lantern affects you. We are sorry.

What happened
-------------
Data involved: name, postal address, orders (goods, time), and card number.

- We closed the way in.
- China: Cyberspace Administration of China
1. Change your password.
   Go to https://lantern.example/x. Or write to help@lantern.example.

- Equifax: P.O. Box 105788, Atlanta, GA 30348, telephone 1-888-298-0045

----------------------------------------
This is the statutory annex. Nobody counts it.
"""


@pytest.fixture(scope="module")
def limits(words: Words) -> Limits:
    return words.banned.limits


def test_only_sentences_count(limits: Limits) -> None:
    assert sentences(TEXT, limits.sentences["en"]) == [
        "A breach at Lantern affects you.",
        "We are sorry.",
        "Data involved:.",
        "We closed the way in.",
        "Change your password.",
        "Go to .",
        "Or write to .",
    ]


@pytest.mark.parametrize(
    ("locale", "text", "number"),
    [
        ("en", "Lantern Parts Co. Ltd. wrote. We read.", 2),
        ("en", "It is 3. Really. Ask at 8 a.m. and later.", 2),
        ("en", "Ask ⟦name:customer⟧ now! Why? Because.", 3),
        ("de", "Am 3. März geschah es, z. B. in Berlin. Wir helfen.", 2),
        ("zh-Hans", "我们已重置密码。您好！请登录。", 3),
        ("ja", "パスワードを変えました。よろしいですか？はい。", 3),
        ("en", "go " * 25 + "\n- " + "go " * 26, 1),  # no label is longer than a sentence may be
        ("en", "", 0),
    ],
)
def test_sentences_end_where_people_see_an_end(
    limits: Limits, locale: str, text: str, number: int
) -> None:
    assert len(sentences(text, limits.sentences[locale])) == number


def test_length_is_in_words_or_in_characters() -> None:
    assert length(f"Dear {HOLE}, your e-mail of 1,200 people isn't lost.", "words") == 9
    assert length("我们于2026年11月17日确认Lantern Parts的事。", "characters") == 15


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("password", 2), ("code", 1), ("changed", 1), ("reused", 2), ("accounts", 2), ("area", 3),
        ("people", 2), ("table", 2), ("involved", 2), ("breach", 1), ("identity", 4), ("e-mail", 2),
        ("copied", 2), ("science", 2), ("notified", 3), ("element", 3), ("GDPR", 4), ("2026", 4),
        ("somebody's", 3), (HOLE, 2), ("hmm", 1), ("called", 1), ("possible", 3),
        ("settled", 2), ("website", 2), ("information", 4), ("criminals", 3), ("measures", 2),
    ],
)  # fmt: skip
def test_syllables_are_counted_as_spoken(word: str, number: int) -> None:
    assert syllables(word) == number


def test_the_grade_is_that_of_the_formula() -> None:
    # 9 words in 2 sentences, 11 syllables.
    said = ["We closed the way in.", "Change your password today."]
    assert grade(said) == pytest.approx(0.39 * 9 / 2 + 11.8 * 11 / 9 - 15.59)
    assert grade([]) == 0


def test_a_grade_above_eight_warns_and_above_ten_blocks(limits: Limits) -> None:
    def level(text: str) -> str:
        got = [one for one in hard_reading("c", "en", text, limits) if one.slug == "hard-to-read"]
        return got[0].level if got else ""

    easy = "We closed the way in. Change your password today."
    # Just above 8, and far above 10.
    medium = "We asked the company that keeps our records to protect your personal information."
    hard = "Unauthorised individuals subsequently obtained identification information."
    assert [level(easy), level(medium), level(hard)] == ["", "warning", "blocking"]
    assert list(hard_reading("c", "zh-Hans", hard, limits)) == []


def test_long_sentences_and_a_high_mean_warn(limits: Limits) -> None:
    def got(locale: str, text: str) -> set[tuple[str, str]]:
        return {(one.slug, one.level) for one in hard_reading("c", locale, text, limits)}

    assert got("en", "go " * 25 + ".") == {("long-sentences", "warning")}
    assert got("en", "go " * 26 + ".") == {
        ("long-sentence", "warning"),
        ("long-sentences", "warning"),
    }
    assert got("en", "go " * 15 + ".") == set()
    assert got("de", "so " * 26 + ". " + "Ja. " * 9) == {("long-sentence", "warning")}
    assert got("zh-Hans", "字" * 100 + "。") == set()
    assert got("zh-Hans", "字" * 101 + "。") == {("long-sentence", "warning")}
    assert got("ja", "字" * 61 + "。") == {("long-sentence", "warning")}


def test_a_language_without_limits_is_named(limits: Limits) -> None:
    (flaw,) = hard_reading("c", "fi", "Hei.", limits)
    assert (flaw.slug, flaw.level) == ("no-limits", "warning")


def test_every_language_that_ships_has_its_limits_and_words(words: Words) -> None:
    for locale in words.catalogues:
        assert locale in words.banned.limits.sentences
        for kinds in (words.banned.blocking, words.banned.warning):
            assert [kind for kind, by_locale in kinds.items() if not by_locale.get(locale)] == []
