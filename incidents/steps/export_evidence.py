"""Verifies the audit chain, and writes a case's whole record to files."""

import hashlib
import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from incidents.audit.chain import AuditEntry, Chained, body_of, verify
from incidents.audit.dossier import CaseRecord, dossier_text
from incidents.models.base import Value
from incidents.store import alerts, cases, deliveries, duties, notices
from incidents.store.unit_of_work import Database, UnitOfWork


class ChainKeys(Protocol):
    """What is needed of the keys."""

    def check_chain(self, data: bytes, link: str) -> bool:
        """Return whether a link was made over bytes by a key of ours."""
        ...


class AuditResult(Value):
    """What verifying found."""

    links: int
    head: str
    problems: list[str]


def verify_audit(database: Database, ring: ChainKeys) -> AuditResult:
    """Check every link of the chain, and every stored value against the digest in its link."""
    seen: dict[tuple[str, str, int], str] = {}
    links = 0

    def chained() -> Iterator[Chained]:
        nonlocal links
        for row in database.audit_rows():
            links += 1
            body = body_of(row.body)
            if row.action.endswith(".recorded") and "version" in body:
                kind = row.action.removesuffix(".recorded")
                seen[row.case_ref, kind, body["version"]] = body["sha256"]
            entry = AuditEntry(
                seq=row.seq,
                case_ref=row.case_ref,
                at=row.at,
                action=row.action,
                actor=row.actor,
                body=body,
            )
            yield Chained(entry=entry, previous=row.previous, link=row.link)

    problems = verify(chained(), database.audit_head(), ring.check_chain)
    problems += _changed_evidence(database, seen)
    return AuditResult(links=links, head=database.audit_head()[1], problems=problems)


def _changed_evidence(database: Database, seen: dict[tuple[str, str, int], str]) -> list[str]:
    problems = []
    with database.read() as work:
        for row in cases.every_evidence(work):
            where = f"{row.case_ref} {row.kind} v{row.version}"
            noted = seen.pop((row.case_ref, row.kind, row.version), None)
            if noted is None:
                problems.append(f"{where} stands in no link of the chain")
            elif hashlib.sha256(row.body.encode()).hexdigest() != noted:
                problems.append(f"{where} was changed after it was recorded")
    return problems + [f"{ref} {kind} v{n} is gone" for ref, kind, n in seen]


def case_record(database: Database, ref: str) -> CaseRecord:
    """Return a case's whole record."""
    with database.read() as work:
        row = cases.case_row(work, ref)
        head, link = database.audit_head()
        return CaseRecord(
            case=row.model_dump(mode="json"),
            evidence=[
                {
                    **one.model_dump(mode="json", exclude={"id", "body"}),
                    "body": json.loads(one.body),
                }
                for one in cases.every_evidence(work, ref)
            ],
            duties=[
                {
                    **one.model_dump(mode="json", exclude={"body", "answer"}),
                    "duty": json.loads(one.body),
                    "answers": duties.answers_of(one),
                }
                for one in duties.duty_rows(work, ref)
            ],
            notice_sets=_sets(work, ref),
            deliveries=deliveries.ledger(work, ref),
            containment=[one.model_dump(mode="json") for one in alerts.containment(work, ref)],
            audit=[
                {**one.model_dump(mode="json", exclude={"body"}), "body": json.loads(one.body)}
                for one in database.audit_rows(ref)
            ],
            audit_head={"seq": head, "link": link},
            software=f"forthwith {version('forthwith')}",
        )


def _sets(work: UnitOfWork, ref: str) -> list[dict[str, object]]:
    return [
        {
            **row.model_dump(mode="json", exclude={"body", "sealed"}),
            "sealed": json.loads(row.sealed),
            "statement": notices.statement_of(row).text(),
            "signatures": [one.model_dump(mode="json") for one in notices.signatures(work, row)],
        }
        for row in notices.set_rows(work, ref, every_version=True)
    ]


def export_evidence(database: Database, ref: str, folder: Path, *, actor: str) -> list[Path]:
    """Write a case's record as JSON and as text; return the files."""
    record = case_record(database, ref)
    folder.mkdir(parents=True, exist_ok=True)
    whole, short = folder / "case-record.json", folder / "case-record.txt"
    whole.write_text(record.model_dump_json(indent=1), encoding="utf-8")
    short.write_text(dossier_text(record), encoding="utf-8")
    digest = hashlib.sha256(whole.read_bytes()).hexdigest()
    with database.write(actor) as work:
        work.note("record.exported", ref, sha256=digest)
    return [whole, short]
