"""A real DNS server on loopback, by UDP and TCP, that can fail as servers do."""

import socketserver
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

SERVFAIL, REFUSED, SILENCE, EMPTY = "SERVFAIL", "REFUSED", "SILENCE", "EMPTY"
"""What a name does instead of answering; EMPTY exists and has no TXT record."""
PART = 255
UDP_BYTES = 512


@dataclass
class DnsServer:
    """What it says, and what it was asked."""

    port: int
    zone: dict[str, Sequence[str] | str]
    asked: list[str] = field(default_factory=list)
    by_tcp: int = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def answer(self, wire: bytes, *, tcp: bool) -> bytes | None:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        self.by_tcp += tcp
        said = self.zone.get(name)
        reply = dns.message.make_response(query)
        if said == SILENCE:
            return None
        if isinstance(said, str):
            reply.set_rcode(dns.rcode.from_text("NOERROR" if said == EMPTY else said))
            return reply.to_wire()
        if said is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
            return reply.to_wire()
        reply.answer.append(_records(question.name, said))
        if not tcp and len(reply.to_wire()) > UDP_BYTES:
            reply.answer.clear()
            reply.flags |= dns.flags.TC  # come again by TCP
        return reply.to_wire()


def _records(name: dns.name.Name, texts: Sequence[str]) -> dns.rrset.RRset:
    lines = []
    for text in texts:
        parts = [text[i : i + PART] for i in range(0, len(text), PART)]
        lines.append(" ".join('"' + part.replace('"', r"\"") + '"' for part in parts))
    return dns.rrset.from_text_list(name, 60, dns.rdataclass.IN, dns.rdatatype.TXT, lines)


def _on_one_port(
    by_udp: type[socketserver.BaseRequestHandler], by_tcp: type[socketserver.BaseRequestHandler]
) -> tuple[socketserver.ThreadingUDPServer, socketserver.ThreadingTCPServer]:
    """Return servers on a port that is free for both: somebody else may hold it for one."""
    for _ in range(50):
        udp = socketserver.ThreadingUDPServer(("127.0.0.1", 0), by_udp)
        try:
            return udp, socketserver.ThreadingTCPServer(
                ("127.0.0.1", udp.server_address[1]), by_tcp
            )
        except OSError:
            udp.server_close()
    raise AssertionError("no port is free by UDP and by TCP")


@contextmanager
def running_dns(zone: Mapping[str, Sequence[str] | str]) -> Iterator[DnsServer]:
    """Run a server with TXT records by name; a name that is not there does not exist."""
    found: list[DnsServer] = []

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, socket = self.request
            reply = found[0].answer(wire, tcp=False)
            if reply is not None:
                socket.sendto(reply, self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            length = int.from_bytes(self.rfile.read(2), "big")
            reply = found[0].answer(self.rfile.read(length), tcp=True)
            if reply is None:
                time.sleep(5)
            else:
                self.wfile.write(len(reply).to_bytes(2, "big") + reply)

    udp, tcp = _on_one_port(Udp, Tcp)
    with udp, tcp:
        found.append(DnsServer(udp.server_address[1], dict(zone)))
        servers: list[Any] = [udp, tcp]
        for one in servers:
            one.daemon_threads = True
            threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield found[0]
        finally:
            for one in servers:
                one.shutdown()
