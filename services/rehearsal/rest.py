"""The public REST door, as a patient client uses it.

Every write carries an idempotency key and is sent again with the *same* key after a broken connection or a 429, 502,
503 or 504, until it is answered: a process that dies in between must change nothing.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import httpx

from services.kit.clock import Clock, SystemClock
from services.rehearsal.ledger import Ledger

PATIENCE = timedelta(seconds=90)
"""How long one command is retried before its outcome counts as unknown."""
_TRY_SECONDS = 10.0
_AGAIN = frozenset({429, 502, 503, 504})
_REPEATED_SHARE = 0.04


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: `status` 0 when there was none within the patience."""

    status: int
    body: Mapping[str, Any]

    @property
    def ok(self) -> bool:
        """Whether the command was accepted or the read answered."""
        return 200 <= self.status < 300

    @property
    def reason(self) -> str:
        """Stable reason of a refusal; empty otherwise."""
        return str(self.body.get("reason", "")) if not self.ok else ""


@dataclass(frozen=True, slots=True)
class Sent:
    """One exchange: the answer, how many tries it took, and when the first try left."""

    answer: Answer
    tries: int
    sent_at: datetime


class Rest:
    """A connection pool to the portal that writes every act into the ledger.

    `in_flight` bounds how many requests are open at once, so that the rehearsal measures the system and not its own
    queue in the kernel.
    """

    def __init__(
        self,
        url: str,
        ledger: Ledger,
        *,
        run: UUID,
        seed: int,
        in_flight: int = 24,
        clock: Clock | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        # One client a connection: a pool that is asked to choose among two dozen costs three times the request itself.
        encryption = ssl.create_default_context()
        self._clients = [
            httpx.AsyncClient(
                base_url=f"{url.rstrip('/')}/api/v1",
                limits=httpx.Limits(max_connections=1),
                timeout=_TRY_SECONDS,
                transport=transport,
                verify=encryption,
                trust_env=False,
            )
            for _ in range(in_flight)
        ]
        self._free: asyncio.LifoQueue[httpx.AsyncClient] = asyncio.LifoQueue()
        for client in self._clients:
            self._free.put_nowait(client)
        self._run = run
        self._numbers = 0
        self._repeat = random.Random(f"repeat/{seed}")  # noqa: S311 - reproducible play, not a secret
        self._backoff = random.Random(f"backoff/{seed}")  # noqa: S311
        self.ledger = ledger
        self.clock = clock or SystemClock()

    async def close(self) -> None:
        """Give the connections back."""
        for client in self._clients:
            await client.aclose()

    def key(self, actor: str) -> str:
        """A fresh idempotency key: unique to this run, the actor and the intent."""
        self._numbers += 1
        return str(uuid5(self._run, f"{actor}/{self._numbers}"))

    async def send(
        self, method: str, path: str, *, token: str = "", key: str = "", body: Any = None, query: Any = None
    ) -> Sent:
        """Wait for a free connection, then send until answered; status 0 after `PATIENCE` without an answer."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if key:
            headers["Idempotency-Key"] = key
        asked_at = self.clock.now()
        client = await self._free.get()
        try:
            sent_at = self.clock.now()
            self.ledger.waits.append((sent_at - asked_at).total_seconds())
            tries = 0
            while True:
                tries += 1
                answer = await self._once(client, method, path, headers, body, query)
                if answer.status in _AGAIN:
                    self.ledger.tried_again(str(answer.status), self.clock.now())
                elif answer.status == 500:
                    self.ledger.server_errors[f"{method} {_shape(path)}"] += 1
                elif answer.status:
                    return Sent(answer, tries, sent_at)
                if self.clock.now() >= sent_at + PATIENCE:
                    return Sent(Answer(0, {}), tries, sent_at)
                await asyncio.sleep(min(2.0, 0.05 * 2 ** min(tries, 6)) * self._backoff.uniform(0.5, 1.0))
        finally:
            self._free.put_nowait(client)

    async def _once(
        self, client: httpx.AsyncClient, method: str, path: str, headers: Mapping[str, str], body: Any, query: Any
    ) -> Answer:
        try:
            response = await client.request(method, path, headers=dict(headers), json=body, params=query)
        except httpx.HTTPError as error:
            self.ledger.tried_again(type(error).__name__, self.clock.now())
            return Answer(0, {})
        try:
            content = response.json() if response.content else {}
        except ValueError:
            content = {}
        return Answer(response.status_code, content if isinstance(content, dict) else {})

    def wants_repeat(self) -> bool:
        """Whether this accepted command is one of those sent again on purpose."""
        return self._repeat.random() < _REPEATED_SHARE


def _shape(path: str) -> str:
    return "/".join("*" if len(part) == 36 else part for part in path.split("/"))
