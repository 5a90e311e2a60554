"""Base 32 (RFC 4648) in lower case: what goes into addresses and ids that somebody may retype.

The library's own is written in Python and takes as long as the rest of a message.
"""

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
GROUP = 5


def base32(data: bytes) -> str:
    """Return bytes as base 32, eight letters for each group of five.

    Raises:
        ValueError: for a number of bytes that would need padding.
    """
    if len(data) % GROUP:
        raise ValueError("only whole groups of five bytes")
    number = int.from_bytes(data, "big")
    return "".join([_PAIRS[number >> at & 1023] for at in range(8 * len(data) - 10, -1, -10)])
