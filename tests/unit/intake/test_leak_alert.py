"""Leak alerts: the secret never stays."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.errors import ForthwithError
from incidents.intake.leak_alert import (
    MAX_ALERT_BYTES,
    MAX_SUBJECTS,
    InvalidAlertError,
    parse_alert,
    read_alert,
)

SECRET = "hunter2-Ω-blue"


def fingerprint(secret: str) -> str:
    return hmac.new(b"test key", secret.encode(), hashlib.sha256).hexdigest()


def an_alert(**fields: Any) -> dict[str, Any]:
    return {
        "format": "forthwith/alert/1",
        "source": "pastes",
        "alert_id": "8841",
        "observed_at": "2026-03-02T09:30:00+08:00",
        "subjects": [{"email": "li@mail.example", "secret": SECRET, "secret_kind": "password"}],
    } | fields


def refusal(**fields: Any) -> str:
    with pytest.raises(InvalidAlertError) as caught:
        parse_alert(an_alert(**fields), fingerprint=fingerprint)
    return str(caught.value)


def test_only_the_fingerprint_of_a_secret_stays() -> None:
    alert = parse_alert(an_alert(), fingerprint=fingerprint)
    assert alert.subjects[0].secret_fingerprint == fingerprint(SECRET)
    assert SECRET not in alert.model_dump_json()
    assert SECRET not in repr(alert)


def test_the_repr_shows_no_address_either() -> None:
    alert = parse_alert(an_alert(), fingerprint=fingerprint)
    assert "li@mail.example" not in repr(alert)
    assert "li@mail.example" not in repr(alert.subjects)


@pytest.mark.parametrize(
    "fields",
    [
        {"format": SECRET},
        {"source": SECRET},
        {"alert_id": SECRET},
        {"observed_at": SECRET},
        {"found_at_url": SECRET},
        {SECRET: 1},
        {"subjects": SECRET},
        {"subjects": [SECRET]},
        {"subjects": [{"email": "a@b.example", "secret": [SECRET]}]},
        {"subjects": [{"email": "a@b.example", SECRET: "x"}]},
        {"subjects": [{"email": "a@b.example", "secret": SECRET, "secret_kind": SECRET}]},
        {"subjects": [{"secret": SECRET}]},
        {"subjects": [{"email": SECRET + "\n", "member_name": "a\r\nb", "secret": SECRET}]},
        {"subjects": [{"email": "a@b.example", "secret": SECRET * 1000}]},
    ],
)
def test_no_refusal_repeats_what_stood_in_a_field(fields: dict[str, Any]) -> None:
    assert "hunter2" not in refusal(**fields)


def test_the_rest_of_a_web_address_is_dropped_because_it_may_hold_a_token() -> None:
    url = f"https://user:{SECRET}@paste.example/x?key={SECRET}#{SECRET}"
    alert = parse_alert(an_alert(found_at_url=url), fingerprint=fingerprint)
    assert alert.found_at_url == "https://paste.example/x"


def test_a_member_name_is_enough_to_name_a_subject() -> None:
    alert = parse_alert(an_alert(subjects=[{"member_name": "blue-li"}]), fingerprint=fingerprint)
    assert alert.subjects[0].secret_kind == "none"
    assert alert.subjects[0].secret_fingerprint == ""


def test_too_many_subjects_are_refused() -> None:
    many = [{"member_name": "x"}] * (MAX_SUBJECTS + 1)
    assert str(MAX_SUBJECTS) in refusal(subjects=many)


def test_a_message_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(InvalidAlertError, match="larger"):
        read_alert(b"[" * (MAX_ALERT_BYTES + 1), fingerprint=fingerprint)


def test_broken_json_is_placed_by_line_without_its_text() -> None:
    raw = json.dumps(an_alert(), indent=1).encode().replace(b'"8841",', b'"8841"')
    with pytest.raises(InvalidAlertError, match="line 5") as caught:
        read_alert(raw, fingerprint=fingerprint)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_key_twice_is_refused() -> None:
    with pytest.raises(InvalidAlertError, match="twice"):
        read_alert(b'{"source": "a", "source": "b"}', fingerprint=fingerprint)


def test_a_message_reads_the_same_as_its_data() -> None:
    raw = json.dumps(an_alert(), ensure_ascii=False).encode()
    read = read_alert(raw, fingerprint=fingerprint)
    assert read == parse_alert(an_alert(), fingerprint=fingerprint)


@given(st.binary(max_size=200))
def test_any_bytes_make_an_alert_or_a_refusal(raw: bytes) -> None:
    try:
        outcome: str = read_alert(raw, fingerprint=fingerprint).format
    except ForthwithError as error:
        outcome = error.repair
    assert outcome
