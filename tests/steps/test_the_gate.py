"""What a person may let pass, on record, and what nobody may; a draft in a real mail program."""

from email import message_from_bytes, policy

import pytest

from incidents.delivery.channels.folder import FolderChannel
from incidents.drafting.wording import Flaw
from incidents.errors import DraftingError, InvalidInputError, NotFoundError
from incidents.steps.allow_finding import allow_finding
from incidents.steps.preview_drafts import preview_drafts
from incidents.steps.send_trial import send_trial
from tests.steps.shop_case import CASE, EU, FIRST, House
from tests.steps.test_case_words import said, sentence, take

HOUSE = "ana@lanque.example"


def allow(house: House, slug: str, *, by: str = FIRST, reason: str = "counsel says so",
          where: str = "") -> None:  # fmt: skip
    allow_finding(
        house.shop.database, CASE, slug, house.shop.words, where=where, by=by, reason=reason
    )


def promoting(house: House) -> None:
    """Put a word into the case's text that the gate takes for promotion in English."""
    words = sentence(house, "free.contact", "Ask for your refund")
    words["wording"]["en"]["text"] = "Bring the voucher that we sent in May to the branch."
    take(house, said(words))


def flaws(house: House) -> list[Flaw]:
    drafts = preview_drafts(house.shop.database, CASE, house.shop.words)
    return [flaw for one in drafts.sets for flaw in one.flaws]


def test_what_an_approver_allows_is_drafted_and_stays_in_sight(drafted: House) -> None:
    promoting(drafted)
    with pytest.raises(DraftingError, match=r"says 'voucher' \[promotion\]"):
        drafted.draft(CASE)
    allow(drafted, "promotion", where="zh-Hans.")
    with pytest.raises(DraftingError, match="voucher"):
        drafted.draft(CASE)
    allow(drafted, "promotion", where="en.", reason="the voucher is what was exposed")
    warnings = drafted.draft(CASE).warnings
    mine = [line for line in warnings if "voucher" in line]
    assert mine
    assert all(f"allowed by {FIRST}: the voucher is what was exposed" in line for line in mine)
    assert any("voucher" in flaw.what and flaw.level == "warning" for flaw in flaws(drafted))
    assert not any(flaw.level == "blocking" for flaw in flaws(drafted))


@pytest.mark.parametrize(
    "slug",
    [
        "data-of-people", "left-over-placeholder", "link-hides-target", "active-content",
        "no-text", "no-html", "bodies-differ", "unsubscribe", "", "no-such-finding",
    ],
)  # fmt: skip
def test_nobody_may_allow_what_harms_people(drafted: House, slug: str) -> None:
    with pytest.raises(InvalidInputError, match="cannot be allowed"):
        allow(drafted, slug)


def test_an_allowance_needs_an_enrolled_approver_and_a_reason(drafted: House) -> None:
    with pytest.raises(InvalidInputError, match="no enrolled approver"):
        allow(drafted, "promotion", by="somebody")
    with pytest.raises(InvalidInputError, match="says why"):
        allow(drafted, "promotion", reason="  ")


def trial(house: House, class_key: str, to: str = HOUSE) -> str:
    settings = house.settings.model_copy(update={"trial_addresses": [HOUSE]})
    return send_trial(
        house.shop.database,
        CASE,
        EU,
        class_key,
        house.shop.words,
        to=to,
        channel=FolderChannel(house.sent),
        settings=settings,
    )


def email_class(house: House, locale: str) -> str:
    drafts = preview_drafts(house.shop.database, CASE, house.shop.words)
    [one] = [one for one in drafts.sets if one.body.key == EU]
    return next(
        each.key for each in one.body.classes
        if each.key.startswith(f"{locale}.") and each.key.endswith(".email")
    )  # fmt: skip


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_a_trial_says_that_it_is_one_and_holds_nobodys_data(drafted: House, locale: str) -> None:
    rows = drafted.sql("SELECT COUNT(*) FROM delivery")
    subject = trial(drafted, email_class(drafted, locale))
    assert drafted.sql("SELECT COUNT(*) FROM delivery") == rows
    [raw] = drafted.mails().values()
    message = message_from_bytes(raw, policy=policy.default)
    assert message["To"] == HOUSE
    assert message["Subject"] == subject
    assert subject.startswith(("[TEST]", "【测试】"))
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    for body in (text, html):
        assert ("TEST. Only you" in body) or ("测试邮件" in body)
        assert "0000-0000-00" in body
        assert "⟦" not in body
    page = html.split("<body", 1)[1]
    assert page.index("#ffd54d") < page.index("<div")  # the banner stands above everything


def test_a_trial_goes_to_nobody_but_the_house(drafted: House) -> None:
    with pytest.raises(InvalidInputError, match="no address that drafts"):
        trial(drafted, email_class(drafted, "en"), to="mia@home.example")
    with pytest.raises(NotFoundError, match="has no e-mail class"):
        trial(drafted, "en.account.99.email")
    assert not drafted.sent.exists()
