"""A case's whole record as one document, and as text for a reader in a hurry. Ids, no names."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Self

from pydantic import model_validator

from incidents.errors import AuditError
from incidents.models.base import Value

DOSSIER_FORMAT = "forthwith/case-record/1"
PERSONAL = frozenset({"name", "address", "about", "email", "phone", "birth_date"})
"""What a row about one person never carries into the record; the person id stands for all."""


class CaseRecord(Value):
    """Everything that is on record of one case.

    Rows about single people are refused with `AuditError` when they carry more than ids.
    """

    format: str = DOSSIER_FORMAT
    case: dict[str, Any]
    evidence: list[dict[str, Any]]
    """Every version of every value: kind, version, digest, made at and by, body."""
    duties: list[dict[str, Any]]
    """Each duty with all its answers."""
    notice_sets: list[dict[str, Any]]
    """Each version with seal, root, statement and signatures."""
    deliveries: list[dict[str, Any]]
    """Each message by person id: channel, state, attempts, doubts, codes."""
    containment: list[dict[str, Any]]
    audit: list[dict[str, Any]]
    """The chain's links of this case."""
    audit_head: dict[str, Any]
    software: str

    @model_validator(mode="after")
    def _ids_only(self) -> Self:
        for where, rows in (("deliveries", self.deliveries), ("containment", self.containment)):
            carried = {key for row in rows for key in row} & PERSONAL
            if carried:
                raise AuditError(
                    f"a case record names people by id, and these rows carry more: "
                    f"{', '.join(sorted(carried))}",
                    where=where,
                    repair="leave those fields out when the record is gathered",
                )
        return self


def dossier(record: CaseRecord) -> dict[str, Any]:
    """Return a record as one JSON value: text, numbers, lists and objects only."""
    return record.model_dump(mode="json")


def dossier_text(record: CaseRecord) -> str:
    """Return a record's summary in plain text, one fact a line, ending in one line feed.

    Control characters in what people typed are left out, so that the text is safe in a terminal.
    """
    case = record.case
    closed = case["closed_at"] or "not yet"
    lines = [
        f"Case record {case['ref']}",
        f"state {case['state']}, opened {case['opened_at']}, closed {closed}",
        f"software {record.software}; audit chain at link {record.audit_head['seq']}",
    ]
    parts = [
        ("What is on record", _evidence(record)),
        ("Who is affected, as last counted", _scope(record)),
        ("How badly it could hurt them", _risk(record)),
        ("Duties", _duties(record)),
        ("Notice sets", _sets(record)),
        ("Deliveries (rows; handed over to a relay is not yet told)", _deliveries(record)),
        ("Announcement", _publication(record)),
        ("Audit", iter([f"{len(record.audit)} links of this case"])),
    ]
    for title, body in parts:
        lines += ["", title]
        lines += [f"  {_shown(line)}" for line in body] or ["  nothing"]
    return "\n".join(lines) + "\n"


def _newest(record: CaseRecord, kind: str) -> dict[str, Any] | None:
    found = [one for one in record.evidence if one["kind"] == kind]
    return max(found, key=lambda one: int(one["version"]))["body"] if found else None


def _evidence(record: CaseRecord) -> Iterator[str]:
    for one in record.evidence:
        yield (
            f"{one['kind']} v{one['version']}, {str(one['made_at'])[:16]} by {one['made_by']}, "
            f"sha256:{one['digest']}"
        )


def _scope(record: CaseRecord) -> Iterator[str]:
    scope = _newest(record, "scope")
    if scope is None:
        return
    yield f"{scope['total']} people"
    for word, key in (("by place", "by_place"), ("by age", "by_age"), ("by way", "by_reach")):
        figures = ", ".join(f"{name} {count}" for name, count in sorted(scope[key].items()))
        yield f"{word}: {figures or 'nobody'}"


def _risk(record: CaseRecord) -> Iterator[str]:
    assessment = _newest(record, "assessment")
    if assessment is None:
        return
    override = assessment.get("override")
    yield f"computed: {assessment['computed']} ({assessment['method']}, {assessment['score']})"
    if override:
        yield f"set to {override['level']} by {override['by']}: {override['reason']}"
    for reason in assessment["reasons"]:
        yield f"- {reason['text']}"


def _duties(record: CaseRecord) -> Iterator[str]:
    for duty in record.duties:
        yield f"{duty['duty_id']}: {duty['state']}, due {duty['due_by'] or 'no number'}"
        for answer in duty["answers"]:
            given = {key: text for key, text in answer.items() if key not in {"state", "by", "at"}}
            grounds = "; ".join(f"{key}: {text}" for key, text in given.items() if text)
            yield f"  {answer['at'][:16]} {answer['state']} by {answer['by']}: {grounds}"


def _sets(record: CaseRecord) -> Iterator[str]:
    for one in record.notice_sets:
        signers = ", ".join(signature["approver"] for signature in one["signatures"]) or "nobody"
        yield f"{one['set_key']} v{one['version']}: {one['state']}, signed by {signers}"
        yield f"  root sha256:{one['root']}"


def _deliveries(record: CaseRecord) -> Iterator[str]:
    counts = Counter(f"{row['channel']} {row['state']}" for row in record.deliveries)
    for word, number in sorted(counts.items()):
        yield f"{word}: {number}"
    yield f"once in doubt: {sum(1 for row in record.deliveries if row['doubts'])}"


def _publication(record: CaseRecord) -> Iterator[str]:
    published = _newest(record, "publication")
    if published is not None:
        yield f"{published['url']}, fetched back as sha256:{published['sha256']}"


def _shown(line: str) -> str:
    return "".join(one if one.isprintable() else " " for one in line)
