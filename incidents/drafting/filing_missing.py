"""What an authority asks for and nobody can say yet: why, and until when it follows."""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

Why = Literal["unknown", "part", "unrecorded"]
"""Not established yet; established in part; nothing on it was written down."""
_FACTS: Mapping[str, tuple[str, ...]] = {
    "nature": ("kinds",),
    "cause": ("cause",),
    "vulnerability_nature": ("cause",),
    "attacker_info": ("cause", "holder"),
    "malicious_suspected": ("cause",),
    "incident_time": ("occurred_from", "occurred_to"),
    "exposure_window": ("occurred_from", "occurred_to"),
    "discovery_time": ("aware",),
    "system_overview": ("stores",),
    "affected_services": ("stores",),
    "data_storage_location": ("stores",),
    "categories_of_records": ("elements",),
    "likely_consequences": ("misuse", "holder"),
}
"""Content -> facts of the sheet (`FactSheet.unknown`) without which it cannot be said."""


def why_missing(content: str, unknown: Collection[str], partly: Collection[str]) -> Why:
    """Return why a content is missing, as far as the facts show it; no other reason is made up."""
    if content in partly:
        return "part"
    return "unknown" if set(_FACTS.get(content, ())) & set(unknown) else "unrecorded"


def missing_fields(
    contents: Iterable[str], *, unknown: Collection[str], partly: Collection[str], until: str
) -> list[dict[str, str]]:
    """Return one entry for each missing content: key, reason and the ISO day it follows by."""
    return [
        {"key": one, "reason": why_missing(one, unknown, partly), "until": until}
        for one in contents
    ]
