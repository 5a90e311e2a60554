"""One root over exactly what goes out: canonical bytes, SHA-256, the same on every database."""

import hashlib
import unicodedata
from typing import Any

import rfc8785
from pydantic import BaseModel

from incidents.errors import ApprovalError
from incidents.models.approval import Sealed


def canonical(value: Any) -> bytes:
    """Return a value's canonical bytes: JSON by RFC 8785, every text in Unicode NFC.

    Raises:
        ApprovalError: for what JSON cannot hold, such as a lone surrogate or an infinite number.
    """
    try:
        plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
        return rfc8785.dumps(_nfc(plain))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, TypeError) as error:
        raise ApprovalError(
            f"cannot be sealed: {type(error).__name__}", repair="remove what JSON cannot hold"
        ) from None


def _nfc(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_nfc(key): _nfc(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_nfc(item) for item in value]
    return value


def digest(value: Any) -> str:
    """Return the SHA-256 of a value's canonical bytes in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def root(sealed: Sealed) -> str:
    """Return the root that approvers sign."""
    return digest(sealed)


class RecipientDigest:
    """SHA-256 over a recipient list, row by row, so that a list of any length fits in memory.

    Rows come in byte order of (person id, channel); each is hashed as one canonical JSON array and
    a line feed.
    """

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._last: tuple[bytes, bytes] | None = None
        self.rows = 0

    def add(self, person_id: str, channel: str, *values: str | int) -> None:
        """Add one row.

        Raises:
            ApprovalError: when a row comes twice or out of order: two lists that hold the same
                people must never have two digests.
        """
        place = (person_id.encode(), channel.encode())
        if self._last is not None and place <= self._last:
            raise ApprovalError("the recipient list is not in order, or holds a row twice")
        self._last = place
        self.rows += 1
        self._hash.update(canonical([person_id, channel, *values]) + b"\n")

    def hexdigest(self) -> str:
        """Return the digest of the rows so far."""
        return self._hash.hexdigest()


def differences(before: Sealed, after: Sealed) -> list[str]:
    """Return in words what two seals of one set do not have in common."""
    words = []
    for name in Sealed.model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            words += [
                f"{name.replace('_', ' ')}: {key} is not what it was"
                for key in sorted(old.keys() | new.keys())
                if old.get(key) != new.get(key)
            ]
        else:
            words.append(f"{name.replace('_', ' ')} is not what it was")
    return words
