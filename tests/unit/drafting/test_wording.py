"""Rules find what must not leave the house."""

from datetime import date

import pytest

from incidents.drafting.choose import SetPlan
from incidents.drafting.message_class import draft_class
from incidents.drafting.wording import Flaw, flaws
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
    return flaws(message, link_domains=["lantern-parts.example"], banned=words.banned)


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
