"""The demo, as a command."""

from pathlib import Path

import click


@click.command()
@click.option("--keep", is_flag=True, help="Leave everything running and on disk until Ctrl-C.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("forthwith-demo"),
    show_default=True,
    help="Where each run makes a folder of its own.",
)
@click.option(
    "--people",
    type=click.IntRange(50, 200_000),
    default=5000,
    show_default=True,
    help="How many invented people the shop has.",
)
def demo(*, keep: bool, folder: Path, people: int) -> None:
    """Run one whole breach case on an invented shop. Nothing leaves this machine."""
    from flows.demo.run import run_demo

    run_demo(folder, people=people, keep=keep)
