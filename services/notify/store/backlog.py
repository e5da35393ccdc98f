"""What waits and what was given up, counted: for those who watch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.kit.database import Database
from services.notify.domain.channels import Channel

_WAITING = """
    SELECT channel, count(*) AS n, extract(epoch FROM $1 - min(not_before))::float8 AS age,
        CASE WHEN state = 'sending' THEN 'sending' WHEN not_before > $1 THEN 'held' ELSE 'queued' END AS how
    FROM delivery WHERE state IN ('queued', 'sending') GROUP BY channel, how
"""
_GIVEN_UP = """
    SELECT channel, count(*) AS n FROM delivery
    WHERE state = 'failed' AND finished_at > $1::timestamptz - interval '1 day' GROUP BY channel
"""
_UNROUTED = """
    SELECT coalesce(extract(epoch FROM $1 - min(sent_at))::float8, 0) AS age
    FROM message WHERE routed_at IS NULL
"""
# An ended webhook's events wait for nobody.
_HOOKS = """
    SELECT count(*) AS n, coalesce(extract(epoch FROM $1 - min(d.not_before))::float8, 0) AS age
    FROM webhook w JOIN webhook_delivery d ON d.webhook_id = w.webhook_id
    WHERE w.state = 'active' AND d.state = 'waiting' AND d.not_before <= $1
"""


@dataclass(slots=True)
class Waiting:
    """A channel: how many wait in which way, for how many seconds the oldest is due, how many a day gave up."""

    how: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("queued", "held", "sending"), 0))
    oldest: float = 0.0
    given_up: int = 0


class BacklogStore:
    """Counts; every method raises DomainError UNAVAILABLE."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def channels(self, channels: Collection[Channel], now: datetime) -> Mapping[Channel, Waiting]:
        """What waits and was given up by channel."""
        found = {channel: Waiting() for channel in channels}
        for row in await self._database.fetch(_WAITING, now):
            waiting = found.setdefault(Channel(row["channel"]), Waiting())
            waiting.how[row["how"]] = row["n"]
            if row["how"] == "queued":
                waiting.oldest = row["age"]
        for row in await self._database.fetch(_GIVEN_UP, now):
            found.setdefault(Channel(row["channel"]), Waiting()).given_up = row["n"]
        return found

    async def unrouted(self, now: datetime) -> float:
        """For how many seconds a message has waited for its channels to be chosen; 0 when none does."""
        return max(float(await self._database.fetchval(_UNROUTED, now) or 0.0), 0.0)

    async def hooks(self, now: datetime) -> tuple[int, float]:
        """Events due to webhooks, and for how many seconds the oldest has been."""
        row = await self._database.fetchrow(_HOOKS, now)
        return (0, 0.0) if row is None else (row["n"], row["age"])
