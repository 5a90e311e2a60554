"""A duty in plain words: who, by when, why, and how sure we are of the rule."""

from incidents.models.base import in_zone
from incidents.models.duty import Confidence, Duty, DutyStatus, RelativeTo

MARKS: dict[Confidence, str] = {
    "primary": "read in the source",
    "quoted": "read in a quotation of the source",
    "secondary": "from a summary by others, not read in the source",
    "mixed": "partly read in the source, partly not",
    "memory": "from memory, unverified",
    "own": "the organisation's own text",
}
STATUS = {
    DutyStatus.OWED: "is owed",
    DutyStatus.MAY_BE_OWED: "may be owed; a fact is missing",
    DutyStatus.OWED_IF: "is owed if something further happens",
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
    lines += [f"To be offered: {offer}." for offer in duty.offers]
    if duty.announcement_allowed:
        lines.append(f"An announcement may replace it: {duty.announcement_allowed}")
    lines.append("Why:")
    lines += [f"  {SIGNS[step.result]} {step.condition}: {step.fact}" for step in duty.trace]
    lines.append(source_line(duty))
    lines.append("This informs counsel; it does not replace counsel.")
    return "\n".join(lines)


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
    if duty.relative_to:
        lines.append(f"Tied to another notice: {_relation(duty.relative_to)}.")
    lines.append(f"Clock: {duty.clock.rule}.")
    return lines


def _relation(tie: RelativeTo) -> str:
    relations = {
        "before": f"before {tie.duty}",
        "not_later_than": f"not later than {tie.duty}",
        "same_time": f"at the same time as {tie.duty}",
        "within_after": f"within {tie.days} days after {tie.duty}",
    }
    return relations[tie.relation]
