"""The short code by which people check that a notice is real: typable, with a check character."""

import unicodedata

CODE_BITS = 45

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_LOOK_ALIKE = str.maketrans("ILO", "110")


def code_of(mac: bytes) -> str:
    """Return the first 45 bits of a MAC as a code such as `K7QM-2F4T-9D`."""
    number = int.from_bytes(mac, "big") >> (8 * len(mac) - CODE_BITS)
    return _printed([(number >> shift) & 31 for shift in range(CODE_BITS - 5, -1, -5)])


def normal_code(code: str) -> str | None:
    """Return a typed code as it is printed, or None when it cannot be one.

    Lower case, blanks, any dashes, full-width letters and O for 0, I or L for 1 are read through.
    """
    plain = unicodedata.normalize("NFKC", code[:64]).upper().translate(_LOOK_ALIKE)
    letters = "".join(
        one for one in plain if not one.isspace() and unicodedata.category(one) != "Pd"
    )
    if len(letters) != CODE_BITS // 5 + 1 or any(one not in _ALPHABET for one in letters):
        return None
    *data, check = (_ALPHABET.index(one) for one in letters)
    return _printed(data) if _check_digit(data) == check else None


def check_code_shape(code: str) -> bool:
    """Return whether a typed code is free of a slip: one wrong or two swapped characters show."""
    return normal_code(code) is not None


def _printed(data: list[int]) -> str:
    letters = "".join(_ALPHABET[one] for one in [*data, _check_digit(data)])
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def _check_digit(data: list[int]) -> int:
    """Return the symbol that makes a weighted sum over GF(32) vanish.

    The weights are the powers of one element of order 31, all different. So the sum notices any
    single wrong symbol and any two symbols that changed places, neighbours or not.
    """
    total = 0
    for one in data:  # Horner's rule: shift by the element, then add (which is XOR here)
        total = _times_two(total) ^ one
    return _times_two(total)


def _times_two(symbol: int) -> int:
    doubled = symbol << 1
    return doubled ^ 0b100101 if doubled & 32 else doubled  # modulo x^5 + x^2 + 1
