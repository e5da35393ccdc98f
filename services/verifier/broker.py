"""What the broker still holds back: messages not yet handled by a durable consumer, and new dead letters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from services.kit.nats_login import NatsLogin

CONSUMERS = {
    "notify-identity": "IDENTITY",
    "enrollment-identity": "IDENTITY",
    "faculty-identity": "IDENTITY",
    "notify-enrollment": "ENROLLMENT",
    "workflows-enrollment": "ENROLLMENT",
    "faculty-enrollment": "ENROLLMENT",
    "workflows-faculty": "FACULTY",
    "notify-faculty": "FACULTY",
    "webhooks-enrollment": "ENROLLMENT",
    "webhooks-faculty": "FACULTY",
}
"""Durable consumer → stream, as `deploy/streams.yaml` declares them."""
DEAD_LETTERS = "DEADLETTERS"

Result = TypeVar("Result")


class Broker:
    """Asks JetStream about its consumers. A broker that is away is told as a left-over, never raised."""

    def __init__(self, login: NatsLogin) -> None:
        self._login = login
        self._old_letters = 0

    async def remember_dead_letters(self) -> None:
        """Dead letters that lie there now are somebody else's story: they are not told later."""
        letters = await self._ask(self._count_letters)
        self._old_letters = letters if isinstance(letters, int) else 0

    async def left_over(self) -> list[str]:
        """One line for each consumer with messages waiting, and one for new dead letters; empty when all is done."""
        lines = await self._ask(self._look)
        return [lines] if isinstance(lines, str) else lines

    async def _look(self, jetstream: JetStreamContext) -> list[str]:
        lines: list[str] = []
        for durable, stream in CONSUMERS.items():
            info = await jetstream.consumer_info(stream, durable)
            waiting = (info.num_pending or 0) + (info.num_ack_pending or 0)
            if waiting:
                lines.append(f"{durable} has {waiting} facts still to handle")
        letters = await self._count_letters(jetstream) - self._old_letters
        return lines + ([f"{letters} new dead letters"] if letters > 0 else [])

    async def _count_letters(self, jetstream: JetStreamContext) -> int:
        return int((await jetstream.stream_info(DEAD_LETTERS)).state.messages)

    async def _ask(self, question: Callable[[JetStreamContext], Awaitable[Result]]) -> Result | str:
        """The answer, or a line that says why there is none."""
        try:
            connection = await self._login.call()
        except (NatsError, OSError, TimeoutError) as error:
            return f"the broker cannot be asked: {type(error).__name__}"
        try:
            return await question(connection.jetstream(timeout=5))
        except NotFoundError as error:
            return f"the broker misses a stream or consumer: {error.description}"
        except (NatsError, OSError, TimeoutError) as error:
            return f"the broker cannot be asked: {type(error).__name__}"
        finally:
            await connection.close()
