"""Whether each message says what its duties require, judged on what was rendered."""

import re
from collections.abc import Iterable, Mapping, Sequence

from incidents.drafting.holes import holes_in
from incidents.drafting.render import Draft
from incidents.errors import DraftingError
from incidents.models.scope import Form

ALWAYS = ("authenticity", "contact", "unknown_items")
"""Blocks every notice to a person has: how to check it, where to ask, when we write next."""
_WORD = re.compile(r"[^\W_]")
_TAG = re.compile(r"<[^>]*>")
_REPAIR = {
    "measures_taken": "record a measure that was done",
    "measures_proposed": "record a measure that is planned",
    "monitoring_offer": "record a measure identity_monitoring_<number>_months, done or planned",
    "measures_before": "record what was in place before, such as before_access_limited: done",
    "recurrence_prevention": "record a measure against repetition, such as review, done or planned",
    "other_bodies_notified": "record the measure authority_told, done",
    "parent_company": "fill officers.parent in organisation.yaml: title is the owner's name",
    "publicity_status": "fill timeline.announced in the report",
    "agency_contacts": "add the agencies of the place to _shared/agencies.yaml",
    "delay_reasons": "give the reason with the answer that the duty will be late",
    "contact": "fill officers.privacy in organisation.yaml",
    "categories_of_records": "name the stores that were touched",
    "local_subjects": "size the scope again: nobody is counted in the set's places",
}


def missing_in(draft: Draft, required: Iterable[str]) -> dict[str, list[str]]:
    """Return output -> contents that are required and say nothing in it, for one message class."""
    missing: dict[str, list[str]] = {}
    for output, blocks in draft.blocks.items():
        empty = [key for key in dict.fromkeys(required) if not _says(blocks.get(key, ""))]
        if empty:
            missing[output] = empty
    return missing


def check_required(
    drafts: Sequence[Draft],
    required: Sequence[str],
    *,
    forbidden: Sequence[str] = (),
    always: Sequence[str] = ALWAYS,
) -> None:
    """Let message classes pass in which each required content says something, in every output.

    Args:
        drafts: Every class of a set.
        required: Content keys of the set's duties.
        forbidden: Content keys that must not be said.
        always: What such a notice says in any case.

    Raises:
        DraftingError: naming, for every class at once, each content and each hole that is missing
            and each forbidden content that is said.
    """
    wanted = [key for key in (*required, *always) if key not in forbidden]
    problems: list[str] = []
    found: set[str] = set()
    for draft in drafts:
        message = draft.message
        for output, keys in missing_in(draft, wanted).items():
            found.update(keys)
            problems.append(f"{message.key} ({output}) lacks {', '.join(keys)}")
        for output, blocks in draft.blocks.items():
            said = [key for key in forbidden if _says(blocks.get(key, ""))]
            problems += [f"{message.key} ({output}) says the forbidden {key}" for key in said]
        problems += [
            f"{message.key} lacks a place for the {hole}" for hole in _holes_missing(draft)
        ]
    if problems:
        repairs = [_REPAIR[key] for key in sorted(found) if key in _REPAIR]
        raise DraftingError(
            "; ".join(problems),
            where="notices",
            repair="; ".join(repairs) or "give each named block its words in the template",
        )


def check_blocks(blocks: Mapping[str, str], required: Iterable[str], *, where: str) -> None:
    """Let the blocks of one text pass that each say something.

    Raises:
        DraftingError: naming each content that is missing.
    """
    missing = [key for key in required if not _says(blocks.get(key, ""))]
    if missing:
        raise DraftingError(
            f"lacks {', '.join(missing)}",
            where=where,
            repair="; ".join(_REPAIR.get(key, f"write the block {key}") for key in missing),
        )


def _holes_missing(draft: Draft) -> list[str]:
    message = draft.message
    wanted = {"name", "code"}
    if message.form is Form.GUARDIAN:
        wanted.add("child")
    if message.key.endswith(".letter"):
        wanted.add("address")
    texts = [text for text in (message.text, message.html) if text]
    return sorted(hole for hole in wanted if any(hole not in holes_in(text) for text in texts))


def _says(block: str) -> bool:
    return bool(_WORD.search(_TAG.sub(" ", block)))
