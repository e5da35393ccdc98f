"""`/livez`, `/startupz`, `/readyz` and `/metrics` of a process, on a port of their own."""

from __future__ import annotations

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from services.kit.readiness import Readiness

LOOP_SECONDS = 2.0
"""The event loop must answer within this time for the process to count as alive."""


class Probes:
    """Answers the platform's questions from a thread, so that a stuck event loop is seen, not joined.

    `/livez` looks at the process alone, never at what it depends on; `/startupz` is 503 until the process was ready
    once; `/readyz` is 503 while it is not, and says in either case what is amiss.
    """

    name = "probes"

    def __init__(self, port: int, readiness: Readiness) -> None:
        self.port = port
        self._readiness = readiness
        self._server: ThreadingHTTPServer | None = None

    async def start(self) -> None:
        """Listen on all addresses; raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        readiness = self._readiness

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                match self.path:
                    case "/livez":
                        self._answer(*_alive(loop))
                    case "/readyz":
                        self._answer(*_ready(readiness))
                    case "/startupz":
                        self._answer(*((200, b"started\n") if readiness.started else _ready(readiness)))
                    case "/metrics":
                        self._answer(200, _metrics(), "text/plain; version=0.0.4; charset=utf-8")
                    case _:
                        self._answer(404, b"not found\n")

            def _answer(self, status: int, body: bytes, content_type: str = "text/plain; charset=utf-8") -> None:
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Probes are not worth a log line."""

        server = ThreadingHTTPServer(("0.0.0.0", self.port), Handler)  # noqa: S104  (probes come from the node)
        server.daemon_threads = True
        self.port = server.server_address[1]
        self._server = server
        threading.Thread(target=server.serve_forever, name="probes", daemon=True).start()

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            await asyncio.to_thread(self._server.shutdown)
            self._server.server_close()
            self._server = None

    def not_ready(self) -> str:
        """Always ready."""
        return ""


def _alive(loop: asyncio.AbstractEventLoop) -> tuple[int, bytes]:
    turned = threading.Event()
    loop.call_soon_threadsafe(turned.set)
    return (200, b"alive\n") if turned.wait(LOOP_SECONDS) else (503, b"the event loop does not answer\n")


def _ready(readiness: Readiness) -> tuple[int, bytes]:
    account = readiness.account()
    return 200 if account.ready else 503, str(account).encode()


def _metrics() -> bytes:
    # Imported at the first scrape: a process that is starting has better things to load.
    from prometheus_client import generate_latest  # noqa: PLC0415

    return generate_latest()
