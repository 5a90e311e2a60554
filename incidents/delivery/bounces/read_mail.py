"""Reads one message that came back and says what it is."""

import html
import re
from functools import cache
from typing import NamedTuple

from incidents.delivery.bounces import dsn, notices, plain
from incidents.delivery.bounces.dsn import Block
from incidents.delivery.bounces.parts import Headers, Part, first, leaves, read_headers, split_head
from incidents.delivery.bounces.reasons import Reasons, Said, parse_reasons
from incidents.delivery.bounces.report import Bounce, Fate, Kind
from incidents.delivery.sources.reasons_file import SHIPPED_REASONS, load_reasons

_ENCLOSED = ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers")
_DELIVERED = ("delivered", "relayed", "expanded", "deliverable")
_HIDDEN = re.compile(r"<(style|script)\b.*?(?:</\1>|\Z)", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"<[!/a-zA-Z][^<>]{0,2000}>")


class _Mail(NamedTuple):
    headers: Headers
    text: str
    """The report in words, without the message that it is about."""
    whole: str
    """All text, where servers put the fields of RFC 3464 without marking them as a part."""
    status: str
    feedback: list[str]
    """Texts of feedback parts (RFC 5965)."""
    original: Headers
    """Header of the message that came back, empty when it is not enclosed."""
    enclosed: bytes


def read_bounce(raw: bytes, reasons: Reasons | None = None) -> Bounce:
    """Return what a message says that came to the address for returned mail.

    Never raises for what stands in it, and looks at its first megabyte only.

    Args:
        raw: A whole message with its header.
        reasons: Words and codes of reasons; those shipped when left out.
    """
    rules = reasons or shipped_reasons()
    found = _read(raw, rules)
    if found.kind == Kind.OTHER:
        enclosed = _open(raw).enclosed
        # Somebody forwarded a bounce, or a gateway wrapped it.
        if enclosed:
            inner = _read(enclosed, rules)
            if inner.kind in {Kind.BOUNCE, Kind.COMPLAINT}:
                return inner
    return found


@cache
def shipped_reasons() -> Reasons:
    """Return the reasons that come with the program."""
    return parse_reasons(load_reasons(), where=str(SHIPPED_REASONS))


def _read(raw: bytes, rules: Reasons) -> Bounce:
    mail = _open(raw)
    if mail.feedback:
        named = [one for text in mail.feedback for one in dsn.read_feedback(text)]
        return _all_the_same(Kind.COMPLAINT, "feedback", named or _addressed(mail))
    name, rows = notices.read_ses(mail.text)
    if name == "Complaint":
        return _all_the_same(Kind.COMPLAINT, "feedback", [row.recipient for row in rows])
    blocks = rows or dsn.read_blocks(mail.status)
    if not blocks and notices.looks_returned(mail.headers, mail.text):
        blocks = dsn.read_blocks(mail.whole) if "inal-" in mail.whole else []
    if blocks:
        each = _from_blocks(blocks, mail, rules)
        done = all(fate.reason == "delivered" for fate in each)
        return Bounce(kind=Kind.DELIVERED if done else Kind.BOUNCE, each=each)
    if notices.is_complaint(mail.headers, mail.text):
        named = _addressed(mail) or [dsn.address_of(notices.sender(mail.headers))]
        return _all_the_same(Kind.COMPLAINT, "feedback", named)
    if notices.is_away(mail.headers):
        named = [dsn.address_of(notices.sender(mail.headers))]
        return _all_the_same(Kind.AUTO_REPLY, "vacation", named)
    returned = notices.looks_returned(mail.headers, mail.text) or notices.looks_quoted(mail.text)
    if mail.status.strip() or returned:
        return Bounce(kind=Kind.BOUNCE, each=_from_words(mail, rules))
    return Bounce(kind=Kind.OTHER)


def _all_the_same(kind: Kind, reason: str, recipients: list[str]) -> Bounce:
    each = [Fate(recipient=one, reason=reason, permanent=False) for one in recipients or [""]]
    return Bounce(kind=kind, each=each)


def _open(raw: bytes) -> _Mail:
    headers = read_headers(split_head(raw[: 1024 * 1024])[0])
    words: list[str] = []
    pages: list[str] = []
    status: list[str] = []
    feedback: list[str] = []
    original: Headers = {}
    enclosed = b""
    for part in leaves(raw):
        if part.kind in {"message/delivery-status", "message/global-delivery-status"}:
            status.append(part.text)
        elif part.kind == "message/feedback-report":
            feedback.append(part.text)
        elif part.kind in _ENCLOSED or part.kind.startswith("text/rfc822"):
            enclosed = enclosed or (part.raw if part.kind == "message/rfc822" else b"")
            original = original or read_headers(split_head(part.raw)[0])
        elif part.kind == "text/html":
            pages.append(_without_tags(part.text))
        elif part.kind.startswith(("text/", "message/")) or _is_named_like_text(part):
            words.append(part.text)
    spoken = "\n".join(words) if "".join(words).strip() else "\n".join(pages)
    whole = spoken[: 4 * plain.MOST_TEXT]
    return _Mail(
        headers=headers,
        text=plain.cut_original(spoken),
        whole=whole,
        status="\n\n".join(status),
        feedback=feedback,
        original=original or read_headers(_tail(whole)),
        enclosed=enclosed,
    )


def _tail(whole: str) -> bytes:
    """Return what a report in free text copies of the message that came back."""
    report = plain.cut_original(whole)
    return whole[len(report) : len(report) + plain.MOST_TEXT].encode("utf-8", "replace")


def _is_named_like_text(part: Part) -> bool:
    return first(part.headers, "content-disposition").lower().endswith((".txt", '.txt"'))


def _without_tags(text: str) -> str:
    text = _HIDDEN.sub(" ", text[: 4 * plain.MOST_TEXT])
    return html.unescape(_TAG.sub(" ", _BREAK.sub("\n", text)))


def _from_blocks(blocks: list[Block], mail: _Mail, rules: Reasons) -> list[Fate]:
    failed = [block for block in blocks if block.action not in _DELIVERED] or blocks
    failed = list(dict.fromkeys(failed))
    names = [block.recipient or next(iter(_named(mail)), "") for block in failed]
    spoken = {one.recipient: one.words for one in plain.segments(mail.text, names)}
    each = []
    for name, block in zip(names, failed, strict=True):
        if block.action in _DELIVERED:
            said = Said(block.diagnostic)
            status = block.status or plain.find_codes(said.text)[1]
            each.append(Fate(recipient=name, status=status, reason="delivered", permanent=False))
            continue
        told = " ".join(part for part in (block.diagnostic, block.note) if part)
        fate = _fate(name, [told, spoken.get(name, "")], block, rules)
        each.append(fate.model_copy(update={"waiting": block.action == "delayed"}))
    return each


def _from_words(mail: _Mail, rules: Reasons) -> list[Fate]:
    names = _named(mail)
    if not names:
        return [_fate("", [mail.text], Block(), rules)]
    found = plain.segments(mail.text, names)
    return [_fate(one.recipient, [one.words, mail.text], Block(), rules) for one in found]


def _named(mail: _Mail) -> list[str]:
    listed = [dsn.address_of(one) for one in first(mail.headers, "x-failed-recipients").split(",")]
    known = list(dict.fromkeys(one for one in listed if one))
    return known or plain.find_recipients(mail.text) or _addressed(mail)


def _addressed(mail: _Mail) -> list[str]:
    """Return the people to whom the message was addressed that came back."""
    for name in ("x-original-to", "to", "x-hmxmroriginalrecipient"):
        found = [dsn.address_of(one) for one in first(mail.original, name).split(",")]
        if any(found):
            return [one for one in found if one]
    return []


def _fate(name: str, texts: list[str], block: Block, rules: Reasons) -> Fate:
    """Return the fate that the first text with known words gives, else the codes."""
    everything = "\n".join(texts)
    codes = [plain.find_codes(text) for text in texts]
    status = _best_status([codes[0][1], block.status, *(code[1] for code in codes[1:])])
    reply = next((code[0] for code in codes if code[0]), "")
    command = next(filter(None, map(plain.find_command, texts)), "")
    domain = name.rpartition("@")[2].lower()
    host = f"{block.remote.lower()} {plain.find_host(everything)} {domain}"
    reason = ""
    for text in texts:
        said = Said(text, status, reply, command, host, block.diagnostic_type)
        reason = reason or (rules.by_words(said) if text.strip() else "")
    said = Said(texts[0], status, reply, command, host, block.diagnostic_type)
    reason = reason or rules.by_codes(said)
    permanent = rules.is_permanent(reason, status, reply)
    return Fate(recipient=name, status=status, reason=reason, permanent=permanent)


def _best_status(candidates: list[str]) -> str:
    """Return the first status that says something: `5.0.0` only says that it failed."""
    known = [one for one in candidates if one]
    return next((one for one in known if not one.endswith(".0.0")), known[0] if known else "")
