"""A page counts as published when its address shows the very bytes that were sealed."""

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from incidents.delivery.channels.web import MOST_BYTES, Site, fetch_back, publish
from incidents.errors import DeliveryError, InvalidInputError

PAGE = "<!doctype html><p>关于个人信息</p>".encode()


class _Pages(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/elsewhere.html":
            self.send_response(302)
            self.send_header("Location", "/notice.html")
            self.end_headers()
            return
        super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    folder = tmp_path / "public"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(folder, f"http://127.0.0.1:{server.server_address[1]}/")
    server.shutdown()
    server.server_close()


def test_a_page_comes_back_with_its_digest(site: Site) -> None:
    url = site.publish(PAGE, "notice.html")
    assert url.endswith("/notice.html")
    assert site.fetch_back(url) == hashlib.sha256(PAGE).hexdigest()


def test_a_page_that_was_changed_shows(site: Site) -> None:
    url = site.publish(PAGE, "notice.html")
    (site.folder / "notice.html").write_bytes(PAGE + b" ")
    assert site.fetch_back(url) != hashlib.sha256(PAGE).hexdigest()


def test_visitors_may_read_the_page_and_nothing_half_written_stays(tmp_path: Path) -> None:
    path = publish(PAGE, tmp_path / "public", "notice.html")
    publish(PAGE + b"2", tmp_path / "public", "notice.html")
    assert path.read_bytes() == PAGE + b"2"
    assert path.stat().st_mode & 0o777 == 0o644
    assert [one.name for one in path.parent.iterdir()] == ["notice.html"]


@pytest.mark.parametrize("name", ["../x.html", "a/b.html", ".htaccess", "", "A.html", "x\n.html"])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInputError):
        publish(PAGE, tmp_path / "public", name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DeliveryError, match="cannot be written"):
        publish(PAGE, tmp_path / "file", "notice.html")


def test_a_redirect_is_not_the_page(site: Site) -> None:
    site.publish(PAGE, "notice.html")
    with pytest.raises(DeliveryError, match="answers 302"):
        fetch_back(f"{site.address}elsewhere.html")


def test_a_missing_page_is_not_published(site: Site) -> None:
    site.folder.mkdir()
    with pytest.raises(DeliveryError, match="answers 404"):
        fetch_back(f"{site.address}notice.html")


def test_a_page_without_end_is_not_read_to_its_end(site: Site) -> None:
    url = site.publish(b"x" * (MOST_BYTES + 1), "notice.html")
    with pytest.raises(DeliveryError, match="more than"):
        fetch_back(url)


def test_a_server_that_is_away_is_an_error() -> None:
    with pytest.raises(DeliveryError, match="cannot be fetched"):
        fetch_back("http://127.0.0.1:1/notice.html", seconds=2)


@pytest.mark.parametrize(
    "url", ["file:///etc/hostname", "ftp://a.example/", "//a.example/", "", "http://", "http://[x",
            "https://user:word@a.example/"],
)  # fmt: skip
def test_only_web_addresses_are_fetched(url: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        fetch_back(url)
    assert "word" not in str(caught.value)
