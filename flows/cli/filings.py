"""Filings with authorities: what is due, packages to hand in, withdrawals."""

from datetime import datetime
from pathlib import Path

import click

from flows.deadline_words import short_deadline
from flows.filing_files import folder_name, write_packages, write_people
from flows.terminal.show import as_json, console, table
from incidents.drafting.holes import clean
from incidents.errors import InvalidInputError
from incidents.models.base import in_zone
from incidents.steps.filing_package import FilingLine, filing_lines, packages
from incidents.steps.filing_withdraw import record_withdrawal, withdraw_filing
from incidents.store.duties import SETTLED
from incidents.wiring import open_workshop

NAME = 48  # characters of an authority's name in the list


@click.group()
def filing() -> None:
    """List, write, show and withdraw filings with authorities."""


@filing.command("list")
@click.argument("case")
@click.option("--json", "json_", is_flag=True, help="One JSON value and nothing else.")
def filing_list(case: str, *, json_: bool) -> None:
    """List each duty of CASE to an authority: due when, drafted, filed with which receipt."""
    shop = open_workshop()
    lines = filing_lines(shop.database, case)
    if json_:
        as_json(
            [
                one.model_dump(mode="json", exclude={"duty", "filed"})
                | {
                    "duty": one.duty.id,
                    "authority": one.duty.recipient.name,
                    "phase": one.duty.phase,
                    "due_by": one.duty.due_by.isoformat() if one.duty.due_by else None,
                    "filed": [was.model_dump(mode="json", exclude={"fields"}) for was in one.filed],
                }
                for one in lines
            ]
        )
        return
    now = shop.clock.now()
    columns = (
        "duty",
        "authority",
        "phase",
        "due",
        "state",
        "draft",
        "still to follow",
        "filed, receipt",
    )
    rows = [_row(one, now) for one in lines]
    console().print(table(f"Filings of {case}", columns, rows))


def _row(one: FilingLine, now: datetime) -> tuple[object, ...]:
    deadline, left = short_deadline(one.duty, now)
    return (
        one.duty.id,
        clean(one.duty.recipient.name, NAME),
        one.duty.phase,
        deadline if one.state in SETTLED else f"{deadline} {left}".strip(),
        one.state,
        f"v{one.version} {one.set_state}" if one.version else "none",
        len(one.to_follow) if one.version else "",
        "\n".join(
            f"{in_zone(was.sent_at, one.duty.zone)}: {was.receipt}"
            + (" (withdrawal)" if was.phase == "withdrawal" else "")
            for was in one.filed
        ),
    )


@filing.command("write")
@click.argument("case")
@click.argument("duty", default="")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Another folder.")
@click.option("--people-by", default="", help="Who asks for the list of names a duty demands.")
@click.option("--people-why", default="", help="Why; it stands in the audit chain.")
def filing_write(case: str, duty: str, out: Path | None, people_by: str, people_why: str) -> None:
    """Write the package of each filing of CASE, or of one DUTY, into a folder of its own.

    Names of people are written only for a DUTY whose law demands them, with --people-by and
    --people-why.
    """
    shop = open_workshop()
    folder = out or shop.settings.out / case / "filings"
    if people_by or people_why:
        path, number = write_people(shop, case, duty, folder, by=people_by, why=people_why)
        click.echo(f"{number:,} names: {path}")
        return
    files = write_packages(shop, case, folder, duty)
    for one in packages(shop.database, case, duty):
        where = folder / folder_name(one.filing.duty_id, one.filing.phase)
        state = "" if one.approved else "  NOT APPROVED"
        click.echo(f"{one.set_key} v{one.version}: {where}{state}")
    click.echo(f"{len(files)} files written to {folder}")


@filing.command("show")
@click.argument("case")
@click.argument("duty")
def filing_show(case: str, duty: str) -> None:
    """Print the letter of DUTY, what has changed since the one before, and the form."""
    shop = open_workshop()
    for one in packages(shop.database, case, duty):
        state = "approved" if one.approved else "not approved"
        click.echo(f"{one.set_key} v{one.version}, {state}\n\n{one.filing.letter}\n")
        rows = [(row.label, row.value or "-") for row in one.filing.rows]
        console().print(table(f"Form {one.filing.form}", ("question", "answer"), rows))


@filing.command("withdraw")
@click.argument("case")
@click.argument("duty")
@click.option("--by", required=True, help="The named person who withdraws it; may not sign it.")
@click.option("--reason", default="", help="Why; it goes to the authority.")
@click.option("--receipt", default="", help="Record that it was handed in, with what proves it.")
@click.option("--sent-at", default="", help="When, with offset; now where left out.")
def filing_withdraw(case: str, duty: str, by: str, reason: str, receipt: str, sent_at: str) -> None:
    """Draft the withdrawal of what was filed for DUTY, or record that it was handed in.

    \b
    forthwith filing withdraw CASE DUTY --by NAME --reason TEXT
    forthwith filing withdraw CASE DUTY --by NAME --receipt TEXT
    """  # noqa: D301  # click looks for the control character
    shop = open_workshop()
    if receipt:
        record_withdrawal(
            shop.database, case, duty, by=by, receipt=receipt, sent_at=_instant(sent_at)
        )
        click.echo(f"{case} {duty}: withdrawn; what is filed next is new")
        return
    key = withdraw_filing(shop.database, case, duty, shop.words, by=by, reason=reason)
    click.echo(f"{key} is drafted; it is signed like every filing:")
    click.echo(f"  forthwith notice sign {case} {key} --by NAME")


def _instant(text: str) -> datetime | None:
    """Return a moment typed with its offset."""
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
