"""Where a request comes from: address and browser of the visitor, as the edge saw them, for every call behind."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from services.kit.auth import coming_from
from services.kit.domain import Origin

_BROWSER = 300

Networks = Sequence[IPv4Network | IPv6Network]


class Whereabouts:
    """ASGI: marks the visitor's `Origin` for what runs inside; takes the scheme from a proxy that is trusted.

    Args:
        app: What serves the request.
        proxies: The networks whose word about the visitor is believed.
    """

    def __init__(self, app: ASGIApp, proxies: Networks) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        peer = str((scope.get("client") or ("", 0))[0])
        if self._trusted(peer):
            peer = self._named(headers.get("x-forwarded-for", ""), peer)
            if headers.get("x-forwarded-proto", "") in {"http", "https"}:
                scope["scheme"] = headers["x-forwarded-proto"]
        with coming_from(Origin(peer, headers.get("user-agent", "")[:_BROWSER])):
            await self._app(scope, receive, send)

    def _trusted(self, address: str) -> bool:
        try:
            known = ip_address(address)
        except ValueError:
            return False
        return any(known in network for network in self._proxies)

    def _named(self, forwarded: str, peer: str) -> str:
        """The last address in the chain that is none of ours: what stands before it may be the visitor's invention."""
        for entry in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
            try:
                ip_address(entry)
            except ValueError:
                return peer
            if not self._trusted(entry):
                return entry
            peer = entry
        return peer
