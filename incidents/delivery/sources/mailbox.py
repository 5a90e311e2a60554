"""Messages as they lie on disk: single files, folders, Maildir, mbox."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from incidents.errors import InvalidInputError

MOST_BYTES = 1024 * 1024
"""What is read of one message: a report stands at its beginning."""
_MBOX = b"From "


def messages(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield name and first megabyte of each message.

    A file is one message, or several when it begins like an mbox; a folder gives its files in
    their order, a Maildir those of `new` and `cur`. The name is the path as given, for a folder
    the file's path within it; a message of an mbox adds its number, such as `box#2`.

    Raises:
        InvalidInputError: naming the path that is absent or cannot be read.
    """
    for path in paths:
        if not path.is_dir():
            yield from _read(path, str(path))
            continue
        for file in _files(path):
            yield from _read(file, str(file.relative_to(path)))


def _files(folder: Path) -> list[Path]:
    try:
        if (folder / "cur").is_dir() and (folder / "new").is_dir():
            found = [*(folder / "new").iterdir(), *(folder / "cur").iterdir()]
        else:
            found = list(folder.rglob("*"))
    except OSError as error:
        raise _unreadable(folder, error) from None
    return sorted(file for file in found if file.is_file() and not file.name.startswith("."))


def _read(file: Path, name: str) -> Iterator[tuple[str, bytes]]:
    try:
        with file.open("rb") as opened:
            beginning = opened.read(len(_MBOX))
            if beginning != _MBOX:
                yield name, beginning + opened.read(MOST_BYTES - len(beginning))
                return
            opened.readline()  # the rest of the separator
            for number, message in enumerate(_split(opened), start=1):
                yield f"{name}#{number}", message
    except OSError as error:
        raise _unreadable(file, error) from None


def _split(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the messages of an mbox whose first separator was taken off."""
    here: list[bytes] = []
    size = 0
    blank = False
    for line in lines:
        if blank and line.startswith(_MBOX):
            yield b"".join(here)
            here, size, blank = [], 0, False
            continue
        blank = not line.strip()
        if size < MOST_BYTES:
            here.append(line[: MOST_BYTES - size])
            size += len(line)
    yield b"".join(here)


def _unreadable(path: Path, error: OSError) -> InvalidInputError:
    return InvalidInputError(
        f"cannot be read: {error.strerror or type(error).__name__}",
        where=str(path),
        repair="name a readable file or folder of messages",
    )
