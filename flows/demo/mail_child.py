"""The demo's mail catcher: an SMTP server on loopback that keeps every message as a file."""

import asyncio
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from flows.prefect_child import end_with_parent

UNKNOWN_USER = "550 5.1.1 no such mailbox here"


class Catcher:
    """Writes each message as `.eml` and its bodies as `.txt` and `.html`; passes nothing on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = 0

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Refuse mailboxes whose name says they are gone, as a real relay would."""
        if address.lower().startswith(("gone.", "gone-")):
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
        message = message_from_bytes(content, policy=policy.default)
        if isinstance(message, EmailMessage):
            for kind, ending in (("plain", "txt"), ("html", "html")):
                part = message.get_body(preferencelist=(kind,))  # type: ignore[arg-type]
                if part is not None:
                    text = part.get_content()
                    (self.folder / f"{name}.{ending}").write_text(text, encoding="utf-8")
        return "250 2.0.0 kept"


async def serve(port: int, folder: Path) -> None:
    """Serve until the process ends."""
    folder.mkdir(parents=True, exist_ok=True)
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
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
