"""The standing text for a login found elsewhere can be approved ahead."""

import pytest

from incidents.drafting.holes import PersonValues, holes_in, render_person
from incidents.drafting.leaked_credential import REQUIRED, draft_leaked_credential
from incidents.drafting.required import missing_in
from incidents.drafting.wording import flaws
from incidents.drafting.words import Words
from incidents.errors import DraftingError
from incidents.models.inventory import Organisation


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_it_is_complete_without_flaws_and_names_nobody(
    words: Words, organisation: Organisation, locale: str
) -> None:
    draft = draft_leaked_credential(words, organisation, locale)
    assert missing_in(draft, REQUIRED) == {}
    assert holes_in(draft.message.text) == {"name", "code", "when"}
    assert [
        flaw
        for flaw in flaws(
            draft.message, link_domains=["lantern-parts.example"], banned=words.banned
        )
        if flaw.level == "blocking"
    ] == []


def test_it_says_in_the_first_lines_that_the_leak_is_not_ours(
    words: Words, organisation: Organisation
) -> None:
    draft = draft_leaked_credential(words, organisation, "en")
    person = PersonValues(name="Ann", code="K7Q-2MF", when="4 March 2026")
    said = render_person(draft.message, person)
    assert "Our own systems are not the source." in said.text[:300]
    assert "We found it on 4 March 2026." in said.text


def test_missing_fields_are_listed(words: Words, organisation: Organisation) -> None:
    bare = organisation.model_copy(update={"phone": "", "court": ""})
    with pytest.raises(DraftingError, match="phone, court"):
        draft_leaked_credential(words, bare, "en")
