"""A duty in plain words: who, by when, why, and how sure we are of the rule."""

from datetime import date, timedelta

from incidents.models.base import in_zone
from incidents.models.duty import (
    AnnouncementOption,
    Channels,
    Citation,
    Confidence,
    Duty,
    DutyStatus,
    Held,
    RelativeTo,
)

MARKS: dict[Confidence, str] = {
    "primary": "read in the source",
    "quoted": "read in a quotation of the source",
    "secondary": "from a summary by others, not read in the source",
    "mixed": "partly read in the source, partly not",
    "memory": "from memory, unverified",
    "own": "the organisation's own text",
}
UNSURE: dict[Confidence, str] = {
    "secondary": "from summaries",
    "mixed": "partly unverified",
    "memory": "from memory, unverified",
    "own": "own policy",
}
FRESH = timedelta(days=365)
STATUS = {
    DutyStatus.OWED: "is owed",
    DutyStatus.MAY_BE_OWED: "may be owed; a fact is missing",
    DutyStatus.OWED_IF: "is owed if something further happens",
}
REPEATS = {
    "facts_change": "with important new facts",
    "year": "every year",
    "request": "whenever the authority asks",
    "stage": "with each stage of the inquiry",
}
SIGNS = {"yes": "[yes]", "no": "[no] ", "unknown": "[?]  "}


def explain(duty: Duty) -> str:
    """Return a duty as several lines of plain text, ending with what it does not replace."""
    to = duty.recipient.name or duty.recipient.kind
    lines = [
        f"{duty.name} ({duty.id}) {STATUS[duty.status]}.",
        f"Rule: {duty.regime_name}, {duty.citation.article}.",
        f"To: {to}.",
        *_when(duty),
    ]
    if duty.must_say:
        lines.append(f"It must say: {', '.join(duty.must_say)}.")
    if duty.must_not_say:
        lines.append(f"It must not say: {', '.join(duty.must_not_say)}.")
    if duty.title:
        lines.append(f'Its title is "{duty.title}", its headings: {"; ".join(duty.headings)}.')
    lines += [f"To be offered: {offer.text}." for offer in duty.offers]
    if duty.channels:
        lines += _channels(duty.channels)
    if duty.languages:
        lines.append(f"Its language: {', '.join(duty.languages)}.")
    lines += [f"Its form: {one}." for one in duty.form]
    if duty.announcement:
        lines += _announcement(duty.announcement)
    if duty.lasts_days:
        lines.append(f"It has to stand for {duty.lasts_days} days.")
    if duty.keep_years:
        lines.append(f"The record is kept for {duty.keep_years} years.")
    if duty.repeats:
        lines.append(f"It comes back: {REPEATS[duty.repeats]}.")
    lines.append("Why:")
    lines += [f"  {SIGNS[step.result]} {step.condition}: {step.fact}" for step in duty.trace]
    lines.append(source_line(duty))
    lines.append("This informs counsel; it does not replace counsel.")
    return "\n".join(lines)


def doubts(citation: Citation, today: date) -> list[str]:
    """Return what a reader has to be told of a rule's source: unsure, or not read for a year."""
    said = [UNSURE[citation.confidence]] if citation.confidence in UNSURE else []
    if citation.read_on and date.fromisoformat(citation.read_on) < today - FRESH:
        said.append(f"last read {citation.read_on}")
    return said


def source_line(duty: Duty) -> str:
    """Return where the rule is written, when it was read and how sure it is."""
    cited = duty.citation
    parts = [cited.article, cited.url, f"read on {cited.read_on}", MARKS[cited.confidence]]
    line = f"Source: {'; '.join(part for part in parts if part)}."
    return f"{line} {cited.note}" if cited.note else line


def _when(duty: Duty) -> list[str]:
    lines = []
    if duty.due_by:
        lines.append(f"By: {duty.due_local}.")
    lines.append(f"The rule says: {duty.phrase}.")
    if duty.legal_limit:
        lines.append(f"Legal limit, at the latest: {in_zone(duty.legal_limit, duty.zone)}.")
    if duty.target_by:
        lines.append(f"Own target, not law: {in_zone(duty.target_by, duty.zone)}.")
    if duty.not_before:
        lines.append(f"Not before: {in_zone(duty.not_before, duty.zone)}.")
    if duty.held:
        lines.append(_held(duty.held))
    if duty.relative_to:
        lines.append(f"Tied to another notice: {_relation(duty.relative_to)}.")
    lines.append(f"Clock: {duty.clock.rule}.")
    return lines


def _relation(tie: RelativeTo) -> str:
    relations = {
        "before": f"before {tie.duty}",
        "not_later_than": f"not later than {tie.duty}",
        "same_time": f"at the same time as {tie.duty}",
        "within_after": f"within {tie.days} days after {tie.duty}"
        if tie.days
        else f"after {tie.duty}",
        "after": f"not before {tie.wait} after {tie.duty}" if tie.wait else f"after {tie.duty}",
        "without_delaying": f"without holding up {tie.duty}",
    }
    return relations[tie.relation]


def _held(held: Held) -> str:
    end = f"until {held.until:%Y-%m-%d %H:%M} UTC" if held.until else "the end is open: ask"
    return f"It waits at the request of {held.by} ({held.reference}; {held.article}), {end}."


def _channels(channels: Channels) -> list[str]:
    lines = []
    if channels.allowed:
        lines.append(f"By: {', '.join(channels.allowed)}.")
    lines += [f"{way} only if {condition}." for way, condition in channels.only_if.items()]
    if channels.forbidden:
        lines.append(f"Not by: {', '.join(channels.forbidden)}.")
    if channels.not_to_breached_mailbox:
        lines.append("Not to a mailbox whose own login was exposed.")
    return [*lines, channels.note] if channels.note else lines


def _announcement(option: AnnouncementOption) -> list[str]:
    words = {"yes": "may", "unknown": "may perhaps", "no": "may not"}[option.allowed]
    whom = "" if option.people == "all" else " for those whom no address reaches"
    lines = [f"An announcement {words} replace it{whom}: {option.rule}"]
    needed = f"{option.means_needed} of" if option.means_needed else "all of"
    means = [f"{one.text} ({one.days} days)" if one.days else one.text for one in option.means]
    lines.append(f"  by {needed}: {'; '.join([*means])}.")
    return lines + [f"  with it: {one}." for one in option.also]
