"""Writes what people read outside the system: drafts, lists, packages for authorities."""

import json
from pathlib import Path

from incidents.delivery.channels.folder import write_call_list, write_hand_list, write_letters
from incidents.models.notice import NoticeSet
from incidents.steps.list_tasks import list_tasks
from incidents.steps.show_case import case_sets
from incidents.wiring import Workshop


def write_drafts(shop: Workshop, ref: str, folder: Path) -> list[Path]:
    """Write every class, filing and page of the newest sets, to be read before signing."""
    written = []
    for body in case_sets(shop.database, ref):
        target = folder / body.key
        target.mkdir(parents=True, exist_ok=True)
        for one in body.classes:
            written.append(_write(target / f"{one.key}.txt", f"{one.subject}\n\n{one.text}"))
            if one.html:
                written.append(_write(target / f"{one.key}.html", one.html))
        written += _write_filings(body, target)
        if body.announcement is not None:
            written.append(_write(target / "announcement.html", body.announcement.html))
            written.append(_write(target / "announcement.txt", body.announcement.text))
    return written


def write_packages(shop: Workshop, ref: str, folder: Path) -> list[Path]:
    """Write each filing as its covering letter and its form fields; return the files."""
    written = []
    for body in case_sets(shop.database, ref):
        written += _write_filings(body, folder)
    return written


def _write_filings(body: NoticeSet, folder: Path) -> list[Path]:
    written = []
    for filing in body.filings:
        target = folder / filing.duty_id.replace("/", "-")
        target.mkdir(parents=True, exist_ok=True)
        written.append(_write(target / "letter.txt", filing.letter))
        fields = json.dumps(filing.fields, ensure_ascii=False, indent=1, default=str)
        written.append(_write(target / "fields.json", fields))
    return written


def write_lists(shop: Workshop, ref: str, folder: Path) -> list[Path]:
    """Write the letters, the call list and the hand list; return the three tables."""
    tasks = list_tasks(shop.database, ref, shop.ring)
    return [
        write_letters(folder / "letters", tasks.letters),
        write_call_list(folder / "calls.csv", tasks.calls),
        write_hand_list(folder / "hand-list.csv", tasks.hand),
    ]


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
