"""Writes the reference pages that follow from the code: `python docs/generate.py`.

A test holds the pages equal to what this yields, so neither can change alone.
"""

import inspect
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

import click

from flows.cli import forthwith
from incidents.models import states

sys.path.append(str(Path(__file__).parent))  # where it is not run as a script

from laws_page import laws_page
from report_page import report_page
from vocabulary_page import vocabulary_page

REFERENCE = Path(__file__).parent / "reference"

KINDS: tuple[tuple[str, str, type[StrEnum], Mapping[StrEnum, frozenset[StrEnum]]], ...] = (
    ("Case", "How far a case has come.", states.CaseState, states.CASE_MOVES),
    ("Duty", "What counsel answered.", states.DutyState, states.DUTY_MOVES),
    ("Notice set", "How far a notice set has come.", states.SetState, states.SET_MOVES),
    (
        "Delivery",
        "What became of one message to one person by one channel.",
        states.DeliveryState,
        states.DELIVERY_MOVES,
    ),
)

MEANINGS = {
    "Case": {
        "reported": "A report stands; nothing was worked out from it yet.",
        "scoped": "What was touched is held against the inventory; the people are frozen.",
        "assessed": "The risk is weighed.",
        "duties_listed": "Every duty and its clock stands.",
        "drafted": "Every notice is written and sealed; sending and answers happen here.",
        "closed": "Nothing was open.",
    },
    "Duty": {
        "open": "Nobody has answered it.",
        "accepted": "Counsel agrees that it is owed.",
        "declined": "Counsel says no, with a reason and what that rests on.",
        "late": "It will be late; the reason goes into the filing.",
        "done": "It was done; the receipt is on record.",
        "withdrawn": "The facts changed, and it does not follow from them any more.",
    },
    "Notice set": {
        "drafted": "Sealed; it waits for signatures.",
        "approved": "Enough different people signed exactly this.",
        "released": "Sending has begun.",
        "finished": "Nothing of it is left to send.",
        "rejected": "An approver refused it, with a reason; it waits to be drafted anew.",
        "void": "Drafted anew, or no duty asks for it any more; its signatures count for nothing.",
    },
    "Delivery": {
        "standby": "A sealed next channel; it opens only when the one before it failed.",
        "planned": "To be sent.",
        "leased": "A sender has claimed it for some minutes.",
        "sending": "An attempt was begun; written down before the relay hears of it.",
        "handed_over": "A relay took it. Nobody is thereby told.",
        "deferred": "Refused for now; tried again later.",
        "refused": "Refused for good; the next channel opens.",
        "in_doubt": "The relay may or may not have taken it.",
        "bounced": "Taken first, then sent back.",
        "expired": "Tried for days in vain.",
        "held": "Stopped by a hold.",
        "cancelled": "Its set was void before it was sent.",
        "listed": "A letter, call or hand case that a person works on.",
        "done_by_hand": "A person recorded that it is done.",
        "not_reached": "Nobody could be reached this way, or there was no way.",
    },
}


def states_page() -> str:
    """Return the page of all states and their moves."""
    lines = [
        "# States",
        "",
        "Written by `python docs/generate.py` from `incidents/models/states.py`.",
        "A move that does not stand here is refused, with the moves that would be allowed.",
    ]
    for kind, about, members, moves in KINDS:
        lines += [
            "",
            f"## {kind}",
            "",
            about,
            "",
            "| state | meaning | may become |",
            "|---|---|---|",
        ]
        for state in members:
            then = [f"`{one}`" for one in members if one in moves[state]]
            meaning = MEANINGS[kind][state.value]
            lines.append(f"| `{state}` | {meaning} | {', '.join(then) or 'nothing more'} |")
    lines += [
        "",
        "A case may stay in a state when a step runs again.",
        "New facts lead back to `reported` from anywhere; a closed case reopens only so.",
        "A hold is no state of a case: it stops sending whatever the state, and clocks run on.",
        "",
    ]
    return "\n".join(lines)


def walk(
    command: click.Command, path: tuple[str, ...] = ("forthwith",)
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command below one, with the words that call it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from walk(below, (*path, name))


def commands_page() -> str:
    """Return the page of all commands and options."""
    lines = [
        "# Commands",
        "",
        "Written by `python docs/generate.py` from the command itself; `--help` says the same.",
        "They stand in the order in which a crisis needs them.",
        "Every command ends with 0 when all is well, and with 2 for an error it can name.",
        "It ends with 130 after Ctrl-C; `forthwith watch` ends with 1 when nobody took an alarm.",
        "Settings come from `FORTHWITH_*`: see [settings](settings.md).",
    ]
    for path, command in walk(forthwith):
        if isinstance(command, click.Group) and len(path) == 1:
            continue
        lines += ["", f"## {' '.join(path)}", "", *_help(command)]
        if not isinstance(command, click.Group):
            lines += ["", f"    {' '.join((*path, *_usage(command)))}"]
        rows = [_row(one) for one in command.params if isinstance(one, click.Option)]
        if rows:
            lines += ["", "| option | meaning |", "|---|---|", *rows]
    return "\n".join([*lines, ""])


def _help(command: click.Command) -> list[str]:
    lines = []
    for part in inspect.cleandoc(command.help or "").split("\n\n"):
        if part.startswith("\b"):
            lines += ["", *(f"    {line}" for line in part.splitlines()[1:])]
        else:
            lines += ["", " ".join(part.split())]
    return lines[1:]


def _usage(command: click.Command) -> list[str]:
    return command.collect_usage_pieces(click.Context(command))


def _row(option: click.Option) -> str:
    words = ", ".join(f"`{one}`" for one in (*option.opts, *option.secondary_opts))
    values = "" if option.is_flag else f" {option.metavar or option.type.name.upper()}"
    needed = " Needed." if option.required else ""
    standing = option.show_default and not callable(option.default)
    default = f" Default: `{option.default}`." if standing else ""
    return f"| {words}{values} | {option.help or ''}{needed}{default} |"


def pages() -> dict[Path, str]:
    """Return each page's file and text."""
    return {
        REFERENCE / "states.md": states_page(),
        REFERENCE / "commands.md": commands_page(),
        REFERENCE / "vocabulary.md": vocabulary_page(),
        REFERENCE / "report.md": report_page(),
        REFERENCE / "laws.md": laws_page(),
    }


if __name__ == "__main__":
    for file, text in pages().items():
        file.write_text(text, encoding="utf-8")
