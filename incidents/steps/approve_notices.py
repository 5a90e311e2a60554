"""Lets people approve exactly what goes out: the statement, their signatures, the release."""

from datetime import timedelta

from incidents.approval.rule import Decision, check_signature, may_release
from incidents.approval.seal import digest
from incidents.approval.ssh_signature import from_one_line
from incidents.errors import ApprovalError
from incidents.models.approval import Signature, Statement
from incidents.models.base import Value
from incidents.models.notice import FactSheet
from incidents.models.states import SetState
from incidents.models.tables import NoticeSetRow
from incidents.settings import Settings
from incidents.steps.seal_set import check_seal
from incidents.steps.signing_needs import STANDING, enrolled, needs_of
from incidents.store import cases, notices
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database, UnitOfWork


class Signed(Value):
    """What a signature led to."""

    set_key: str
    version: int
    audience: str
    state: str
    decision: Decision

    def text(self) -> str:
        """Return it in a sentence."""
        who = ", ".join(self.decision.signed_by)
        if self.state in {SetState.RELEASED, SetState.FINISHED}:
            return f"{self.set_key} v{self.version} is {self.state}; others were enough"
        if self.state == SetState.APPROVED:
            return f"{self.set_key} v{self.version} is approved by {who}"
        return f"{self.set_key} v{self.version} signed by {who}; {self.decision.to_go}"


def statement(database: Database, ref: str, set_key: str) -> Statement:
    """Return the statement an approver signs for the newest version of a set."""
    with database.read() as work:
        return notices.statement_of(notices.set_row(work, ref, set_key))


def sign_set(
    database: Database, ref: str, set_key: str, *, by: str, line: str, settings: Settings
) -> Signed:
    """Store an approver's signature; approve the set when enough different people have signed.

    Neither who drafted the set nor who reported the case may sign.

    Args:
        database: Where the case lies.
        ref: The case.
        set_key: The set; always its newest version.
        by: The approver's id.
        line: The signature in one line, or armoured.
        settings: How many must sign, and for how long a signature stays good.

    Raises:
        ApprovalError: saying why the signature does not count; nothing is stored then.
    """
    with database.write(by) as work:
        row = notices.set_row(work, ref, set_key, lock=True)
        if row.state in {SetState.RELEASED, SetState.FINISHED}:
            # Others were enough. Among the lines of many sets that is no reason to refuse the rest.
            return _signed(row, decide(work, row, settings))
        if row.state not in {SetState.DRAFTED, SetState.APPROVED}:
            raise ApprovalError(
                f"is {row.state}", where=f"{ref} {set_key} v{row.version}", repair="draft again"
            )
        check_seal(work, row)
        check_facts(work, row)
        signature = Signature(
            approver=by, key_fingerprint="", signature=from_one_line(line), signed_at=work.now
        )
        key = check_signature(
            signature,
            notices.statement_of(row),
            enrolled(work, ref),
            now=work.now,
            valid_for=valid_for(ref, settings),
            author=cases.case_row(work, ref).author,
        )
        signature = signature.model_copy(update={"key_fingerprint": key})
        notices.add_signature(work, row, signature)
        decision = decide(work, row, settings)
        if decision.allowed and row.state == SetState.DRAFTED:
            notices.move_set(work, row, SetState.APPROVED)
        return _signed(row, decision)


def check_facts(work: UnitOfWork, row: NoticeSetRow) -> None:
    """Let a set pass that rests on the newest facts of its case.

    So no two texts that go out say different things of one fact. Words approved ahead rest on no
    case's facts.

    Raises:
        ApprovalError: when the facts were stated anew since it was drafted.
    """
    sheet = cases.find_evidence(work, row.case_ref, EvidenceKind.FACT_SHEET, FactSheet)
    if sheet is not None and notices.sealed_of(row).fact_sheet not in {"", digest(sheet)}:
        raise ApprovalError(
            "rests on older facts than those that stand",
            where=f"{row.case_ref} {row.set_key} v{row.version}",
            repair="draft it again and have it approved again",
        )


def _signed(row: NoticeSetRow, decision: Decision) -> Signed:
    return Signed(
        set_key=row.set_key,
        version=row.version,
        audience=row.audience,
        state=row.state,
        decision=decision,
    )


def sign_line(database: Database, ref: str, line: str, *, by: str, settings: Settings) -> Signed:
    """Store the signature of a line `set:signature`, as `forthwith notice sign` prints it."""
    set_key, _, signature = line.strip().partition(":")
    if not signature:
        raise ApprovalError(
            "not a signature line", repair="`forthwith notice sign` prints the line to give in"
        )
    return sign_set(database, ref, set_key, by=by, line=signature, settings=settings)


def decide(work: UnitOfWork, row: NoticeSetRow, settings: Settings) -> Decision:
    """Return whether a set may be released now, all signatures checked anew."""
    needs = needs_of(work, row, settings)
    return may_release(
        notices.signatures(work, row),
        notices.statement_of(row),
        enrolled(work, row.case_ref),
        now=work.now,
        valid_for=valid_for(row.case_ref, settings),
        needed=needs.signatures,
        roles=needs.roles,
        author=cases.case_row(work, row.case_ref).author,
    )


def valid_for(ref: str, settings: Settings) -> timedelta:
    """Return how long a signature of a case stays good: longer over words approved ahead."""
    return timedelta(days=settings.standing_days if ref == STANDING else settings.approval_days)


def waiting(database: Database, ref: str, settings: Settings) -> dict[str, Decision]:
    """Return what each drafted set of a case still needs, by its key."""
    with database.read() as work:
        return {
            row.set_key: decide(work, row, settings)
            for row in notices.set_rows(work, ref)
            if row.state == SetState.DRAFTED
        }


def check_released(work: UnitOfWork, row: NoticeSetRow, settings: Settings) -> None:
    """Let a set pass that is exactly what enough people approved; called before it goes out.

    Raises:
        ApprovalError: saying what is missing or has changed.
    """
    check_seal(work, row)
    check_facts(work, row)
    decision = decide(work, row, settings)
    if not decision.allowed:
        raise ApprovalError(
            "; ".join([f"is not approved: {decision.to_go}", *decision.refusals]),
            where=f"{row.case_ref} {row.set_key} v{row.version}",
            repair="`forthwith notice sign` prints what to sign",
        )
