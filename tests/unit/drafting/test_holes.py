"""A person's own values fill the holes and stay values."""

from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.data_files import TEMPLATES
from incidents.drafting.choose import SetPlan
from incidents.drafting.holes import (
    CAPS,
    PersonValues,
    clean,
    clean_lines,
    hole,
    holes_in,
    render_person,
)
from incidents.drafting.message_class import draft_class
from incidents.drafting.words import Words
from incidents.errors import DraftingError
from incidents.models.notice import FactSheet, MessageClass
from incidents.models.scope import Form

HOSTILE = [
    "<script>alert(1)</script>",
    "</p></div><h1>free",
    '" onmouseover="x',
    "{{ 7*7 }}{% for x in y %}",
    "⟦code⟧⟦name:you⟧",
    "Ann\r\nBcc: eve@evil.example",
    "Ann\x00\x0b\x0c\x1c\x85\u2028\u2029Lee",
    "\u202egnp.exe\u2066",
    "&lt;b&gt; &amp; &#x3c;",
    "https://evil.example/pay",
    "evil.example",
    "=cmd|' /C calc'!A0",
    "Z̸̡͎̣̅̏͆͌̓a̵̛͇̓͛l̶̢̹̈́g̷͎̈́o̸̲͒",
    "A" * 5000,
    "\U000e0041\U000e0042",
    "$name ${name} %(name)s {name}",
]


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, str(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(("/" + tag, ""))


def tree(html: str) -> list[tuple[str, str]]:
    parser = _Tree()
    parser.feed(html)
    parser.close()
    return parser.tags


@pytest.fixture(scope="module")
def guardian(words: Words, sheet: FactSheet, plan: SetPlan) -> MessageClass:
    draft = draft_class(
        words,
        sheet,
        plan,
        locale="en",
        form=Form.GUARDIAN,
        exposure=3,
        people=1,
        on=date(2026, 3, 4),
        channel="letter",
    )
    return draft.message


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_changes_neither_tree_nor_lines_nor_subject(
    guardian: MessageClass, value: str
) -> None:
    plain = PersonValues(name="Ann", child="Bo", code="K7Q-2MF", address="Road 1")
    hostile = PersonValues(name=value, child=value, code=f"K{value[:30]}", address=f"Road {value}")
    good, bad = render_person(guardian, plain), render_person(guardian, hostile)
    assert bad.subject == good.subject
    breaks = [tag for tag in tree(bad.html) if tag[0] == "br"]
    assert [tag for tag in tree(bad.html) if tag[0] != "br"] == [
        tag for tag in tree(good.html) if tag[0] != "br"
    ]
    assert len(breaks) <= len([tag for tag in tree(good.html) if tag[0] == "br"]) + 7
    assert not {char for char in bad.text if ord(char) < 32} - {"\n"}
    assert not set(bad.text) & set("\u2028\u2029\u202e\u2066\x85")
    assert "49" not in bad.text.replace(plain.code, "")


def test_a_value_that_looks_like_a_hole_is_not_filled(guardian: MessageClass) -> None:
    person = PersonValues(name="⟦code⟧", child="{{ code }}", code="K7Q-2MF", address="Road 1")
    said = render_person(guardian, person)
    assert "Dear code," in said.text
    assert "guardian of {{ code }}." in said.text


def test_a_name_like_a_link_is_not_written_into_mail_but_is_on_an_envelope(
    words: Words, sheet: FactSheet, plan: SetPlan, guardian: MessageClass
) -> None:
    mail = draft_class(
        words,
        sheet,
        plan,
        locale="en",
        form=Form.ACCOUNT,
        exposure=3,
        people=1,
        on=date(2026, 3, 4),
    )
    person = PersonValues(name="win at evil.example", child="Bo", code="K7Q", address="Road 1")
    assert "Dear customer," in render_person(mail.message, person).text
    assert "win at evil.example" in render_person(guardian, person).text


def test_a_person_without_a_name_is_greeted_neutrally(guardian: MessageClass) -> None:
    said = render_person(guardian, PersonValues(code="K7Q-2MF", address="Road 1"))
    assert "Dear parent or guardian," in said.text
    assert "guardian of the child in your care." in said.html


@pytest.mark.parametrize("person", [PersonValues(address="Road 1"), PersonValues(code="K7Q-2MF")])
def test_a_missing_code_or_address_is_refused(guardian: MessageClass, person: PersonValues) -> None:
    with pytest.raises(DraftingError) as error:
        render_person(guardian, person)
    assert "Road" not in str(error.value)


def test_address_lines_stand_one_under_the_other(guardian: MessageClass) -> None:
    person = PersonValues(name="Ann", child="Bo", code="K7Q", address="Road 1\r\n\r\n1000 Town")
    said = render_person(guardian, person)
    assert "Road 1\n1000 Town" in said.text
    assert "Road 1<br>1000 Town" in said.html


def test_names_of_many_scripts_pass_unharmed() -> None:
    for name in ["王小明", "Zoë O’Brien", "Nguyễn Thị Hà", "محمد", "می\u200cخواهم", "Jørgen"]:
        assert clean(name, 120) == name


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_a_cleaned_value_is_one_short_line_and_cleaning_again_changes_nothing(value: str) -> None:
    once = clean(value, 40)
    assert len(once) <= 40
    assert len(once.splitlines()) <= 1
    assert not holes_in(once)
    assert clean(once, 40) == once


@given(st.text(max_size=2000))
@settings(max_examples=100)
def test_an_address_has_at_most_eight_lines(value: str) -> None:
    assert len(clean_lines(value, 100).split("\n")) <= 8


def test_a_hole_is_found_again_with_its_word() -> None:
    assert holes_in(f"Dear {hole('name', 'customer')}: {hole('code')}") == {"name", "code"}
    assert set(CAPS) == {"name", "child", "code", "address", "when", "offer"}


def test_every_file_of_words_ends_in_a_known_kind() -> None:
    kinds = {path.suffix for path in TEMPLATES.rglob("*") if path.is_file()}
    assert kinds <= {".txt", ".html", ".yaml", ".po", ".typ"}
