"""Records counsel's answer to a duty: accepted, declined, late or done, each with its ground."""

from datetime import datetime

from incidents.errors import InvalidInputError
from incidents.models.states import DutyState
from incidents.steps.filing_record import record_filed
from incidents.store import duties
from incidents.store.unit_of_work import Database, UnitOfWork

NEEDS = {
    DutyState.ACCEPTED: "",
    DutyState.DECLINED: "reason",
    DutyState.LATE: "reason",
    DutyState.DONE: "receipt",
}


def record_receipt(
    database: Database,
    ref: str,
    duty_id: str,
    answer: str,
    *,
    by: str,
    reason: str = "",
    assumptions: str = "",
    receipt: str = "",
    sent_at: datetime | None = None,
) -> DutyState:
    """Store an answer; earlier ones stay. What was filed with an authority is kept with `done`.

    Args:
        database: Where the case lies.
        ref: The case.
        duty_id: As `forthwith duties` shows it.
        answer: accepted, declined, late or done.
        by: The named person who answers.
        reason: Why declined or late; a late reason goes into the filing.
        assumptions: What a refusal rests on; when it falls, the duty is looked at again.
        receipt: What proves that it was done: the authority's number, a date, a file digest.
        sent_at: When it was done, for `done`; now where it is left out. Deadlines that run from
            this filing start there.

    Raises:
        InvalidInputError: when the ground that this answer needs is missing.
    """
    allowed = ", ".join(NEEDS)
    try:
        then = DutyState(answer)
    except ValueError:
        then = DutyState.OPEN
    if then not in NEEDS:
        raise InvalidInputError(
            f"{answer!r} is no answer", where=duty_id, repair=f"write one of {allowed}"
        )
    given = {"reason": reason, "assumptions": assumptions, "receipt": receipt}
    needed = NEEDS[then]
    if needed and not given[needed].strip():
        raise InvalidInputError(
            f"{answer} needs a {needed}", where=duty_id, repair=f"give --{needed} TEXT"
        )
    if not by.strip():
        raise InvalidInputError("an answer needs a named person", where="--by", repair="name one")
    with database.write(by) as work:
        answers = {key: text for key, text in given.items() if text.strip()}
        if then == DutyState.DONE:
            answers["sent_at"] = _moment_of(sent_at, work.now).isoformat()
        duties.answer_duty(work, ref, duty_id, then, answers)
        if then == DutyState.DONE:
            _keep(work, ref, duty_id, receipt, _moment_of(sent_at, work.now))
    return then


def _keep(work: UnitOfWork, ref: str, duty_id: str, receipt: str, sent_at: datetime) -> None:
    duty = next(
        duties.duty_value(row) for row in duties.duty_rows(work, ref) if row.duty_id == duty_id
    )
    if duty.recipient.kind == "authority":
        record_filed(work, ref, duty, receipt=receipt.strip(), sent_at=sent_at)


def _moment_of(sent_at: datetime | None, now: datetime) -> datetime:
    if sent_at is not None and sent_at > now:
        raise InvalidInputError(
            "nothing can have been sent in the future",
            where="--sent-at",
            repair="give the moment at which it went out",
        )
    return sent_at or now
