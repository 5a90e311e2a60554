"""The short code by which people check that a notice is real: typable, with a check character.

A code proves itself: 13 bits that differ between people, then 32 bits of a MAC over the case and
those 13. So it can be checked with the key and the refs of the cases alone, and nobody is looked
up. The proof gets most of the bits, because each of the 2**13 tags of a case is as good as another
to somebody who guesses: one try fits one case under one key with a chance of 1 in 2**32.
"""

import unicodedata

TAG_BITS, PROOF_BITS = 13, 32
CODE_BITS = TAG_BITS + PROOF_BITS

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_LOOK_ALIKE = str.maketrans("ILO", "110")


def first_bits(mac: bytes, bits: int) -> int:
    """Return the first bits of a MAC as a number."""
    return int.from_bytes(mac, "big") >> (8 * len(mac) - bits)


def code_of(tag: int, proof: int) -> str:
    """Return a tag of 13 bits and a proof of 32 as a code such as `K7QM-2F4T-9D`."""
    number = tag << PROOF_BITS | proof
    return _printed([(number >> shift) & 31 for shift in range(CODE_BITS - 5, -1, -5)])


def parts_of(code: str) -> tuple[int, int]:
    """Return the tag and the proof in a code as it is printed."""
    number = 0
    for one in code.replace("-", "")[:-1]:
        number = number << 5 | _ALPHABET.index(one)
    return number >> PROOF_BITS, number & (1 << PROOF_BITS) - 1


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
