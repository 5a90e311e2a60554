"""A sentence of one case: in every language or not at all, seen beside the old one, signed anew."""

from typing import Any

import pytest

from incidents.errors import DraftingError, InvalidInputError
from incidents.models.base import read_as
from incidents.models.case_words import CaseWords
from incidents.steps.case_words import ShownWords, set_case_words, show_case_words
from incidents.steps.close_case import open_items
from incidents.steps.preview_drafts import preview_drafts
from incidents.steps.watch_deadlines import find_alarms
from tests.steps.shop_case import CASE, CN, EU, FIRST, House

KEY = "cause.external_unlawful_access"
READ = {"by": "cora", "reviewed_by": "rob"}


def wordings(house: House, text: str, *but: str) -> dict[str, Any]:
    """Return a wording in every language there is but some."""
    return {
        locale: {"text": f"{text} [{locale}]", **READ}
        for locale in house.shop.words.catalogues
        if locale not in but
    }


def said(*sentences: dict[str, Any], **more: Any) -> CaseWords:
    data = {"format": "forthwith/case-words/1", "sentences": list(sentences), **more}
    return read_as(CaseWords, data, where="words.yaml")


def sentence(house: House, key: str = KEY, text: str = "A contractor's login was used", *but: str,
             **changes: Any) -> dict[str, Any]:  # fmt: skip
    made = {"key": key, "reason": "the police know it now", "wording": wordings(house, text, *but)}
    return made | changes


def take(house: House, words: CaseWords) -> ShownWords:
    return set_case_words(
        house.shop.database, CASE, words, house.shop.words, by="cora", where="words.yaml"
    )


def texts(house: House, set_key: str) -> dict[str, str]:
    drafts = preview_drafts(house.shop.database, CASE, house.shop.words)
    [found] = [one for one in drafts.sets if one.body.key == set_key]
    return {one.key: one.text + one.html for one in found.body.classes}


def test_a_changed_sentence_stands_in_every_class_and_voids_what_was_signed(drafted: House) -> None:
    drafted.approve(CASE, EU)
    shown = take(drafted, said(sentence(drafted)))
    english = next(one for one in shown.changes if one.locale == "en")
    assert english.before
    assert english.before in "".join(texts(drafted, EU).values())
    assert english.after == "A contractor's login was used [en]"
    drafted.draft(CASE)
    view = drafted.sets(CASE)[EU]
    assert (view.state, view.version) == ("drafted", 2)
    for key, text in texts(drafted, EU).items():
        locale = key.split(".")[0]
        if not key.endswith((".sms", ".push")):
            assert f"login was used [{locale}]" in text.replace("&#39;", "'")
        assert english.before not in text


def test_a_free_sentence_stands_at_the_end_of_its_part(drafted: House) -> None:
    take(drafted, said(sentence(drafted, "free.doing", "We pay for new locks")))
    drafted.draft(CASE)
    for key, text in texts(drafted, CN).items():
        if not key.endswith((".sms", ".push")):
            assert f"We pay for new locks [{key.split('.')[0]}]" in text


def test_a_language_without_the_wording_waits_and_everybody_sees_how_many(drafted: House) -> None:
    before = drafted.sets(CASE)[CN].people
    waiting = {
        row[0]
        for row in drafted.sql(
            "SELECT person_id FROM affected WHERE case_ref = :r AND locale LIKE 'zh%'", r=CASE
        )
    }
    assert waiting
    shown = take(drafted, said(sentence(drafted, KEY, "It was a login", "zh-Hans")))
    assert shown.waiting == {"zh-Hans": [KEY]}
    assert shown.people["zh-Hans"] == len(waiting)
    result = drafted.draft(CASE)
    assert sum(result.waiting.values()) == len(waiting)
    listed = {
        row[0]
        for row in drafted.sql(
            "SELECT d.person_id FROM delivery d JOIN notice_set s ON s.set_key = d.set_key "
            "AND s.version = d.version AND s.state <> 'void' AND s.case_ref = d.case_ref"
        )
    }
    assert not listed & waiting
    assert drafted.sets(CASE).get(CN) is None or drafted.sets(CASE)[CN].people < before
    with drafted.shop.database.read() as work:
        assert any("no ledger row" in item for item in open_items(work, CASE))
    alarms = find_alarms(drafted.shop.database, settings=drafted.settings).alarms
    assert any("unworded" in alarm.key for alarm in alarms)
    # Once it is there, nobody is lost.
    take(drafted, said(sentence(drafted, KEY, "It was a login")))
    assert drafted.draft(CASE).waiting == {}
    assert drafted.sets(CASE)[CN].people == before


def test_a_wording_that_nobody_else_has_read_is_none(drafted: House) -> None:
    one = sentence(drafted)
    one["wording"]["en"] = {"text": "Read by its writer only", "by": "cora", "reviewed_by": "cora"}
    assert take(drafted, said(one)).waiting == {"en": [KEY]}


def test_an_approver_may_allow_another_language_and_the_people_are_counted(drafted: House) -> None:
    allowed = {"zh-Hans": {"to": "en", "by": FIRST, "reason": "no translator before Monday"}}
    shown = take(
        drafted, said(sentence(drafted, KEY, "It was a login", "zh-Hans"), fallbacks=allowed)
    )
    assert shown.waiting == {}
    result = drafted.draft(CASE)
    assert not result.waiting
    assert any(key.startswith("zh") and key.endswith("-> en") for key in result.fallback_locales)
    classes = {key.split(".")[0] for key in texts(drafted, CN)}
    assert "zh-Hans" not in classes


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"key": "no.such"}, "no such sentence"),
        ({"key": "free.nowhere"}, "one of free."),
        ({"key": "greeting"}, "values it must hold"),
        ({"wording": {"xx": {"text": "a", **READ}}}, "no words in this language"),
        ({"wording": {"en": {"text": "a\nb", **READ}}}, "line breaks"),
        ({"wording": {"en": {"text": "a\u202eb", **READ}}}, "nobody sees"),
        ({"wording": {"en": {"text": "⟦name⟧", **READ}}}, "nobody sees"),
        ({"wording": {"en": {"text": "{name}", **READ}}}, "values it must hold: none"),
    ],
)
def test_words_that_fit_no_sentence_are_refused_and_change_nothing(
    drafted: House, change: dict[str, Any], why: str
) -> None:
    with pytest.raises(InvalidInputError, match=why):
        take(drafted, said(sentence(drafted) | change))
    assert show_case_words(drafted.shop.database, CASE, drafted.shop.words).changes == []


def test_a_fallback_needs_an_approver_and_a_language_that_has_the_wording(drafted: House) -> None:
    for fallback, why in (
        ({"to": "en", "by": "somebody", "reason": "r"}, "no approver"),
        ({"to": "xx", "by": FIRST, "reason": "r"}, "one of"),
        ({"to": "zh-Hans", "by": FIRST, "reason": "r"}, "names itself|lacks a wording"),
    ):
        with pytest.raises(InvalidInputError, match=why):
            take(drafted, said(sentence(drafted, KEY, "x", "zh-Hans"),
                               fallbacks={"zh-Hans": fallback}))  # fmt: skip


def test_the_gate_judges_words_of_the_case_too(drafted: House) -> None:
    take(drafted, said(sentence(drafted, "free.data", "We have no evidence of misuse")))
    with pytest.raises(DraftingError, match="no evidence"):
        drafted.draft(CASE)


def test_the_same_words_twice_and_words_of_nobody_are_refused(drafted: House) -> None:
    words = said(sentence(drafted))
    take(drafted, words)
    with pytest.raises(InvalidInputError, match="stand already"):
        take(drafted, words)
    with pytest.raises(InvalidInputError, match="named person"):
        set_case_words(
            drafted.shop.database, CASE, words, drafted.shop.words, by=" ", where="words.yaml"
        )
