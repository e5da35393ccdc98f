"""Pure ASGI: a request id, one span and one measurement per request, named by route; never a path or a query."""

from __future__ import annotations

import time

import structlog
from opentelemetry.trace import SpanKind
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kit import telemetry
from services.kit.ids import new_id
from services.kit.metrics import HTTP_SECONDS

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})


class Traced:
    """Wraps the whole application. An incoming `traceparent` is continued."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = structlog.get_logger("http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].startswith(("/live", "/static/")):
            await self._app(scope, receive, send)
            return
        request_id = new_id()
        status = 500
        began = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        parent = Headers(scope=scope).get("traceparent", "")
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            telemetry.span(method, parent=parent, kind=SpanKind.SERVER) as span,
        ):
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                seconds = time.perf_counter() - began
                route = getattr(scope.get("route"), "path", "unmatched")
                span.update_name(f"{method} {route}")
                span.set_attributes({"http.route": route, "http.response.status_code": status})
                HTTP_SECONDS.labels(route, method, str(status)).observe(seconds)
                if status >= 500:
                    self._log.warning("request failed", method=method, route=route, status=status, seconds=seconds)
