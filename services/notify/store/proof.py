"""MSG-40, MSG-41: what became of messages, read for who answers for them and who runs the channels. It only reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from services.kit.database import Database
from services.notify.domain.channels import Channel

_DELIVERY = """
    d.delivery_id, d.message_id, d.channel, d.person_id, d.state, d.reason, d.attempts, d.doubtful, d.sent_to,
    d.due_at, d.not_before, d.delivered_at, d.finished_at, d.receipt, d.receipt_at, m.template
"""
_MESSAGE = """
    m.message_id, m.key, m.template, m.edition, m.language, m.title, m.body, m.parameters, m.sent_at, m.release_at,
    m.dropped_at, m.in_inbox, coalesce(m.organisation_code, '') AS organisation_code
"""
_TOLD = f"""
    SELECT {_MESSAGE}, r.read_at
    FROM message m LEFT JOIN message_read r ON r.message_id = m.message_id AND r.person_id = $1
    WHERE m.message_id IN (
            SELECT message_id FROM message WHERE person_id = $1
            UNION ALL SELECT message_id FROM delivery WHERE person_id = $1
        )
        AND ($2 = '' OR m.application_id = $2) AND ($3 = '' OR m.template = $3)
        AND ($4::uuid IS NULL OR m.message_id < $4)
    ORDER BY m.message_id DESC LIMIT $5
"""  # noqa: S608 (columns from above)
_WAYS = f"""
    SELECT {_DELIVERY} FROM delivery d JOIN message m USING (message_id)
    WHERE d.message_id = ANY($1) AND d.person_id IN ($2, '') ORDER BY d.delivery_id
"""  # noqa: S608
_FAILED = f"""
    SELECT {_DELIVERY} FROM delivery d JOIN message m USING (message_id)
    WHERE d.state = 'failed' AND ($1 = '' OR d.channel = $1) AND ($2 = '' OR d.reason = $2)
        AND ($3::timestamptz IS NULL OR (d.finished_at, d.delivery_id) > ($3, $4))
    ORDER BY d.finished_at, d.delivery_id LIMIT $5
"""  # noqa: S608
_KEPT = f"""
    SELECT {_DELIVERY}, {_MESSAGE} FROM delivery d JOIN message m USING (message_id)
    WHERE d.state = 'delivered' AND d.channel = ANY($1) AND ($2 = '' OR d.person_id = $2)
        AND ($3::uuid IS NULL OR d.delivery_id < $3)
    ORDER BY d.delivery_id DESC LIMIT $4
"""  # noqa: S608
_WAITING = """
    SELECT channel, count(*) FILTER (WHERE state = 'queued' AND not_before <= $1) AS queued,
        count(*) FILTER (WHERE state = 'queued' AND not_before > $1) AS held,
        count(*) FILTER (WHERE state = 'sending') AS sending,
        extract(epoch FROM $1 - min(not_before) FILTER (WHERE state = 'queued' AND not_before <= $1)) AS oldest
    FROM delivery WHERE state IN ('queued', 'sending') GROUP BY channel
"""
_DELIVERED = """
    SELECT channel, count(*) AS n FROM delivery
    WHERE channel = ANY($2) AND delivered_at > $1::timestamptz - interval '1 minute' GROUP BY channel
"""
_FAILURES = """
    SELECT channel, reason, count(*) AS n FROM delivery
    WHERE state = 'failed' AND finished_at > $1::timestamptz - interval '1 day' GROUP BY channel, reason
"""
_DOUBTFUL = "SELECT channel, sum(doubtful) AS n FROM delivery WHERE doubtful > 0 GROUP BY channel"
_UNROUTED = "SELECT count(*) FROM message WHERE routed_at IS NULL"
_INBOX = """
    SELECT count(*) FILTER (WHERE release_at > $1) AS held,
        count(*) FILTER (WHERE release_at <= $1 AND release_at > $1::timestamptz - interval '1 minute') AS delivered
    FROM message WHERE message_id >= $2 AND in_inbox AND dropped_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One delivery as it stands, with the template of its message."""

    delivery_id: str
    message_id: str
    channel: Channel
    person_id: str
    state: str
    """As the table has it, and `held` for what is queued for later."""
    reason: str
    attempts: int
    doubtful: int
    sent_to: str = field(repr=False)
    due_at: datetime
    delivered_at: datetime | None
    finished_at: datetime | None
    receipt: str
    receipt_at: datetime | None
    template: str


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it was written; `body` and `parameters` as the table has them, sealed, or empty once forgotten."""

    message_id: str
    key: str
    template: str
    edition: str
    language: str
    title: str = field(repr=False)
    body: str = field(repr=False)
    parameters: str = field(repr=False)
    sent_at: datetime
    release_at: datetime
    dropped_at: datetime | None
    in_inbox: bool
    organisation_code: str
    read_at: datetime | None = None


@dataclass(slots=True)
class Backlog:
    """How one channel does."""

    queued: int = 0
    held: int = 0
    sending: int = 0
    oldest_seconds: float = 0.0
    delivered_last_minute: int = 0
    failed_last_day: dict[str, int] = field(default_factory=dict)
    doubtful: int = 0


class Proof:
    """Messages and deliveries as they stand at `now`; every method raises DomainError UNAVAILABLE."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def told(self, person_id: str, application_id: str, template: str, before: str, size: int) -> list[Written]:
        """Up to `size` messages to a person, or that left for them as staff, newest first, those written before
        message `before` (empty: from the newest)."""
        rows = await self._database.fetch(
            _TOLD, person_id, application_id, template, UUID(before) if before else None, size
        )
        return [_written(row, row["read_at"]) for row in rows]

    async def ways(self, messages: Collection[str], person_id: str, now: datetime) -> Mapping[str, list[Way]]:
        """The deliveries of these messages to a person, and those to nobody in particular, by message."""
        found: dict[str, list[Way]] = {}
        for row in await self._database.fetch(_WAYS, [UUID(each) for each in messages], person_id):
            found.setdefault(str(row["message_id"]), []).append(_way(row, now))
        return found

    async def failed(
        self, channel: Channel | None, reason: str, after: tuple[datetime, str] | None, size: int, now: datetime
    ) -> list[Way]:
        """Up to `size` deliveries that were given up, oldest first, those that ended after `after`."""
        at, last = (after[0], UUID(after[1])) if after else (None, None)
        return [_way(row, now) for row in await self._database.fetch(_FAILED, channel or "", reason, at, last, size)]

    async def kept(
        self, channels: Collection[Channel], person_id: str, before: str, size: int, now: datetime
    ) -> list[tuple[Way, Written]]:
        """Up to `size` deliveries that a carrier of these channels took, newest first; `person_id` empty: anybody's."""
        rows = await self._database.fetch(
            _KEPT, [str(each) for each in channels], person_id, UUID(before) if before else None, size
        )
        return [(_way(row, now), _written(row)) for row in rows]

    async def backlogs(self, channels: Sequence[Channel], since: str, now: datetime) -> dict[Channel, Backlog]:
        """How each channel does. `since` is an id: nothing written before is held for the inbox any more."""
        found = {channel: Backlog() for channel in channels}

        def of(row: Record) -> Backlog:
            return found.setdefault(Channel(row["channel"]), Backlog())

        for row in await self._database.fetch(_WAITING, now):
            backlog = of(row)
            backlog.queued, backlog.held, backlog.sending = row["queued"], row["held"], row["sending"]
            backlog.oldest_seconds = float(row["oldest"] or 0)
        for row in await self._database.fetch(_DELIVERED, now, [str(each) for each in channels]):
            of(row).delivered_last_minute = row["n"]
        for row in await self._database.fetch(_FAILURES, now):
            of(row).failed_last_day[row["reason"]] = row["n"]
        for row in await self._database.fetch(_DOUBTFUL):
            of(row).doubtful = row["n"]
        inbox = await self._database.fetchrow(_INBOX, now, UUID(since))
        assert inbox is not None
        found[Channel.INBOX] = Backlog(held=inbox["held"], delivered_last_minute=inbox["delivered"])
        return found

    async def unrouted(self) -> int:
        """Messages that no channel was chosen for yet."""
        return int(await self._database.fetchval(_UNROUTED))


def _written(row: Record, read_at: datetime | None = None) -> Written:
    values: dict[str, Any] = {name: row[name] for name in Written.__dataclass_fields__ if name in row}
    return Written(**values | {"message_id": str(row["message_id"]), "read_at": read_at})


def _way(row: Record, now: datetime) -> Way:
    values: dict[str, Any] = {name: row[name] for name in Way.__dataclass_fields__}
    waits = row["state"] == "queued" and row["not_before"] > now
    return Way(
        **values
        | {
            "delivery_id": str(row["delivery_id"]),
            "message_id": str(row["message_id"]),
            "channel": Channel(row["channel"]),
            "state": "held" if waits else row["state"],
        }
    )
