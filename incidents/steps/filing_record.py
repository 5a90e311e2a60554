"""Keeps what was filed with an authority, and when: the next filing is held against it."""

from collections.abc import Sequence
from datetime import datetime

from incidents.drafting.filing_changes import Earlier
from incidents.models.base import Instant, Value
from incidents.models.duty import Duty
from incidents.models.notice import Filing
from incidents.models.states import DutyState
from incidents.models.tables import NoticeSetRow
from incidents.store import cases, duties, notices
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import UnitOfWork

WITHDRAWAL = "withdrawal"


class Filed(Value):
    """One filing as it reached the authority."""

    duty_id: str
    chain: str
    """The law and the authority; filings that share it follow each other."""
    phase: str
    sent_at: Instant
    receipt: str
    set_key: str = ""
    version: int = 0
    """Of the set; 0 where nothing was drafted by then, so that what it said is not known."""
    state: str = ""
    """The set's, when the receipt was typed in: it may have gone out unapproved."""
    digest: str = ""
    fields: dict[str, object] = {}


def chain_of(duty: Duty) -> str:
    """Return what filings have in common that follow each other."""
    return f"{duty.regime} {duty.recipient.ref or duty.recipient.name} {duty.recipient.place}"


def record_filed(work: UnitOfWork, ref: str, duty: Duty, *, receipt: str, sent_at: datetime) -> int:
    """Keep what was filed as evidence; return the version of the set it came from, or 0.

    It is the newest draft made up to that moment: one made later cannot have been sent.
    """
    found = drafted_by(work, ref, duty.id, sent_at)
    row, filing = found or (None, None)
    cases.put_evidence(
        work,
        ref,
        EvidenceKind.FILED,
        Filed(
            duty_id=duty.id,
            chain=chain_of(duty),
            phase=duty.phase,
            sent_at=sent_at,
            receipt=receipt,
            set_key=row.set_key if row else "",
            version=row.version if row else 0,
            state=row.state if row else "",
            digest=filing.digest if filing else "",
            fields=filing.fields if filing else {},
        ),
    )
    return row.version if row else 0


def drafted_by(
    work: UnitOfWork, ref: str, duty_id: str, moment: datetime
) -> tuple[NoticeSetRow, Filing] | None:
    """Return the newest draft of a duty's filing made up to a moment, with its set."""
    found = None
    for row in notices.set_rows(work, ref, every_version=True):
        if row.audience != "authority" or row.drafted_at > moment:
            continue
        for filing in notices.notice_set(row).filings:
            newer = found is None or found[0].drafted_at <= row.drafted_at
            if filing.duty_id == duty_id and filing.phase != WITHDRAWAL and newer:
                found = row, filing
    return found


def filed(work: UnitOfWork, ref: str) -> list[Filed]:
    """Return everything that was filed, in the order of its moments."""
    rows = cases.evidence_rows(work, ref, EvidenceKind.FILED)
    return sorted(
        (Filed.model_validate_json(row.body) for row in rows), key=lambda one: one.sent_at
    )


def earlier_filings(work: UnitOfWork, ref: str) -> dict[str, Earlier]:
    """Return for each duty what was filed before it with its authority under its law.

    A duty that is done is held against what came before its own filing, so that its text stays.
    After a withdrawal there is nothing to follow.
    """
    everything = filed(work, ref)
    found = {}
    for row in duties.duty_rows(work, ref):
        duty = duties.duty_value(row)
        if duty.recipient.kind != "authority":
            continue
        before = [one for one in everything if one.chain == chain_of(duty)]
        if row.state == DutyState.DONE:
            before = _before_own(before, duty.id)
        if before and before[-1].phase != WITHDRAWAL:
            last = before[-1]
            found[duty.id] = Earlier(
                duty_id=last.duty_id,
                sent_at=last.sent_at,
                receipt=last.receipt,
                fields=last.fields,
            )
    return found


def _before_own(chain: Sequence[Filed], duty_id: str) -> list[Filed]:
    own = [i for i, one in enumerate(chain) if one.duty_id == duty_id and one.phase != WITHDRAWAL]
    return list(chain[: own[-1]]) if own else []
