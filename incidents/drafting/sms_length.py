"""How many messages a text is on a telephone network: 3GPP TS 23.038 and 23.040."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # two septets each
SEPTETS, SEPTETS_EACH = 160, 153
UNITS, UNITS_EACH = 70, 67
"""Room of a single message, and of each part of a longer one, whose header takes the rest."""


def segments(text: str) -> int:
    """Return how many messages a text takes: in the 7-bit alphabet, or else in UCS-2."""
    if all(char in _BASIC or char in _EXTENDED for char in text):
        length = sum(2 if char in _EXTENDED else 1 for char in text)
        return _parts(length, SEPTETS, SEPTETS_EACH)
    return _parts(len(text.encode("utf-16-le")) // 2, UNITS, UNITS_EACH)


def _parts(length: int, single: int, each: int) -> int:
    return 1 if length <= single else -(-length // each)
