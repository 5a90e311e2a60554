"""Writes what people read outside the system: drafts, lists, packages for authorities."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from flows.filing_files import write_package
from incidents.delivery.channels.folder import (
    write_call_list,
    write_hand_list,
    write_letters,
    write_message,
)
from incidents.delivery.channels.printed import print_letters
from incidents.delivery.channels.whole_file import write_whole
from incidents.delivery.compose import Rendered, compose
from incidents.delivery.headers import Mailbox
from incidents.drafting.gallery import ShownClass, ShownSet, ShownText, gallery
from incidents.models.notice import MessageClass, NoticeSet
from incidents.paper.blocks import blocks_of
from incidents.paper.fonts import HELP, fonts
from incidents.paper.pdf import Sheet, pdf_of, words_of
from incidents.steps.filing_package import packages_of
from incidents.steps.list_tasks import list_tasks
from incidents.steps.preview_drafts import DraftedSet, Drafts, preview_drafts
from incidents.steps.preview_person import PersonMessage, preview_person
from incidents.wiring import Workshop

NOBODY: Final = "nobody@draft.invalid"
"""Stands in drafts where an address goes: reserved (RFC 2606), so that no mail can reach it."""


def write_drafts(shop: Workshop, ref: str, folder: Path) -> list[Path]:
    """Write every class, filing and page of the newest sets, to be read before signing.

    `index.html` shows them all with what is wrong with each and what changed; it names nobody.
    """
    drafts = preview_drafts(shop.database, ref, shop.words)
    written: list[Path] = []
    shown = []
    for one in drafts.sets:
        target = folder / one.body.key
        target.mkdir(parents=True, exist_ok=True)
        by_class = {
            each.key: _write_class(shop, drafts, one, each, target) for each in one.body.classes
        }
        filings = [
            path
            for package in packages_of(shop.database, ref, one.body.key)
            for path in write_package(shop, package, target)
        ]
        public = [*_write_papers(one.body, target), *_write_announcement(one.body, target)]
        written += [*(path for some in by_class.values() for path in some), *filings, *public]
        shown.append(_shown(drafts, one, folder, by_class, [*filings, *public]))
    if shown:
        # A reader expects the page first and the command names it.
        written.insert(0, _write(folder / "index.html", gallery(ref, _people_first(shown))))
    return written


def _people_first(sets: Sequence[ShownSet]) -> list[ShownSet]:
    return sorted(sets, key=lambda one: one.audience == "authority")


def write_person(shop: Workshop, ref: str, person_id: str, folder: Path) -> list[str]:
    """Write exactly what one person gets; return a line on each message.

    Files are named by delivery id, never by a person, and only their owner may read them.

    Raises:
        NotFoundError: when no list of the case has that person.
    """
    lines = []
    for one in preview_person(shop.database, ref, person_id, shop.ring):
        whom = "to somebody else about them" if one.to_another else "to them"
        head = f"{one.set_key}: {one.channel} {whom}, {one.state}"
        if one.text:
            lines.append(f"{head}: {_write_message(folder, one)}")
        else:
            lines.append(f"{head}, without words: {one.reason or 'by hand'}")
    return lines


def _write_message(folder: Path, one: PersonMessage) -> Path:
    """Write one person's message; return the file to open first."""
    if one.mail:
        return write_message(folder, one.delivery_id, one.mail)
    if one.html:
        write_whole(folder / f"{one.delivery_id}.html", one.html.encode())
    text = f"{one.subject}\n\n{one.text}"
    return write_whole(folder / f"{one.delivery_id}.txt", text.encode())


def _shown(
    drafts: Drafts,
    one: DraftedSet,
    folder: Path,
    by_class: Mapping[str, Sequence[Path]],
    others: Sequence[Path],
) -> ShownSet:
    """Return a set as the gallery shows it."""
    flaws = defaultdict(list)
    for flaw in one.flaws:
        flaws[flaw.where.split(" ", 1)[0]].append(flaw)
    texts: dict[str, list[str]] = defaultdict(list)
    for path in others:
        title = path.stem if path.parent.name == one.body.key else path.parent.name
        texts[title].append(path.relative_to(folder).as_posix())
    return ShownSet(
        key=one.body.key,
        version=one.version,
        before=one.before,
        state=one.state,
        root=one.root[:16],
        audience=one.body.audience,
        regimes=one.body.regimes,
        people=one.people,
        classes=[
            ShownClass(
                message=each,
                stores=[name for bit, name in drafts.stores.items() if each.exposure >> bit & 1],
                listed=one.listed.get(each.key, 0),
                files=[path.relative_to(folder).as_posix() for path in by_class[each.key]],
                flaws=flaws[each.key],
                before=one.classes_before.get(each.key),
            )
            for each in one.body.classes
        ],
        texts=[
            ShownText(title, files, flaws[one.body.key] if title == "announcement" else ())
            for title, files in texts.items()
        ],
        gone=sorted(one.classes_before.keys() - by_class.keys()),
    )


def _write_class(
    shop: Workshop, drafts: Drafts, one: DraftedSet, message: MessageClass, target: Path
) -> list[Path]:
    """Write a class as text, as page and, where it goes by e-mail, as an e-mail to nobody."""
    path = target / message.key  # it has dots of its own, so no suffix is put in their place
    written = [_write(Path(f"{path}.txt"), f"{message.subject}\n\n{message.text}")]
    if message.html:
        written.append(_write(Path(f"{path}.html"), message.html))
    if message.key.endswith(".letter"):
        written += _print_class(shop, message, Path(f"{path}.pdf"), one.drafted_at)
    identity = drafts.organisation.notices
    if message.key.endswith(".email") and identity.sender:
        mail = compose(
            Rendered(message.subject, message.text, message.html),
            sender=Mailbox(drafts.organisation.trading_name, identity.sender),
            reply_to=Mailbox("", identity.reply_to or identity.sender),
            to_name="",
            to_address=NOBODY,
            message_id=f"<{message.digest[:32]}@draft.invalid>",
            date=one.drafted_at,
        )
        written.append(_write(Path(f"{path}.eml"), mail.decode("ascii")))
    return written


def _print_class(
    shop: Workshop, message: MessageClass, path: Path, made_at: datetime
) -> list[Path]:
    """Write a letter's class as people get it on paper; nothing where no font has its letters."""
    sheet = Sheet(blocks_of(message.html), message.locale)
    there = fonts(shop.settings.fonts)
    if there.missing(words_of(sheet), message.locale):
        return []
    template = shop.words.templates["_shared/letter.typ"]
    return [write_whole(path, pdf_of([sheet], template, there, made_at=made_at))]


def _write_papers(body: NoticeSet, target: Path) -> list[Path]:
    """Write text messages, push texts, answers for the call centre and the press line."""
    return [
        _write(target / f"{one.key.replace(' ', '-')}.txt", f"{one.title}\n\n{one.text}")
        for one in body.papers
    ]


def _write_announcement(body: NoticeSet, target: Path) -> list[Path]:
    if body.announcement is None:
        return []
    return [
        _write(target / "announcement.html", body.announcement.html),
        _write(target / "announcement.txt", body.announcement.text),
    ]


def write_lists(
    shop: Workshop, ref: str, folder: Path, tell: Callable[[str], None] = lambda _line: None
) -> list[Path]:
    """Write the letters, the call list and the hand list; return the three tables.

    Args:
        shop: The workshop.
        ref: The case.
        folder: Where they go.
        tell: Gets a line for each thousand letters set, for each PDF, and for letters that no font
            can set.
    """
    tasks = list_tasks(shop.database, ref, shop.ring)
    target = folder / "letters"
    target.mkdir(parents=True, exist_ok=True)
    printing = print_letters(
        target,
        tasks.letters,
        shop.words.templates["_shared/letter.typ"],
        fonts(shop.settings.fonts),
        made_at=shop.clock.now(),
        progress=lambda done, all_: tell(f"{done:,} of {all_:,} letters set"),
    )
    for path in printing.files:
        tell(f"letters: {path}")
    for locale, number in sorted(printing.unprinted.items()):
        tell(
            f"{number:,} letters in {locale} are in no PDF: a character in each has no font here; "
            f"{HELP}, or print their pages (.html)"
        )
    return [
        write_letters(target, tasks.letters, printing.where),
        write_call_list(folder / "calls.csv", tasks.calls),
        write_hand_list(folder / "hand-list.csv", tasks.hand),
    ]


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
