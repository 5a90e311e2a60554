"""Drafts are read before they are signed: as files, as one page, and as one person gets them."""

import re
from email import message_from_bytes, policy

from incidents.drafting.lint.html_page import read_page
from tests.cli.conftest import Command
from tests.steps.shop_case import AUTHOR, CASE, CN, EU, House


def test_one_page_links_every_file_and_names_nobody(forthwith: Command, drafted: House) -> None:
    ended = forthwith.at(drafted)("notice", "preview", CASE)
    folder = drafted.settings.out / CASE / "drafts"
    assert (ended.code, str(folder / "index.html") in ended.out) == (0, True)
    html = (folder / "index.html").read_text(encoding="utf-8")
    page = read_page(html)
    assert page.active == []
    linked = {folder / target for target, _ in page.links if not target.startswith("#")}
    written = {path for path in folder.rglob("*") if path.is_file()}
    assert linked == written - {folder / "index.html"}
    people = [row[0] for row in drafted.sql("SELECT person_id FROM person")]
    names = [row[0] for row in drafted.sql("SELECT DISTINCT name FROM person WHERE name <> ''")]
    assert [one for one in (*people, *names) if f">{one}<" in html or f" {one} " in html] == []
    for key in drafted.sets(CASE):
        assert f'id="{key}"' in html
    assert "blocking" not in page.seen


def test_a_drafted_mail_goes_to_nobody(forthwith: Command, drafted: House) -> None:
    forthwith.at(drafted)("notice", "preview", CASE)
    folder = drafted.settings.out / CASE / "drafts" / EU
    mail = message_from_bytes((folder / "en.account.3.email.eml").read_bytes(),
                              policy=policy.default)  # fmt: skip
    assert mail["To"] == "nobody@draft.invalid"
    body = mail.get_body(preferencelist=("plain",))
    assert body is not None
    assert "⟦code⟧" in str(body.get_content())


def test_a_changed_word_shows_as_a_change(forthwith: Command, shop: House) -> None:
    ref = shop.open()
    shop.to_drafts(ref)
    forthwith.at(shop)("notice", "reject", ref, CN, "--by", "privacy-officer", "--reason", "no")
    shop.draft(ref)
    forthwith("notice", "preview", ref)
    html = (shop.settings.out / ref / "drafts" / "index.html").read_text(encoding="utf-8")
    section = re.search(rf'<section id="{CN}">.*?</section>', html, re.DOTALL)
    assert section is not None
    assert "The same words as version 1" in section[0]


def test_one_person_is_shown_what_will_be_sent_to_the_byte(
    forthwith: Command, drafted: House
) -> None:
    said = forthwith.at(drafted)("notice", "preview", CASE, "--as", "x-mail")
    assert (said.code, f"{EU}: email to them, planned: " in said.out) == (0, True)
    folder = drafted.settings.out / CASE / "drafts" / "as-person"
    (preview,) = folder.glob("*.eml")
    assert "x-mail" not in str(preview)
    assert preview.stat().st_mode & 0o077 == 0
    drafted.approve(CASE, EU)
    drafted.send(CASE, EU)
    assert preview.read_bytes() == drafted.mails()[int(preview.stem)]


def test_every_channel_of_a_person_is_shown_and_whose_it_is(
    forthwith: Command, drafted: House
) -> None:
    said = forthwith.at(drafted)("notice", "preview", CASE, "--as", "x-call").out
    folder = drafted.settings.out / CASE / "drafts" / "as-person"
    assert [one in said for one in ("email to them", "letter to them", "call to them")] == [
        True
    ] * 3
    assert any("Musterweg 1" in one.read_text(encoding="utf-8") for one in folder.glob("*.txt"))
    child = forthwith("notice", "preview", CASE, "--as", "x-child").out
    assert "email to somebody else about them" in child
    assert "without words: no-address" in forthwith("notice", "preview", CASE, "--as", "x-none").out


def test_an_unknown_person_is_refused_and_nothing_is_written(
    forthwith: Command, drafted: House
) -> None:
    said = forthwith.at(drafted)("notice", "preview", CASE, "--as", "../../etc/passwd")
    assert (said.code, said.out) == (2, "")
    assert "nobody of that id" in said.err
    assert "passwd" not in said.err
    assert not (drafted.settings.out / CASE / "drafts").exists()
    assert AUTHOR not in said.err


def test_words_approved_ahead_are_shown_too(forthwith: Command, shop: House) -> None:
    forthwith.at(shop)("notice", "standing")
    ended = forthwith("notice", "preview", "standing")
    assert ended.code == 0
    html = (shop.settings.out / "standing" / "drafts" / "index.html").read_text(encoding="utf-8")
    assert "en.account.0.email" in html
    assert "blocking" not in read_page(html).seen
