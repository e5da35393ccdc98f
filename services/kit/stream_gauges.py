"""How full JetStream's streams are and what waits for each consumer, as gauges."""

from __future__ import annotations

from services.kit import metrics
from services.kit.bus import Messaging
from services.kit.measure import Measure, Readings


def stream_gauges(messaging: Messaging) -> Measure:
    """OPS-72: the part that reads every stream and durable consumer there is, also one that nobody empties."""

    async def read() -> Readings:
        if not messaging.client.is_connected:
            return {}
        sizes: dict[tuple[str, ...], float] = {}
        limits: dict[tuple[str, ...], float] = {}
        counts: dict[tuple[str, ...], float] = {}
        waiting: dict[tuple[str, ...], float] = {}
        unanswered: dict[tuple[str, ...], float] = {}
        for stream in await messaging.js.streams_info():
            name = stream.config.name or ""
            sizes[(name,)] = stream.state.bytes
            counts[(name,)] = stream.state.messages
            limits[(name,)] = stream.config.max_bytes or 0
            for consumer in await messaging.js.consumers_info(name):
                if not consumer.config.durable_name:
                    continue  # a process's own, gone with it
                waiting[(name, consumer.name)] = consumer.num_pending or 0
                unanswered[(name, consumer.name)] = consumer.num_ack_pending or 0
        return {
            metrics.STREAM_BYTES: sizes,
            metrics.STREAM_MAX_BYTES: limits,
            metrics.STREAM_MESSAGES: counts,
            metrics.CONSUMER_WAITING: waiting,
            metrics.CONSUMER_OPEN: unanswered,
        }

    return Measure("stream gauges", read)
