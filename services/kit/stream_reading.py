"""Reads what a stream holds, from its beginning: who and when, and no body unless one is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from services.kit.delivery import Delivery, Poison, read

AT_ONCE = 500
"""Facts read at a time."""
_SECONDS = 5.0
_UNUSED_SECONDS = 30.0


async def facts_in(js: JetStreamContext, stream: str) -> AsyncIterator[list[tuple[int, Delivery]]]:
    """The facts of `stream` with their places in it, some hundred at a time and without their bodies.

    Nothing comes where the stream is not there. Raises nats errors when the server is away.
    """
    try:
        last = (await js.stream_info(stream)).state.last_seq
    except NotFoundError:
        return
    config = ConsumerConfig(
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.NONE,
        headers_only=True,
        inactive_threshold=_UNUSED_SECONDS,
    )
    consumer = await js.add_consumer(stream, config)
    subscription = await js.pull_subscribe_bind(consumer=consumer.name, stream=stream)
    left = consumer.num_pending or 0
    try:
        while left > 0:
            found = []
            for message in await subscription.fetch(min(AT_ONCE, left), timeout=_SECONDS):
                left = min(left - 1, message.metadata.num_pending)
                place = message.metadata.sequence.stream
                if place > last:
                    left = 0
                    break
                with suppress(Poison):
                    found.append((place, read(message.subject, message.headers, b"", 1)))
            yield found
    finally:
        with suppress(NotFoundError):
            await js.delete_consumer(stream, consumer.name)


async def body_at(js: JetStreamContext, stream: str, place: int) -> bytes:
    """The body of the fact at `place`. Raises nats errors."""
    return (await js.get_msg(stream, place)).data or b""
