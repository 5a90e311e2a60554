"""The `forthwith` command."""

import sys
from pathlib import Path

import click
from click.exceptions import Exit

from incidents.errors import ForthwithError


class Ordered(click.Group):
    """A group that lists its commands in the order in which a crisis needs them."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return command names in the order they were added."""
        return list(self.commands)


@click.group(cls=Ordered, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="forthwith")
def forthwith() -> None:
    """Breach response and notification: who must be told, by when, in what words, with proof.

    Forthwith informs; it does not replace counsel.
    """


@forthwith.command()
@click.option("--keep", is_flag=True, help="Leave everything running and on disk until Ctrl-C.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("forthwith-demo"),
    show_default=True,
    help="Where each run makes a folder of its own.",
)
@click.option("--people", type=click.IntRange(50, 200_000), default=5000, show_default=True)
def demo(*, keep: bool, folder: Path, people: int) -> None:
    """Run one whole breach case on an invented shop. Nothing leaves this machine."""
    from flows.demo.run import run_demo

    run_demo(folder, people=people, keep=keep)


def _add_rooms() -> None:
    from flows.cli import admin, cases, duties, law, notices, triage

    for room in (triage, cases, duties, notices, law, admin):
        room.add_to(forthwith)


def main() -> None:
    """Run the command; errors say what is wrong, where, and what to do."""
    _add_rooms()
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
