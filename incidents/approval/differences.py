"""What differs between two seals, in words for the person who has to sign again."""

from collections.abc import Mapping
from typing import Any

from incidents.models.approval import Sealed


def differences(a: Sealed, b: Sealed) -> list[str]:
    """Return each difference of what two seals cover, in one line each; empty when they agree.

    Args:
        a: The seal before.
        b: The seal now.
    """
    lines = [
        f"{what}: {_shown(was)} became {_shown(now)}"
        for field, what in _SINGLE.items()
        if (was := getattr(a, field)) != (now := getattr(b, field))
    ]
    for field, what in _DIGESTS.items():
        if getattr(a, field) != getattr(b, field):
            lines.append(what)
    lines += _mapping("message class", a.classes, b.classes)
    lines += _mapping("template", a.templates, b.templates)
    lines += _counts(a.counts, b.counts)
    lines += _channels(a.channels, b.channels)
    return lines


_SINGLE = {
    "format": "seal format",
    "case_ref": "case",
    "set_key": "set",
    "version": "version",
    "not_before": "not to be sent before",
    "law_version": "law version",
}
_DIGESTS = {
    "fact_sheet": "the fact sheet says something else",
    "recipients": "the list of recipients, their addresses or what each gets is another one",
}


def _shown(value: Any) -> str:
    return str(value) if value != "" else "(none)"


def _mapping(what: str, was: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    lines = []
    for key in sorted({*was, *now}):
        if key not in was:
            lines.append(f"{what} {key} is new")
        elif key not in now:
            lines.append(f"{what} {key} is gone")
        elif was[key] != now[key]:
            lines.append(f"{what} {key} reads otherwise")
    return lines


def _counts(was: Mapping[str, int], now: Mapping[str, int]) -> list[str]:
    return [
        f"{key}: {was.get(key, 0)} became {now.get(key, 0)}"
        for key in sorted({*was, *now})
        if was.get(key, 0) != now.get(key, 0) or (key in was) != (key in now)
    ]


def _channels(was: list[str], now: list[str]) -> list[str]:
    lines = [f"channel {one} is no longer used" for one in was if one not in now]
    lines += [f"channel {one} is used now too" for one in now if one not in was]
    if not lines and was != now:
        lines.append(f"the channels are tried in another order: {', '.join(now)}")
    return lines
