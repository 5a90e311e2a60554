"""Notices: what is drafted, who signs what, sending, holding, lists, the announcement."""

import json
import sys
from functools import partial
from pathlib import Path

import click

from flows.files import write_drafts, write_lists, write_person
from flows.terminal.forecast_table import show_forecast
from flows.terminal.forecast_words import exit_code
from flows.terminal.show import as_json, console, counts, table
from incidents.delivery.channels.folder import read_outcomes
from incidents.steps.allow_finding import allow_finding
from incidents.steps.announce import SET_KEY, draft_public, propose_announcement
from incidents.steps.approve_notices import sign_line, statement, waiting
from incidents.steps.forecast_sending import forecast_sending
from incidents.steps.hold_case import hold, resume
from incidents.steps.record_outcomes import record_outcomes
from incidents.steps.reject_notices import reject_set
from incidents.steps.send_trial import send_trial
from incidents.steps.show_case import show_case
from incidents.steps.signing_needs import STANDING
from incidents.steps.standing_approval import LEAKED, draft_standing
from incidents.wiring import open_workshop


@click.group()
def notice() -> None:
    """List, read, sign and approve notice sets."""


@notice.command("list")
@click.argument("case")
@click.option("--json", "json_", is_flag=True, help="One JSON value and nothing else.")
def notice_list(case: str, *, json_: bool) -> None:
    """List the newest version of each set of CASE."""
    shop = open_workshop()
    view = show_case(shop.database, case)
    if json_:
        as_json([one.model_dump(mode="json") for one in view.sets])
        return
    open_ = waiting(shop.database, case, shop.settings)
    rows = [
        (
            one.key,
            one.version,
            one.state,
            f"{one.people:,}",
            one.filings,
            one.root[:16],
            one.author,
            ", ".join(one.signed_by),
            open_[one.key].to_go if one.key in open_ else "",
        )
        for one in view.sets
    ]
    columns = (
        "set",
        "version",
        "state",
        "people",
        "filings",
        "seal",
        "author",
        "signed by",
        "open",
    )
    console().print(table(f"Notice sets of {case}", columns, rows))


@notice.command("preview")
@click.argument("case")
@click.option("--as", "person", metavar="PERSON", help="Write what this person gets, by their id.")
def notice_preview(case: str, person: str | None) -> None:
    """Write every class of message of CASE as files to read before signing."""
    shop = open_workshop()
    folder = shop.settings.out / case / "drafts"
    if person is not None:
        for line in write_person(shop, case, person, folder / "as-person"):
            click.echo(line)
        return
    files = write_drafts(shop, case, folder)
    click.echo(f"{len(files)} files written to {folder}")
    if files:
        click.echo(f"Open {files[0]} in a browser: it shows them all, with what is wrong with each")


@notice.command("sign")
@click.argument("case")
@click.argument("set_key")
@click.option("--by", required=True, help="Your id among the approvers of organisation.yaml.")
@click.option(
    "--signature",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The file that ssh-keygen wrote; without it the statement to sign is written.",
)
def notice_sign(case: str, set_key: str, by: str, signature: Path | None) -> None:
    """Write the statement to sign for a set, or turn a signature into its one-line form."""
    shop = open_workshop()
    words = statement(shop.database, case, set_key)
    path = shop.settings.out / case / f"{set_key}-v{words.version}.statement.txt"
    if signature is None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words.text(), encoding="utf-8")
        click.echo(words.text())
        click.echo(f"Written to {path}. Read it, then sign exactly that file:\n")
        click.echo(f"  ssh-keygen -Y sign -n forthwith-approval -f ~/.ssh/id_ed25519 '{path}'")
        click.echo(f"  forthwith notice sign {case} {set_key} --by {by} --signature '{path}.sig'")
        return
    from incidents.approval.ssh_signature import one_line

    line = one_line(signature.read_text(encoding="utf-8"))
    click.echo("One line for Prefect's form, or for `forthwith notice approve`:\n")
    click.echo(f"{set_key}:{line}")


@notice.command("approve")
@click.argument("case")
@click.argument("lines", nargs=-1, required=True)
@click.option("--by", required=True, help="The approver's id in organisation.yaml.")
def notice_approve(case: str, lines: tuple[str, ...], by: str) -> None:
    """Give in an approver's signature LINES (`set:signature`) for sets of CASE."""
    shop = open_workshop()
    for line in lines:
        done = sign_line(shop.database, case, line, by=by, settings=shop.settings)
        click.echo(done.text())


@notice.command("try")
@click.argument("case")
@click.argument("set_key")
@click.argument("class_key")
@click.option("--to", required=True, help="An address of FORTHWITH_TRIAL_ADDRESSES.")
def notice_try(case: str, set_key: str, class_key: str, to: str) -> None:
    """Send a drafted e-mail to an address of the house, marked as a test."""
    shop = open_workshop()
    subject = send_trial(
        shop.database,
        case,
        set_key,
        class_key,
        shop.words,
        to=to,
        channel=shop.channel,
        settings=shop.settings,
    )
    click.echo(f"handed to the relay: {subject}")


@notice.command("allow")
@click.argument("case")
@click.argument("finding")
@click.option("--where", default="", metavar="PLACE", help="Only places that begin so, as `en.`.")
@click.option("--by", default="", help="Id of the enrolled approver who allows it.")
@click.option("--reason", default="", help="Why it may stand; everybody sees it.")
def notice_allow(case: str, finding: str, *, where: str, by: str, reason: str) -> None:
    """Let a finding of the gate stand in CASE; then draft again."""
    shop = open_workshop()
    allow_finding(shop.database, case, finding, shop.words, where=where, by=by, reason=reason)
    click.echo(f"{case}: {finding} may stand; now run `forthwith step draft-notices {case}`")


@notice.command("reject")
@click.argument("case")
@click.argument("set_key")
@click.option("--by", required=True, help="The approver's id in organisation.yaml.")
@click.option("--reason", required=True, help="What has to be changed; kept in the record.")
def notice_reject(case: str, set_key: str, by: str, reason: str) -> None:
    """Refuse the newest version of a set of CASE: nothing of it goes out."""
    version = reject_set(open_workshop().database, case, set_key, by=by, reason=reason)
    click.echo(f"{set_key} v{version} is rejected; the clocks keep running")
    click.echo(f"Mend what is wrong, then draft it anew: forthwith step draft-notices {case}")


@notice.command("standing")
def notice_standing() -> None:
    """Draft the leaked-credential notice for approval ahead, as case `standing`."""
    shop = open_workshop()
    version = draft_standing(
        shop.database, shop.words, shop.inventory.inventory, settings=shop.settings
    )
    click.echo(f"{LEAKED} v{version} waits for two signatures:")
    click.echo(f"  forthwith notice sign {STANDING} {LEAKED} --by NAME")


@click.command()
@click.argument("case")
@click.argument("verb", type=click.Choice(["propose", "draft", "publish"]), default="propose")
def announcement(case: str, verb: str) -> None:
    """Propose an announcement with its grounds, draft it, or publish the approved one."""
    if verb == "publish":
        from flows.start import start_announce

        start_announce(case)
        click.echo(f"{case}: the announcement is published and was fetched back as sealed")
        return
    shop = open_workshop()
    if verb == "draft":
        draft_public(shop.database, case, shop.words, settings=shop.settings)
        click.echo(f"{SET_KEY} is drafted; it is read and signed like every notice")
        return
    proposal = propose_announcement(shop.database, case)
    for line in proposal.lines():
        click.echo(line)


@click.command()
@click.argument("case")
@click.option("--forecast", is_flag=True, help="Send nothing; say whether deadlines can be met.")
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Messages a second the relay takes, for --forecast; else what was measured here.",
)
@click.option("--first", default="", metavar="SET", help="The set to send before all others.")
@click.option("--json", "json_", is_flag=True, help="With --forecast: one JSON value, no more.")
def send(case: str, *, forecast: bool, rate: float | None, first: str, json_: bool) -> None:
    """Send every approved set of CASE; letters, calls and hand cases become lists.

    The set whose first clock ends first goes first.

    With --forecast nothing is sent. It ends with 0 when every legal deadline can be met from now
    on, with 3 when one cannot at the limits in force, and with 4 when no rate is known.
    """
    if forecast:
        _forecast(case, rate, first, json_=json_)
        return
    if rate is not None or json_:
        raise click.UsageError("--rate and --json go with --forecast")
    from flows.start import start_deliver
    from flows.tasks import showing_sending
    from flows.terminal.sending import sending_display

    with sending_display(console()) as show, showing_sending(show):
        start_deliver(case, first)
    shop = open_workshop()
    view = show_case(shop.database, case)
    console().print(
        counts("Where people stand (handed over to a relay is not yet told)", view.people_in)
    )
    for path in write_lists(shop, case, shop.settings.out / case, click.echo):
        click.echo(f"list: {path}")


def _forecast(case: str, rate: float | None, first: str, *, json_: bool) -> None:
    shop = open_workshop()
    prospect = forecast_sending(shop.database, case, settings=shop.settings, rate=rate, first=first)
    code = exit_code(prospect)
    if json_:
        as_json({"exit_code": code, **prospect.model_dump(mode="json")})
    else:
        show_forecast(console(), prospect)
    sys.exit(code)


@click.command("hold")
@click.argument("case")
@click.option("--reason", default="", help="For the case record.")
def hold_(case: str, reason: str) -> None:
    """Stop all sending of CASE at once. The legal clocks keep running."""
    shop = open_workshop()
    hold(shop.database, case, reason=reason, actor=shop.settings.actor)
    click.echo(f"{case} is on hold; `forthwith resume {case} --by NAME` lets it go on")


@click.command("resume")
@click.argument("case")
@click.option("--by", required=True, help="The named person who resumes.")
@click.option("--reason", default="", help="For the case record.")
def resume_(case: str, by: str, reason: str) -> None:
    """Let a held CASE go on; only a named person can."""
    shop = open_workshop()
    resume(shop.database, case, by=by, reason=reason)
    click.echo(f"{case} may be sent again: `forthwith send {case}`")


@click.command()
@click.argument("case")
@click.option("--lists", is_flag=True, help="Write letters, call list and hand list as files.")
@click.option(
    "--outcomes",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A CSV task_id,outcome,reason with what became of list tasks.",
)
@click.option("--json", "json_", is_flag=True, help="One JSON value and nothing else.")
def deliveries(case: str, outcomes: Path | None, *, lists: bool, json_: bool) -> None:
    """Show where everybody of CASE stands; write the lists; take in their outcomes."""
    shop = open_workshop()
    if outcomes is not None:
        done = read_outcomes(outcomes)
        number = record_outcomes(shop.database, case, done, actor=shop.settings.actor)
        click.echo(f"{number} outcomes recorded", err=json_)
    if lists:
        for path in write_lists(
            shop, case, shop.settings.out / case, partial(click.echo, err=json_)
        ):
            click.echo(f"list: {path}", err=json_)
    view = show_case(shop.database, case)
    if json_:
        print(json.dumps({"people": view.people_in, "ledger": view.ledger}))
        return
    out = console()
    out.print(counts("Where people stand (handed over to a relay is not yet told)", view.people_in))
    out.print(counts("Ledger rows", view.ledger))
