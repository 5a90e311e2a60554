"""The words that ship are whole, equal in all languages, and refused when they are not."""

import shutil
from pathlib import Path

import pytest

from incidents.data_files import TEMPLATES
from incidents.drafting.sources.folder import read_words
from incidents.drafting.voice import Voice
from incidents.drafting.words import Words, read_catalogue
from incidents.errors import DraftingError
from incidents.models.vocabulary import vocabulary

PARTS = [
    "_shared/breach",
    "public/web/announcement/body",
    "individual/email/leaked_credential/body",
]


def test_every_word_of_the_vocabulary_can_be_said(words: Words) -> None:
    for locale in words.catalogues:
        voice = Voice(words.catalogue(locale))
        for element in vocabulary().elements:
            assert voice.say(f"element.{element}")
        for cause in vocabulary().causes:
            assert voice.say(f"cause.{cause}")
        for content in vocabulary().content:
            assert voice.say(f"content.{content}")


def test_every_measure_with_a_purpose_has_its_words(words: Words) -> None:
    kinds = words.measures
    for locale in words.catalogues:
        voice = Voice(words.catalogue(locale))
        for key in kinds.before:
            assert voice.say(f"measure.{key}.done")
            assert voice.find(f"measure.{key}.planned") is None
        for key in (*kinds.offers, *kinds.prevents):
            assert voice.say(f"measure.{key}.done")
            assert voice.say(f"measure.{key}.planned")
        for key, months in kinds.offers.items():
            assert str(months) in voice.say(f"measure.{key}.done")


def test_agencies_serve_their_place_and_all_of_its_parts(words: Words) -> None:
    def named(*places: str) -> list[str]:
        return [one.name for one in words.agencies if one.serves(places)]

    assert named("US-CO") == ["Federal Trade Commission"]
    assert len(named("US-NY")) == 3
    assert named("CN", "unknown") == []


def test_every_element_leads_to_one_harm_and_its_advice(words: Words) -> None:
    grouped = [element for group in words.advice.groups for element in group.elements]
    assert sorted(grouped) == sorted(vocabulary().elements)
    for locale in words.catalogues:
        voice = Voice(words.catalogue(locale))
        for group in words.advice.groups:
            assert voice.say(f"consequence.{group.id}")
            assert voice.say(f"headline.{group.id}")
            assert set(group.actions) <= set(words.advice.actions)


@pytest.mark.parametrize("part", PARTS)
def test_text_and_html_are_made_of_the_same_blocks(words: Words, part: str) -> None:
    text = words.templates[f"{part}.txt"].replace(".txt'", ".html'")
    assert text == words.templates[f"{part}.html"]


def test_a_key_that_one_language_lacks_is_named(tmp_path: Path) -> None:
    copy = tmp_path / "words"
    shutil.copytree(TEMPLATES, copy)
    file = copy / "locales" / "zh-Hans" / "messages.po"
    file.write_text(
        file.read_text("utf-8").replace('msgid "foot.case"', 'msgid "foot.kase"'), "utf-8"
    )
    with pytest.raises(DraftingError, match=r"zh-Hans: foot\.case"):
        read_words(copy)


def test_values_that_differ_between_languages_are_named(tmp_path: Path) -> None:
    copy = tmp_path / "words"
    shutil.copytree(TEMPLATES, copy)
    file = copy / "locales" / "zh-Hans" / "messages.po"
    file.write_text(file.read_text("utf-8").replace("事件编号：{case}", "事件编号"), "utf-8")
    with pytest.raises(DraftingError, match=r"values of foot\.case"):
        read_words(copy)


@pytest.mark.parametrize("entry", ['msgid "a"\nmsgstr ""\n', '#, fuzzy\nmsgid "a"\nmsgstr "b"\n'])
def test_a_sentence_that_is_empty_or_unread_is_refused(entry: str) -> None:
    with pytest.raises(DraftingError, match="without a finished wording: a"):
        read_catalogue(f'msgid ""\nmsgstr ""\n\n{entry}', locale="en", where="x.po")


def test_one_changed_byte_changes_what_the_seal_covers(tmp_path: Path) -> None:
    copy = tmp_path / "words"
    shutil.copytree(TEMPLATES, copy)
    before = read_words(copy)
    with (copy / "_shared" / "breach.html").open("a", encoding="utf-8") as file:
        file.write("\n")
    after = read_words(copy)
    notice = "individual/letter/breach"
    assert before.used_by(notice, "en") != after.used_by(notice, "en")
    assert before.used_by("authority/letter/filing", "en") == after.used_by(
        "authority/letter/filing", "en"
    )


def test_a_folder_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DraftingError, match="no English catalogue"):
        read_words(tmp_path)


def test_numbers_dates_and_lists_follow_the_language(words: Words) -> None:
    from datetime import date

    english, chinese = (Voice(words.catalogue(locale)) for locale in ("en", "zh-Hans"))
    assert english.count("people", 1) == "1 person"
    assert english.count("people", 12000) == "12,000 people"
    assert chinese.count("people", 2) == "2人"
    assert english.day(date(2026, 3, 4)) == "4 March 2026"
    assert chinese.day(date(2026, 3, 4)) == "2026年3月4日"
    assert chinese.listed(["姓名", "地址"]) == "姓名和地址"
    assert english.place("DE") == "Germany"
    assert chinese.place("US-CA") == "美国加利福尼亚州"


def test_an_unknown_sentence_and_a_missing_value_are_named(words: Words) -> None:
    voice = Voice(words.catalogue("en"))
    with pytest.raises(DraftingError, match=r"measure\.magic\.done"):
        voice.say("measure.magic.done")
    with pytest.raises(DraftingError, match="case"):
        voice.say("foot.case")
