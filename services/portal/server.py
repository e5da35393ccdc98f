"""The HTTP server as a part of the process."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Iterator

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

GRACE_SECONDS = 6
"""Running requests get this long when the process stops."""
_BACKLOG = 2048


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the process runner listens for signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Closing:
    """ASGI: `app`; while `draining`, answers end their connection, so that a browser's next one leads elsewhere.

    Beside a stream nothing is kept in memory, as in `live/lane.py`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.draining = False

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return self._app(scope, receive, _closing(send) if self.draining else send)


def _closing(send: Send) -> Send:
    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
        await send(message)

    return closing


class WebServer:
    """Serves `app` on `host`:`port` (0: a free one, then in `.port`)."""

    name = "http"

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self.port = port
        self._host = host
        self._app = _Closing(app)
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; raises OSError when the port is taken."""
        listening = socket.create_server((self._host, self.port), backlog=_BACKLOG)
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,  # access lines would carry query strings
            lifespan="off",
            server_header=False,
            interface="asgi3",
            ws="none",
            proxy_headers=False,  # whom to believe about that is a setting of ours (`edge/whereabouts.py`)
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_keep_alive=30,
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]), name="http server")

    def drain(self, seconds: float) -> None:
        """OPS-20: end each connection with its next answer, and go on answering."""
        self._app.draining = True
        for connection in list(self._server.server_state.connections) if self._server is not None else ():
            # Of an answer that has begun, uvicorn lets the connection end too: as it does itself when it stops.
            cycle = getattr(connection, "cycle", None)
            if cycle is not None and not cycle.response_complete:
                cycle.keep_alive = False

    async def stop(self) -> None:
        """Refuse new connections and let running requests finish. Event streams are closed before, by the live hub."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
            self._server = None

    def not_ready(self) -> str:
        """Empty while listening."""
        return "" if self._server is not None and self._server.started else "not listening"
