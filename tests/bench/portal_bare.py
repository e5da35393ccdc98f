"""A bare FastAPI route that answers the same bytes each time, served as the portal is: for board reads to be held to.

Run by `tests.bench.portal_board`; the bytes come on the standard input, the port goes out on the standard output.
"""

from __future__ import annotations

import asyncio
import sys

import uvloop
from fastapi import FastAPI
from starlette.responses import Response

from services.portal.server import WebServer


async def serve(body: bytes) -> None:
    """Serve until ended."""
    app = FastAPI(openapi_url=None, telemetry={"tracing": False, "metrics": False, "logs": False})

    @app.get("/bare")
    async def bare() -> Response:
        return Response(body, media_type="application/json")

    server = WebServer(app, "127.0.0.1", 0)
    await server.start()
    print(server.port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(sys.stdin.buffer.read()))
