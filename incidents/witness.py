"""A file outside the database that remembers how far the audit chain had come, and where.

A database that was restored from a backup, copied or moved would send again what was sent. Its
chain is then shorter than this file says, or the file is another installation's, or lies on
another machine: nothing is sent until a named person has reconciled it.
"""

import hashlib
import json
import os
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from incidents.errors import StoreError

MACHINE = Path("/etc/machine-id")


@dataclass(frozen=True)
class Seen:
    """What the file says."""

    installation: str
    place: str
    seq: int
    link: str
    """The chain's link of that number: a copy that went its own way has another one there."""


@dataclass
class Witness:
    """The file, and the place where this process runs."""

    path: Path
    database: str
    """Database address without its password."""

    def read(self) -> Seen | None:
        """Return what the file says; None when there is none."""
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
            return Seen(
                str(data["installation"]), str(data["place"]), int(data["seq"]), str(data["link"])
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            return Seen("", "", 0, "")  # damaged: it vouches for nothing

    def advance(self, installation: str, seq: int, link: str) -> None:
        """Remember a longer chain; a shorter one is never written over it.

        What is not this installation's, or lies elsewhere, is left alone for a person to look at.
        """
        seen = self.read()
        if seen is None or (seen.installation, seen.place) != (installation, self.place()):
            return
        if seq > seen.seq:
            self._write(Seen(installation, seen.place, seq, link))

    def enrol(self, installation: str, seq: int, link: str) -> None:
        """Begin to vouch for this installation at this place."""
        self._write(Seen(installation, self.place(), seq, link))

    def _write(self, seen: Seen) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        beside.write_text(json.dumps(seen.__dict__), encoding="utf-8")
        with suppress(OSError):
            beside.chmod(0o600)
        os.replace(beside, self.path)  # noqa: PTH105  # atomic, whoever reads meanwhile

    def place(self) -> str:
        """Return what stands for this machine, this database and this file's folder."""
        try:
            machine = MACHINE.read_text(encoding="ascii").strip()
        except OSError:
            machine = socket.gethostname()
        words = "\x1f".join((machine, self.database, str(self.path.resolve())))
        return hashlib.sha256(words.encode()).hexdigest()[:32]

    def check(self, installation: str, link_at: Callable[[int], str | None]) -> None:
        """Let the enrolled installation pass.

        Args:
            installation: Id of the database.
            link_at: The chain's link of a number, None where the chain is shorter.

        Raises:
            StoreError: when the database was restored, copied or moved.
        """
        seen = self.read()
        repair = (
            "compare the ledger with the relay's log, then `forthwith reconcile --by NAME "
            "--reason TEXT`; until then nothing is sent"
        )
        if seen is None:
            what = "is not known to be the enrolled installation: its witness file is missing"
        elif seen.installation != installation:
            what = "is another installation than the one its witness file vouches for"
        elif seen.place != self.place():
            what = "was copied or moved: its witness file was written in another place"
        elif link_at(seen.seq) != seen.link:
            what = (
                "was restored from an older copy: "
                f"link {seen.seq} of its audit chain is not the one that had been written"
            )
        else:
            return
        raise StoreError(what, where=str(self.path), repair=repair)
