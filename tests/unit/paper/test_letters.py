"""Letters on paper: every word, each on its own pages, values never read as markup."""

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from incidents.data_files import TEMPLATES
from incidents.delivery.channels.folder import Letter, write_letters
from incidents.delivery.channels.printed import print_letters
from incidents.drafting.choose import SetPlan
from incidents.drafting.holes import PersonValues, render_person
from incidents.drafting.message_class import draft_class
from incidents.drafting.words import Words
from incidents.errors import DeliveryError, InvalidInputError
from incidents.models.notice import FactSheet
from incidents.models.scope import Form
from incidents.paper.blocks import Block, blocks_of, blocks_of_text
from incidents.paper.fonts import LATIN, fonts
from incidents.paper.pdf import Sheet, pdf_of, words_of
from tests.unit.drafting.conftest import organisation, plan, sheet, words  # noqa: F401

TEMPLATE = (TEMPLATES / "_shared" / "letter.typ").read_text(encoding="utf-8")
AT = datetime(2026, 3, 4, tzinfo=UTC)
MARKUP = [
    '#read("/etc/passwd")', "*bold* _x_ $y$", "@ref <label>", "\\u{41} \\ #", "= Title", "- item",
    "`raw`", "#set page(width: 1mm)", "// gone", "/* gone */", "[x] {y} (z)", "~--..",
]  # fmt: skip


@pytest.fixture(scope="session")
def pages(words: Words, sheet: FactSheet, plan: SetPlan) -> dict[str, str]:  # noqa: F811
    """Return locale -> page of a letter with holes filled for `NAME`."""
    made = {}
    for locale in words.catalogues:
        message = draft_class(
            words, sheet, plan, locale=locale, form=Form.ACCOUNT, exposure=3, people=1,
            on=date(2026, 3, 4), channel="letter",
        ).message  # fmt: skip
        person = PersonValues(name="NAME", code="ABCD-EFGH-JK", address="ROAD 1\nTOWN")
        made[locale] = render_person(message, person).html
    return made


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(pdf).pages)


def squeezed(text: str) -> str:
    return "".join(text.split())


def embedded(pdf: bytes) -> set[str]:
    """Return names of the fonts whose program lies in the file."""
    names = set()
    for page in read(pdf).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            for one in font["/DescendantFonts"]:
                about = one.get_object()["/FontDescriptor"]
                assert {"/FontFile", "/FontFile2", "/FontFile3"} & about.keys()
                names.add(str(about["/FontName"]).split("+")[-1])
    return names


def test_every_word_of_a_page_is_set(pages: dict[str, str]) -> None:
    for locale, page in pages.items():
        blocks = blocks_of(page)
        said = squeezed(text_of(pdf_of([Sheet(blocks, locale)], TEMPLATE, fonts(), made_at=AT)))
        for block in blocks:
            if locale in {"en", "de"}:  # hyphens and kerning of others are read back in pieces
                assert squeezed(block.text).replace("-", "") in said.replace("-", "")
        assert "ROAD1" in said
        assert "ABCD-EFGH-JK" in said


def test_fonts_of_each_script_are_embedded(pages: dict[str, str]) -> None:
    for locale, family in (("zh-Hans", "CJK"), ("ja", "CJK"), ("de", "Libertinus")):
        pdf = pdf_of([Sheet(blocks_of(pages[locale]), locale)], TEMPLATE, fonts(), made_at=AT)
        assert any(family in name for name in embedded(pdf))
    sources = fonts().sources("ja")
    assert sources[LATIN] == "part of Typst"
    assert any("JP" in name and Path(path).exists() for name, path in sources.items()
               if name != LATIN)  # fmt: skip


@pytest.mark.parametrize("value", MARKUP)
def test_a_value_is_never_read_as_markup(pages: dict[str, str], value: str) -> None:
    harmless = blocks_of(pages["en"])
    hostile = [block._replace(text=block.text.replace("NAME", value)) for block in harmless]
    plain, made = (
        pdf_of([Sheet(blocks)], TEMPLATE, fonts(), made_at=AT) for blocks in (harmless, hostile)
    )
    assert len(read(made).pages) == len(read(plain).pages)
    assert squeezed(text_of(made)).replace(squeezed(value), "NAME") == squeezed(text_of(plain))


def test_each_letter_begins_on_a_page_of_its_own_and_counts_from_one(
    pages: dict[str, str], tmp_path: Path
) -> None:
    letters = [
        Letter(number, f"Person {number}", "Road 1", "text", pages[locale], "desk", None, locale)
        for number, locale in enumerate(pages, 1)
    ]
    printing = print_letters(tmp_path, letters, TEMPLATE, fonts(), made_at=AT)
    [path] = printing.files
    reader = PdfReader(path)
    for letter in letters:
        page = reader.pages[printing.where[letter.id].page - 1].extract_text()
        assert "ROAD 1" in page
        assert f"1 / {reader.page_labels.count('1') and _length(reader, letter.id)}" in page
    assert path.stat().st_mode & 0o077 == 0
    table = write_letters(tmp_path, letters, printing.where).read_text(encoding="utf-8-sig")
    assert '"1.txt"' in table
    assert '"letters-0001.pdf","1"' in table


def _length(reader: PdfReader, number: int) -> int:
    firsts = [i for i, label in enumerate(reader.page_labels) if label == "1"]
    ends = [*firsts[1:], len(reader.pages)]
    return ends[number - 1] - firsts[number - 1]


def test_the_same_letters_give_the_same_bytes(pages: dict[str, str]) -> None:
    sheets = [Sheet(blocks_of(page), locale) for locale, page in pages.items()]
    assert pdf_of(sheets, TEMPLATE, fonts(), made_at=AT) == pdf_of(
        sheets, TEMPLATE, fonts(), made_at=AT
    )


def test_a_character_without_a_font_is_found_and_its_letter_is_not_printed(
    pages: dict[str, str], tmp_path: Path
) -> None:
    lost = "\U000f0000\u1b05"
    assert fonts().missing([f"Ana {lost} 你好 Größe"], "en") == set(lost)
    good = Letter(1, "Ana", "Road", "t", pages["en"], "desk", None, "en")
    bad = good._replace(id=2, html=pages["en"].replace("NAME", lost))
    printing = print_letters(tmp_path, [good, bad], TEMPLATE, fonts(), made_at=AT)
    assert set(printing.where) == {1}
    assert printing.unprinted == {"en": 1}
    with pytest.raises(DeliveryError, match="cannot be set") as refused:
        pdf_of([Sheet([Block("para", lost)])], TEMPLATE, fonts(), made_at=AT)
    assert lost not in str(refused.value)


def test_nothing_shows_in_the_window_but_sender_and_address(pages: dict[str, str]) -> None:
    window = [one for one in blocks_of(pages["en"]) if one.kind in {"sender", "address"}]
    assert [one.kind for one in window] == ["sender", "address"]
    assert window[1].text == "NAME\nROAD 1\nTOWN"
    assert "breach" not in window[0].text.lower()


def test_american_letters_are_on_american_paper(pages: dict[str, str], tmp_path: Path) -> None:
    letter = Letter(1, "Ana", "Road", "t", pages["en"], "desk", None, "en", "US-CA")
    [path] = print_letters(tmp_path, [letter], TEMPLATE, fonts(), made_at=AT).files
    box = PdfReader(path).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (612, 792)


@pytest.mark.parametrize("page", ["<p>a</p><script>x</script>", "<p>a</p>loose", "<img src=x>"])
def test_what_has_no_place_on_paper_is_refused_and_not_left_out(page: str) -> None:
    with pytest.raises(InvalidInputError):
        blocks_of(page)


def test_a_plain_text_becomes_headings_paragraphs_and_items() -> None:
    text = "To: office\nof records\n\nWhat happened\n-------------\nA day.\n- one\n- two\n\nEnd"
    assert [(one.kind, one.text) for one in blocks_of_text(text)] == [
        ("para", "To: office\nof records"),
        ("heading", "What happened"),
        ("para", "A day."),
        ("item", "one"),
        ("item", "two"),
        ("para", "End"),
    ]
    table = Block("table", rows=(("Field", "#value"), ("Empty", "")))
    pdf = pdf_of([Sheet([*blocks_of_text(text), table])], TEMPLATE, fonts(), made_at=AT)
    assert "#value" in text_of(pdf)
    assert words_of(Sheet([table])) == ["Field", "#value", "Empty"]
