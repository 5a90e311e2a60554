"""The SSH wire format: fields with their length in front (RFC 4251 section 5)."""

from incidents.errors import ApprovalError

MAX_BYTES = 16 * 1024  # the longest RSA signature taken here has about 4 KiB


class Reader:
    """Reads fields in turn and refuses what is cut short, too long or not in its one form."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def raw(self, number: int) -> bytes:
        """Return the next bytes."""
        if self._at + number > len(self._data):
            raise broken("it is cut short")
        self._at += number
        return self._data[self._at - number : self._at]

    def uint32(self) -> int:
        """Return the next four bytes as a number."""
        return int.from_bytes(self.raw(4), "big")

    def string(self) -> bytes:
        """Return the next field."""
        return self.raw(self.uint32())

    def positive(self) -> int:
        """Return the next field as a whole number above 0, written without spare bytes."""
        data = self.string()
        number = int.from_bytes(data, "big", signed=True)
        if number <= 0 or data != _mpint(number):
            raise broken("a number in it is not in its one form")
        return number

    def end(self) -> None:
        """Refuse bytes that nobody asked for."""
        if self._at != len(self._data):
            raise broken("bytes follow its end")


def string(data: bytes) -> bytes:
    """Return a field: the length in four bytes, then the data."""
    return len(data).to_bytes(4, "big") + data


def mpint(number: int) -> bytes:
    """Return a whole number above 0 as a field."""
    return string(_mpint(number))


def _mpint(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def broken(why: str) -> ApprovalError:
    """Return the refusal of something that is no signature of this format."""
    return ApprovalError(
        f"not a usable SSH signature: {why}",
        repair="sign the statement again with `ssh-keygen -Y sign -n forthwith-approval` and "
        "paste the whole signature",
    )
