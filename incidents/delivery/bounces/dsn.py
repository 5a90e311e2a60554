"""Reads the fields of a delivery status notification (RFC 3464) and of a feedback report."""

import re
from typing import NamedTuple

from incidents.delivery.bounces.parts import LONGEST_HEADER

MOST_RECIPIENTS = 1000
_NAME = re.compile(r"^[ \t]*([A-Za-z][A-Za-z0-9-]{2,60})[ \t]*:(.*)$")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_UTF8 = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:|/]{1,128}@[^\s<>()\[\]\"',;:]{1,255}")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_ALIASES = {
    "x-actual-recipient": "final-recipient",
    "original-rcpt-to": "original-recipient",
    "removal-recipient": "original-recipient",
}


class Block(NamedTuple):
    """What a report says of one recipient; fields that it lacks are empty."""

    recipient: str = ""
    action: str = ""
    """failed, delayed, delivered, relayed or expanded; some write `deliverable`."""
    status: str = ""
    note: str = ""
    """Words that stand beside the status."""
    diagnostic: str = ""
    diagnostic_type: str = ""
    """Such as `smtp`, `x-unix` or `x-postfix`."""
    remote: str = ""
    """The server that spoke, or the one that reports."""


def read_blocks(text: str) -> list[Block]:
    """Return one entry for each recipient of a delivery status text, in its order.

    Blank lines end a block only after a recipient and its fate are known: some servers put blank
    lines between the fields. The fields about the whole message then count for the first.
    """
    blocks: list[Block] = []
    here: dict[str, str] = {}
    last = reporter = ""
    for line in [*text.splitlines(), "", "final-recipient: end"]:
        if not line.strip():
            last = ""
            if _is_whole(here):
                blocks.append(_block(here, reporter))
                here = {}
            continue
        if line[0] in " \t" and last:
            here[last] = f"{here[last]} {line.strip()}"[:LONGEST_HEADER]
            continue
        field = _NAME.match(line)
        if field is None:
            # Some wrap a long diagnostic without the blank that folding needs.
            if last == "diagnostic-code":
                here[last] = f"{here[last]} {line.strip()}"[:LONGEST_HEADER]
            continue
        last = field[1].lower()
        last = _ALIASES.get(last, last)
        if last in here and last == "final-recipient" and _is_whole(here):
            blocks.append(_block(here, reporter))
            here = {}
        if last == "reporting-mta":
            reporter = field[2].strip()
        here.setdefault(last, field[2].strip()[:LONGEST_HEADER])
        if len(blocks) >= MOST_RECIPIENTS:
            break
    return blocks


def read_feedback(text: str) -> list[str]:
    """Return the addresses that a feedback report (RFC 5965) names as recipients."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        field = _NAME.match(line)
        if field and field[1].lower() in {"original-rcpt-to", "removal-recipient"}:
            address = address_of(field[2])
            found.setdefault(address.lower(), address)
    found.pop("", None)
    return list(found.values())[:MOST_RECIPIENTS]


def address_of(value: str) -> str:
    """Return the address of a typed field such as `rfc822; name@host` (RFC 3461 4.2)."""
    words = value.partition(";")[2].strip() or value.strip()
    if "@" not in words:
        words = _XTEXT.sub(lambda byte: chr(int(byte[1], 16)), words)
    words = _UTF8.sub(lambda char: _character(int(char[1], 16)), words)
    found = _ADDRESS.search(words[:LONGEST_HEADER])
    return found[0].rstrip(".") if found else ""


def _character(number: int) -> str:
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "?"  # noqa: PLR2004


def _is_whole(here: dict[str, str]) -> bool:
    named = "final-recipient" in here or "original-recipient" in here
    return bool(named and here.keys() & {"action", "status", "diagnostic-code"})


def _block(here: dict[str, str], reporter: str) -> Block:
    final, original = here.get("final-recipient", ""), here.get("original-recipient", "")
    # A pipe or a route of the server itself is nobody's address.
    inner = final.partition(";")[2].strip()[:1] in {"|", "/", "@"}
    order = (original, final) if inner else (final, original)
    status = _STATUS.search(here.get("status", ""))
    kind, separator, words = here.get("diagnostic-code", "").partition(";")
    if not separator or not re.fullmatch(r"[A-Za-z0-9-]{1,30}", kind.strip()):
        kind, words = "", here.get("diagnostic-code", "")
    note = here.get("status", "").partition("(")[2].rstrip(" )")
    return Block(
        recipient=next((address_of(one) for one in order if address_of(one)), ""),
        action=here.get("action", "").strip().lower().split(" ")[0],
        status=status[1] if status else "",
        note=f"{note} {here.get('x-powermta-bouncecategory', '')}".strip(),
        diagnostic=words.strip(),
        diagnostic_type=kind.strip().lower(),
        remote=here.get("remote-mta", "") or reporter,
    )
