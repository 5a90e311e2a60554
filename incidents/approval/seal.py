"""One digest over everything that goes out: equal on every database, changed by any change.

`docs/reference/seal.md` says how somebody without this software checks it.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from incidents.approval.canonical import canonical, digest, no_single_form
from incidents.approval.differences import differences
from incidents.errors import ApprovalError
from incidents.models.approval import Sealed

__all__ = [
    "RecipientDigest",
    "RecipientRow",
    "canonical",
    "differences",
    "digest",
    "recipient_lines",
    "root",
]
RECIPIENTS_FORMAT = "forthwith-recipients/1"


def root(sealed: Sealed) -> str:
    """Return the root that approvers sign: the digest of everything a seal covers."""
    return digest(sealed)


class RecipientRow(NamedTuple):
    """One row of the recipient list, as the ledger holds it: who gets what by which way."""

    person_id: str
    channel: str
    address: str
    name: str
    about: str
    """Whom the notice is about, where that is not the addressee."""
    locale: str
    form: str
    exposure: int
    class_key: str
    addressee_id: str


class RecipientDigest:
    """SHA-256 over a recipient list that is read as a stream.

    The bytes: a line with the format, then a line for each row, its RFC 8785 array of the ten
    values in the order of `RecipientRow`, text in NFC. Rows rise strictly by person id and then
    channel, compared by code point (which is also the order of their UTF-8 bytes), so the same
    list has one digest whatever database it comes from.
    """

    def __init__(self) -> None:
        self._hash = hashlib.sha256(RECIPIENTS_FORMAT.encode() + b"\n")
        self._last: tuple[str, str] | None = None
        self.rows = 0

    def add(self, *row: str | int) -> None:
        """Take the next row, its ten values in the order of `RecipientRow`.

        Raises:
            ApprovalError: when a row stands twice, is out of order, or is not of the ten values.
        """
        if tuple(map(type, row)) != _KINDS:
            _checked(row, number=self.rows + 1)
        place = (str(row[0]), str(row[1]))
        if self._last is not None and place <= self._last:
            what = "stands twice" if place == self._last else "is out of order"
            raise ApprovalError(
                f"row {self.rows + 1} of the recipient list {what}",
                repair="read the list by person id and channel, in byte order",
            )
        self._hash.update(_line(row))
        self._last = place
        self.rows += 1

    def hexdigest(self) -> str:
        """Return the digest of the rows taken so far, 64 hex digits."""
        return self._hash.hexdigest()


_KINDS = (str, str, str, str, str, str, str, int, str, str)
"""Types of a row's values, to know most rows as right at one look."""


def recipient_lines(rows: Iterable[Iterable[str | int]]) -> Iterator[bytes]:
    """Yield the bytes that `RecipientDigest` hashes, to be written down and checked elsewhere."""
    yield RECIPIENTS_FORMAT.encode() + b"\n"
    for number, row in enumerate(rows, 1):
        yield _line(_checked(row, number=number))


def _checked(row: Iterable[str | int], *, number: int) -> RecipientRow:
    match tuple(row):
        case (
            str() as person,
            str() as channel,
            str() as address,
            str() as name,
            str() as about,
            str() as locale,
            str() as form,
            int() as exposure,
            str() as class_key,
            str() as addressee,
        ) if not isinstance(exposure, bool):
            return RecipientRow(
                person, channel, address, name, about, locale, form, exposure, class_key, addressee
            )
    raise ApprovalError(
        f"row {number} of the recipient list has not the ten values a seal covers",
        repair=f"give {', '.join(RecipientRow._fields)}, in this order",
    )


# A list may have ten million rows, so the standard encoder writes them: for an array of text and
# whole numbers below 2**53 its bytes are those of RFC 8785 (a property test holds the two equal).
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _line(row: Iterable[str | int]) -> bytes:
    line = _ENCODER.encode(list(row))
    if not line.isascii():  # ASCII is in NFC as it stands
        line = _ENCODER.encode(
            [unicodedata.normalize("NFC", one) if isinstance(one, str) else one for one in row]
        )
    try:
        return line.encode() + b"\n"
    except UnicodeEncodeError:
        raise no_single_form("text that is no Unicode in the recipient list") from None
