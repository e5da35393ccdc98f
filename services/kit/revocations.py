"""Sessions that ended before their tokens did: told by facts, read from a few minutes back, heard within moments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from google.protobuf.message import DecodeError
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from services.kit.auth import TokenVerifier
from services.kit.bus import NATS_ERRORS, Messaging
from services.kit.ending import ended
from services.kit.ids import new_id
from services.kit.pull import Deaf, Pull

LOOK_BACK = timedelta(minutes=11)
"""How far back is read: an access token lives ten minutes, and clocks run apart."""
CATCH_UP_SECONDS = 5.0
"""How long a start waits for what happened before it; after that tokens' own ends must do."""
_BATCH = 64
_FORGOTTEN_AFTER_SECONDS = 60.0
_LONGEST_PAUSE = 2.0

_log = structlog.get_logger("kit.auth")


class Revocations:
    """A part that tells `verifier` which sessions have ended.

    It reads with a consumer of its own that the server forgets, and reads anew from eleven minutes back whenever that
    consumer is lost: hearing a fact twice changes nothing. While NATS is away tokens of ended sessions count until
    they end by themselves.

    Args:
        messaging: The connection; started before this part.
        stream: Name of the stream with the facts.
        subject: Their subject.
        decode: A fact's body as session id and until when it must be remembered (aware UTC). It may raise DecodeError.
        verifier: Whom to tell.
    """

    name = "revocations"

    def __init__(
        self,
        messaging: Messaging,
        stream: str,
        subject: str,
        decode: Callable[[bytes], tuple[str, datetime]],
        verifier: TokenVerifier,
    ) -> None:
        self._messaging = messaging
        self._stream = stream
        self._subject = subject
        self._decode = decode
        self._verifier = verifier
        self._pull: Pull | None = None
        self._caught_up = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        messaging.on_reconnect(self._reconnected)

    async def start(self) -> None:
        """Begin to listen; returns when what happened before is known, or could not be learnt in time."""
        self._loop = asyncio.create_task(self._run(), name=self.name)
        try:
            async with asyncio.timeout(CATCH_UP_SECONDS):
                await self._caught_up.wait()
        except TimeoutError:
            _log.warning("ended sessions are not known yet")

    async def stop(self) -> None:
        """Listen no more."""
        if self._loop is not None:
            await ended(self._loop)
            self._loop = None
        await self._leave()

    def not_ready(self) -> str:
        """Empty while the loop runs: a broker that is away does not make the service unready."""
        return "not running" if self._loop is None or self._loop.done() else ""

    async def _run(self) -> None:
        pause = 0.05
        while True:
            try:
                pull, missing = await self._begin()
                pause = 0.05
                await self._listen(pull, missing)
            except (Deaf, *NATS_ERRORS) as error:
                _log.info("ended sessions are read anew", reason=f"{type(error).__name__}: {error}")
            except Exception:  # noqa: BLE001 (supervision: a loop that ended would be deaf for ever, and silently)
                _log.exception("ended sessions are read anew")
            await self._leave()
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _begin(self) -> tuple[Pull, int]:
        """A pull on a new consumer, and how many facts of the last eleven minutes it has. Raises NATS_ERRORS."""
        await self._messaging.connected()
        consumer = ConsumerConfig(
            name=f"revocations-{new_id()}",
            deliver_policy=DeliverPolicy.BY_START_TIME,
            opt_start_time=datetime.now(UTC) - LOOK_BACK,
            ack_policy=AckPolicy.NONE,
            filter_subject=self._subject,
            inactive_threshold=_FORGOTTEN_AFTER_SECONDS,
            mem_storage=True,
        )
        made = await self._messaging.js.add_consumer(self._stream, consumer)
        self._pull = Pull(self._messaging, self._stream, made.name, _BATCH)
        await self._pull.start()
        return self._pull, made.num_pending or 0

    async def _listen(self, pull: Pull, missing: int) -> None:
        """Tell of every fact; `missing` of them happened before. Raises Deaf when the consumer is lost."""
        while True:
            if missing <= 0:
                self._caught_up.set()
            messages = await pull.fetch()
            self._tell(messages)
            missing -= len(messages)

    def _tell(self, messages: Sequence[Msg]) -> None:
        for message in messages:
            try:
                session_id, forget_at = self._decode(message.data)
            except (DecodeError, ValueError, OverflowError):  # no message, or one with an instant that is none
                _log.error("a fact that cannot be read", subject=message.subject)
                continue
            self._verifier.end_session(session_id, forget_at)

    async def _leave(self) -> None:
        if self._pull is not None:
            await self._pull.stop()
            self._pull = None

    def _reconnected(self) -> None:
        if self._pull is not None:
            self._pull.forget()
