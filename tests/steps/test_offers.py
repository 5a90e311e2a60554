"""A code goes to one person and stays theirs; nobody is promised one that is lacking."""

import re
from datetime import date
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest

from incidents.errors import DraftingError, ForthwithError, InvalidInputError
from incidents.steps.list_tasks import list_tasks
from incidents.steps.offer_codes import load_offers, show_offers
from incidents.steps.preview_person import preview_person
from tests.steps.shop_case import CASE, CN, House

POOL = "identity_monitoring_24_months"
AT = "https://www.lanque.example/protect"
UNTIL = date(2026, 6, 30)
SAID = re.compile(r"Your code is (\S+)\. Enter it at")


def load(shop: House, tmp_path: Path, number: int, *, first: int = 0, until: date = UNTIL) -> int:
    file = tmp_path / f"codes-{first}.txt"
    file.write_text("".join(f"GUARD-{n:05}-X\n" for n in range(first, first + number)))
    return load_offers(
        shop.shop.database, POOL, file, shop.shop.words, url=AT, until=until, by="tester"
    )


def offered(shop: House) -> str:
    measures = {**shop.report().measures, POOL: "done"}
    return shop.open(shop.report(measures=measures))


def given(shop: House) -> dict[str, str]:
    rows = shop.sql(
        "SELECT person_id, code FROM offer_given g JOIN offer_code c ON c.id = g.code_id"
    )
    assert len({code for _, code in rows}) == len(rows)
    return dict(rows)


def test_everybody_gets_a_code_of_their_own_on_every_channel(shop: House, tmp_path: Path) -> None:
    load(shop, tmp_path, 400)
    ref = offered(shop)
    shop.to_drafts(ref)
    codes = given(shop)
    people = {row[0] for row in shop.sql("SELECT DISTINCT person_id FROM delivery")}
    assert set(codes) == people
    assert set(codes.values()) <= {f"GUARD-{n:05}-X" for n in range(400)}
    shop.approve(ref)
    for key in shop.sets(ref):
        shop.send(ref, key)
    whose = dict(shop.sql("SELECT id, person_id FROM delivery"))
    seen = 0
    for delivery, mail in shop.mails().items():
        parsed = BytesParser(policy=policy.default).parsebytes(mail)
        for part in ("plain", "html"):
            body = parsed.get_body((part,))
            assert body is not None
            said = " ".join(re.sub(r"<[^>]+>", "", body.get_content()).split())
            assert codes[whose[delivery]] in said
            assert [code for code in codes.values() if code in said] == [codes[whose[delivery]]]
            seen += bool(SAID.search(said)) and f"Enter it at {AT} by 30 June 2026" in said
    assert seen > 10
    tasks = list_tasks(shop.shop.database, ref, shop.shop.ring)
    assert tasks.letters
    assert tasks.calls
    for task in tasks.letters:
        assert codes[whose[task.id]] in task.text
    for call in tasks.calls:
        assert codes[whose[call.id]] in call.script
    own = preview_person(shop.shop.database, ref, "x-mail", shop.shop.ring)
    assert all(codes["x-mail"] in one.text for one in own if one.text)


def test_a_later_version_and_later_people_keep_and_add(shop: House, tmp_path: Path) -> None:
    load(shop, tmp_path, 400)
    ref = offered(shop)
    shop.to_drafts(ref)
    before = given(shop)
    load(shop, tmp_path, 5, first=1000, until=date(2026, 7, 31))  # the words change with the day
    shop.draft(ref)
    assert shop.sets(ref)[CN].version == 2
    assert given(shop) == before
    shop.draft(ref)
    assert shop.sets(ref)[CN].version == 2
    assert given(shop) == before


def test_too_few_codes_draft_nothing_and_say_how_many_are_lacking(
    shop: House, tmp_path: Path
) -> None:
    load(shop, tmp_path, 20)
    ref = offered(shop)
    shop.to_duties(ref)
    with pytest.raises(DraftingError, match=rf"need a code of {POOL}, and \d+ are left") as refusal:
        shop.draft(ref)
    assert f"forthwith offers load {POOL} FILE" in refusal.value.repair
    assert shop.sets(ref) == {}
    assert given(shop) == {}
    load(shop, tmp_path, 400, first=100)
    shop.draft(ref)
    assert len(given(shop)) > 20


def test_without_a_pool_people_ask_for_it(shop: House) -> None:
    ref = offered(shop)
    shop.to_drafts(ref)
    own = preview_person(shop.shop.database, ref, "x-mail", shop.shop.ring)
    assert "To start it, ring" in own[0].text
    assert given(shop) == {}


def test_codes_past_their_day_are_not_promised(shop: House, tmp_path: Path) -> None:
    load(shop, tmp_path, 400)
    shop.sql("UPDATE offer_pool SET until = '2026-03-01'")
    ref = offered(shop)
    shop.to_duties(ref)
    with pytest.raises(DraftingError, match="could be entered until 2026-03-01"):
        shop.draft(ref)


def test_one_whose_code_is_gone_stops_the_send_and_gets_no_empty_place(
    shop: House, tmp_path: Path
) -> None:
    load(shop, tmp_path, 400)
    ref = offered(shop)
    shop.to_drafts(ref)
    shop.approve(ref, CN)
    lacking = shop.sql(
        "SELECT id, person_id FROM delivery WHERE channel = 'email' AND set_key = :s LIMIT 1", s=CN
    )[0]
    shop.sql("DELETE FROM offer_given WHERE person_id = :p", p=lacking[1])
    with pytest.raises(DraftingError, match="a person has no code of what is offered"):
        shop.send(ref, CN)
    assert lacking[0] not in shop.mails()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "no code"),
        (b"A-1\n\nA-2\n", "no code"),
        (b"A-1\nA-1\n", "the same code as in line 1"),
        (b"A-1\n" + b"x" * 101 + b"\n", "no code"),
        ("A-1\n\u202eB\n".encode(), "no code"),
        (b"A-1\n\xff\n", "not UTF-8"),
        (b"A-1\n A-2\n", "no code"),
        (b"A-1\n\x00\n", "no code"),
    ],
)
def test_a_bad_file_is_refused_whole(
    shop: House, tmp_path: Path, content: bytes, what: str
) -> None:
    file = tmp_path / "bad.txt"
    file.write_bytes(content)
    with pytest.raises(InvalidInputError, match=what):
        load_offers(shop.shop.database, POOL, file, shop.shop.words, url=AT, until=UNTIL, by="t")
    assert show_offers(shop.shop.database) == []


def test_codes_are_taken_in_once(shop: House, tmp_path: Path) -> None:
    load(shop, tmp_path, 10)
    with pytest.raises(InvalidInputError, match="5 codes are in the pool already") as refusal:
        load(shop, tmp_path, 10, first=5)
    assert refusal.value.where.endswith("line 1")
    assert "GUARD" not in str(refusal.value)
    assert [one.free for one in show_offers(shop.shop.database)] == [10]


@pytest.mark.parametrize(
    ("pool", "url", "until"),
    [
        ("free_lunch", AT, UNTIL),
        (POOL, "http://lantern-parts.example", UNTIL),
        (POOL, "https://www.lanque.example/ x", UNTIL),
        (POOL, "https://www.lanque.example/?from=mail", UNTIL),
        (POOL, AT, date(2026, 3, 1)),
    ],
)
def test_what_is_offered_where_and_until_when_must_be_right(
    shop: House, tmp_path: Path, pool: str, url: str, until: date
) -> None:
    file = tmp_path / "codes.txt"
    file.write_text("A-1\n")
    with pytest.raises(ForthwithError):
        load_offers(
            shop.shop.database, pool, file, shop.shop.words, url=url, until=until, by="tester"
        )
    assert show_offers(shop.shop.database) == []


def test_a_code_written_like_code_stays_words(shop: House, tmp_path: Path) -> None:
    evil = ["<script>alert(1)</script>", "=1+1", "{{7*7}}", '"><img src=x>']
    file = tmp_path / "codes.txt"
    file.write_text("".join(f"{word} {n}\n" for n in range(100) for word in evil))
    load_offers(shop.shop.database, POOL, file, shop.shop.words, url=AT, until=UNTIL, by="t")
    ref = offered(shop)
    shop.to_drafts(ref)
    for one in preview_person(shop.shop.database, ref, "x-mail", shop.shop.ring):
        assert "<script>" not in one.html
        assert "<img src=x" not in one.html


def test_no_code_stands_in_the_chain_or_a_listing(shop: House, tmp_path: Path) -> None:
    load(shop, tmp_path, 400)
    ref = offered(shop)
    shop.to_drafts(ref)
    chain = "".join(row.body for row in shop.shop.database.audit_rows())
    assert "GUARD" not in chain
    assert '"codes":400' in chain.replace(" ", "")
    assert "GUARD" not in repr(show_offers(shop.shop.database))
    pool = show_offers(shop.shop.database)[0]
    assert pool.given == {CASE: len(given(shop))}
    assert pool.free == 400 - len(given(shop))
