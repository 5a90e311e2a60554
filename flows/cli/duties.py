"""Duties of a case: what is owed to whom by when, why, and counsel's answers."""

from datetime import datetime

import click

from flows.terminal.duty_table import duty_table
from flows.terminal.show import as_json, console, table
from incidents.duties.explain import explain
from incidents.errors import InvalidInputError, NotFoundError
from incidents.models.duty import Duty, DutyList
from incidents.steps.list_duties import refresh_duties
from incidents.steps.record_receipt import record_receipt
from incidents.steps.show_case import CaseView, listed_duties, show_case
from incidents.wiring import open_workshop


@click.command()
@click.argument("case")
@click.argument(
    "verb", type=click.Choice(["list", "explain", "answer", "not-owed"]), default="list"
)
@click.argument("duty_id", default="")
@click.argument("said", type=click.Choice(["", "accepted", "declined", "late", "done"]), default="")
@click.option("--by", default="", help="The named person who answers.")
@click.option("--reason", default="", help="Why declined or late; goes into a late filing.")
@click.option("--assumptions", default="", help="What a refusal rests on.")
@click.option("--receipt", default="", help="What proves that it was done.")
@click.option(
    "--sent-at", default="", help="When it was done, with offset or zone; now where left out."
)
@click.option("--json", "json_", is_flag=True, help="One JSON value and nothing else.")
def duties(
    case: str,
    verb: str,
    duty_id: str,
    said: str,
    by: str,
    reason: str,
    assumptions: str,
    receipt: str,
    sent_at: str,
    *,
    json_: bool,
) -> None:
    """Show CASE's duties; explain or answer one; or show what is not owed and why.

    \b
    forthwith duties CASE
    forthwith duties CASE explain DUTY
    forthwith duties CASE answer DUTY accepted|declined|late|done --by NAME ...
    forthwith duties CASE not-owed
    """  # noqa: D301  # click looks for the control character
    shop = open_workshop()
    if verb == "answer":
        then = record_receipt(
            shop.database,
            case,
            duty_id,
            said,
            by=by,
            reason=reason,
            assumptions=assumptions,
            receipt=receipt,
            sent_at=_instant(sent_at),
        )
        if refresh_duties(shop.database, case, shop.catalogue, actor=by):
            click.echo(f"{case}: clocks that run from it have moved; see `forthwith duties {case}`")
        click.echo(f"{case} {duty_id}: {then}")
        return
    view = show_case(shop.database, case)
    if verb == "explain":
        click.echo(explain(_find(view, duty_id)))
    elif verb == "not-owed":
        show_not_owed(listed_duties(shop.database, case), json_=json_)
    elif json_:
        as_json([{**duty.model_dump(mode="json"), "answer": state} for duty, state in view.duties])
    else:
        out = console()
        out.print(duty_table(view.duties, view.now, view.first_deadlines, width=out.width))


def _instant(text: str) -> datetime | None:
    """Return a moment typed with its offset, such as 2026-03-02T09:30:00+08:00."""
    if not text:
        return None
    try:
        at: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise InvalidInputError(
            "not a moment with its offset", where="--sent-at", repair="2026-03-02T09:30:00+08:00"
        )
    return at


def _find(view: CaseView, duty_id: str) -> Duty:
    for duty, _ in view.duties:
        if duty.id == duty_id:
            return duty
    raise NotFoundError(
        f"no duty {duty_id!r}", where=view.ref, repair=f"`forthwith duties {view.ref}` lists them"
    )


def show_not_owed(found: DutyList, *, json_: bool) -> None:
    """Print each duty that was looked at and does not exist, with its reason."""
    if json_:
        as_json([one.model_dump(mode="json") for one in found.not_owed])
        return
    rows = [(f"{one.regime}/{one.duty}".rstrip("/"), one.reason) for one in found.not_owed]
    console().print(table("Looked at and not owed", ("duty", "because"), rows))
