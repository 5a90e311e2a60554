"""Where a message that came back was sent to: one address may be a return path of ours."""

import re

from incidents.delivery.bounces.parts import read_headers, split_head

_NAMES = (
    "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to",
    "x-rcpt-to", "x-forwarded-to", "resent-to", "to", "cc",
)  # fmt: skip
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]{1,128}@[A-Za-z0-9.-]{1,253}")
MOST = 50


def addressed_to(raw: bytes) -> list[str]:
    """Return the addresses in a message's own header, those of its envelope first.

    What is enclosed is not looked at: anybody can enclose anything.

    Args:
        raw: A whole message.
    """
    headers = read_headers(split_head(raw[: 1024 * 1024])[0])
    found = [
        address
        for name in _NAMES
        for value in headers.get(name, [])
        for address in _ADDRESS.findall(value[:4000])
    ]
    return list(dict.fromkeys(found))[:MOST]
