"""The `forthwith` command."""

import sys
from importlib import import_module

import click
from click.exceptions import Exit

from incidents.errors import ForthwithError

COMMANDS = {
    # In the order in which a crisis needs them. A module is imported when its command is called:
    # triage has to answer at once, and needs neither a database nor Prefect.
    "demo": "demo",
    "triage": "triage",
    "report": "cases",
    "alert": "cases",
    "case": "cases",
    "scope": "cases",
    "risk": "risk",
    "duties": "duties",
    "notice": "notices",
    "filing": "filings",
    "words": "words",
    "offers": "offers",
    "announcement": "notices",
    "send": "notices",
    "correct": "correct",
    "hold": "notices",
    "resume": "notices",
    "deliveries": "notices",
    "bounces": "bounces",
    "law": "law",
    "init": "admin",
    "inventory": "admin",
    "paste": "admin",
    "schema": "admin",
    "step": "admin",
    "watch": "admin",
    "check-page": "check_page",
    "doctor": "admin",
    "audit": "admin",
    "approvers": "approvers",
    "keys": "admin",
    "reconcile": "admin",
}
"""Command -> module of this folder that holds it, as `<command>` or `<command>_`, dashes
as underscores."""


class Rooms(click.Group):
    """A group whose commands are loaded when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's name
        """Return command names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"flows.cli.{COMMANDS[cmd_name]}")
        name = cmd_name.replace("-", "_")
        found = getattr(module, name, None) or getattr(module, f"{name}_", None)
        return found if isinstance(found, click.Command) else getattr(module, f"{name}_")


@click.group(cls=Rooms, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="forthwith")
def forthwith() -> None:
    """Breach response and notification: who must be told, by when, in what words, with proof.

    Forthwith informs; it does not replace counsel.
    """


def main() -> None:
    """Run the command; errors say what is wrong, where, and what to do."""
    try:
        code = forthwith.main(standalone_mode=False)
    except Exit as end:
        code = end.exit_code
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
        code = 130
    except ForthwithError as error:
        click.secho(f"error: {error}", fg="red", err=True)
        code = 2
    except Exception as error:  # noqa: BLE001  # a flow's failure hides the real one
        code = _from_flow(error)
    sys.exit(code if isinstance(code, int) else 0)


def _from_flow(error: Exception) -> int:
    """Show what a step really said, where a flow in this process only passed its number on."""
    if "flows.tasks" not in sys.modules:
        raise error
    from flows.tasks import StepFailedError, take_error

    if not isinstance(error, StepFailedError):
        raise error
    real = take_error()
    if isinstance(real, ForthwithError):
        click.secho(f"error: {real}", fg="red", err=True)
        return 2
    click.secho(f"error: {error}; the details stand in private.log in the home", err=True, fg="red")
    return 1


if __name__ == "__main__":
    main()
