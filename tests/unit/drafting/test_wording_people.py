"""The words that everybody of a class reads hold nobody's data."""

import pytest

from incidents.drafting.lint.people import Known, data_of_people, known_contacts

CARD = "4111 1111 1111 1111"  # the number payment systems publish for tests


@pytest.fixture(scope="module")
def known() -> Known:
    texts = [
        "+86 755 5550 0100",
        "Equifax: 1-888-298-0045",
        "help@partner.example",
        "INC-2026-0042",
    ]
    return known_contacts(texts, ["lantern.example"])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Write to ann.lee@mail.example.", "e-mail"),
        ("Write to ann.lee@lantern.example.evil.example.", "e-mail"),
        ("Ring +49 30 1234 5678.", "telephone"),
        ("Ring (030) 123-4567.", "telephone"),
        ("Ring 13800138000.", "telephone"),
        (f"Your card {CARD}.", "card"),
        ("Your card 4111111111111111.", "card"),
        ("Your number 110101199003077899.", "telephone"),
    ],
)
def test_what_looks_like_a_persons_address_or_number_blocks(
    known: Known, text: str, kind: str
) -> None:
    (flaw,) = data_of_people("c", text, known)
    assert (flaw.slug, flaw.level) == ("data-of-people", "blocking")
    assert kind in flaw.what
    # The finding goes into logs, so it does not repeat what it found.
    assert not any(part in flaw.what for part in ("ann", "1234", "4111", "1380"))


@pytest.mark.parametrize(
    "text",
    [
        "Ring +86 755 5550 0100 or +86-755-55500100.",
        "Equifax, telephone 1-888-298-0045.",
        "Write to privacy@lantern.example or info@mail.lantern.example or help@partner.example.",
        "Case: inc-2026-0042. Between 2026-01-02 and 2026-03-04, 1,234,567 people.",
        "Regulation (EU) 2016/679, décret 2019-536, COM(2025) 837 Art 3, 45 CFR 164.404.",
        "12.345.678 Menschen, 12 Kite Road, Shenzhen 518000. https://lantern.example/1234567890",
        "Dear ⟦name:a@b.example⟧, 4 111 people",
        "2024–2026, Articles 44 to 50, 65 and 69.",
    ],
)
def test_our_own_contacts_days_laws_and_counts_pass(known: Known, text: str) -> None:
    assert list(data_of_people("c", text, known)) == []
