"""The file of person ids that a store's claim may name: one id a line, beside the report."""

import re
from pathlib import Path

from incidents.data_files import read_text
from incidents.errors import InvalidInputError
from incidents.models.report import BreachReport

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
MOST_IDS = 500_000


def read_people_files(report: BreachReport, folder: Path) -> dict[str, list[str]]:
    """Return the person ids per file that a report names, each id once, in the file's order.

    Args:
        report: The report.
        folder: Folder of the report; a named file must lie in it.

    Raises:
        InvalidInputError: naming file and line, never an id.
    """
    names = {claim.people_file for claim in report.claim.stores if claim.people_file}
    return {name: _ids(folder, name) for name in sorted(names)}


def _ids(folder: Path, name: str) -> list[str]:
    if Path(name).name != name or name in {".", ".."}:
        raise InvalidInputError(
            "people_file must be a bare file name",
            where="claim.stores",
            repair="put it beside the report",
        )
    path = folder / name
    ids: dict[str, None] = {}
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if not _ID.fullmatch(text):
            raise InvalidInputError(
                "is no person id",
                where=f"{path}:{number}",
                repair="one id a line, as in people.csv",
            )
        ids[text] = None
    if len(ids) > MOST_IDS:
        raise InvalidInputError(
            f"more than {MOST_IDS} ids", where=str(path), repair="name store and window instead"
        )
    return list(ids)
