"""Nothing of another person goes to an authority unchecked, whoever typed it."""

import pytest

from incidents.drafting.lint.filing_text import filing_flaws
from incidents.drafting.lint.people import known_contacts
from incidents.models.notice import Filing

KNOWN = known_contacts(["privacy@shop.example, +86 755 0000 0100"], ["shop.example"])
CLEAN = "Seen at 12:30:00 on 2026-03-02. Article 45 CFR 164.408(b). Write to privacy@shop.example."


def filing(letter: str = CLEAN, **fields: object) -> Filing:
    return Filing(
        duty_id="x/authority-initial",
        authority="A",
        place="",
        letter=letter,
        fields={key.replace("__", "."): value for key, value in fields.items()},
        digest="",
    )


def slugs(one: Filing, names: tuple[str, ...] = ()) -> list[str]:
    return [flaw.slug for flaw in filing_flaws(one, known=KNOWN, names=names)]


def test_a_clean_filing_has_no_flaws() -> None:
    fields = {
        "subjects__count": {"min": 12345678, "max": 12345678},
        "timing__start": "2026-03-02T09:30:00+08:00",
        "incident__description": CLEAN,
    }
    assert slugs(filing(**fields)) == []


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ("The log shows mia@home.example.", "data-of-people"),
        ("Called from +49 30 123 4567.", "data-of-people"),
        ("Card 4111 1111 1111 1111.", "data-of-people"),
        ("Requests came from 203.0.113.7.", "trace-of-people"),
        ("Requests came from 203.0.113.7:443, twice.", "trace-of-people"),
        ("Requests came from 2001:db8::17.", "trace-of-people"),
        ("Dear ⟦name:customer⟧", "hole-in-filing"),
        ("{{ people }}", "left-over-placeholder"),
    ],
)
def test_data_of_others_blocks_in_the_letter_and_in_every_field(said: str, slug: str) -> None:
    assert slug in slugs(filing(said))
    assert slug in slugs(filing(timing__late_reason=said))
    assert slug in slugs(filing(risk__reasons=["x", said]))
    found = filing_flaws(filing(risk__reasons=[said]), known=KNOWN)
    assert {flaw.level for flaw in found} == {"blocking"}
    assert said not in str(found), "a finding does not repeat it"


@pytest.mark.parametrize("said", ["version 4.1.2", "12:30:00", "1.2.3.4.5", "Art. 5.1.2 a"])
def test_what_only_looks_like_a_trace_passes(said: str) -> None:
    assert "trace-of-people" not in slugs(filing(f"It was {said} then."))


def test_names_of_laws_and_receipts_may_look_like_numbers() -> None:
    said = "Reference 20260302-1234567 under the Act 2026 12345678."
    assert "data-of-people" in slugs(filing(said))
    assert slugs(filing(said), ("20260302-1234567", "Act 2026 12345678")) == []
