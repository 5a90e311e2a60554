"""Whether a mailbox can be written to at all.

Stricter than RFC 5321: quoted local parts, comments, source routes and address literals are legal
and never a customer's, but they are how headers and commands get injected.
"""

import re
import unicodedata

import idna

MAX_LOCAL_OCTETS = 64
"""RFC 5321, 4.5.3.1.1."""
MAX_PATH_OCTETS = 254
"""RFC 5321, 4.5.3.1.3: a path of 256 octets less its angle brackets."""

_ATEXT = (
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u00a1-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U0001fffd]"
)
_LOCAL = re.compile(rf"{_ATEXT}+(?:\.{_ATEXT}+)*")
_PLAIN_DOMAIN = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_ODD_HYPHENS = re.compile(
    r"(?:^|\.)(?!xn--)[^.]{2}--"
)  # reserved for encodings (RFC 5891, 4.2.3.1)
_NOWHERE = frozenset({"invalid", "localhost", "onion"})
"""Top names under which no mail is ever delivered (RFC 6761, RFC 7686)."""
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zs", "Zl", "Zp"})


def usable_email(value: str) -> str | None:
    """Return a mailbox as it is put on the wire, or None where it cannot be used.

    The local part is kept as it is (NFC), the domain becomes lower case and A-labels (RFC 5891). A
    local part outside ASCII needs a relay that offers SMTPUTF8 (RFC 6531).
    """
    local, at, domain = value.rpartition("@")
    if not at or len(value) > 4 * MAX_PATH_OCTETS:
        return None
    if not _LOCAL.fullmatch(local):
        return None
    local = unicodedata.normalize("NFC", local)
    if not _LOCAL.fullmatch(local) or any(unicodedata.category(c) in _INVISIBLE for c in local):
        return None
    host = _host(domain)
    if host is None:
        return None
    octets = len(local.encode())
    if octets > MAX_LOCAL_OCTETS or octets + 1 + len(host) > MAX_PATH_OCTETS:
        return None
    return f"{local}@{host}"


def _host(domain: str) -> str | None:
    host = domain.lower()
    if not host.isascii():
        try:
            host = idna.encode(domain, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    elif "xn--" in host:
        try:
            idna.decode(host)
        except (idna.IDNAError, UnicodeError):
            return None
    if host.rpartition(".")[2] in _NOWHERE or _ODD_HYPHENS.search(host):
        return None
    return host if _PLAIN_DOMAIN.fullmatch(host) else None
