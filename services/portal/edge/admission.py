"""OPS-100 at the edge: what the portal has no time for is refused before anything was spent on it.

Commands go before what is read, for somebody has typed them and may be close to a deadline; what a page asks for by
itself while nobody attends to it goes last. Files, streams and the public board cost next to nothing and stand outside.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from services.kit.domain import DomainError
from services.kit.metrics import HTTP_SECONDS
from services.kit.overload import Bounds, Gate, Sort
from services.portal.edge.languages import Languages
from services.portal.edge.middleware import Refuse

_FREE = ("/static/", "/live")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS = _SAFE | {"POST", "PUT", "DELETE", "PATCH"}
BOUNDS = Bounds(least=16, begins=32, most=512, standing_seconds=0.03)


class Admission:
    """ASGI: serves what the gate lets in; refuses the rest with EXHAUSTED `OVERLOADED` and a moment to come back.

    It stands outside of packing, traces and measures: a refusal is counted by the gate, and costs next to nothing else.
    """

    def __init__(self, app: ASGIApp, refuse: Refuse, gate: Gate | None = None) -> None:
        self._app = app
        self._refuse = refuse
        self._gate = gate or Gate("http", BOUNDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve or refuse one request."""
        if scope["type"] != "http" or scope["path"].startswith(_FREE):
            await self._app(scope, receive, send)
            return
        try:
            place = await self._gate.enter(_sort(scope))
        except DomainError as error:
            await Languages(self._refusing(error))(scope, receive, send)
            return
        try:
            with place.marked():
                await self._app(scope, receive, send)
        finally:
            place.give_back()

    def _refusing(self, error: DomainError) -> ASGIApp:
        async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
            response = await self._refuse(Request(scope, receive), error)
            # What is measured counts what was refused, too; the alert of an overloaded portal asks for its share.
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            HTTP_SECONDS.labels("unmatched", method, str(response.status_code)).observe(0.0)
            await response(scope, receive, send)

        return refuse


def _sort(scope: Scope) -> Sort:
    if scope["method"] not in _SAFE:
        return Sort.COMMAND
    return Sort.BACKGROUND if Headers(scope=scope).get("x-attended") == "no" else Sort.READ
