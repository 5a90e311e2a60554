"""What counsel says otherwise in one case, beside the words of every case."""

from pathlib import Path

import click

from flows.terminal.show import as_json, console
from incidents.data_files import read_data
from incidents.models.base import read_as
from incidents.models.case_words import CaseWords
from incidents.steps.case_words import ShownWords, set_case_words, show_case_words
from incidents.wiring import open_workshop


@click.command()
@click.argument("case")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--by", default="", help="The named person who changes words of this case.")
@click.option("--find", "find", default="", metavar="TEXT", help="Find sentences and their keys.")
@click.option("--json", "json_", is_flag=True, help="One JSON value and nothing else.")
def words(case: str, file: Path | None, *, by: str, find: str, json_: bool) -> None:
    """Show or change sentences for one case, each in every language.

    \b
    forthwith words CASE                     what is said otherwise, and who waits
    forthwith words CASE --find TEXT         sentences of the catalogue with their keys
    forthwith words CASE FILE --by NAME      take in a file of sentences

    Then `forthwith step draft-notices CASE` drafts what changes; it has to be signed again.
    """  # noqa: D301  # click looks for the control character
    shop = open_workshop()
    if find:
        _find(shop.words.catalogues["en"].messages, find)
        return
    if file is not None:
        said = read_as(CaseWords, read_data(file), where=str(file))
        shown = set_case_words(shop.database, case, said, shop.words, by=by, where=str(file))
    else:
        shown = show_case_words(shop.database, case, shop.words)
    if json_:
        as_json(shown.model_dump(mode="json"))
    else:
        _show(case, shown)


def _find(messages: object, text: str) -> None:
    out = console()
    found = [
        (key, said)
        for key, said in dict(messages).items()  # type: ignore[call-overload]
        if isinstance(said, str) and (text.lower() in said.lower() or text.lower() in key)
    ]
    for key, said in found:
        out.print(f"[bold]{key}[/bold]")
        out.print(said, markup=False)
    out.print(f"{len(found)} sentences")


def _show(case: str, shown: ShownWords) -> None:
    out = console()
    key = ""
    for one in shown.changes:
        if one.key != key:
            key = one.key
            out.print(f"[bold]{key}[/bold]")
        out.print(f"  {one.locale}")
        if one.before:
            out.print(f"    - {one.before}", markup=False, style="red")
        if one.after:
            out.print(f"    + {one.after}", markup=False, style="green")
            out.print(f"      by {one.by}, read by {one.reviewed_by}", markup=False, style="dim")
        else:
            out.print(
                f"      no wording that a second person has read: people of {one.locale} "
                "wait, unless an approver allows another language",
                markup=False,
            )
    for locale, keys in shown.waiting.items():
        out.print(f"{locale}: {shown.people[locale]:,} people wait for {', '.join(keys)}")
    if not shown.changes:
        out.print(f"{case}: nothing is said otherwise than in other cases")
