"""The audit chain: whatever is changed later is found, and the first bad link is named."""

import copy
import hashlib
import hmac
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.audit.chain import (
    GENESIS,
    MOST_PROBLEMS,
    AuditEntry,
    Chained,
    body_of,
    body_text,
    link,
    verify,
)
from incidents.errors import AuditError

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def mac(data: bytes, key: bytes = b"a key of this test") -> str:
    return f"k1:{hmac.digest(key, data, 'sha256').hex()}"


def check(data: bytes, made: str) -> bool:
    return hmac.compare_digest(mac(data).encode(), made.encode("utf-8", "surrogatepass"))


def entry(seq: int, **other: Any) -> AuditEntry:
    values: dict[str, Any] = {
        "seq": seq,
        "case_ref": "inc-2026-0001",
        "at": START + timedelta(seconds=seq),
        "action": "notice.signed",
        "actor": "ana",
        "body": {"set": "individuals-eu-gdpr", "version": seq, "counts": {"people": 3}},
    }
    return AuditEntry(**{**values, **other})


def written(entries: "list[AuditEntry]", before: str = GENESIS, by: Any = mac) -> "list[Chained]":
    rows = []
    for one in entries:
        this = link(before, one, by)
        rows.append(Chained(entry=one, previous=before, link=this))
        before = this
    return rows


def chain(length: int) -> "list[Chained]":
    return written([entry(seq) for seq in range(1, length + 1)])


def head(rows: "list[Chained]") -> "tuple[int, str]":
    return (rows[-1].entry.seq, rows[-1].link) if rows else (0, GENESIS)


@pytest.mark.parametrize("length", [0, 1, 2, 30])
def test_an_untouched_chain_holds(length: int) -> None:
    rows = chain(length)
    assert verify(rows, head(rows), check) == []


def test_a_chain_holds_after_its_way_through_json() -> None:
    body = {"n": 1, "root": "é\u0301", "list": [1, None, True], "deep": {"a": 1.5}, "z": "\x00 "}
    rows = written([entry(1, body=body), entry(2, actor=" ana ")])
    again = [Chained.model_validate_json(row.model_dump_json()) for row in rows]
    assert verify(again, head(rows), check) == []
    assert body_of(body_text(body)) == body


def test_the_moment_counts_and_not_the_zone_it_is_written_in() -> None:
    rows = chain(1)
    east = rows[0].model_dump(mode="json")
    east["entry"]["at"] = "2026-03-02T17:00:01+08:00"
    assert verify([Chained.model_validate(east)], head(rows), check) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("case_ref", "inc-2026-0002"),
        ("case_ref", "inc-2026-0001 "),
        ("at", START),
        ("action", "notice.void"),
        ("actor", "bo"),
        ("actor", " ana"),
        ("body", {}),
        ("body", {"set": "individuals-eu-gdpr", "version": 3, "counts": {"people": 4}}),
        ("body", {"set": "individuals-eu-gdpr", "version": 3.5, "counts": {"people": 3}}),
        ("body", {"not as it was written": ""}),
        ("body", {"n": float("nan")}),
    ],
)
def test_an_edited_entry_is_found_and_named_first(field: str, value: Any) -> None:
    rows = chain(5)
    edited = rows[2].entry.model_copy(update={field: value})
    rows[2] = rows[2].model_copy(update={"entry": edited})
    assert verify(rows, head(rows), check) == ["link 3 was changed after it was written"]


@pytest.mark.parametrize("field", ["case_ref", "action", "actor", "previous", "link"])
def test_a_blank_that_was_added_in_the_store_is_found(field: str) -> None:
    rows = chain(3)
    stored = rows[1].model_dump(mode="json")
    part = stored["entry"] if field in stored["entry"] else stored
    part[field] += " "
    rows[1] = Chained.model_validate(stored)
    assert verify(rows, head(rows), check)[0] == "link 2 was changed after it was written"


def test_a_dropped_entry_is_found_and_named() -> None:
    rows = chain(5)
    end = head(rows)
    assert verify(rows[:2] + rows[3:], end, check) == ["link 3 is missing: 4 follows 2"]
    assert verify(rows[3:], end, check) == ["link 1 to 3 is missing: 4 follows 0"]


def test_a_chain_that_was_cut_off_is_found_by_its_head() -> None:
    rows = chain(5)
    said = verify(rows[:3], head(rows), check)
    assert said == ["the chain ends at link 3, the head says 5: its end was cut off"]
    assert verify([], head(rows), check) != []


def test_a_head_that_was_moved_with_the_cut_needs_the_head_kept_elsewhere() -> None:
    rows = chain(5)
    assert verify(rows[:3], head(rows[:3]), check) == []
    assert verify(rows, head(rows[:3]), check) != []


def test_swapped_entries_are_found() -> None:
    rows = chain(5)
    rows[1], rows[2] = rows[2], rows[1]
    said = verify(rows, head(rows), check)
    assert said[0] == "link 2 is missing: 3 follows 1"
    assert "link 2 stands after link 3: inserted, or not in its place" in said


def test_entries_that_changed_numbers_are_found() -> None:
    rows = chain(5)
    two, three = rows[1].entry, rows[2].entry
    rows[1] = rows[1].model_copy(update={"entry": three.model_copy(update={"seq": 2})})
    rows[2] = rows[2].model_copy(update={"entry": two.model_copy(update={"seq": 3})})
    said = verify(rows, head(rows), check)
    assert said[0] == "link 2 was changed after it was written"


def test_an_inserted_entry_is_found() -> None:
    rows = chain(4)
    again = verify([*rows[:2], rows[1], *rows[2:]], head(rows), check)
    assert again[0] == "link 2 stands after link 2: inserted, or not in its place"
    forged = Chained(entry=entry(3), previous=rows[1].link, link="k1:" + "0" * 64)
    assert verify([*rows[:2], forged, *rows[3:]], head(rows), check) != []


def test_a_chain_hashed_anew_without_the_key_is_found_from_its_first_forged_link() -> None:
    rows = chain(6)

    def guessed(data: bytes) -> str:
        return mac(data, b"not the key")

    others = [one.entry.model_copy(update={"actor": "eve"}) for one in rows[2:]]
    forged = rows[:2] + written(others, rows[1].link, guessed)
    said = verify(forged, head(forged), check)
    assert said[0] == "link 3 was changed after it was written"


def test_a_part_of_the_chain_replaced_by_an_older_good_one_is_found() -> None:
    shared = [entry(1), entry(2)]
    one = written([*shared, entry(3), entry(4)])
    two = written([*shared, entry(3, actor="bo"), entry(4)])
    said = verify([*one[:3], two[3]], head(two), check)
    assert said == ["link 4 does not continue the one before it"]


def test_an_unkeyed_hash_in_place_of_a_mac_is_found() -> None:
    rows = written([entry(1)], by=lambda data: f"k1:{hashlib.sha256(data).hexdigest()}")
    assert verify(rows, head(rows), check) != []


def _change(row: "dict[str, Any]", path: "list[Any]", value: Any) -> None:
    for step in path[:-1]:
        row = row[step]
    row[path[-1]] = value


@settings(max_examples=400)
@given(data=st.data())
def test_any_single_change_is_found_at_the_place_where_it_was_made(
    data: st.DataObject,
) -> None:
    rows = chain(8)
    plain = [row.model_dump(mode="json") for row in rows]
    at = data.draw(st.integers(0, 7))
    kind = data.draw(st.sampled_from(["edit", "drop", "swap", "again", "cut"]))
    changed = copy.deepcopy(plain)
    if kind == "edit":
        field = data.draw(st.sampled_from(["case_ref", "action", "actor", "previous", "link"]))
        path = ["entry", field] if field in plain[at]["entry"] else [field]
        _change(changed[at], path, data.draw(st.text(max_size=70)))
    elif kind == "drop":
        del changed[at]
    elif kind == "swap":
        other = data.draw(st.integers(0, 7))
        changed[at], changed[other] = changed[other], changed[at]
    elif kind == "again":
        changed.insert(data.draw(st.integers(0, 8)), copy.deepcopy(changed[at]))
    else:
        changed = changed[:at]
    said = verify([Chained.model_validate(one) for one in changed], head(rows), check)
    assert bool(said) == (changed != plain)
    first = next((i for i, (a, b) in enumerate(zip(changed, plain, strict=False)) if a != b), None)
    if said and first is not None:
        numbers = [int(word) for word in said[0].replace(":", " ").split() if word.isdigit()]
        assert min(numbers) <= first + 1
        assert max(numbers) >= first


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"version": 3, "version": 3}',
        '{"version":3}',
        '{"b": 1, "a": 2}',
        '{"version": 3} ',
        '{"version": 3.0e0}',
        '{"n": NaN, "a": 1}',
        '{"a": "\\u0041"}',
        "[" * 100_000,
    ],
)
def test_a_body_that_is_not_as_it_was_written_makes_its_link_fail_and_nothing_crash(
    text: str,
) -> None:
    rows = written([entry(1, body={"version": 3})])
    edited = rows[0].entry.model_copy(update={"body": body_of(text)})
    rows[0] = rows[0].model_copy(update={"entry": edited})
    assert verify(rows, head(rows), check) == ["link 1 was changed after it was written"]


@pytest.mark.parametrize("value", [float("inf"), 2**60, "\ud800", b"bytes", {1: "a"}, object()])
def test_what_json_cannot_say_exactly_is_refused_before_it_is_written(value: Any) -> None:
    with pytest.raises(AuditError, match=r"notice\.signed of inc-2026-0001") as refused:
        link(GENESIS, entry(1, body={"value": value}), mac)
    assert refused.value.repair


def test_a_link_is_the_mac_of_bytes_that_anybody_can_write_down() -> None:
    seen: list[bytes] = []

    def keep(data: bytes) -> str:
        seen.append(data)
        return mac(data)

    link(GENESIS, entry(1, body={"b": 1, "a": "é"}), keep)
    assert json.loads(seen[0]) == {
        "format": "forthwith-audit/1",
        "previous": GENESIS,
        "seq": 1,
        "case_ref": "inc-2026-0001",
        "at": "2026-03-02T09:00:01Z",
        "action": "notice.signed",
        "actor": "ana",
        "body": {"a": "é", "b": 1},
    }
    assert seen[0].startswith(b'{"action":"notice.signed","actor":"ana","at":')


def test_a_long_chain_is_read_once_and_not_kept() -> None:
    def rows() -> Iterator[Chained]:
        before = GENESIS
        for seq in range(1, 4001):
            one = entry(seq)
            this = link(before, one, mac)
            yield Chained(entry=one, previous=before, link=this)
            before = this

    tracemalloc.start()
    said = verify(rows(), (4000, "k1:another"), check)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert said == ["the chain ends at link 4000, and the head is another one (4000)"]
    assert peak < 1_000_000


def test_a_chain_with_nothing_right_in_it_stops_being_listed() -> None:
    rows = chain(MOST_PROBLEMS * 3)
    said = verify(rows, head(rows), lambda _data, _made: False)
    assert len(said) == MOST_PROBLEMS + 1
    assert said[0] == "link 1 was changed after it was written"
    assert "more than" in said[-1]
