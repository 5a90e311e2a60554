"""Withdraws what was filed with an authority: drafted, signed like any filing, and recorded."""

import re
from datetime import datetime

from incidents.approval.seal import digest, root
from incidents.drafting.filing import NOTICE
from incidents.drafting.filing_changes import Earlier
from incidents.drafting.filing_withdrawal import draft_withdrawal
from incidents.drafting.lint.filing_text import filing_flaws
from incidents.drafting.sources.filing_forms import read_forms
from incidents.drafting.wording import own_contacts, refuse_blocking
from incidents.drafting.words import Words
from incidents.errors import InvalidInputError, NotFoundError
from incidents.models.base import Value
from incidents.models.duty import Duty
from incidents.models.notice import FactSheet, NoticeSet
from incidents.models.states import SetState
from incidents.steps.draft_filings import own_names
from incidents.steps.filing_record import WITHDRAWAL, Filed, chain_of, filed
from incidents.steps.seal_set import seal
from incidents.store import cases, duties, notices
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database, UnitOfWork


class FilingWithdrawal(Value):
    """Who asked for a withdrawal, of what, and why."""

    duty_id: str
    receipt: str
    """Of the filing that is withdrawn."""
    reason: str
    set_key: str


def withdrawal_key(duty_id: str) -> str:
    """Return the key of the set that withdraws what was filed for a duty."""
    return f"{WITHDRAWAL}-{re.sub(r'[^a-z0-9]+', '-', duty_id.lower()).strip('-')}"


def withdraw_filing(
    database: Database, ref: str, duty_id: str, words: Words, *, by: str, reason: str
) -> str:
    """Draft and seal the withdrawal of what was last filed for a duty; return its set's key.

    It is signed and released like any filing, and says nothing until it was handed in and
    `record_withdrawal` has its receipt. It may be drafted anew until it is released.

    Raises:
        InvalidInputError: without a named person or a reason.
        NotFoundError: where no such duty is, or nothing stands that was filed for it.
        DraftingError: where the reason holds data of somebody else.
    """
    if not by.strip() or not reason.strip():
        raise InvalidInputError(
            "a withdrawal needs a named person and a reason",
            where=duty_id,
            repair="give --by NAME and --reason TEXT",
        )
    with database.write(by) as work:
        duty, last = _standing(work, ref, duty_id)
        sheet = cases.get_evidence(work, ref, EvidenceKind.FACT_SHEET, FactSheet)
        earlier = Earlier(
            duty_id=last.duty_id, sent_at=last.sent_at, receipt=last.receipt, fields=last.fields
        )
        filing = draft_withdrawal(
            words, sheet, duty, now=work.now, earlier=earlier, reason=reason, forms=read_forms()
        )
        known = own_contacts(words, sheet.organisation, ref)
        names = own_names(sheet, [duty], [earlier])
        key = withdrawal_key(duty_id)
        refuse_blocking(filing_flaws(filing, known=known, names=names), where=key)
        body = NoticeSet(
            key=key,
            audience="authority",
            regimes=[duty.regime],
            duties=[duty.id],
            required=[],
            filings=[filing],
            channels=["filing"],
        )
        _save(work, ref, words, body, sheet)
        cases.put_evidence(
            work,
            ref,
            EvidenceKind.FILING_WITHDRAWAL,
            FilingWithdrawal(
                duty_id=duty_id, receipt=last.receipt, reason=reason.strip(), set_key=key
            ),
        )
        return key


def record_withdrawal(
    database: Database, ref: str, duty_id: str, *, by: str, receipt: str, sent_at: datetime | None
) -> None:
    """Keep that a withdrawal reached the authority; a later filing is a new one.

    Raises:
        InvalidInputError: without a receipt, or for a moment to come.
        NotFoundError: where no withdrawal of this duty's filing was drafted.
    """
    with database.write(by) as work:
        if not receipt.strip() or (sent_at is not None and sent_at > work.now):
            raise InvalidInputError(
                "a withdrawal is recorded with its receipt and a moment that has passed",
                where=duty_id,
                repair="give --receipt TEXT, and --sent-at where it was not now",
            )
        duty, _ = _standing(work, ref, duty_id)
        row = notices.find_set(work, ref, withdrawal_key(duty_id))
        if row is None or row.state == SetState.VOID:
            raise NotFoundError(
                "no withdrawal was drafted",
                where=f"{ref} {duty_id}",
                repair=f"`forthwith filing withdraw {ref} {duty_id} --by NAME --reason TEXT`",
            )
        [filing] = notices.notice_set(row).filings
        cases.put_evidence(
            work,
            ref,
            EvidenceKind.FILED,
            Filed(
                duty_id=duty_id,
                chain=chain_of(duty),
                phase=WITHDRAWAL,
                sent_at=sent_at or work.now,
                receipt=receipt.strip(),
                set_key=row.set_key,
                version=row.version,
                state=row.state,
                digest=filing.digest,
                fields=filing.fields,
            ),
        )


def _standing(work: UnitOfWork, ref: str, duty_id: str) -> tuple[Duty, Filed]:
    """Return a duty and what was last filed for it and not withdrawn."""
    rows = [row for row in duties.duty_rows(work, ref) if row.duty_id == duty_id]
    done = [one for one in filed(work, ref) if one.duty_id == duty_id]
    if not rows or not done or done[-1].phase == WITHDRAWAL:
        raise NotFoundError(
            "nothing stands that was filed for this duty",
            where=f"{ref} {duty_id}",
            repair=f"`forthwith filing list {ref}` shows what was filed",
        )
    return duties.duty_value(rows[0]), done[-1]


def _save(work: UnitOfWork, ref: str, words: Words, body: NoticeSet, sheet: FactSheet) -> None:
    old = notices.find_set(work, ref, body.key)
    if old is not None and SetState(old.state) in {
        SetState.DRAFTED,
        SetState.APPROVED,
        SetState.REJECTED,
    }:
        notices.move_set(work, old, SetState.VOID, why="drafted anew")
    sealed = seal(
        work,
        ref,
        notices.next_version(work, ref, body.key),
        body,
        fact_sheet=digest(sheet),
        templates=words.used_by(NOTICE, body.filings[0].locale),
        counts={"filings": 1},
        not_before=work.now,
        law_version="",
    )
    notices.save_set(work, body, sealed, root(sealed))
