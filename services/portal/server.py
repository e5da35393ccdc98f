"""The HTTP server as a part of the process."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

GRACE_SECONDS = 6
"""Running requests get this long when the process stops."""
_BACKLOG = 2048


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the process runner listens for signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebServer:
    """Serves `app` on `host`:`port` (0: a free one, then in `.port`)."""

    name = "http"

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self.port = port
        self._host = host
        self._app = app
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
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_keep_alive=30,
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]), name="http server")

    async def stop(self) -> None:
        """Refuse new connections and let running requests finish. Event streams are closed before, by the live hub."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
            self._server = None

    def not_ready(self) -> str:
        """Empty while listening."""
        return "" if self._server is not None and self._server.started else "not listening"
