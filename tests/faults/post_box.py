"""A fast SMTP server whose record on disk is the oracle: what it said yes to is in that file first.

It forces what it took to disk before it answers, all connections that are waiting together, so that
a hundred thousand messages take half a minute. It offers PIPELINING. `tests.support.mailserver` is
the other one: slower, and with faults of its own.
"""

import asyncio
import hashlib
import json
import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.support.mailserver import Received

_END = b"\r\n.\r\n"
_NAME = re.compile(rb"(?im)^Message-ID:[ \t]*(?:\r\n[ \t]+)?(\S+)")
_REPLIES = {
    b"EHLO": b"250-relay.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
    b"MAIL": b"250 2.1.0 ok\r\n",
    b"RCPT": b"250 2.1.5 ok\r\n",
    b"DATA": b"354 go ahead\r\n",
    b"RSET": b"250 2.0.0 ok\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}


@dataclass
class PostBox:
    """A server under way."""

    path: Path
    keep: bool
    """Whether each message's bytes are kept beside the record."""
    pause: float
    """Seconds it waits before it answers texts, so that there is a middle to be killed in."""
    port: int = 0
    taken: int = 0
    """Messages that are on disk."""
    open: int = 0
    """Connections."""
    again: Callable[[str, int], None] = lambda _recipient, _copy: None
    """Told of a recipient's second copy and of each further one, before it is answered."""
    _seen: Counter[str] = field(default_factory=Counter)
    _pending: list[tuple[Received, bytes]] = field(default_factory=list)
    _waiting: set["_Line"] = field(default_factory=set)
    _files: list[IO[bytes]] = field(default_factory=list)

    @property
    def at_rest(self) -> bool:
        """Whether nobody is connected and all that came is on disk."""
        return not (self.open or self._pending)

    def received(self, since: int = 0) -> list[Received]:
        """Return what is on disk, but for the first messages."""
        with self.path.open(encoding="utf-8") as file:
            return [Received(*json.loads(line)) for n, line in enumerate(file) if n >= since]

    def messages(self) -> Iterator[tuple[Received, bytes]]:
        """Yield what is on disk with its bytes."""
        with self.path.open(encoding="utf-8") as file, self._bytes.open("rb") as kept:
            for line in file:
                size = int.from_bytes(kept.read(4), "big")
                yield Received(*json.loads(line)), kept.read(size)

    @property
    def _bytes(self) -> Path:
        return self.path.with_suffix(".bytes")

    def forget(self) -> None:
        """Count copies anew: another campaign begins."""
        self._seen.clear()

    def take(self, line: "_Line", sender: str, recipients: list[str], content: bytes) -> None:
        """Take note of a message; it is answered once it is on disk."""
        found = _NAME.search(content)
        name = found[1].decode("ascii", "replace") if found else ""
        one = Received(sender, "|".join(recipients), name, hashlib.sha256(content).hexdigest())
        if not self._waiting:
            asyncio.get_running_loop().call_later(self.pause, self._flush)
        self._waiting.add(line)
        self._pending.append((one, content))

    def _flush(self) -> None:
        pending, self._pending = self._pending, []
        waiting, self._waiting = self._waiting, set()
        self._files[0].write(b"".join(json.dumps(one).encode() + b"\n" for one, _ in pending))
        if self.keep:
            self._files[1].write(b"".join(len(c).to_bytes(4, "big") + c for _, c in pending))
        for file in self._files:
            file.flush()
            os.fsync(file.fileno())
        for one, _ in pending:
            self._seen[one.recipient] += 1
            if self._seen[one.recipient] > 1:
                self.again(one.recipient, self._seen[one.recipient])
        self.taken += len(pending)
        for line in waiting:
            line.say()

    def open_files(self) -> None:
        """Begin the record."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._files = [self.path.open("wb")]
        if self.keep:
            self._files.append(self._bytes.open("wb"))

    def close_files(self) -> None:
        """End the record."""
        for file in self._files:
            file.close()


class _Line(asyncio.Protocol):
    """One connection."""

    def __init__(self, box: PostBox) -> None:
        self.box = box
        self._buffer = b""
        self._in_text = False
        self._sender, self._recipients = "", list[str]()
        self._out: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.box.open += 1
        transport.write(b"220 relay.example\r\n")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's name
        self.box.open -= 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._step():
            pass
        if self not in self.box._waiting:
            self.say()

    def say(self) -> None:
        """Write the answers that are due."""
        if self._out and not self._transport.is_closing():
            self._transport.write(b"".join(self._out))
        self._out.clear()

    def _step(self) -> bool:
        if self._in_text:
            text, found, rest = self._buffer.partition(_END)
            if not found:
                return False
            self._in_text, self._buffer = False, rest
            text = text.replace(b"\r\n..", b"\r\n.") + b"\r\n"
            self.box.take(self, self._sender, self._recipients, text)
            self._recipients = []
            self._out.append(b"250 2.0.0 taken\r\n")
            return True
        line, found, rest = self._buffer.partition(b"\r\n")
        if not found:
            return False
        self._buffer = rest
        verb = line[:4].upper()
        address = line[line.find(b"<") + 1 : line.find(b">")].decode()
        if verb == b"MAIL":
            self._sender = address
        elif verb == b"RCPT":
            self._recipients.append(address)
        self._in_text = verb == b"DATA"
        self._out.append(_REPLIES.get(verb, b"502 5.5.2 what?\r\n"))
        return True


@contextmanager
def running_post_box(
    folder: Path, *, keep: bool = False, pause: float = 0.0, port: int = 0
) -> Iterator[PostBox]:
    """Serve on loopback in a thread of its own; `<folder>/taken.jsonl` is the record."""
    box = PostBox(folder / "taken.jsonl", keep, pause)
    box.open_files()
    loop = asyncio.new_event_loop()

    async def listen() -> asyncio.Server:
        return await loop.create_server(lambda: _Line(box), "127.0.0.1", port, backlog=256)

    thread = threading.Thread(target=loop.run_forever, name="post box", daemon=True)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    box.port = listening.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        box.close_files()
