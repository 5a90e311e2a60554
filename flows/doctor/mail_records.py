"""What TXT records say about mail: SPF (RFC 7208), DKIM keys (RFC 6376), DMARC (RFC 7489)."""

import base64
import binascii
from collections.abc import Iterator, Sequence

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

LEAST_RSA_BITS = 1024
"""RFC 8301: a shorter key counts as none."""
GOOD_RSA_BITS = 2048


def spf_records(texts: Sequence[str]) -> list[str]:
    """Return the SPF records among TXT records (RFC 7208 4.5)."""
    return [one for one in texts if one.lower() == "v=spf1" or one.lower().startswith("v=spf1 ")]


def spf_all(record: str) -> str:
    """Return how a record ends: the sign before `all`, `redirect`, or empty where neither is."""
    terms = record.lower().split()[1:]
    for term in terms:
        if term.lstrip("+-~?") == "all":
            return term[0] if term[0] in "+-~?" else "+"
    return "redirect" if any(term.startswith("redirect=") for term in terms) else ""


def tags(record: str) -> dict[str, str]:
    """Return the tags of a DKIM or DMARC record; a tag that stands twice counts once."""
    found: dict[str, str] = {}
    for part in record.split(";"):
        name, is_tag, value = part.partition("=")
        if is_tag:
            found.setdefault(name.strip().lower(), value.strip())
    return found


def dmarc_records(texts: Sequence[str]) -> list[dict[str, str]]:
    """Return the DMARC records among TXT records (RFC 7489 6.6.3)."""
    return [
        found for one in texts if (found := tags(one)).get("v") == "DMARC1" and _first_is_v(one)
    ]


def _first_is_v(record: str) -> bool:
    return record.lstrip().lower().startswith("v")


def dkim_flaw(texts: Sequence[str]) -> str:
    """Return what is wrong with the key records of a selector; empty when one can be used."""
    keys = [
        found for one in texts if (found := tags(one)).get("v", "DKIM1") == "DKIM1" and "p" in found
    ]
    if not keys:
        return "holds no key"
    if len(keys) > 1:
        return "holds several keys: which one counts is left to chance (RFC 6376 3.6.2.2)"
    key = "".join(keys[0]["p"].split())
    if not key:
        return "is revoked (its p= is empty)"
    if keys[0].get("k", "rsa") != "rsa":
        return ""
    try:
        public = load_der_public_key(base64.b64decode(key, validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return "holds a key that cannot be read"
    bits = public.key_size if isinstance(public, RSAPublicKey) else 0
    if bits < LEAST_RSA_BITS:
        return f"holds a key of {bits} bits, which counts as none (RFC 8301)"
    if bits < GOOD_RSA_BITS:
        return f"holds a key of {bits} bits; {GOOD_RSA_BITS} are asked for (RFC 8301)"
    return ""


def parents(domain: str) -> Iterator[str]:
    """Yield the domains above one, nearest first, down to two labels.

    One of them is its organisational domain. A list of public suffixes would say which; looking
    from the nearest on finds the same record wherever no registry publishes one of its own.
    """
    labels = domain.split(".")
    for start in range(1, len(labels) - 1):
        yield ".".join(labels[start:])
