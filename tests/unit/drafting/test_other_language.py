"""What was left in another language is found: a sentence in English, a store without a name."""

from datetime import date

import pytest

from incidents.drafting.choose import SetPlan
from incidents.drafting.message_class import draft_class
from incidents.drafting.wording import set_flaws
from incidents.drafting.words import Words
from incidents.models.notice import FactSheet, MessageClass
from incidents.models.scope import Form


def classes(words: Words, sheet: FactSheet, plan: SetPlan) -> list[MessageClass]:
    return [
        draft_class(
            words, sheet, plan, locale=locale, form=Form.ACCOUNT, exposure=1, people=1,
            on=date(2026, 3, 4),
        ).message
        for locale in sorted(words.catalogues)
    ]  # fmt: skip


def found(words: Words, sheet: FactSheet, messages: list[MessageClass]) -> list[str]:
    got = set_flaws(
        messages,
        words,
        organisation=sheet.organisation,
        stores=sheet.stores,
        case_ref=sheet.case_ref,
    )
    return [f"{flaw.where} {flaw.what}" for flaw in got if flaw.slug == "other-language"]


def test_the_shipped_words_are_each_in_one_language(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    assert found(words, sheet, classes(words, sheet, plan)) == []


@pytest.mark.parametrize("locale", ["de", "ja", "zh-Hans"])
def test_a_sentence_left_in_english_is_found(
    words: Words, sheet: FactSheet, plan: SetPlan, locale: str
) -> None:
    messages = [
        one.model_copy(update={"text": one.text + "\n\nThey have your address."})
        if one.locale == locale
        else one
        for one in classes(words, sheet, plan)
    ]
    assert set(found(words, sheet, messages)) == {
        f"{locale}.account.1.email says {word!r}" for word in ("your", "have", "they")
    }


def test_a_store_without_a_name_in_a_language_is_found_where_people_read_it(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    [orders, accounts] = sheet.stores
    names = {"zh-Hans": "订单", "de": "Bestellungen"}
    without = [orders.model_copy(update={"names": names}), accounts]
    changed = sheet.model_copy(update={"stores": without})
    assert found(words, changed, classes(words, changed, plan)) == [
        "ja. the store 'Orders' has no name in ja"
    ]
