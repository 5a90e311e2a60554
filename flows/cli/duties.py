"""Duties of a case: what is owed to whom by when, why, and counsel's answers."""

import click
from rich.table import Table

from flows.cli.show import as_json, console, table
from flows.reporting import short_deadline
from incidents.duties.explain import explain
from incidents.errors import NotFoundError
from incidents.models.duty import Duty, DutyList
from incidents.steps.record_receipt import record_receipt
from incidents.steps.show_case import CaseView, listed_duties, show_case
from incidents.wiring import open_workshop

MARKS = {"memory": "from memory, unverified", "mixed": "partly from memory", "own": "own policy"}
STATUS = {"owed": "owed", "may_be_owed": "may be", "owed_if": "if"}


def add_to(group: click.Group) -> None:
    """Add this room's commands."""
    group.add_command(duties)


def duty_table(view: CaseView, *, title: str = "Duties, next deadline first") -> Table:
    """Return the duties one a line: time left, deadline, recipient, id, state, article."""
    made = table(
        title,
        ("left", "deadline, local time", "state", "to", "duty", "article"),
        (_line(view, duty, state) for duty, state in view.duties),
        note="A word in quotes is the law's own: it names no number, the time beside it is your "
        "own target.\nThis informs counsel; it does not replace counsel.",
    )
    for name, most in (("left", 10), ("deadline, local time", 36), ("to", 22), ("article", 30)):
        column = next(one for one in made.columns if one.header == name)
        column.no_wrap, column.overflow, column.max_width = True, "ellipsis", most
    ids = next(one for one in made.columns if one.header == "duty")
    next(one for one in made.columns if one.header == "state").min_width = 8
    # An id is what the next command needs: it is never cut.
    ids.no_wrap, ids.min_width = True, max((len(duty.id) for duty, _ in view.duties), default=4)
    return made


def _line(view: CaseView, duty: Duty, state: str) -> tuple[str, ...]:
    deadline, left = short_deadline(duty, view.now)
    if duty.id in view.first_deadlines:
        deadline += f" (was {view.first_deadlines[duty.id]:%d %b %H:%M} UTC)"
    status = state if state != "open" else STATUS[duty.status]
    mark = MARKS.get(duty.citation.confidence, "")
    article = f"{duty.citation.article} ({mark})" if mark else duty.citation.article
    return left, deadline, status, _whom(duty), duty.id, article


def _whom(duty: Duty) -> str:
    return (duty.recipient.name or duty.recipient.kind).split(" (")[0]


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
@click.option("--json", "json_", is_flag=True)
def duties(
    case: str,
    verb: str,
    duty_id: str,
    said: str,
    by: str,
    reason: str,
    assumptions: str,
    receipt: str,
    *,
    json_: bool,
) -> None:
    r"""Show CASE's duties; explain or answer one; or show what is not owed and why.

    \b
    forthwith duties CASE
    forthwith duties CASE explain DUTY
    forthwith duties CASE answer DUTY accepted|declined|late|done --by NAME ...
    forthwith duties CASE not-owed
    """
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
        )
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
        console().print(duty_table(view))


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
    rows = [(f"{one.regime}/{one.duty}", one.reason) for one in found.not_owed]
    console().print(table("Looked at and not owed", ("duty", "because"), rows))
