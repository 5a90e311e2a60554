"""Says the value of a form's field in words of a locale."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from incidents.drafting.holes import clean
from incidents.drafting.voice import Voice

LONGEST_LINE = 4000
_MEASURES = {
    "measures.before": "done",
    "measures.taken": "done",
    "measures.preventive": "planned",
}
_DAYS = {"filing.to_follow_by", "notice.planned_date"}


def plain(value: object) -> object:
    """Return a field's value with every text in it cleaned: no controls, no marks of a hole."""
    if isinstance(value, str):
        return "\n".join(clean(line, LONGEST_LINE) for line in value.split("\n")).strip()
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [plain(one) for one in value]
    return value


def said(voice: Voice, key: str, value: object) -> str:
    """Return a field's value in words; a word nobody translated stands as it is.

    Lists become lines `a; b`, tables `name: value`; moments keep their own offset.
    """
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return voice.say("field.yes" if value else "field.no")
    if isinstance(value, int):
        return voice.number(value)
    if isinstance(value, Mapping):
        return _table(voice, key, value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(_entry(voice, key, one) for one in value)
    return _word(voice, key, str(value))


def _table(voice: Voice, key: str, value: Mapping[str, object]) -> str:
    if key.endswith(".count"):
        low, high = value.get("min"), value.get("max")
        if isinstance(low, int) and high is None:
            return voice.say("field.at_least", number=voice.number(low))
        if isinstance(low, int) and isinstance(high, int) and low != high:
            return voice.say("field.between", low=voice.number(low), high=voice.number(high))
        return voice.number(low) if isinstance(low, int) else ""
    if key.startswith(("border.", "subjects.local")):
        return "; ".join(
            f"{voice.place(place)}: {said(voice, key, number)}" for place, number in value.items()
        )
    return ", ".join(" ".join(str(one).split("\n")) for one in value.values() if one)


def _entry(voice: Voice, key: str, value: object) -> str:
    if isinstance(value, Mapping):  # a missing content with its reason
        what = _find(voice, f"content.{value['key']}") or str(value["key"])
        return voice.say(
            f"missing.{value['reason']}", what=what, next=_day(voice, str(value["until"]))
        )
    return _word(voice, key, str(value))


def _word(voice: Voice, key: str, word: str) -> str:
    if key in _MEASURES:
        found = _find(voice, f"measure.{word}.{_MEASURES[key]}")
        return (found or word).rstrip(".。")
    if key in _DAYS:
        return _day(voice, word)
    if key == "border.establishments":
        return voice.place(word)
    for name in (*_names(key, word), f"field.{word}"):
        if found := _find(voice, name):
            return found
    return _moment(word)


def _names(key: str, word: str) -> list[str]:
    """Return the catalogue keys under which a field's word may stand."""
    return {
        "data.elements": [f"element.{word}"],
        "filing.to_follow": [f"content.{word}"],
        "incident.failure": [f"failure.{word}"],
        "subjects.categories": [f"subject.people.{word}"],
    }.get(key, [])


def _find(voice: Voice, name: str) -> str:
    found = voice.find(name)
    return found if isinstance(found, str) else ""


def _day(voice: Voice, word: str) -> str:
    try:
        return voice.day(date.fromisoformat(word))
    except ValueError:
        return word


def _moment(word: str) -> str:
    """Return a moment as `2026-03-02 09:30 (UTC+08:00)`; anything else as it is."""
    if len(word) < len("2026-03-02T09:30") or word[10] != "T":
        return word
    try:
        at = datetime.fromisoformat(word)
    except ValueError:
        return word
    offset = at.strftime("%z")
    zone = f" (UTC{offset[:3]}:{offset[3:5]})" if offset else ""
    return f"{at:%Y-%m-%d %H:%M}{zone}"
