"""How much one visitor may ask in a while: who asks too much waits, and everybody else does not.

A bucket for each account and one for each address, in this process alone: a limit against floods, not a quota. An
address may be a whole university, so its bucket is much larger than an account's; the first half of an IPv6 address
counts as one. What costs next to nothing (files, streams, health) is not counted.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.kit import auth
from services.kit.domain import DomainError, Kind
from services.kit.networks import network
from services.portal.edge.session import visitor_of

MOST_BUCKETS = 50_000
"""Buckets kept; the one not asked for longest is forgotten first, and would be full again by then."""
_FREE = ("/static/", "/live", "/callbacks/")

Refuse = Callable[[Request, DomainError], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a minute on average, and up to `burst` at once."""

    minute: int
    burst: int

    @property
    def second(self) -> float:
        """What comes back each second."""
        return self.minute / 60


class Buckets:
    """Token buckets by name, by a monotonic clock in seconds."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic, most: int = MOST_BUCKETS) -> None:
        self._rate = rate
        self._clock = clock
        self._most = most
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """Take one; 0 when there was one, else after how many seconds there will be."""
        now = self._clock()
        left, seen = self._left.pop(name, (float(self._rate.burst), now))
        left = min(float(self._rate.burst), left + (now - seen) * self._rate.second)
        waits = 0.0 if left >= 1 else (1 - left) / self._rate.second
        self._left[name] = (left if waits else left - 1, now)
        while len(self._left) > self._most:
            self._left.popitem(last=False)
        return waits


class Limits:
    """ASGI: refuses with EXHAUSTED `TOO_MANY_REQUESTS`, saying until when (PUB-10).

    Stands inside `Sessions` and `Whereabouts`, which know the account and the address.
    """

    def __init__(self, app: ASGIApp, refuse: Refuse, account: Rate, address: Rate) -> None:
        self._app = app
        self._refuse = refuse
        self._accounts = Buckets(account)
        self._addresses = Buckets(address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve or refuse one request."""
        if scope["type"] != "http" or scope["path"].startswith(_FREE):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        waits = self._waits(request)
        if not waits:
            await self._app(scope, receive, send)
            return
        until = datetime.now(UTC) + timedelta(seconds=waits)
        error = DomainError(
            Kind.EXHAUSTED,
            "TOO_MANY_REQUESTS",
            "您的操作过于频繁，请稍候再试。您已填写的内容不会丢失。",
            rule="PUB-10",
            until=until,
        )
        await (await self._refuse(request, error))(scope, receive, send)

    def _waits(self, request: Request) -> float:
        caller = visitor_of(request).caller
        if caller is not None:
            return self._accounts.take(caller.acting_by or caller.person_id)
        return self._addresses.take(network(auth.origin().address))
