"""The page of drafts shows everything, names nobody, and can neither act nor fetch."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from incidents.drafting.gallery import ShownClass, ShownSet, ShownText, gallery
from incidents.drafting.lint.flaw import blocking, warning
from incidents.drafting.lint.html_page import read_page
from incidents.models.notice import MessageClass
from incidents.models.scope import Form

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=y>'&{{7*7}}{0}{key}"


def message(key: str = "en.no_account.3.email", text: str = "One.\nTwo.") -> MessageClass:
    return MessageClass(
        key=key,
        locale="en",
        form=Form.NO_ACCOUNT,
        exposure=3,
        people=1200,
        subject="A subject",
        text=text,
        html="<p>",
        digest="0" * 64,
    )


def a_set(*classes: ShownClass, **more: object) -> ShownSet:
    values = {
        "key": "individuals-eu-gdpr", "version": 2, "before": 1, "state": "drafted",
        "root": "abc123", "audience": "individuals", "regimes": ["eu-gdpr"], "people": 1200,
        "classes": classes, **more,
    }  # fmt: skip
    return ShownSet(**values)  # type: ignore[arg-type]


def test_each_message_stands_there_with_counts_findings_and_files() -> None:
    shown = ShownClass(
        message=message(),
        stores=["Orders", "Accounts"],
        listed=7,
        files=["individuals-eu-gdpr/en.no_account.3.email.txt"],
        flaws=[blocking("x", "c", "says too much", "say less"), warning("y", "c", "b", "d")],
    )
    html = gallery("inc-1", [a_set(shown)])
    seen = re.sub(r"\s+", " ", read_page(html).seen)
    for telling in (
        "Drafts of inc-1", "1 set, 1 message, 0 other texts", "1,200 people, 7 listed for email",
        "no account · Orders, Accounts", "en.no_account.3.email", "blocking says too much",
        "say less", "1 blocking", "1 warning", "2, held against 1",
    ):  # fmt: skip
        assert telling in seen
    assert ("individuals-eu-gdpr/en.no_account.3.email.txt", "Text") in read_page(html).links


def test_the_change_since_the_version_before_is_shown() -> None:
    now = message(text="One.\nTwo.\nThree.")
    shown = ShownClass(message=now, stores=[], listed=0, files=[], before=message())
    html = gallery("r", [a_set(shown, gone=["en.account.1.email"])])
    assert "1 line changed since version 1" in html
    assert '<span class="added">+Three.</span>' in html
    assert "No longer there since version 1: en.account.1.email" in html
    same = ShownClass(message=message(), stores=[], listed=0, files=[], before=message())
    assert "The same words as version 1" in gallery("r", [a_set(same)])
    new = ShownClass(message=message(), stores=[], listed=0, files=[])
    assert "New since version 1" in gallery("r", [a_set(new)])
    assert "since version" not in gallery("r", [a_set(new, before=0, version=1)])


def test_what_goes_to_authorities_is_not_called_checked() -> None:
    filing = a_set(audience="authority", texts=[ShownText("letter", ["a/letter.txt"])])
    html = gallery("r", [filing])
    assert "No findings" not in html
    assert "1 package" in html


@pytest.mark.parametrize("hostile", [HOSTILE, "\u202e{a.__class__}"])
def test_everything_from_data_is_escaped(hostile: str) -> None:
    flaw = blocking(hostile, hostile, hostile, hostile)
    shown = ShownClass(
        message=message(key=f"en.{hostile}", text=hostile),
        stores=[hostile],
        listed=0,
        files=[hostile],
        flaws=[flaw],
        before=message(text="other"),
    )
    text = ShownText(hostile, [hostile], [flaw])
    html = gallery(
        hostile,
        [a_set(shown, key=hostile, state=hostile, root=hostile, regimes=[hostile],
               texts=[text], gone=[hostile])],
    )  # fmt: skip
    assert "<script" not in html
    assert read_page(html).active == []
    assert "{{7*7}}" in html if "7" in hostile else "{a.__class__}" in html


def test_the_page_may_fetch_nothing_and_allows_its_own_style_only() -> None:
    html = gallery("r", [a_set()])
    found = re.search(r"<style>(.*)</style>", html, re.DOTALL)
    assert found is not None
    digest = b64encode(sha256(found[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in html
    assert "base-uri 'none'; form-action 'none'" in html
    assert "://" not in html
    assert "prefers-color-scheme: dark" in html
    assert " style=" not in html
