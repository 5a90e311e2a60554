"""A filing from its draft to the package, what was filed, the follow-up and the withdrawal."""

import csv
import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from flows.filing_files import write_packages, write_people
from incidents.drafting.sources.filing_forms import read_forms
from incidents.errors import DraftingError, InvalidInputError, NotFoundError
from incidents.models.notice import Filing
from incidents.steps import filing_people
from incidents.steps.export_evidence import verify_audit
from incidents.steps.filing_package import filing_lines, packages
from incidents.steps.filing_record import Filed, filed
from incidents.steps.filing_withdraw import record_withdrawal, withdraw_filing, withdrawal_key
from incidents.steps.record_receipt import record_receipt
from incidents.steps.show_case import case_sets
from tests.steps.shop_case import AUTHOR, CASE, FILING, FIRST, House

BERLIN, PARIS = "eu-gdpr/authority-initial/DE", "eu-gdpr/authority-initial/FR"
CAC = "cn-cac-incident-reporting/authority-initial"
CAC_FINAL = "cn-cac-incident-reporting/authority-final"


def answer(house: House, duty: str, said: str, **more: object) -> None:
    record_receipt(house.shop.database, CASE, duty, said, by="dee", **more)  # type: ignore[arg-type]


def filings(house: House) -> Mapping[str, Filing]:
    sets = case_sets(house.shop.database, CASE)
    return {one.duty_id: one for each in sets for one in each.filings if one.phase != "withdrawal"}


def kept(house: House) -> list[Filed]:
    with house.shop.database.read() as work:
        return filed(work, CASE)


def test_a_package_holds_letter_form_numbers_sample_and_digests(
    drafted: House, tmp_path: Path
) -> None:
    write_packages(drafted.shop, CASE, tmp_path / "out")
    folder = tmp_path / "out" / "eu-gdpr-authority-initial-DE"
    names = {one.name for one in folder.iterdir()}
    assert names == {
        "about.txt",
        "letter.pdf",
        "letter.txt",
        "fields.json",
        "form.txt",
        "form.csv",
        "numbers-by-place.csv",
        "sample-notice-en.draft.txt",
        "sample-notice-zh-Hans.draft.txt",
        "sample-notice-de.draft.txt",
        "manifest.sha256",
    }
    listed = dict(
        reversed(line.split("  ")) for line in (folder / "manifest.sha256").read_text().splitlines()
    )
    assert listed.keys() == names - {"manifest.sha256"}
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    with (folder / "numbers-by-place.csv").open(encoding="utf-8-sig") as file:
        numbers = {row["place"]: row for row in csv.DictReader(file)}
    fields = json.loads((folder / "fields.json").read_text())
    assert int(numbers["DE"]["people"]) == fields["subjects.local_count"]
    assert [place for place, row in numbers.items() if row["authority_concerned"] == "yes"] == [
        "DE"
    ]
    assert "NOT APPROVED" in (folder / "about.txt").read_text()
    sample = (folder / "sample-notice-en.draft.txt").read_text()
    assert "Dear customer" in sample
    assert "⟦" not in sample
    everything = b"".join(
        one.read_bytes() for one in (tmp_path / "out").rglob("*") if one.is_file()
    )
    for personal in (b"mia@home.example", b"Mia Mail", b"+49 30 000 0001"):
        assert personal not in everything


def test_nothing_in_a_form_is_a_formula(drafted: House, tmp_path: Path) -> None:
    answer(drafted, BERLIN, "late", reason='=HYPERLINK("x")')
    drafted.clock.advance(timedelta(days=5))
    drafted.draft(CASE)
    write_packages(drafted.shop, CASE, tmp_path / "out", BERLIN)
    with (tmp_path / "out" / "eu-gdpr-authority-initial-DE" / "form.csv").open(
        encoding="utf-8-sig"
    ) as file:
        rows = {row["keys"]: row["value"] for row in csv.DictReader(file)}
    assert rows["timing.late_reason"] == '\'=HYPERLINK("x")'


def test_writing_again_leaves_nothing_stale(drafted: House, tmp_path: Path) -> None:
    write_packages(drafted.shop, CASE, tmp_path / "out", BERLIN)
    folder = tmp_path / "out" / "eu-gdpr-authority-initial-DE"
    (folder / "own-note.txt").write_text("kept")
    drafted.approve(CASE)
    write_packages(drafted.shop, CASE, tmp_path / "out", BERLIN)
    names = {one.name for one in folder.iterdir()}
    assert "sample-notice-en.txt" in names
    assert "sample-notice-en.draft.txt" not in names
    assert "own-note.txt" in names
    with pytest.raises(NotFoundError):
        write_packages(drafted.shop, CASE, tmp_path, "no/duty")


def test_what_was_filed_is_kept_with_its_fields_approved_or_not(drafted: House) -> None:
    before = filings(drafted)[BERLIN]
    drafted.clock.advance(timedelta(hours=5))
    sent = drafted.clock.now() - timedelta(hours=1)
    answer(drafted, BERLIN, "done", receipt="LDI-77", sent_at=sent)
    [one] = kept(drafted)
    assert (one.duty_id, one.receipt, one.sent_at, one.state) == (BERLIN, "LDI-77", sent, "drafted")
    assert one.fields == json.loads(json.dumps(before.fields))
    assert (one.version, one.digest) == (1, before.digest)
    line = next(
        each for each in filing_lines(drafted.shop.database, CASE) if each.duty.id == BERLIN
    )
    assert (line.state, [was.receipt for was in line.filed]) == ("done", ["LDI-77"])


def test_a_filing_sent_before_any_draft_is_kept_without_fields(drafted: House) -> None:
    sent = drafted.clock.now() - timedelta(days=1)
    drafted.clock.advance(timedelta(hours=1))
    answer(drafted, BERLIN, "done", receipt="by telephone", sent_at=sent)
    [one] = kept(drafted)
    assert (one.version, one.fields) == (0, {})


def test_the_next_filing_says_first_what_changed_and_the_filed_one_stays(drafted: House) -> None:
    drafted.clock.advance(timedelta(hours=2))
    answer(drafted, CAC, "done", receipt="CAC-1")
    filed_text = filings(drafted)[CAC].letter
    drafted.draft(CASE)
    after = filings(drafted)
    assert after[CAC].letter == filed_text, "what was filed says what it said"
    final = after[CAC_FINAL]
    assert final.fields["filing.previous_id"] == "CAC-1"
    assert "CAC-1" in final.letter
    assert "本报告为本次事件的最终报告" in final.letter
    assert filings(drafted)[BERLIN].fields["filing.previous_id"] == "", "another chain"
    drafted.draft(CASE)
    assert filings(drafted)[CAC_FINAL].digest == final.digest, "drafting again changes nothing"


def test_changed_facts_open_the_filing_again_as_a_follow_up(drafted: House) -> None:
    drafted.clock.advance(timedelta(hours=2))
    answer(drafted, BERLIN, "done", receipt="LDI-77")
    drafted.sql("UPDATE duty SET state = 'open' WHERE duty_id = :id", id=BERLIN)
    drafted.draft(CASE)
    again = filings(drafted)[BERLIN]
    assert again.fields["filing.type"] == "follow_up"
    assert "reference LDI-77" in again.letter
    assert again.changes == []


@pytest.mark.parametrize(
    "reason",
    ["Ask mia@home.example.", "Kim called +49 30 123 4567 first.", "Seen from 203.0.113.7."],
)
def test_a_filing_with_data_of_others_is_not_sealed(drafted: House, reason: str) -> None:
    before = {one.key: one.version for one in drafted.sets(CASE).values()}
    answer(drafted, BERLIN, "late", reason=reason)
    drafted.clock.advance(timedelta(days=5))
    with pytest.raises(DraftingError) as refusal:
        drafted.draft(CASE)
    assert BERLIN in str(refusal.value)
    assert reason not in str(refusal.value)
    assert {one.key: one.version for one in drafted.sets(CASE).values()} == before
    answer(drafted, BERLIN, "late", reason="The list took until the third day.")
    drafted.draft(CASE)
    assert "The list took" in filings(drafted)[BERLIN].letter


def test_a_withdrawal_is_signed_like_a_filing_and_ends_the_chain(
    drafted: House, tmp_path: Path
) -> None:
    database, words = drafted.shop.database, drafted.shop.words
    with pytest.raises(NotFoundError):
        withdraw_filing(database, CASE, BERLIN, words, by="dee", reason="Filed twice.")
    drafted.clock.advance(timedelta(hours=1))
    answer(drafted, BERLIN, "done", receipt="LDI-77")
    with pytest.raises(InvalidInputError):
        withdraw_filing(database, CASE, BERLIN, words, by="dee", reason=" ")
    with pytest.raises(DraftingError):
        withdraw_filing(database, CASE, BERLIN, words, by="dee", reason="Ask mia@home.example")
    key = withdraw_filing(database, CASE, BERLIN, words, by="dee", reason="Filed twice.")
    assert key == withdrawal_key(BERLIN) == "withdrawal-eu-gdpr-authority-initial-de"
    drafted.draft(CASE)
    assert drafted.sets(CASE)[key].state == "drafted", "drafting the rest leaves it"
    drafted.approve(CASE, key)
    [package] = [one for one in packages(database, CASE, BERLIN) if one.set_key == key]
    assert package.approved
    assert "reference LDI-77" in package.filing.letter
    assert "Reason: Filed twice." in package.filing.letter
    write_packages(drafted.shop, CASE, tmp_path / "out")
    folder = tmp_path / "out" / "eu-gdpr-authority-initial-DE-withdrawal"
    assert {one.name for one in folder.iterdir()} == {
        "about.txt",
        "letter.pdf",
        "letter.txt",
        "fields.json",
        "form.txt",
        "form.csv",
        "manifest.sha256",
    }
    with pytest.raises(InvalidInputError):
        record_withdrawal(database, CASE, BERLIN, by="dee", receipt="", sent_at=None)
    record_withdrawal(database, CASE, BERLIN, by="dee", receipt="LDI-78", sent_at=None)
    assert [one.phase for one in kept(drafted)] == ["initial", "withdrawal"]
    drafted.sql("UPDATE duty SET state = 'open' WHERE duty_id = :id", id=BERLIN)
    drafted.draft(CASE)
    assert filings(drafted)[BERLIN].fields["filing.previous_id"] == "", "what is filed next is new"
    assert verify_audit(database, drafted.shop.ring).problems == []


def test_names_are_written_only_where_the_law_asks_and_leave_a_trace(
    drafted: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidInputError, match="asks for no names"):
        write_people(drafted.shop, CASE, BERLIN, tmp_path / "out", by="dee", why="They asked.")
    with pytest.raises(InvalidInputError, match="a named person and a reason"):
        write_people(drafted.shop, CASE, BERLIN, tmp_path / "out", by="dee", why="")
    rule = read_forms().people_lists[0].model_copy(update={"duty": "eu-gdpr/authority-initial"})
    forms = type(read_forms())(read_forms().forms, read_forms().by_hand, [rule])
    monkeypatch.setattr(filing_people, "read_forms", lambda: forms)
    path, number = write_people(
        drafted.shop, CASE, BERLIN, tmp_path / "out", by="dee", why="The contract asks for it."
    )
    assert path.stat().st_mode & 0o777 == 0o600
    with path.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == number
    assert {row["place"] for row in rows} == {"DE"}
    assert "Mia Mail" in {row["name"] for row in rows}
    [(actor, body)] = drafted.sql("SELECT actor, body FROM audit WHERE action = 'people.named'")
    assert actor == "dee"
    assert json.loads(body) == {
        "duty": BERLIN,
        "people": number,
        "why": "The contract asks for it.",
    }
    assert not [one for one in (tmp_path / "out").rglob("people.csv") if one != path]


def test_author_of_a_filing_may_not_be_who_signs(drafted: House) -> None:
    drafted.clock.advance(timedelta(hours=1))
    answer(drafted, BERLIN, "done", receipt="1")
    key = withdraw_filing(
        drafted.shop.database, CASE, BERLIN, drafted.shop.words, by=FIRST, reason="Filed twice."
    )
    assert drafted.sets(CASE)[key].author == FIRST
    assert drafted.sets(CASE)[FILING].author == AUTHOR
    with pytest.raises(Exception, match="author"):
        drafted.sign(CASE, key, FIRST)
