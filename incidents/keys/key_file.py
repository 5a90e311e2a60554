"""Reads and writes the key file: readable by its owner alone, whole or not there, never lost."""

import base64
import binascii
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from incidents.errors import SettingsError
from incidents.keys.key import SECRET_BYTES, Key, Purpose

KEY_FORMAT = "forthwith/keys/1"
MAX_BYTES = 1024 * 1024  # a ring of thousands of versions is far smaller


class KeyFile(NamedTuple):
    """What a key file holds: its own random name, and every version of every key."""

    id: str
    keys: tuple[Key, ...]


def create(path: Path, file: KeyFile) -> None:
    """Write a key file where none stands; one that stands there stays as it is.

    Raises:
        SettingsError: when the folder cannot be written.
    """
    with _told(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A link is made at once, or refused where the name is taken: no moment between the two.
        with suppress(FileExistsError):
            _put(path, file, os.link)


def replace(path: Path, file: KeyFile) -> None:
    """Write a key file in place of the one that stands there.

    Raises:
        SettingsError: when the folder cannot be written; the old file then stands.
    """
    with _told(path):
        _put(path, file, os.replace)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep every other rotation out until the block ends."""
    with _told(path):
        handle = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def mark_of(path: Path) -> tuple[int, int]:
    """Return what changes when another file is put in place; zeros where there is none."""
    try:
        state = path.stat()
    except OSError:
        return (0, 0)
    return (state.st_ino, state.st_mtime_ns)


def _put(path: Path, file: KeyFile, put: Callable[[Path, Path], None]) -> None:
    """Write beside the file and down to the disk, then put it in place."""
    data = {"format": KEY_FORMAT, "id": file.id, "keys": [_plain(key) for key in file.keys]}
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(json.dumps(data, indent=1) + "\n")
            out.flush()
            os.fsync(out.fileno())
        put(beside, path)
        _sync_folder(path.parent)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SettingsError(
            f"cannot write the key file: {error.strerror}",
            where=str(path),
            repair="name a folder on a local disk that you may write",
        ) from None


def _plain(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "purpose": key.purpose,
        "version": key.version,
        "made_at": key.made_at.isoformat(),
        "secret": base64.b64encode(key.secret).decode(),
    }


def read(path: Path) -> KeyFile:
    """Return what a key file holds.

    Raises:
        SettingsError: when it is absent or damaged, or others than its owner may read or change
            it; the text never repeats what stands in it.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            _refuse_readable_by_others(path, os.fstat(file.fileno()))
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SettingsError(
            f"cannot read the key file: {error.strerror}",
            where=str(path),
            repair="restore it from its backup; `docs/reference/keys.md` says what needs it",
        ) from None
    try:
        return _parsed(raw)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise SettingsError(
            "is damaged or no key file of this version",
            where=str(path),
            repair="restore it from its backup; do not edit it",
        ) from None


def _parsed(raw: bytes) -> KeyFile:
    data = json.loads(raw)
    keys = [
        Key(
            id=str(one["id"]),
            purpose=Purpose(one["purpose"]),
            version=int(one["version"]),
            made_at=datetime.fromisoformat(one["made_at"]),
            secret=base64.b64decode(one["secret"], validate=True),
        )
        for one in data["keys"]
    ]
    whole = (
        data["format"] == KEY_FORMAT
        and {key.purpose for key in keys} == set(Purpose)
        and all(len(key.secret) == SECRET_BYTES for key in keys)
        and len({key.id for key in keys}) == len(keys)
        and len({(key.purpose, key.version) for key in keys}) == len(keys)
    )
    if not whole:
        raise ValueError
    return KeyFile(str(data["id"]), tuple(keys))


def _refuse_readable_by_others(path: Path, state: os.stat_result) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise SettingsError("is no file", where=str(path), repair="name the key file itself")
    if state.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(
            f"others may read or change the key file (mode {stat.S_IMODE(state.st_mode):04o})",
            where=str(path),
            repair=f"chmod 600 {path}; if somebody may have read it, rotate every key",
        )


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
