"""What is counted of messages on their way. Labels are channels, priorities and codes; never a person, never an id."""

from __future__ import annotations

from collections.abc import Collection

from prometheus_client import Counter, Gauge, Histogram

from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.measure import Measure, Readings
from services.notify.domain.channels import Channel
from services.notify.store.backlog import BacklogStore

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0, 86400.0)

ROUTED = Counter("residency_notify_routed_total", "Messages for which channels were chosen.")
LAG_SECONDS = Histogram(
    "residency_notify_lag_seconds",
    "Time from when a delivery was due until its carrier took it.",
    ["channel", "priority"],
    buckets=_SECONDS,
)
OUTCOMES = Counter(
    "residency_notify_outcomes_total", "What became of attempts, and why.", ["channel", "state", "reason"]
)
DOUBTFUL = Counter("residency_notify_doubtful_total", "Deliveries that may have left twice.", ["channel"])
RECEIPTS = Counter("residency_notify_receipts_total", "What carriers reported later.", ["channel", "verdict"])
WAITING = Gauge("residency_notify_waiting", "Deliveries queued, held and sending.", ["channel", "how"])
OLDEST_SECONDS = Gauge(
    "residency_notify_oldest_seconds", "For how long the oldest due delivery has waited.", ["channel"]
)
GIVEN_UP = Gauge("residency_notify_given_up", "Deliveries given up within a day.", ["channel"])
UNROUTED_SECONDS = Gauge("residency_notify_unrouted_seconds", "For how long a message has waited for its channels.")
HOOKS_WAITING = Gauge("residency_webhook_waiting", "Events due to webhooks.")
HOOKS_OLDEST_SECONDS = Gauge("residency_webhook_oldest_seconds", "For how long the oldest due event has waited.")


def backlog_gauges(database: Database, clock: Clock, channels: Collection[Channel]) -> Measure:
    """OPS-75: the part that tells how much waits, since when, and what was given up."""
    store = BacklogStore(database)

    async def read() -> Readings:
        now = clock.now()
        found = await store.channels(channels, now)
        hooks, oldest = await store.hooks(now)
        return {
            WAITING: {(channel, how): n for channel, each in found.items() for how, n in each.how.items()},
            OLDEST_SECONDS: {(channel,): each.oldest for channel, each in found.items()},
            GIVEN_UP: {(channel,): each.given_up for channel, each in found.items()},
            UNROUTED_SECONDS: {(): await store.unrouted(now)},
            HOOKS_WAITING: {(): hooks},
            HOOKS_OLDEST_SECONDS: {(): oldest},
        }

    return Measure("notify backlog", read)
