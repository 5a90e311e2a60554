"""Rules find what must not leave the house."""

from datetime import date
from typing import get_args

import pytest

from incidents.drafting.choose import SetPlan
from incidents.drafting.lint.said import but_for_names
from incidents.drafting.message_class import Channel, draft_class
from incidents.drafting.wording import Flaw, flaws, set_flaws
from incidents.drafting.words import Words
from incidents.models.notice import FactSheet, MessageClass
from incidents.models.scope import Form


@pytest.fixture(scope="module")
def message(words: Words, sheet: FactSheet, plan: SetPlan) -> MessageClass:
    return draft_class(
        words,
        sheet,
        plan,
        locale="en",
        form=Form.ACCOUNT,
        exposure=3,
        people=1,
        on=date(2026, 3, 4),
    ).message


def found(words: Words, message: MessageClass) -> list[Flaw]:
    """Return the findings but for long sentences, of which the shipped words have a few."""
    got = flaws(message, link_domains=["lantern-parts.example"], banned=words.banned)
    return [flaw for flaw in got if flaw.slug != "long-sentence"]


def both(message: MessageClass, line: str, html: str = "") -> MessageClass:
    """Return the message with a line more in both bodies."""
    body = message.html.replace("</div>\n</body>", f"<p>{html or line}</p></div>\n</body>")
    assert body != message.html
    return message.model_copy(update={"text": f"{message.text}\n{line}", "html": body})


@pytest.mark.parametrize(
    ("line", "slug"),
    [
        ("Dear {{ name }}", "left-over-placeholder"),
        ("Dear {name}", "left-over-placeholder"),
        ("Reason: TBD", "left-over-placeholder"),
        ("Dear ⟦nickname⟧", "left-over-placeholder"),
        ("Get a voucher today", "promotion"),
        ("Click to unsubscribe", "unsubscribe"),
        ("We have no evidence of misuse", "evidence-claim"),
        ("See https://evil.example/x", "link-outside"),
        ("See http://lantern-parts.example/x", "link-outside"),
        ("See https://lantern-parts.example/x?person=1", "link-outside"),
        ("See https://lantern-parts.example.evil.example/", "link-outside"),
        ("See https://evil.example@lantern-parts.example.evil.example/", "link-outside"),
    ],
)
def test_a_line_that_must_not_stand_there_blocks(
    words: Words, message: MessageClass, line: str, slug: str
) -> None:
    flaw = next(one for one in found(words, both(message, line)) if one.slug == slug)
    assert flaw.level == "blocking"
    assert flaw.repair


def test_own_links_and_their_subdomains_pass(words: Words, message: MessageClass) -> None:
    line = "See https://help.lantern-parts.example/breach."
    assert found(words, both(message, line)) == []


@pytest.mark.parametrize(
    "html",
    [
        "<img alt='' width=1>",
        "<script>1</script>",
        "<form></form>",
        "<a href='#' onclick='x'>#</a>",
        "<b style='background:url(x)'>b</b>",
        "<iframe></iframe>",
    ],
)
def test_a_page_that_could_act_or_fetch_blocks(
    words: Words, message: MessageClass, html: str
) -> None:
    body = message.html.replace("</div>\n</body>", f"{html}</div>\n</body>")
    assert "active-content" in {
        one.slug for one in found(words, message.model_copy(update={"html": body}))
    }


def test_a_link_that_shows_another_text_blocks(words: Words, message: MessageClass) -> None:
    html = '<a href="https://lantern-parts.example/a">https://lantern-parts.example/b</a>'
    got = found(words, both(message, "https://lantern-parts.example/b", html))
    assert "link-hides-target" in {one.slug for one in got}


def test_a_number_or_sentence_in_one_body_only_blocks(words: Words, message: MessageClass) -> None:
    other = message.model_copy(update={"text": message.text.replace("2026", "2025", 1)})
    assert {one.slug for one in found(words, other)} == {"digits-differ", "bodies-differ"}
    more = message.model_copy(update={"html": message.html.replace("An outsider", "Nobody")})
    assert {one.slug for one in found(words, more)} == {"bodies-differ"}


def test_a_fourth_action_blocks(words: Words, message: MessageClass) -> None:
    got = found(words, both(message, "4. Do more."))
    assert "too-many-actions" in {one.slug for one in got}


def test_a_missing_body_blocks_but_a_call_needs_no_page(
    words: Words, message: MessageClass
) -> None:
    bare = message.model_copy(update={"html": ""})
    assert "no-html" in {one.slug for one in found(words, bare)}
    call = bare.model_copy(update={"key": "en.account.3.call"})
    assert "no-html" not in {one.slug for one in found(words, call)}


def test_hedges_warn_and_do_not_block(words: Words, message: MessageClass) -> None:
    (flaw,) = found(words, both(message, "You might be affected."))
    assert (flaw.slug, flaw.level) == ("hedge", "warning")


def test_a_word_inside_another_word_is_no_finding(words: Words, message: MessageClass) -> None:
    assert found(words, both(message, "Mayor Mighty of Premiumville.")) == []


def test_an_inflected_or_accented_word_of_the_list_is_found_whole(
    words: Words, message: MessageClass
) -> None:
    lists = {"hedge": {"en": ["möglicherweise", "大概"]}}
    banned = words.banned.model_copy(update={"warning": lists})

    def said(line: str) -> list[str]:
        changed = message.model_copy(update={"text": f"{message.text}\n{line}"})
        got = flaws(changed, link_domains=["lantern-parts.example"], banned=banned)
        return [one.what for one in got if one.slug == "hedge"]

    assert said("Möglicherweise ja.") == ["says 'möglicherweise'"]
    assert said("Unmöglicherweisen.") == []
    assert said("这大概是") == ["says '大概'"]


def test_the_first_thing_to_do_is_named_early(words: Words, message: MessageClass) -> None:
    late = message.text.replace("Dear", "A" * 1200 + " Dear")
    got = {one.slug: one for one in found(words, message.model_copy(update={"text": late}))}
    assert got["late-action"].level == "warning"
    assert "late-action" not in {one.slug for one in found(words, message)}


def test_a_name_that_has_to_be_said_is_no_promotion(words: Words, message: MessageClass) -> None:
    line = both(message, "Concerned is our newsletter. Get a discount.")
    names = but_for_names(words.banned, ["Newsletter readers"])
    got = flaws(line, link_domains=["lantern-parts.example"], banned=names)
    assert [one.what for one in got if one.slug == "promotion"] == ["says 'discount'"]
    assert names.limits == words.banned.limits


@pytest.mark.parametrize("form", list(Form))
def test_the_shipped_words_have_nothing_that_blocks_in_any_language(
    words: Words, sheet: FactSheet, plan: SetPlan, california: SetPlan, form: Form
) -> None:
    for one in (plan, california):
        made = [
            draft_class(
                words, sheet, one, locale=locale, form=form, exposure=mask, people=1,
                on=date(2026, 3, 4), channel=channel,
            ).message
            for locale in sorted(words.catalogues)
            for mask in (1, 3)
            for channel in get_args(Channel)
        ]  # fmt: skip
        got = set_flaws(
            made,
            words,
            organisation=sheet.organisation,
            stores=sheet.stores,
            case_ref=sheet.case_ref,
        )
        assert [flaw for flaw in got if flaw.level == "blocking"] == []
        assert {flaw.slug for flaw in got} <= {"long-sentence", "long-subject"}
