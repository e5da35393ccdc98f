"""Refresh tokens exchanged once each, however many requests of one browser ask at the same moment."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64decode
from typing import Any

from residency.identity.v1 import account_pb2, session_service_pb2
from services.kit.auth import act_as
from services.portal.clients import Clients

EARLY_SECONDS = 60.0
"""An access token is replaced this long before its end."""


class Refresher:
    """Exchanges refresh tokens for this process: one exchange a token at a time (single flight).

    Nothing is remembered beyond that: a request that comes a little later with the old cookie gets the same pair from
    identity, which also knows when it is too late for that.
    """

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._running: dict[str, asyncio.Task[account_pb2.Tokens]] = {}

    async def exchange(self, token: str) -> account_pb2.Tokens:
        """The next pair for `token`; raises what identity raises (REFRESH_REUSED, SESSION_ENDED, UNAVAILABLE …)."""
        running = self._running.get(token)
        if running is None:
            running = asyncio.create_task(self._ask(token), name="refresh session")
            self._running[token] = running
            running.add_done_callback(lambda _: self._running.pop(token, None))
        # A browser that leaves must not cancel the exchange that others wait for.
        return await asyncio.shield(running)

    async def _ask(self, token: str) -> account_pb2.Tokens:
        with act_as(""):
            request = session_service_pb2.RefreshSessionRequest(refresh_token=token)
            answer = await self._clients.sessions.RefreshSession(request)
        tokens: account_pb2.Tokens = answer.tokens
        return tokens


def ends_at(token: str) -> float:
    """When an access token says it ends (seconds since 1970); 0 when it does not say. Not checked: for timing only."""
    end = claims_of(token).get("exp", 0)
    return float(end) if isinstance(end, int | float) else 0.0


def claims_of(token: str) -> dict[str, Any]:
    """What an access token claims, unchecked: to be believed only of a token that identity has just handed out."""
    try:
        claims = token.split(".")[1]
        said = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    except (ValueError, IndexError):
        return {}
    return said if isinstance(said, dict) else {}
