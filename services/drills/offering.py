"""Requests offered to a portal: in a closed loop, as fast as it answers, or in an open one, whether it keeps up or not.

A client that costs little, so that of the machine's two cores the product has the most: sockets, and no more of HTTP
than a portal speaks.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

ANSWER_SECONDS = 15.0
"""Whoever has no answer by then counts as unanswered (status 0)."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; `key` makes it a command."""

    method: str
    path: str
    token: str = field(default="", repr=False)
    key: str = ""
    body: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status 0 for none."""

    request: Request
    status: int
    retry_after: str
    body: bytes = field(repr=False)
    seconds: float
    """From when it left; `late` is how much later that was than it should have."""
    late: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300

    @property
    def reason(self) -> str:
        """The stable reason of a refusal; empty otherwise."""
        try:
            return "" if self.ok else str(json.loads(self.body).get("reason", ""))
        except (ValueError, AttributeError):
            return ""


class Client:
    """Connections to one portal, each for one request at a time, opened as needed."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send(self, request: Request, due: float | None = None) -> Answer:
        """One try; `due` is when it was to leave, by the monotonic clock (now when None)."""
        began = time.monotonic()
        status, after, body = 0, "", b""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                status, after, body = await self._exchange(_spelled(request))
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            status = 0
        late = max(0.0, began - due) if due is not None else 0.0
        return Answer(request, status, after, body, time.monotonic() - began, late)

    async def close(self) -> None:
        """Give the connections back."""
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()

    async def _exchange(self, spelled: bytes) -> tuple[int, str, bytes]:
        again = bool(self._idle)
        reader, writer = self._idle.pop() if again else await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(spelled)
            head = await reader.readuntil(b"\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError):
            writer.close()
            if again:  # it was closed while it lay idle
                return await self._exchange(spelled)
            raise
        except BaseException:
            writer.close()
            raise
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        try:
            body = await reader.readexactly(int(headers.get("content-length", "0")))
        except BaseException:
            writer.close()
            raise
        if headers.get("connection", "") == "close":
            writer.close()
        else:
            self._idle.append((reader, writer))
        return int(lines[0].split(" ")[1]), headers.get("retry-after", ""), body


@dataclass
class Offered:
    """What became of the requests of one stretch."""

    seconds: float
    answers: list[Answer]

    @property
    def accepted(self) -> list[Answer]:
        """Those that were done."""
        return [answer for answer in self.answers if answer.ok]

    @property
    def rate(self) -> float:
        """Accepted requests a second."""
        return len(self.accepted) / self.seconds if self.seconds else 0.0

    @property
    def statuses(self) -> dict[int, int]:
        """Status → how many."""
        return dict(sorted(Counter(answer.status for answer in self.answers).items()))

    @property
    def reasons(self) -> dict[str, int]:
        """Reason → how many refusals."""
        return dict(sorted(Counter(answer.reason for answer in self.answers if not answer.ok).items()))

    def p(self, share: float) -> float:
        """The `share` quantile of how long accepted requests took, in seconds; 0 without any."""
        taken = sorted(answer.seconds for answer in self.accepted)
        return taken[min(len(taken) - 1, int(share * len(taken)))] if taken else 0.0

    def as_json(self) -> dict[str, Any]:
        """For a report; times in seconds."""
        return {
            "accepted_per_second": round(self.rate, 1),
            "p50": round(self.p(0.5), 3),
            "p99": round(self.p(0.99), 3),
            "client_late_p99": round(sorted(each.late for each in self.answers)[int(0.99 * len(self.answers))], 3)
            if self.answers
            else 0.0,
            "statuses": {str(status): count for status, count in self.statuses.items()},
            "reasons": self.reasons,
        }


Make = Callable[[int], Request]
"""The request with a number."""


async def closed_loop(client: Client, clients: int, seconds: float, make: Make) -> Offered:
    """`clients` of them, each sending its next request when the former was answered; a refused one pauses a little."""
    began, answers = time.monotonic(), []
    numbers = iter(range(10**9))

    async def one() -> None:
        while time.monotonic() < began + seconds:
            answer = await client.send(make(next(numbers)))
            answers.append(answer)
            if not answer.ok:
                await asyncio.sleep(0.05)

    await asyncio.gather(*(one() for _ in range(clients)))
    return Offered(time.monotonic() - began, answers)


async def open_loop(client: Client, rate: float, seconds: float, make: Make, seed: int = 1) -> Offered:
    """`rate` requests a second at random moments, whether they are answered or not; returns when all are."""
    chance = random.Random(f"open/{seed}")  # noqa: S311 (a reproducible load, no secret)
    began, due, number = time.monotonic(), 0.0, 0
    running: list[asyncio.Task[Answer]] = []
    while (due := due + chance.expovariate(rate)) < seconds:
        pause = began + due - time.monotonic()
        if pause > 0:
            await asyncio.sleep(pause)
        running.append(asyncio.create_task(client.send(make(number), began + due)))
        number += 1
    answers: Sequence[Answer] = await asyncio.gather(*running)
    return Offered(seconds, list(answers))


def _spelled(request: Request) -> bytes:
    body = b"" if request.body is None else json.dumps(request.body).encode()
    lines = [f"{request.method} {request.path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    lines += [f"Authorization: Bearer {request.token}"] if request.token else []
    lines += [f"Idempotency-Key: {request.key}"] if request.key else []
    lines += ["Content-Type: application/json"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body
