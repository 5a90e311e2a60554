"""Takes in codes of what people are offered, and gives each person on a list one of their own."""

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from incidents.drafting.holes import CAPS, clean, hole
from incidents.drafting.words import Words
from incidents.errors import DraftingError, InvalidInputError
from incidents.models.base import Value
from incidents.models.notice import Measure, NoticeSet, Offer
from incidents.store import offers
from incidents.store.unit_of_work import Database, UnitOfWork

MOST = 2_000_000
"""Codes in one file."""
MAX_BYTES = 64 * 1024 * 1024


class Pool(Value):
    """One pool in figures. Its codes are never shown but to those they belong to."""

    pool: str
    url: str
    until: date
    free: int
    given: dict[str, int]
    """Case -> codes given to its people."""


def load_offers(
    database: Database, pool: str, file: Path, words: Words, *, url: str, until: date, by: str
) -> int:
    """Take in a file of codes, all or none; return how many.

    Args:
        database: Where they are kept.
        pool: A measure of `measures.yaml` that is offered to people.
        file: UTF-8 text, one code a line, each once.
        words: Know which measures there are.
        url: Where people enter the code; its domain stands in `notices.link_domains`.
        until: Last day to enter it.
        by: Who does it.

    Raises:
        InvalidInputError: naming what is wrong, with the line; nothing is taken in then.
    """
    if pool not in words.measures.offers:
        raise InvalidInputError(
            "is nothing that people are offered",
            where=pool,
            repair=f"one of: {', '.join(words.measures.offers)}",
        )
    place = urlsplit(url)
    plain = clean(url, 200) == url and not {" ", "?", "#"} & set(url)
    if place.scheme != "https" or not place.hostname or not plain:
        raise InvalidInputError(
            "is no address that notices may name",
            where="--at",
            repair="it begins with https:// and has no parameters",
        )
    codes = _codes(file)
    with database.write(by) as work:
        if until < work.now.date():
            raise InvalidInputError("is past", where="--until")
        there = offers.known(work, pool, list(codes))
        if there:
            lines = sorted(codes[code] for code in there)
            raise InvalidInputError(
                f"{len(there):,} codes are in the pool already",
                where=f"{file}, line {lines[0]}",
                repair="give each code once; a file that was taken in need not be given again",
            )
        offers.add(work, pool, url, until.isoformat(), list(codes))
        digest = hashlib.sha256("\n".join(codes).encode()).hexdigest()
        work.note("offers.loaded", "", pool=pool, codes=len(codes), sha256=digest)
    return len(codes)


def show_offers(database: Database) -> list[Pool]:
    """Return every pool in figures."""
    with database.read() as work:
        return [
            Pool(
                pool=row.pool,
                url=row.url,
                until=date.fromisoformat(row.until),
                free=offers.free(work, row.pool),
                given=offers.given(work, row.pool),
            )
            for row in offers.pools(work)
        ]


def offer_of(work: UnitOfWork, measures: Sequence[Measure], words: Words) -> Offer | None:
    """Return what people get a code for: the longest that is offered now and has a pool.

    Raises:
        DraftingError: when its codes cannot be entered any more.
    """
    months = words.measures.offers
    offered = {one.key for one in measures if one.done and one.key in months}
    found = [row for row in offers.pools(work) if row.pool in offered]
    if not found:
        return None
    best = max(found, key=lambda row: months[row.pool])
    until = date.fromisoformat(best.until)
    if until < work.now.date():
        raise DraftingError(
            f"codes could be entered until {until}",
            where=best.pool,
            repair=f"`forthwith offers load {best.pool} FILE --until DAY` takes in valid ones",
        )
    return Offer(pool=best.pool, url=best.url, until=until)


def give_offers(
    work: UnitOfWork, ref: str, body: NoticeSet, version: int, offer: Offer | None
) -> None:
    """Give everybody on a set's list a code, if its messages have a place for one.

    Raises:
        DraftingError: when there are too few codes.
    """
    place = hole("offer")
    if offer is None or not any(place in one.text for one in body.classes):
        return
    people = offers.assign(work, ref, body.key, version, offer.pool)
    if people:
        work.note("offers.given", ref, set=body.key, pool=offer.pool, people=people)


def _codes(file: Path) -> dict[str, int]:
    """Return each code of a file with its line."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise InvalidInputError(f"is larger than {MAX_BYTES:,} bytes", where=str(file))
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidInputError(f"cannot be read: {error.strerror}", where=str(file)) from None
    except UnicodeDecodeError:
        raise InvalidInputError("not UTF-8", where=str(file), repair="save it as UTF-8") from None
    codes: dict[str, int] = {}
    lines = text.removesuffix("\n").split("\n")
    for number, line in enumerate(lines, 1):
        code = line.removesuffix("\r")
        at = f"{file}, line {number}"
        if not code or clean(code, CAPS["offer"]) != code:
            raise InvalidInputError(
                "no code", where=at, repair=f"one code a line, 1 to {CAPS['offer']} characters"
            )
        if code in codes:
            raise InvalidInputError(f"the same code as in line {codes[code]}", where=at)
        codes[code] = number
    if len(codes) > MOST:
        raise InvalidInputError(f"more than {MOST:,} codes", where=str(file))
    return codes
