"""What must not stand in a filing: a hole, and an address, number or trace of somebody else.

A filing names nobody: authorities say so themselves. What the organisation, its offices and the law
are called may stand there; everything else of that shape blocks, wherever a person typed it.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping

from incidents.drafting.holes import TOKEN
from incidents.drafting.lint.bodies import left_over
from incidents.drafting.lint.flaw import Flaw, blocking
from incidents.drafting.lint.people import Known, data_of_people
from incidents.models.notice import Filing

_IP4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)")
_IP6 = re.compile(r"(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])", re.IGNORECASE)
_LEAST_COLONS = 3  # a clock's 12:30:00 has two
_OURS = ("controller.", "contact.", "filing.own_reference", "filing.recipient", "other.authorities")
_MADE = ("timing.", "filing.drafted_at", "filing.previous_at", "border.", "subjects.", "records.")
_TYPED = ("timing.late_reason",)
"""Fields made of the inventory, and of numbers and moments; only what people typed is looked at."""


def filing_flaws(filing: Filing, *, known: Known, names: Iterable[str] = ()) -> list[Flaw]:
    """Return what is wrong with a filing: its letter, and each field that holds words.

    Args:
        filing: The filing.
        known: Whose addresses and numbers may stand there.
        names: Names of laws, articles, authorities, systems and references, which may look like
            numbers; they are taken out before looking.
    """
    own = sorted({name for name in names if name.strip()}, key=len, reverse=True)
    found = list(_in_text(f"{filing.duty_id} letter", filing.letter, known, own))
    for key, value in filing.fields.items():
        if key.startswith(_TYPED) or not key.startswith((*_OURS, *_MADE)):
            text = "\n".join(_strings(value))
            found += _in_text(f"{filing.duty_id} {key}", text, known, own)
    return found


def _in_text(where: str, text: str, known: Known, own: Iterable[str]) -> Iterable[Flaw]:
    yield from left_over(where, {"text": text})
    if TOKEN.search(text):
        yield blocking("hole-in-filing", where, "holds a place for a person's own values",
                       "a filing names nobody: take it out")  # fmt: skip
    for name in own:
        text = text.replace(name, " ")
    yield from data_of_people(where, text, known)
    traces = sum(1 for found in (*_IP4.findall(text), *_IP6.findall(text)) if _is_address(found))
    if traces:
        what = f"holds what looks like an IP address ({traces} times)"
        repair = "take it out; hand logs over apart, by the authority's own secure way"
        yield blocking("trace-of-people", where, what, repair)


def _is_address(text: str) -> bool:
    if ":" in text and text.count(":") < _LEAST_COLONS and "::" not in text:
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _strings(value: object) -> Iterable[str]:
    """Yield every text in nested values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _strings(one)
