"""Whether Prefect answers, and to whom."""

import socket
from ipaddress import ip_address
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from flows.doctor.finding import Finding, error, ok, warning
from flows.watching import prefect_api
from incidents.wiring import Workshop

OUTWARD = (("192.0.2.1", socket.AF_INET), ("2001:db8::1", socket.AF_INET6))
"""Documentation addresses: asking the way there sends nothing and names our own address."""


def prefect(_shop: Workshop) -> list[Finding]:
    """Return whether Prefect is there, and asks for a login where others can reach it."""
    api = prefect_api()
    if not api:
        return [ok("no Prefect is set up; `forthwith watch` and `forthwith step` do without")]
    if not answers(f"{api}/health"):
        what = f"Prefect does not answer at {_shown(api)}"
        return [error(what, "start it, or correct PREFECT_API_URL")]
    return _login(api)


def _login(api: str) -> list[Finding]:
    parts = urlsplit(api)
    repair = (
        "set PREFECT_SERVER_API_AUTH_STRING on the server and PREFECT_API_AUTH_STRING here, or "
        "bind it to 127.0.0.1: whoever reaches it reads and starts everything"
    )
    open_here = answers(f"{api}/hello", wanted="👋")
    if not _is_loopback(parts.hostname or ""):
        if open_here:
            return [error(f"Prefect at {_shown(api)} answers without login", repair)]
        if parts.scheme != "https":
            what = f"Prefect's login goes to {_shown(api)} in the clear"
            return [warning(what, "put TLS before it")]
        return [ok(f"Prefect at {_shown(api)} answers and asks for a login")]
    if not open_here:
        return [ok(f"Prefect at {_shown(api)} answers and asks for a login")]
    for address in _own_addresses():
        beyond = urlunsplit((parts.scheme, f"{address}:{parts.port or 80}", parts.path, "", ""))
        if answers(f"{beyond}/hello", wanted="👋"):
            return [error(f"Prefect answers without login at {_shown(beyond)} too", repair)]
    what = f"Prefect at {_shown(api)} answers without login, to everybody on this machine"
    return [warning(what, repair)]


def _shown(api: str) -> str:
    parts = urlsplit(api)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or ''}".rstrip(":")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _own_addresses() -> list[str]:
    """Return this machine's addresses as others see them."""
    found = set()
    for target, family in OUTWARD:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((target, 9))
                found.add(probe.getsockname()[0])
        except OSError:
            continue
    try:
        for entry in socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM):
            found.add(str(entry[4][0]))
    except OSError:
        pass
    plain = [one.partition("%")[0] for one in found if not _is_loopback(one.partition("%")[0])]
    return sorted(f"[{one}]" if ":" in one else one for one in plain)


class _Stay(HTTPRedirectHandler):
    """Follows nowhere: being sent to a login page is being asked for a login."""

    def redirect_request(self, *_: Any) -> None:
        """Refuse to be sent elsewhere."""


def answers(url: str, *, wanted: str = "") -> bool:
    """Return whether an address answers a request without credentials as Prefect does."""
    request = Request(url)  # noqa: S310  # the operator's own Prefect address
    try:
        with build_opener(_Stay()).open(request, timeout=5) as answer:
            return wanted in answer.read(1000).decode("utf-8", "replace")
    except HTTPError:
        return False
    except (URLError, OSError, ValueError):
        return False
