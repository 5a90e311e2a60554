"""What a later filing says otherwise than the one before it with the same authority."""

from collections.abc import Mapping

from incidents.drafting.filing_forms import FilingForms
from incidents.drafting.filing_values import said
from incidents.drafting.voice import Voice
from incidents.models.base import Instant, Value
from incidents.models.notice import FieldChange

_OWN = frozenset(
    {
        "timing.due",
        "timing.late",
        "timing.late_reason",
        "notice.text",
        "incident.description",
        "data.description",
        "other.authorities",
    }
)
"""What is a filing's own, or says in a sentence what another field says."""
_TOLD_AS_FIELDS = frozenset(
    {
        "likely_consequences",
        "severity_grade",
        "evidence_preservation",
        "attacker_info",
        "ransom_details",
        "accountability",
        "lessons",
        "law_enforcement_engaged",
        "law_enforcement_delay",
    }
)
"""Contents that no field tells in another way."""


class Earlier(Value):
    """What was last filed with the same authority under the same law."""

    duty_id: str
    sent_at: Instant
    receipt: str
    fields: dict[str, object]


def compared(key: str) -> bool:
    """Return whether a change of this field is told."""
    if key.startswith("text."):
        return key.removeprefix("text.") in _TOLD_AS_FIELDS
    if key.startswith("filing."):
        return key in {"filing.to_follow", "filing.to_follow_by"}
    return key not in _OWN


def changes(
    before: Mapping[str, object], after: Mapping[str, object], *, forms: FilingForms, voice: Voice
) -> list[FieldChange]:
    """Return every field that says something else now, in the order of the fields.

    A field that one of the two lacks counts as empty there. Fields are held against each other by
    their values, and told in the words of the reader.
    """
    keys = [*after, *(key for key in before if key not in after)]
    return [
        FieldChange(
            key=key,
            label=_label(forms, voice, key),
            before=said(voice, key, before.get(key)),
            after=said(voice, key, after.get(key)),
        )
        for key in keys
        if compared(key) and (before.get(key) or None) != (after.get(key) or None)
    ]


def _label(forms: FilingForms, voice: Voice, key: str) -> str:
    content = key.removeprefix("text.") if key.startswith("text.") else ""
    named = voice.find(f"content.{content}") if content else None
    return named if isinstance(named, str) else forms.label(key, voice.locale)


def changes_text(found: list[FieldChange], *, none: str) -> str:
    """Return changes as lines `label: before -> after`; what one side lacks is said as `none`."""
    return "".join(
        f"{one.label}: {_line(one.before) or none} -> {_line(one.after) or none}\n" for one in found
    )


def _line(text: str) -> str:
    return text.replace("\n", "; ")
