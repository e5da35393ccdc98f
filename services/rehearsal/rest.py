"""The public REST door, as a patient client uses it.

Every write carries an idempotency key and is sent again with the *same* key after a broken connection or a 429, 502,
503 or 504, until it is answered: a process that dies in between must change nothing. Where the door says when to come
again, that is waited for, with some spread; nobody holds a connection while they wait.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from services.kit.clock import Clock, SystemClock
from services.rehearsal.ledger import Ledger
from services.rehearsal.wire import HttpWire, Reply, Wire, target_of

PATIENCE = timedelta(seconds=90)
"""How long one command is retried before its outcome counts as unknown."""
API = "/api/v1"
SHED = frozenset({"OVERLOADED", "SIGN_IN_BUSY"})
"""Reasons of a 429 that say nothing about the command: there was no room to look at it."""
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

    @property
    def shed(self) -> bool:
        """Whether nobody looked at it: the door was too busy, for as long as its sender had patience."""
        return self.status == 429 and self.reason in SHED


@dataclass(frozen=True, slots=True)
class Sent:
    """One exchange: the answer, how many tries it took, and when the first try left."""

    answer: Answer
    tries: int
    sent_at: datetime


class Rest:
    """A pool of connections to the portal that writes every act into the ledger.

    `in_flight` bounds how many requests are open at once, so that the rehearsal measures the system and not its own
    queue in the kernel. `dial` makes a connection; over HTTP when None.
    """

    def __init__(
        self,
        url: str,
        ledger: Ledger,
        *,
        run: UUID,
        seed: int,
        in_flight: int = 24,
        patience: timedelta = PATIENCE,
        clock: Clock | None = None,
        dial: Callable[[], Wire] | None = None,
    ) -> None:
        dial = dial or (lambda: HttpWire(url))
        self._wires = [dial() for _ in range(in_flight)]
        # Last in, first out: few warm connections rather than many cold ones.
        self._free: asyncio.LifoQueue[Wire] = asyncio.LifoQueue()
        for wire in self._wires:
            self._free.put_nowait(wire)
        self._run = run
        self._numbers = 0
        self._patience = patience
        self._repeat = random.Random(f"repeat/{seed}")  # noqa: S311 - reproducible play, not a secret
        self._backoff = random.Random(f"backoff/{seed}")  # noqa: S311
        self.ledger = ledger
        self.clock = clock or SystemClock()

    async def close(self) -> None:
        """Give the connections back."""
        for wire in self._wires:
            wire.close()

    def key(self, actor: str) -> str:
        """A fresh idempotency key: unique to this run, the actor and the intent."""
        self._numbers += 1
        return str(uuid5(self._run, f"{actor}/{self._numbers}"))

    async def send(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        key: str = "",
        body: Any = None,
        query: Any = None,
        until: datetime | None = None,
    ) -> Sent:
        """Wait for a free connection, then send until answered; who is only turned away gives up at `until`.

        After the patience: the last answer when every try was turned away at the door (`Answer.shed`), for then nothing
        has happened; status 0 when one of them may have been carried out.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if key:
            headers["Idempotency-Key"] = key
        content = None if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        target = target_of(API + path, query)
        asked_at = self.clock.now()
        sent_at: datetime | None = None
        tries, doubtful = 0, False
        while True:
            wire = await self._free.get()
            try:
                if sent_at is None:
                    sent_at = self.clock.now()
                    self.ledger.waits.append((sent_at - asked_at).total_seconds())
                tries += 1
                reply = await self._once(wire, method, target, headers, content)
            finally:
                self._free.put_nowait(wire)
            answer = Answer(reply.status, reply.body)
            if reply.status in _AGAIN:
                self.ledger.tried_again(str(reply.status), self.clock.now())
            elif reply.status == 500:
                self.ledger.server_errors[f"{method} {_shape(path)}"] += 1
            elif reply.status:
                return Sent(answer, tries, sent_at)
            doubtful |= not answer.shed
            if until is not None and not doubtful and self.clock.now() >= until:
                return Sent(answer, tries, sent_at)
            if self.clock.now() >= sent_at + self._patience:
                # Of what changes nothing an answer is an answer, also that a part is away.
                return Sent(Answer(0, {}) if doubtful and (key or not reply.status) else answer, tries, sent_at)
            await asyncio.sleep(self._pause(tries, reply.retry_after))

    def _pause(self, tries: int, retry_after: float) -> float:
        """Seconds until the next try: what the door asked for, or doubling; spread, so that not all come at once."""
        if retry_after:
            return retry_after * self._backoff.uniform(1.0, 1.5)
        return min(2.0, 0.05 * 2.0 ** min(tries, 6)) * self._backoff.uniform(0.5, 1.0)

    async def _once(
        self, wire: Wire, method: str, target: str, headers: Mapping[str, str], content: bytes | None
    ) -> Reply:
        try:
            async with asyncio.timeout(_TRY_SECONDS):
                return await wire.exchange(method, target, headers, content)
        except OSError as error:  # a time limit that ran out among them
            self.ledger.tried_again(type(error).__name__, self.clock.now())
            return Reply(0, {})

    def wants_repeat(self) -> bool:
        """Whether this accepted command is one of those sent again on purpose."""
        return self._repeat.random() < _REPEATED_SHARE


def _shape(path: str) -> str:
    return "/".join("*" if len(part) == 36 else part for part in path.split("/"))
