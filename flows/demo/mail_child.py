"""The demo's mail catcher: an SMTP server on loopback that keeps every message as a file."""

import asyncio
import hashlib
import sys
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from flows.prefect_child import end_with_parent

ENDINGS = {"text/plain": "txt", "text/html": "html"}
REFUSED_OF_256 = 3
UNKNOWN_USER = "550 5.1.1 no such mailbox here"


class Catcher:
    """Writes each message as `.eml` and its bodies as `.txt` and `.html`; passes nothing on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = 0

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Refuse about one mailbox in a hundred, always the same ones, as a real relay would."""
        if hashlib.sha256(address.lower().encode()).digest()[0] < REFUSED_OF_256:
            return UNKNOWN_USER
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Envelope
    ) -> str:
        """Keep one message."""
        self.number += 1
        name = f"{self.number:06d}"
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        (self.folder / f"{name}.eml").write_bytes(content)
        # The older parser on purpose: the newer one takes eight times as long for each message.
        for part in message_from_bytes(content).walk():
            ending = ENDINGS.get(part.get_content_type())
            body = part.get_payload(decode=True)
            if ending and isinstance(body, bytes):
                (self.folder / f"{name}.{ending}").write_bytes(body)
        return "250 2.0.0 kept"


async def serve(port: int, folder: Path) -> None:
    """Serve until the process ends."""
    catcher = Catcher(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(catcher, enable_SMTPUTF8=True, loop=loop, hostname="mail.demo.example"),
        host="127.0.0.1",
        port=port,
    )
    await server.serve_forever()


if __name__ == "__main__":
    end_with_parent()
    Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
