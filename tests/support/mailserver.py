"""A real SMTP server that forces every accepted message to disk before it says so: the oracle.

It can be told to fail at a stage: with a reply, by closing, by falling silent, by talking junk.
"""

import asyncio
import hashlib
import json
import os
import re
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, NamedTuple

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Stage = Literal["banner", "ehlo", "auth", "mail", "rcpt", "data", "body", "dot"]


@dataclass
class Fault:
    """What to do instead of the usual at one stage.

    `do` is a reply such as `451 4.7.1 later`, or `drop`, `silence`, `junk`. At the stage `dot` all
    but a reply take the message first and lose the answer; `lose` closes without taking it.
    """

    stage: Stage
    do: str
    match: str = ""
    """Only for recipients this pattern is found in."""
    times: int = -1
    """How often; negative is always."""
    skip: int = 0
    """How many to let pass first."""


class Received(NamedTuple):
    """One message the server took."""

    sender: str
    recipient: str
    message_id: str
    sha256: str


@dataclass
class Oracle:
    """What the server took, in a file that outlives everybody."""

    path: Path
    faults: list[Fault] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    logins: int = 0
    connections: int = 0
    taken: int = 0
    commands_in_one_read: int = 0
    """The most there were."""
    pipelining: bool = False
    eager: bool = False
    """Answers DATA with 354 although no recipient was taken (RFC 2920 3.1)."""
    drip: bool = False
    """Answers in single letters, and in two lines."""

    def take(self, envelope: Envelope) -> None:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.messages.append(content)
        line = Received(
            envelope.mail_from or "",
            "|".join(envelope.rcpt_tos),
            str(message_from_bytes(content)["Message-ID"] or ""),
            hashlib.sha256(content).hexdigest(),
        )
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.taken += 1

    def received(self) -> list[Received]:
        if not self.path.exists():
            return []
        lines = self.path.read_text(encoding="utf-8").splitlines()
        return [Received(*json.loads(line)) for line in lines]

    def fault(self, stage: Stage, recipients: Sequence[str] = ()) -> str:
        for one in self.faults:
            fits = not one.match or any(re.search(one.match, to) for to in recipients)
            if one.stage == stage and one.times != 0 and fits:
                if one.skip:
                    one.skip -= 1
                    continue
                one.times -= 1
                return one.do
        return ""


class _Server(SMTP):
    """aiosmtpd with a will of its own."""

    def __init__(self, oracle: Oracle, **more: Any) -> None:
        self.oracle = oracle
        super().__init__(_Handler(oracle), **more)

    def connection_made(self, transport: Any) -> None:
        self.oracle.connections += self.session is None  # not again after STARTTLS
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        words = data.count(b"MAIL FROM") + data.count(b"RCPT TO") + data.count(b"\r\nDATA\r\n")
        self.oracle.commands_in_one_read = max(self.oracle.commands_in_one_read, words)
        super().data_received(data)

    async def push(self, status: Any) -> None:
        text = status.decode() if isinstance(status, bytes) else str(status)
        if text.startswith("220 ") and "Ready to start TLS" not in text:
            fault = self.oracle.fault("banner")
            if fault:
                text = await self.misbehave(fault)
        if self.oracle.drip and text.startswith("250 "):
            for letter in f"250-first\r\n{text}\r\n":
                self._writer.write(letter.encode())
                await self._writer.drain()
                await asyncio.sleep(0)
            return
        await super().push(text)

    async def misbehave(self, do: str) -> str:
        if do == "silence":
            await asyncio.sleep(3600)
        if do == "junk":
            return "what? who?"
        if do == "endless":
            self._writer.write(b"250-on and on\r\n" * 10_000)
            await self._writer.drain()
            await asyncio.sleep(3600)
        if do in {"drop", "lose"} and isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        return do if do[:1].isdigit() else "421 4.3.0 gone"

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        recipients = list(self.envelope.rcpt_tos) if self.envelope else []
        fault = self.oracle.fault("data", recipients)
        if fault:
            await self.push(await self.misbehave(fault))
            return
        if self.oracle.eager and not recipients:
            await self.push("354 go ahead")
            await self._reader.readuntil(b".\r\n")
            await self.push("554 5.5.1 no valid recipients")
            return
        fault = self.oracle.fault("body", recipients)
        if fault:
            await self.push("354 go ahead")
            await self._reader.readline()
            await self.push(await self.misbehave(fault))
            return
        await super().smtp_DATA(arg)


class _Handler:
    """Answers each command as told, or as usual."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle

    async def handle_EHLO(  # noqa: N802
        self,
        server: _Server,
        session: Session,
        _envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        fault = self.oracle.fault("ehlo")
        if self.oracle.pipelining:
            responses.insert(1, "250-PIPELINING")
        return [await server.misbehave(fault)] if fault else responses

    async def handle_MAIL(  # noqa: N802
        self, server: _Server, _session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        fault = self.oracle.fault("mail", [address])
        if fault:
            return await server.misbehave(fault)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 ok"

    async def handle_RCPT(  # noqa: N802
        self, server: _Server, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        fault = self.oracle.fault("rcpt", [address])
        if fault:
            return await server.misbehave(fault)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(  # noqa: N802
        self, server: _Server, _session: Session, envelope: Envelope
    ) -> str:
        fault = self.oracle.fault("dot", envelope.rcpt_tos)
        if fault and (fault[:1].isdigit() or fault == "lose"):
            return await server.misbehave(fault)
        self.oracle.take(envelope)
        return await server.misbehave(fault) if fault else "250 2.0.0 taken"


async def until(happened: Callable[[], object]) -> None:
    """Wait until something is so in another thread or process."""
    while not happened():  # noqa: ASYNC110  # the other side knows no event of this loop
        await asyncio.sleep(0.005)


def certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for 127.0.0.1 that no authority vouches for; return it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    start = datetime.now(UTC) - timedelta(hours=1)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert_file, key_file


@dataclass
class MailServer:
    """A server under way."""

    port: int
    oracle: Oracle
    certificate: Path | None = None

    def received(self) -> list[Received]:
        return self.oracle.received()


@contextmanager
def running_mailserver(
    folder: Path,
    faults: Sequence[Fault] = (),
    *,
    login: tuple[str, str] | None = None,
    security: Literal["none", "starttls", "tls"] = "none",
    smtputf8: bool = False,
    pipelining: bool = False,
    eager: bool = False,
    drip: bool = False,
) -> Iterator[MailServer]:
    """Serve on loopback in a thread of its own; `<folder>/taken.jsonl` is the oracle's file."""
    folder.mkdir(parents=True, exist_ok=True)
    oracle = Oracle(
        folder / "taken.jsonl", list(faults), pipelining=pipelining, eager=eager, drip=drip
    )
    files = certificate(folder) if security != "none" else None
    context = None
    if files:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*files)

    def authenticate(
        _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        oracle.logins += 1
        given = (data.login.decode(), data.password.decode())
        good = isinstance(data, LoginPassword) and given == login
        fault = oracle.fault("auth")
        return AuthResult(success=good and not fault, handled=False, message=fault or None)

    loop = asyncio.new_event_loop()

    def server() -> _Server:
        return _Server(
            oracle,
            loop=loop,
            hostname="relay.example",
            enable_SMTPUTF8=smtputf8,
            tls_context=context if security == "starttls" else None,
            authenticator=authenticate if login else None,
            auth_required=bool(login),
            auth_require_tls=False,
        )

    async def listen() -> asyncio.Server:
        return await loop.create_server(
            server, "127.0.0.1", 0, ssl=context if security == "tls" else None
        )

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()

    thread = threading.Thread(target=run, name="mailserver", daemon=True)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    try:
        port = listening.sockets[0].getsockname()[1]
        yield MailServer(port, oracle, files[0] if files else None)
    finally:
        asyncio.run_coroutine_threadsafe(_close(listening), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _close(listening: asyncio.Server) -> None:
    listening.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


if __name__ == "__main__":
    # Serves in a process of its own until standard input closes; the first line is the port.
    with running_mailserver(Path(sys.argv[1])) as standing:
        print(standing.port, flush=True)
        sys.stdin.read()
