"""The announcement stands by itself and says the same in every language."""

from datetime import date
from html.parser import HTMLParser

import pytest

from incidents.drafting.announcement import draft_announcement
from incidents.drafting.choose import SetPlan
from incidents.drafting.wording import page_flaws
from incidents.drafting.words import Words
from incidents.errors import DraftingError
from incidents.models.notice import Announcement, FactSheet

RULE = "GDPR Art 34(3)(c): telling each takes disproportionate effort"


def announce(words: Words, sheet: FactSheet, plan: SetPlan, **numbers: int) -> Announcement:
    return draft_announcement(
        words,
        sheet,
        plan,
        numbers=numbers,
        grounds=[RULE],
        locales=["en", "zh-Hans"],
        on=date(2026, 3, 4),
    )


class _Ids(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.langs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.targets += [given["href"] or ""] if tag == "a" else []
        self.langs += [given["lang"] or ""] if tag == "section" else []


def test_the_page_holds_both_languages_and_links_between_them(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    page = announce(words, sheet, plan, total=5000, unreachable=312)
    seen = _Ids()
    seen.feed(page.html)
    assert seen.langs == ["en", "zh-Hans"]
    assert seen.targets == [f"#{name}" for name in seen.ids]
    assert page.html.count("<!doctype html>") == 1
    found = page_flaws(
        page.html,
        page.text,
        where="announcement",
        locales=page.locales,
        link_domains=["lantern-parts.example"],
        banned=words.banned,
    )
    assert found == []


def test_numbers_and_rule_stand_in_grounds_and_on_the_page(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    page = announce(words, sheet, plan, total=5000, unreachable=312)
    assert page.grounds == [
        "People concerned: 5,000",
        "People without a usable address: 312",
        f"The rule that allows it: {RULE}",
    ]
    for body in (page.html, page.text):
        assert body.count("312") == 2


def test_an_announcement_without_ground_is_refused(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    with pytest.raises(DraftingError, match="one by one"):
        announce(words, sheet, plan)


def test_a_page_that_lacks_what_its_duty_requires_is_refused(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    bare = sheet.model_copy(update={"measures": []})
    with pytest.raises(DraftingError, match="measures_taken"):
        announce(words, bare, plan, unreachable=3)


def test_no_person_and_no_hole_stands_on_the_page(
    words: Words, sheet: FactSheet, plan: SetPlan
) -> None:
    page = announce(words, sheet, plan, unreachable=3)
    assert "⟦" not in page.html + page.text
