"""The page as an application: GET shows the form, POST answers, nothing is written down.

A code is read from the body of a POST alone. In an address it would stand in the logs of every
proxy on the way, so `?code=` is never looked at.
"""

import base64
import hashlib
import logging
import re
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qs

from anyio import CapacityLimiter, move_on_after
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from flows.check_page.client import UNKNOWN, client_of
from flows.check_page.pages import Answer, Pages
from flows.check_page.rate import Rate
from incidents.keys import check_code_shape
from incidents.steps.check_code import CodeCheck, SentCase

MOST_BYTES = 1024
BODY_SECONDS = 5.0
ANSWER_SECONDS = 10.0
LOOKS_AT_ONCE = 4
SAFE = {
    "Cache-Control": "no-store",
    "Connection": "close",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)

log = logging.getLogger("forthwith.check_page")


@dataclass(frozen=True)
class Desk:
    """What answers: who knows the codes, what the page says, how many may ask."""

    check: CodeCheck
    pages: Pages
    rate: Rate
    proxies: int = 0


def check_page_app(desk: Desk) -> Starlette:
    """Return the application: `/` is the page, `/healthz` says `ok`."""
    looks = CapacityLimiter(LOOKS_AT_ONCE)

    async def page(request: Request) -> Response:
        locale = _locale(desk, request)
        if request.method != "POST" or request.headers.get("sec-fetch-site") == "cross-site":
            return _shown(desk, "form", locale)
        try:
            typed = await _typed(request)
        except ValueError:
            return _shown(desk, "form", locale, status=413)
        return await _answered(desk, looks, _client(desk, request), typed, locale)

    def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok", headers=SAFE)

    return Starlette(
        routes=[
            Route("/", page, methods=["GET", "POST"]),
            Route("/healthz", healthz, methods=["GET"]),
        ],
        exception_handlers={HTTPException: _refused},
    )


async def _answered(
    desk: Desk, looks: CapacityLimiter, client: str, typed: str, locale: str
) -> Response:
    if not check_code_shape(typed):
        if wait := desk.rate.take_small(client):
            return _shown(desk, "wait", locale, status=429, wait=wait)
        return _shown(desk, "slip", locale, typed=typed)
    # Taken before it is known whether the code is real: many at once must not slip through.
    if wait := desk.rate.take(client):
        return _shown(desk, "wait", locale, status=429, wait=wait)
    try:
        case = await _case(desk, looks, typed)
    except Exception as problem:  # noqa: BLE001  # whatever it is, its text may hold what was typed
        desk.rate.give_back(client)
        log.error("a code could not be checked: %s", type(problem).__name__)  # noqa: TRY400
        return _shown(desk, "broken", locale, status=503)
    if case is None:
        return _shown(desk, "not_ours", locale)
    desk.rate.give_back(client)
    return _shown(desk, "real", locale, case=case)


async def _case(desk: Desk, looks: CapacityLimiter, typed: str) -> SentCase | None:
    with move_on_after(ANSWER_SECONDS):
        find = partial(desk.check.find, typed)
        return await run_sync(find, limiter=looks, abandon_on_cancel=True)
    raise TimeoutError


async def _typed(request: Request) -> str:
    """Return what was typed into the form.

    Raises:
        ValueError: for a body that is too long, too slow, or no form.
    """
    if int(request.headers.get("content-length") or 0) > MOST_BYTES:
        raise ValueError("too long")
    body = b""
    with move_on_after(BODY_SECONDS) as limit:
        try:
            async for piece in request.stream():
                body += piece
                if len(body) > MOST_BYTES:
                    raise ValueError("too long")
        except ClientDisconnect:
            raise ValueError("gone") from None
    if limit.cancelled_caught:
        raise ValueError("too slow")
    fields = parse_qs(body.decode("ascii"), encoding="utf-8", errors="replace", max_num_fields=8)
    return fields.get("code", [""])[0]


def _locale(desk: Desk, request: Request) -> str:
    asked = request.query_params.get("lang", "")
    return desk.pages.locale(asked, request.headers.get("accept-language", ""))


def _client(desk: Desk, request: Request) -> str:
    peer = request.client.host if request.client else UNKNOWN
    return client_of(peer, request.headers.getlist("x-forwarded-for"), desk.proxies)


def _shown(
    desk: Desk,
    answer: Answer,
    locale: str,
    *,
    status: int = 200,
    case: SentCase | None = None,
    typed: str = "",
    wait: float = 0,
) -> Response:
    html = desk.pages.render(answer, locale, case=case, typed=typed, wait=wait)
    headers = SAFE | {
        "Content-Security-Policy": _policy(html),
        "Content-Language": locale,
        "Vary": "Accept-Language",
    }
    if answer == "wait":
        headers["Retry-After"] = str(max(1, int(wait) + 1))
    return HTMLResponse(html, status_code=status, headers=headers)


def _policy(html: str) -> str:
    """Return what the page may load: its own style, known by its digest, and nothing else."""
    style = _STYLE.search(html)
    digest = hashlib.sha256((style[1] if style else "").encode()).digest()
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'sha256-{base64.b64encode(digest).decode()}'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _refused(_request: Request, problem: Exception) -> Response:
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    return PlainTextResponse("not here", status_code=status, headers=SAFE)
