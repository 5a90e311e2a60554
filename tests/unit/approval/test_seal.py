"""The seal: one root over exactly what goes out."""

import hashlib
import json
import random
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from incidents.approval.seal import (
    RecipientDigest,
    RecipientRow,
    canonical,
    differences,
    digest,
    recipient_lines,
    root,
)
from incidents.errors import ApprovalError
from incidents.models.approval import Sealed
from incidents.models.report import Window

SEALED = Sealed(
    case_ref="inc-2026-0001",
    set_key="individuals-eu-gdpr",
    version=2,
    fact_sheet="f" * 64,
    classes={"en.account.5.email": "1" * 64, "zh-Hans.account.5.email": "2" * 64},
    templates={"individual/email/breach/body.txt": "3" * 64},
    recipients="4" * 64,
    counts={"people": 3, "email": 2, "letter": 1},
    channels=["email", "letter"],
    not_before="2026-03-02T09:00:00+00:00",
    law_version="2026-02-01",
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def row(person: str = "p1", channel: str = "email", **other: Any) -> RecipientRow:
    values: dict[str, Any] = {
        "address": f"{person}@mail.example",
        "name": "Ana Ngata",
        "about": "",
        "locale": "en",
        "form": "account",
        "exposure": 5,
        "class_key": "en.account.5.email",
        "addressee_id": person,
    }
    return RecipientRow(person, channel, **{**values, **other})


def digest_of(rows: "list[RecipientRow]") -> str:
    hashed = RecipientDigest()
    for one in rows:
        hashed.add(*one)
    return hashed.hexdigest()


class Colour(StrEnum):
    RED = "red"


@given(value=JSON)
def test_canonical_bytes_are_json_that_reads_back_in_nfc(value: Any) -> None:
    try:
        data = canonical(value)
    except ApprovalError:
        assert _has_keys_that_are_one_in_nfc(value)
        return
    assert json.loads(data) == _nfc(value)
    assert canonical(json.loads(data)) == data


def _nfc(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_nfc(one) for one in value]
    if isinstance(value, dict):
        return {_nfc(key): _nfc(one) for key, one in value.items()}
    return value


def _has_keys_that_are_one_in_nfc(value: Any) -> bool:
    if isinstance(value, list):
        return any(_has_keys_that_are_one_in_nfc(one) for one in value)
    if isinstance(value, dict):
        fewer = len({_nfc(key) for key in value}) < len(value)
        return fewer or any(_has_keys_that_are_one_in_nfc(one) for one in value.values())
    return False


def test_the_order_of_keys_and_the_form_of_letters_do_not_matter() -> None:
    assert canonical({"b": 1, "a": "Jose\u0301"}) == canonical({"a": "Jos\u00e9", "b": 1})
    assert canonical({"b": 1, "a": 2}) == b'{"a":2,"b":1}'


def test_keys_are_ordered_by_utf_16_as_the_rfc_asks() -> None:
    assert canonical({"\uff21": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\uff21":1}'.encode()


def test_moments_days_words_and_nouns_have_one_form() -> None:
    moment = datetime(2026, 3, 2, 17, 30, tzinfo=timezone(timedelta(hours=8)))
    assert canonical(moment) == canonical(moment.astimezone(UTC)) == b'"2026-03-02T09:30:00Z"'
    assert canonical(date(2026, 3, 2)) == b'"2026-03-02"'
    assert canonical(Colour.RED) == b'"red"'
    assert canonical({5: "five"}) == b'{"5":"five"}'
    assert canonical((1, True, None, 1.5)) == b"[1,true,null,1.5]"
    window = Window(first_on="2026-01-01", last_on="2026-02-01")
    assert canonical(window) == b'{"first_on":"2026-01-01","last_on":"2026-02-01"}'


def _nested(depth: int) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        [-float("inf")],
        2**53,
        datetime(2026, 3, 2, 9, 30),  # noqa: DTZ001  # without a zone on purpose
        "\ud800",
        {"\ud800": 1},
        {"\u00e9": 1, "e\u0301": 2},
        {1: "a", "1": "b"},
        {True: 1},
        {None: 1},
        {1.5: 1},
        {"set"},
        b"bytes",
        object(),
        _nested(5000),
    ],
)
def test_what_has_no_single_form_is_refused(value: Any) -> None:
    with pytest.raises(ApprovalError):
        canonical(value)


def test_the_root_is_the_sha_256_of_the_canonical_bytes() -> None:
    assert root(SEALED) == hashlib.sha256(canonical(SEALED)).hexdigest() == digest(SEALED)
    again = Sealed.model_validate_json(SEALED.model_dump_json())
    assert root(again) == root(SEALED)


def test_the_root_stays_what_it_was_in_every_later_version() -> None:
    # A root people have signed must be computed to the same value for as long as evidence counts.
    pinned = "8598370a92f3a868d4f95741d8a94d01de6deb2cf776ea26d268e6fed73ed5ed"
    assert root(SEALED) == pinned


@pytest.mark.parametrize("field", sorted(Sealed.model_fields))
def test_any_change_of_what_is_sealed_changes_the_root_and_is_told(field: str) -> None:
    value = getattr(SEALED, field)
    others: dict[type, list[Any]] = {
        str: [value + "0" if isinstance(value, str) else "", ""],
        int: [3],
        list: [["letter", "email"], ["email"], ["email", "letter", "call"]],
        dict: [],
    }
    changed = others[type(value)]
    if isinstance(value, dict):
        first = next(iter(value))
        wrong = 99 if field == "counts" else "0" * 64
        changed = [{**value, first: wrong}, {**value, "new": wrong}, {"other": value[first]}, {}]
    for other in changed:
        now = SEALED.model_copy(update={field: other})
        assert root(now) != root(SEALED)
        assert differences(SEALED, now)
        assert differences(now, SEALED)


def test_two_equal_seals_differ_in_nothing() -> None:
    assert differences(SEALED, SEALED.model_copy()) == []


def test_differences_are_told_in_words_a_person_can_act_on() -> None:
    now = SEALED.model_copy(
        update={
            "recipients": "5" * 64,
            "counts": {"people": 4, "email": 3, "letter": 1},
            "classes": {"en.account.5.email": "9" * 64, "en.guardian.5.email": "2" * 64},
            "channels": ["email"],
        }
    )
    assert differences(SEALED, now) == [
        "the list of recipients, their addresses or what each gets is another one",
        "message class en.account.5.email reads otherwise",
        "message class en.guardian.5.email is new",
        "message class zh-Hans.account.5.email is gone",
        "email: 2 became 3",
        "people: 3 became 4",
        "channel letter is no longer used",
    ]


@given(
    values=st.tuples(*[st.text(max_size=20)] * 7),
    exposure=st.integers(0, 2**53 - 1),
)
def test_a_row_is_hashed_as_its_rfc_8785_array(values: Any, exposure: int) -> None:
    address, name, about, locale, form, class_key, addressee = values
    whole = RecipientRow(
        "p1", "email", address, name, about, locale, form, exposure, class_key, addressee
    )
    lines = b"".join(recipient_lines([whole]))
    expected = rfc8785.dumps([_nfc(one) for one in whole])
    assert lines == b"forthwith-recipients/1\n" + expected + b"\n"
    assert digest_of([whole]) == hashlib.sha256(lines).hexdigest()


@pytest.mark.parametrize("field", RecipientRow._fields)
def test_any_change_of_one_row_changes_the_digest(field: str) -> None:
    rows = [row("p1"), row("p2"), row("p3")]
    value = getattr(rows[1], field)
    other = value + 1 if isinstance(value, int) else value + "x"
    changed = [rows[0], RecipientRow(**{**rows[1]._asdict(), field: other}), rows[2]]
    assert digest_of(changed) != digest_of(rows)
    assert digest_of(rows[:2]) != digest_of(rows)


def test_the_two_ways_to_write_a_letter_are_one_in_a_row() -> None:
    assert digest_of([row(name="Jose\u0301")]) == digest_of([row(name="Jos\u00e9")])


def test_a_value_that_moves_to_the_next_column_changes_the_digest() -> None:
    assert digest_of([row(name="Ana", about="")]) != digest_of([row(name="", about="Ana")])


def test_a_row_out_of_order_or_twice_is_refused_without_naming_anybody() -> None:
    for rows in (
        [row("p2"), row("p1")],
        [row("p1"), row("p1")],
        [row("p1", "letter"), row("p1", "email")],
        [row("p1"), row("P2")],  # byte order, not a language's order
    ):
        with pytest.raises(ApprovalError, match="row 2 of the recipient list") as refused:
            digest_of(rows)
        assert "mail.example" not in str(refused.value)
        assert "Ana" not in str(refused.value)


@given(ids=st.lists(st.text(min_size=1, max_size=8), unique=True, min_size=2, max_size=12))
def test_the_order_asked_for_is_that_of_utf_8_bytes(ids: "list[str]") -> None:
    rows = [row(one, addressee_id="x", address="x") for one in ids]
    random.Random(1).shuffle(rows)
    ordered = sorted(rows, key=lambda one: one.person_id.encode())
    hashed = RecipientDigest()
    for one in ordered:
        hashed.add(*one)
    assert hashed.rows == len(ids)
    if rows != ordered:
        with pytest.raises(ApprovalError):
            digest_of(rows)


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        tuple(row())[:-1],
        (*row(), "more"),
        tuple(row(exposure="5")),
        tuple(row(exposure=True)),
        tuple(row(name=None)),
        tuple(row(name="\ud800")),
    ],
)
def test_a_row_that_is_not_of_the_ten_values_is_refused(wrong: Any) -> None:
    with pytest.raises(ApprovalError):
        RecipientDigest().add(*wrong)


def test_rows_are_counted_and_nothing_is_not_the_same_as_no_list() -> None:
    hashed = RecipientDigest()
    assert hashed.hexdigest() == hashlib.sha256(b"forthwith-recipients/1\n").hexdigest()
    hashed.add(*row("p1"))
    hashed.add(*row("p1", "letter"))
    assert hashed.rows == 2
