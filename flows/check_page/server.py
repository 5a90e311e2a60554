"""Serves the page: one request for each connection, and little patience with silent ones."""

import asyncio
from collections import OrderedDict
from typing import Any, cast

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTION_SECONDS = 20.0
"""How long a connection lives at most, whatever it does: an answer takes milliseconds."""
MOST_CONNECTIONS = 400
"""Well below the 1024 files a process may usually open."""


class Impatient(H11Protocol):
    """Ends what dawdles, and where all places are taken the oldest, so that none is kept by idling.

    A real question is asked and answered in milliseconds, so the oldest connection is an idle one.
    """

    _open: "OrderedDict[Impatient, asyncio.TimerHandle]" = OrderedDict()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a new connection in."""
        super().connection_made(transport)
        self._open[self] = self.loop.call_later(CONNECTION_SECONDS, transport.abort)
        if len(self._open) > MOST_CONNECTIONS:
            oldest, timer = self._open.popitem(last=False)
            timer.cancel()
            oldest.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        timer = self._open.pop(self, None)
        if timer is not None:
            timer.cancel()
        super().connection_lost(exc)


def server_of(app: Starlette, *, host: str, port: int) -> uvicorn.Server:
    """Return a server that logs no request and believes no proxy by itself."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=cast("Any", Impatient),
        ws="none",
        loop="asyncio",
        lifespan="off",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        backlog=256,
        h11_max_incomplete_event_size=8 * 1024,
        timeout_keep_alive=1,
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(config)
