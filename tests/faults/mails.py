"""Every message the receiving server took is held against the ledger's row of that person.

The words are the demo shop's own notices in four languages, sent by the step as it sends a case.
What is looked for in the message is taken from the row, from the key file, and from the names of
all others.
"""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from html import unescape
from pathlib import Path
from typing import Any

from sqlalchemy import text

from incidents.clock import SystemClock
from incidents.delivery.compose import message_id
from incidents.delivery.sources.process import is_dead, this_process
from incidents.keys import KeyRing
from incidents.steps.send_deliveries import send_deliveries
from incidents.store.engine import open_engine
from incidents.store.unit_of_work import Database
from tests.bench.bench_build import drafted
from tests.bench.bench_send import Words
from tests.faults.ledgers import written
from tests.faults.post_box import PostBox, running_post_box
from tests.support.mailserver import Received
from tests.support.postgres import running_postgres
from tests.support.sending import SET, channel_to, mac

FIRST_NAMES = ("Ada", "Jürgen", "王小明", "山田", "Zoë", "O'Brien", "Łukasz", "محمد", "Anne-Marie")
LAST_NAMES = ("Lovelace", "Groß", "太郎", "de la Cruz", "Smith & Sons", "<b>Ng</b>", "Ng, Jr.")
MARK = re.compile(r"\bx\d+x\b")
"""The last word of each name, which nobody else's has."""
PAUSES = (0.05,)


@dataclass
class Matched:
    """What was found in the messages."""

    people: int
    database: str
    messages: int = 0
    mismatches: Counter[str] = field(default_factory=Counter)
    """What did not fit its row -> in how many messages; must be empty."""
    examples: list[str] = field(default_factory=list)
    sending_seconds: float = 0
    seconds: float = 0

    @property
    def good(self) -> bool:
        return self.messages == self.people and not self.mismatches

    def record(self) -> dict[str, Any]:
        """Return the figures for a file."""
        return {**self.__dict__, "mismatches": dict(self.mismatches), "good": self.good}


def mails(*, people: int, database: str = "sqlite", folder: Path) -> Matched:
    """Send to so many people of invented names and hold every message against its row."""
    began, found = time.monotonic(), Matched(people, database)
    with ExitStack() as stack:
        box = stack.enter_context(running_post_box(folder / "box", keep=True))
        shop, body = drafted(folder / "home")
        shop.shop.database.engine.dispose()
        words = Words(shop, body)
        url = f"sqlite:///{folder / 'ledger.db'}"
        if database == "postgresql":
            url = stack.enter_context(running_postgres(durable=True))
        ref = written(url, people, _person([one.key for one in words.classes]))
        books = Database(open_engine(url), SystemClock(), mac)
        stack.callback(books.engine.dispose)
        found.sending_seconds = _send(books, ref, words, box, folder)
        rows = _rows(books)
        for one, content in box.messages():
            _hold(found, one, content, rows, shop.shop.ring, ref)
    found.seconds = round(time.monotonic() - began, 1)
    return found


def _person(classes: Sequence[str]) -> Callable[[int], dict[str, str]]:
    """Return what gives everybody a class, and a name that is part of nobody else's."""
    chance = random.Random(7)

    def own(n: int) -> dict[str, str]:
        of = classes[n % len(classes)]
        name = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)} x{n}x"
        return {"name": name, "class_key": of, "locale": of.partition(".")[0]}

    return own


def _send(books: Database, ref: str, words: Words, box: PostBox, folder: Path) -> float:
    began = time.monotonic()
    asyncio.run(
        send_deliveries(
            books,
            ref,
            SET,
            channel=channel_to(box.port, pauses=PAUSES),
            render=words.renderer(ref),
            check_seal=lambda: None,
            should_stop=lambda: None,
            progress=lambda _counts: None,
            owner=this_process(),
            owner_is_dead=is_dead,
            actor="tester",
            journal=folder / "journal" / f"{ref}.journal",
        )
    )
    return round(time.monotonic() - began, 1)


def _rows(books: Database) -> dict[int, Any]:
    with books.engine.connect() as connection:
        found = connection.execute(
            text("SELECT id, person_id, address, name, message_id, state, locale FROM delivery")
        )
        return {row.id: row for row in found}


def _hold(
    found: Matched, one: Received, content: bytes, rows: dict[int, Any], ring: KeyRing, ref: str
) -> None:
    """Count what of one message does not fit the row that its return path names."""
    found.messages += 1
    number = ring.read_return_path(one.sender)
    row = rows.pop(number, None) if number is not None else None
    if row is None:
        _wrong(found, "return path", one)
        return
    keys = ring.notice_keys(ref, SET, 1)
    code, token = keys.code(row.person_id), keys.token(row.person_id)
    # The older parser on purpose: the newer one takes eight times as long for each message.
    mail = message_from_bytes(content)
    name, address = _mailbox(str(mail["To"]))
    plain, page = (_text(mail, kind) for kind in ("text/plain", "text/html"))
    checks = {
        "recipient": one.recipient == row.address == address,
        "name in To": name == row.name,
        "Message-ID": one.message_id == str(mail["Message-ID"]).strip() == row.message_id,
        "token": row.message_id == message_id(ref, SET, 1, token, one.sender.partition("@")[2]),
        "state": row.state == "handed_over",
        "code in the text": code in plain,
        "code in the page": code in page,
        "name in the text": row.name in plain,
        "name in the page": row.name in page,
        "nobody else's name": set(MARK.findall(plain + page)) == {row.name.rsplit(" ", 1)[1]},
    }
    for what, fits in checks.items():
        if not fits:
            _wrong(found, what, one)


def _mailbox(header: str) -> tuple[str, str]:
    name, address = parseaddr(re.sub(r"\r?\n", "", header))
    return str(make_header(decode_header(name))), address


def _text(mail: Message, kind: str) -> str:
    """Return the body of a kind as a reader sees it, with character references resolved."""
    part = next(part for part in mail.walk() if part.get_content_type() == kind)
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    shown = body.decode(part.get_content_charset() or "utf-8")
    return unescape(shown) if kind == "text/html" else shown


def _wrong(found: Matched, what: str, one: Received) -> None:
    found.mismatches[what] += 1
    if len(found.examples) < 3:
        found.examples.append(f"{what}: {one}")
