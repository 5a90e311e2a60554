"""Puts a page where a web server shows it, and fetches it back: only then is it published."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from incidents.delivery.channels.whole_file import PUBLIC, write_whole
from incidents.errors import DeliveryError, InvalidInputError

MOST_BYTES = 8 * 1024 * 1024
SECONDS = 30.0
_NAME = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
_OK = 200


@dataclass(frozen=True)
class Site:
    """A folder that a web server shows, and the address it shows it at."""

    folder: Path
    address: str

    def publish(self, page: bytes, name: str) -> str:
        """Write a page and return the address it is expected at."""
        publish(page, self.folder, name)
        return f"{self.address.rstrip('/')}/{name}"

    def fetch_back(self, url: str) -> str:
        """Return the SHA-256 of what an address serves, in hex."""
        return fetch_back(url)


def publish(page: bytes, folder: Path, name: str) -> Path:
    """Write a page into the folder a web server shows, whole or not at all; return its path.

    Args:
        page: The sealed bytes.
        folder: What the web server shows.
        name: File name, lowercase letters, digits, dashes and dots; no path.

    Raises:
        InvalidInputError: for a name that is none.
        DeliveryError: when the folder cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInputError(
            "is no file name for a page", where="name", repair="write one such as notice.html"
        )
    try:
        return write_whole(folder / name, page, mode=PUBLIC)
    except OSError as error:
        raise DeliveryError(
            f"the page cannot be written: {error.strerror}",
            where=str(folder),
            repair="set FORTHWITH_WEB_FOLDER to a folder this user may write",
        ) from None


def fetch_back(url: str, *, seconds: float = SECONDS) -> str:
    """Return the SHA-256 of what an address shows, as a visitor gets it.

    No redirect is followed: the page has to stand at the address people are given. At most 8 MiB
    are read.

    Args:
        url: `http` or `https` address of the page.
        seconds: Limit for connecting and for each piece that is read.

    Raises:
        DeliveryError: when it is not there, saying what came instead.
    """
    import httpx  # noqa: PLC0415  # slow to load, and only publishing needs it

    where = _checked(url)
    headers = {"Cache-Control": "no-cache", "Accept-Encoding": "identity"}
    digest, size = hashlib.sha256(), 0
    try:
        with (
            httpx.Client(follow_redirects=False, timeout=seconds) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            if response.status_code != _OK:
                raise DeliveryError(
                    f"the address answers {response.status_code} instead of the page",
                    where=where,
                    repair="let it show the page itself, without redirect or login",
                )
            for piece in response.iter_bytes():
                size += len(piece)
                if size > MOST_BYTES:
                    raise DeliveryError(
                        f"the address shows more than {MOST_BYTES} bytes",
                        where=where,
                        repair="check that it is the announcement's address",
                    )
                digest.update(piece)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DeliveryError(
            f"the address cannot be fetched: {type(error).__name__}",
            where=where,
            repair="start the web server that shows the folder, and check the address",
        ) from None
    return digest.hexdigest()


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        raise DeliveryError(
            "is no http or https address of a page",
            where="announcement address",
            repair="write https://your.site/path",
        )
    return f"{parts.scheme}://{host}{parts.path}"
