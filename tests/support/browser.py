"""A real Chromium, driven through its DevTools protocol."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from websockets.sync.client import ClientConnection, connect

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1400,1400", "--remote-debugging-port=0",
)  # fmt: skip


class Page:
    """One page."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        self._socket.send(json.dumps(message))
        while True:
            answer: dict[str, Any] = json.loads(self._socket.recv(timeout=30))
            if answer.get("id") == self._number:
                return answer

    def open(self, url: str) -> None:
        self._call("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        answer = self._call("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"]["result"].get("value")

    def text(self) -> str:
        return str(self.run("document.body.innerText") or "")

    def wait_for(self, script: str, seconds: float = 40) -> None:
        """Wait until a script is true."""
        end = time.monotonic() + seconds
        while not self.run(script):
            assert time.monotonic() < end, f"never true: {script}\n{self.text()[:2000]}"
            time.sleep(0.2)

    def click(self, words: str, *, kind: str) -> None:
        """Click the visible thing that says exactly this, once it is there."""
        find = (
            f"[...document.querySelectorAll({json.dumps(kind)})]"
            f".filter(e => e.innerText.trim() === {json.dumps(words)} && e.offsetParent)"
        )
        self.wait_for(f"{find}.length > 0")
        self.run(f"{find}.at(-1).click()")


@contextmanager
def chromium(folder: Path) -> Iterator[Page]:
    """Run a browser with an empty profile and yield its page."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("chromium is not installed: a real browser is what this test is about")
    process = subprocess.Popen(
        [program, *FLAGS, f"--user-data-dir={folder}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = folder / "DevToolsActivePort"
        end = time.monotonic() + 30
        while not port.exists() or not port.read_text().strip():
            assert time.monotonic() < end, "chromium does not start"
            time.sleep(0.1)
        address = f"http://127.0.0.1:{port.read_text().splitlines()[0]}/json"
        with urlopen(address) as answer:
            pages = [one for one in json.load(answer) if one["type"] == "page"]
        with connect(pages[0]["webSocketDebuggerUrl"], max_size=None) as socket:
            yield Page(socket)
    finally:
        process.terminate()
        process.wait(10)
