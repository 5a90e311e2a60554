"""The one byte form of a value, so that its digest is the same on every machine and database."""

import hashlib
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

import rfc8785
from pydantic import BaseModel

from incidents.errors import ApprovalError


def canonical(value: Any) -> bytes:
    """Return the one byte form of a value: RFC 8785 JSON with all text in Unicode NFC.

    Nouns count by their fields, enums by their word, moments as UTC ending in `Z`, days as ISO
    dates, whole numbers as keys by their digits.

    Raises:
        ApprovalError: for what has no single form: NaN, infinity, a whole number beyond 2**53, a
            moment without a zone, a lone surrogate, two keys that are one in NFC, any other type.
    """
    try:
        return rfc8785.dumps(_plain(value))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        raise no_single_form("a number or text that JSON cannot hold exactly") from None
    except RecursionError:
        raise no_single_form("a value nested too deep") from None


def digest(value: Any) -> str:
    """Return the SHA-256 of a value's canonical bytes, 64 hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _plain(value: Any) -> Any:
    """Return a value as JSON types, or refuse it."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, BaseModel):
        return _plain({name: getattr(value, name) for name in type(value).model_fields})
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return _moment(value)
    raise no_single_form(f"a value of type {type(value).__name__}")


def _object(value: Mapping[Any, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, one in value.items():
        word = _plain(key)
        if type(word) is int:
            word = str(word)
        if not isinstance(word, str) or word in plain:
            raise no_single_form("a key that is no text, or two keys that are the same text")
        plain[word] = _plain(one)
    return plain


def _moment(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.tzinfo is None:
        raise no_single_form("a moment without a zone")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def no_single_form(what: str) -> ApprovalError:
    """Return the refusal of a value that has no single byte form."""
    return ApprovalError(f"cannot be sealed: {what}", repair="mend the value, then draft again")
