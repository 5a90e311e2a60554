"""How far each message on the wire has come, in a file that outlives the process that writes it.

A process that is killed leaves its shared pages to the system, so the file is exact on the same
machine until that is started anew. It says of each message whether its text was begun and whether
the relay took it; without it whatever was marked as being sent would be in doubt.
"""

import json
import mmap
import os
import struct
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from incidents.errors import DeliveryError

FORMAT = "forthwith-journal/1"
HEAD = 1024
_SLOT = struct.Struct("<qBHB116s")
"""Row of the ledger, stage, reply code, length and text of the Message-ID."""
_STAGE = struct.Struct("<BH")
_ID = 8
WAITS, BEGUN, TAKEN, NOT_TAKEN = 0, 1, 2, 3
LONGEST_ID = 116


class Taken(NamedTuple):
    """A message the relay took."""

    id: int
    reply_code: int
    message_id: str


class Left(NamedTuple):
    """What a sender left behind."""

    taken: list[Taken]
    begun: list[int]
    """Rows whose text was begun and never answered: they may have arrived."""


class Journal:
    """The journal of one sender of one case.

    Args:
        path: Where it lies, on this machine's own disk.
        owner: The sender, as its lease names it.
        token: Its fencing token.
        slots: Messages that may be under way or not yet recorded at a time.

    Raises:
        DeliveryError: when there is no room for it, before anything is sent.
    """

    def __init__(self, path: Path, owner: str, token: int, slots: int) -> None:
        head = json.dumps({"format": FORMAT, "owner": owner, "token": token, "slots": slots})
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("wb+") as file:
                beside.chmod(0o600)
                # A page that has no room on the disk would end the process at its first word.
                file.write(head.encode().ljust(HEAD) + bytes(slots * _SLOT.size))
                file.flush()
                self._pages = mmap.mmap(file.fileno(), 0)
            os.replace(beside, path)  # noqa: PTH105  # atomic, whoever reads meanwhile
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            raise DeliveryError(
                f"the journal of a sending cannot be written: {error.strerror}",
                where=str(path),
                repair="make room on this disk, then send again; nothing of it was sent",
            ) from None
        self._path = path
        self._free = [HEAD + slot * _SLOT.size for slot in range(slots)]
        self._at: dict[int, int] = {}

    def takes_off(self, row: int, message_id: str) -> None:
        """Give a message a slot; nothing of it is on the wire yet."""
        name = message_id.encode("ascii", "replace")[:LONGEST_ID]
        self._at[row] = at = self._free.pop()
        _SLOT.pack_into(self._pages, at, row, WAITS, 0, len(name), name)

    def begins(self, row: int) -> None:
        """Remember that a message's text is about to be written."""
        _STAGE.pack_into(self._pages, self._at[row] + _ID, BEGUN, 0)

    def ends(self, row: int, *, taken: bool, reply_code: int) -> None:
        """Remember what the relay said in the end."""
        at = self._at[row] + _ID
        _STAGE.pack_into(self._pages, at, TAKEN if taken else NOT_TAKEN, reply_code)

    def recorded(self, rows: Sequence[int]) -> None:
        """Free the slots of messages whose end is durable in the ledger."""
        for row in rows:
            at = self._at.pop(row, None)
            if at is not None:
                _SLOT.pack_into(self._pages, at, 0, WAITS, 0, 0, b"")
                self._free.append(at)

    def close(self) -> None:
        """Take the file away: everything in it is recorded."""
        self._pages.close()
        with suppress(OSError):
            self._path.unlink()


def read_journal(path: Path, owner: str, token: int) -> Left | None:
    """Return what a dead sender left, or None when its journal is not there or another's.

    Args:
        path: Where it lies.
        owner: The sender, which names machine and start of the system: after a start anew the
            pages may be lost, and another owner writes then.
        token: Its fencing token.
    """
    try:
        data = path.read_bytes()
        head = json.loads(data[:HEAD])
        if (head["format"], head["owner"], head["token"]) != (FORMAT, owner, token):
            return None
        slots = int(head["slots"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if len(data) != HEAD + slots * _SLOT.size:
        return None
    left = Left([], [])
    for row, stage, code, length, name in _SLOT.iter_unpack(data[HEAD:]):
        if row and stage == TAKEN:
            left.taken.append(Taken(row, code, name[:length].decode("ascii", "replace")))
        elif row and stage == BEGUN:
            left.begun.append(row)
    return Left(sorted(left.taken), sorted(left.begun))
