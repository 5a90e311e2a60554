"""A message that logins of ours were found exposed elsewhere (S18), read without its secrets.

A secret is replaced by its keyed fingerprint while the message is read. No value, no error and no
`repr` of this module holds one. Format `forthwith/alert/1`::

    {"format": "forthwith/alert/1", "source": "pastes", "alert_id": "8841",
     "observed_at": "2026-03-02T09:30:00+08:00", "found_at_url": "https://paste.example/x",
     "subjects": [{"email": "li@mail.example", "secret": "...", "secret_kind": "password"}]}
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field

from incidents.errors import InvalidInputError
from incidents.models.base import Instant, Value

ALERT_FORMAT: Final = "forthwith/alert/1"
MAX_ALERT_BYTES: Final = 4 * 1024 * 1024
MAX_SUBJECTS: Final = 10_000
MAX_ADDRESS: Final = 320
"""Longest mailbox the sending protocols can carry: 64 + 1 + 255 octets (RFC 5321, 4.5.3.1)."""
MAX_SECRET: Final = 4096
MAX_URL: Final = 2000

SecretKind = Literal["password", "session", "token", "card", "other", "none"]
SECRET_KINDS: Final[frozenset[str]] = frozenset(
    {"password", "session", "token", "card", "other", "none"}
)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")
_SOURCE = re.compile(r"[a-z0-9][a-z0-9._-]{0,60}")
_FIELDS = frozenset({"format", "source", "alert_id", "observed_at", "found_at_url", "subjects"})
_SUBJECT_FIELDS = frozenset({"email", "member_name", "secret", "secret_kind"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class InvalidAlertError(InvalidInputError):
    """An alert that does not keep to its shape. Its text never holds what stood in a field."""

    slug = "invalid-alert"


class LeakedSubject(Value):
    """One login in an alert. The secret itself is no field; only its fingerprint stays."""

    email: str = Field(default="", repr=False)
    member_name: str = Field(default="", repr=False)
    secret_fingerprint: str = Field(default="", repr=False)
    """Keyed fingerprint of the secret; empty where the alert named none."""
    secret_kind: SecretKind = "none"  # noqa: S105 - a word for its kind


class LeakAlert(Value):
    """A leak alert without its secrets."""

    format: Literal["forthwith/alert/1"] = ALERT_FORMAT
    source: str
    alert_id: str
    """The source's own id: the same one twice is the same alert."""
    observed_at: Instant
    found_at_url: str = Field(default="", repr=False)
    """Scheme, host and path only: the rest of an address often carries a token."""
    subjects: list[LeakedSubject] = Field(repr=False)


def read_alert(raw: bytes, *, fingerprint: Callable[[str], str], where: str = "alert") -> LeakAlert:
    """Return the alert that a JSON message of at most 4 MiB holds.

    Args:
        raw: The message as it came in. Drop it after this call.
        fingerprint: Gives the keyed fingerprint of a secret.
        where: Name of the source or file, for errors.

    Raises:
        InvalidAlertError: naming the place in the message, never its content.
    """
    if len(raw) > MAX_ALERT_BYTES:
        raise _refused("larger than 4 MiB", where, "send it in parts with ids of their own")
    try:
        data = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_no_key_twice)
    except UnicodeDecodeError as error:
        problem = f"not UTF-8 at byte {error.start}"
    except json.JSONDecodeError as error:
        problem = f"not JSON at line {error.lineno}, column {error.colno}"
    except (RecursionError, ValueError):
        problem = "not plain JSON: nested too deep, or a key twice"
    else:
        return parse_alert(data, fingerprint=fingerprint, where=where)
    raise _refused(problem, where, "send one JSON object in UTF-8")


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError
    return made


def parse_alert(data: Any, *, fingerprint: Callable[[str], str], where: str = "alert") -> LeakAlert:
    """Return plain data as an alert; each secret is fingerprinted and forgotten.

    Args:
        data: What the JSON message held. Drop it after this call.
        fingerprint: Gives the keyed fingerprint of a secret.
        where: Name of the source or file, for errors.

    Raises:
        InvalidAlertError: naming the field, never its content.
    """
    if not isinstance(data, dict):
        raise _refused("an alert is one JSON object", where, f'begin with "format": {ALERT_FORMAT}')
    _known_only(data, _FIELDS, where)
    if data.get("format") != ALERT_FORMAT:
        raise _refused("format: is not the one read here", where, f"write {ALERT_FORMAT}")
    subjects = data.get("subjects")
    if not isinstance(subjects, list) or not 1 <= len(subjects) <= MAX_SUBJECTS:
        raise _refused(
            f"subjects: must be a list of 1 to {MAX_SUBJECTS} logins", where, "send it in parts"
        )
    return LeakAlert(
        source=_matching(data, "source", _SOURCE, where),
        alert_id=_matching(data, "alert_id", _ID, where),
        observed_at=_moment(data.get("observed_at"), where),
        found_at_url=_place(data, where),
        subjects=[
            _subject(item, fingerprint, f"{where}: subjects.{number}")
            for number, item in enumerate(subjects)
        ],
    )


def _refused(what: str, where: str, repair: str) -> InvalidAlertError:
    return InvalidAlertError(what, where=where, repair=repair)


def _known_only(data: dict[str, Any], known: frozenset[str], where: str) -> None:
    # The unknown key is not named: a careless sender may have put a secret there.
    if not data.keys() <= known:
        raise _refused(
            "a field that is not known here", where, f"use only {', '.join(sorted(known))}"
        )


def _text(data: dict[str, Any], field: str, most: int, where: str) -> str:
    value = data.get(field)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most:
        raise _refused(f"{field}: must be text of at most {most} characters", where, "shorten it")
    return value


def _matching(data: dict[str, Any], field: str, shape: re.Pattern[str], where: str) -> str:
    value = _text(data, field, 200, where)
    if not shape.fullmatch(value):
        raise _refused(
            f"{field}: missing, or not of plain letters, digits, dots, dashes",
            where,
            "give the sender's own short id" if field == "alert_id" else "name it like pastes",
        )
    return value


def _moment(value: Any, where: str) -> datetime:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise _refused(
            "observed_at: no moment with an offset",
            where,
            "write it like 2026-03-02T09:30:00+08:00",
        )
    return at.astimezone(UTC)


def _place(data: dict[str, Any], where: str) -> str:
    text = _text(data, "found_at_url", MAX_URL, where)
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        scheme, host, path = parts.scheme, parts.hostname or "", parts.path
    except ValueError:
        scheme, host, path = "", "", ""
    if not host or scheme not in {"http", "https"} or _CONTROL.search(text):
        raise _refused("found_at_url: no web address", where, "leave it out, or give http(s)://...")
    return f"{scheme}://{host}{path}"


def _subject(item: Any, fingerprint: Callable[[str], str], where: str) -> LeakedSubject:
    if not isinstance(item, dict):
        raise _refused("a login is a JSON object", where, "give e-mail or member name")
    _known_only(item, _SUBJECT_FIELDS, where)
    email = _text(item, "email", MAX_ADDRESS, where).strip()
    member_name = _text(item, "member_name", MAX_ADDRESS, where).strip()
    if not (email or member_name):
        raise _refused("neither email nor member_name", where, "give at least one of them")
    if _CONTROL.search(email + member_name):
        raise _refused("a control character in email or member_name", where, "send it clean")
    secret = _text(item, "secret", MAX_SECRET, where)
    kind = _text(item, "secret_kind", 20, where) or ("other" if secret else "none")
    if kind not in SECRET_KINDS:
        raise _refused("secret_kind: not known", where, f"one of {', '.join(sorted(SECRET_KINDS))}")
    return LeakedSubject(
        email=email,
        member_name=member_name,
        secret_fingerprint=fingerprint(secret) if secret else "",
        secret_kind=kind,
    )
