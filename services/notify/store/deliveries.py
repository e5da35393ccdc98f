"""MSG-22: the deliveries: claimed by one holder at a time, in order, and settled only by it.

Statements take many rows and commit by themselves. Those that pick rows pass by what another statement has locked, so
that none waits for another.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from services.kit.database import Database
from services.notify.domain.channels import Channel, Priority
from services.notify.domain.delivering import TOO_LATE, Next, Tried

AT_ONCE = 1000
"""Rows that one statement expires or queues again."""

_UNROUTED = """
    SELECT m.message_id::text, coalesce(m.person_id, '') AS person_id, m.application_id, m.template, m.priority,
        coalesce(m.organisation_code, '') AS organisation_code, m.release_at, m.expires_at,
        m.dropped_at IS NOT NULL OR m.edition = '' OR coalesce(c.state, '') = 'stopped' AS in_vain
    FROM message m LEFT JOIN campaign c ON c.campaign_id = m.campaign_id
    WHERE m.routed_at IS NULL AND ($2 OR m.organisation_code IS NULL)
    ORDER BY m.priority, m.message_id LIMIT $1
"""
_ROUTE = """
    WITH turn AS MATERIALIZED (
        SELECT message_id FROM message WHERE message_id = ANY($2::uuid[]) AND routed_at IS NULL
        ORDER BY message_id FOR NO KEY UPDATE SKIP LOCKED
    ), routed AS (
        UPDATE message m SET routed_at = $1 FROM turn WHERE m.message_id = turn.message_id RETURNING m.message_id
    )
    INSERT INTO delivery (
        delivery_id, message_id, channel, person_id, order_key, priority, state, due_at, not_before, expires_at
    )
    SELECT n.delivery_id, n.message_id, n.channel, n.person_id, n.order_key, n.priority, 'queued', n.due_at, n.due_at,
        n.expires_at
    FROM unnest(
        $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::smallint[], $9::timestamptz[],
        $10::timestamptz[]
    ) AS n (delivery_id, message_id, channel, person_id, order_key, priority, due_at, expires_at)
    JOIN routed USING (message_id)
    ON CONFLICT (message_id, channel, person_id) DO NOTHING
"""
# The limit keeps this a look at the first entry of an index for each, however many wait.
_DUE = """
    SELECT c.channel, p.priority
    FROM unnest($1::text[]) AS c (channel) CROSS JOIN unnest($2::smallint[]) AS p (priority)
    CROSS JOIN LATERAL (
        SELECT FROM delivery d
        WHERE d.state = 'queued' AND d.channel = c.channel AND d.priority = p.priority AND d.not_before <= $3
        LIMIT 1
    ) AS found
"""
_CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT first.delivery_id
        FROM unnest($2::smallint[]) AS p (priority) CROSS JOIN LATERAL (
            SELECT d.delivery_id, d.not_before
            FROM delivery d
            WHERE d.state = 'queued' AND d.channel = $1 AND d.priority = p.priority AND d.not_before <= $3
                AND (d.expires_at IS NULL OR d.expires_at > $3)
                AND (
                    d.order_key = '' OR NOT EXISTS (
                        SELECT FROM delivery earlier
                        WHERE earlier.order_key = d.order_key AND earlier.order_key <> ''
                            AND earlier.state IN ('queued', 'sending')
                            AND earlier.channel = d.channel AND earlier.person_id = d.person_id
                            AND (earlier.due_at, earlier.delivery_id) < (d.due_at, d.delivery_id)
                    )
                )
            ORDER BY d.not_before, d.delivery_id LIMIT $4 FOR UPDATE SKIP LOCKED
        ) AS first
        ORDER BY p.priority, first.not_before, first.delivery_id LIMIT $4
    )
    UPDATE delivery d SET state = 'sending', holder = $5, claimed_at = clock_timestamp()
    FROM due, message m LEFT JOIN campaign c ON c.campaign_id = m.campaign_id
    WHERE d.delivery_id = due.delivery_id AND d.state = 'queued' AND m.message_id = d.message_id
    RETURNING d.delivery_id::text, d.message_id::text, d.channel, d.person_id, d.address_id::text, d.priority,
        d.attempts, d.doubtful, d.due_at, d.not_before, d.expires_at, d.holder, m.template, m.edition, m.language,
        m.parameters, m.application_id, coalesce(m.organisation_code, '') AS organisation_code,
        m.dropped_at IS NOT NULL AS dropped, coalesce(c.state, '') = 'stopped' AS stopped,
        coalesce(c.state, '') = 'paused' AS paused
"""
# A receipt may be quicker than our own note of what was accepted, and so may the person's erasure (PRIV-05).
_SETTLE = """
    UPDATE delivery d
    SET state = CASE WHEN bounced THEN 'failed' ELSE o.state END,
        reason = CASE WHEN bounced THEN d.reason ELSE o.reason END,
        attempts = o.attempts, doubtful = o.doubtful, not_before = o.not_before, holder = '',
        provider_id = coalesce(nullif(o.provider_id, ''), d.provider_id),
        sent_to = CASE WHEN forgotten THEN '' ELSE coalesce(nullif(o.sent_to, ''), d.sent_to) END,
        lookup = CASE WHEN forgotten THEN NULL ELSE coalesce(o.lookup, d.lookup) END,
        delivered_at = CASE WHEN o.state = 'delivered' THEN $1::timestamptz END,
        finished_at = CASE WHEN o.state <> 'queued' THEN $1::timestamptz END
    FROM (
        SELECT n.*, e.receipt = 'refused' AND n.state = 'delivered' AS bounced, m.parameters = '' AS forgotten
        FROM unnest(
            $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::timestamptz[], $9::text[],
            $10::text[], $11::bytea[]
        ) AS n (delivery_id, holder, state, reason, attempts, doubtful, not_before, provider_id, sent_to, lookup)
        JOIN delivery e ON e.delivery_id = n.delivery_id JOIN message m ON m.message_id = e.message_id
    ) AS o
    WHERE d.delivery_id = o.delivery_id AND d.state = 'sending' AND d.holder = o.holder
    RETURNING d.delivery_id::text
"""
_ABANDONED = """
    SELECT delivery_id::text, holder, channel, attempts, doubtful, not_before, expires_at, receipt
    FROM delivery
    WHERE state = 'sending'
        AND claimed_at
            <= clock_timestamp() - make_interval(secs => CASE WHEN channel = ANY($1) THEN $2::float8 ELSE $3 END)
    LIMIT $4
"""
_EXPIRE = """
    WITH late AS MATERIALIZED (
        SELECT delivery_id FROM delivery WHERE state = 'queued' AND expires_at <= $1
        ORDER BY expires_at LIMIT $3 FOR UPDATE SKIP LOCKED
    )
    UPDATE delivery d
    SET state = 'expired', reason = coalesce(nullif(d.reason, ''), $2), finished_at = $1
    FROM late WHERE d.delivery_id = late.delivery_id
    RETURNING d.channel, d.reason
"""
_REDRIVE = """
    WITH chosen AS MATERIALIZED (
        SELECT delivery_id, coalesce(expires_at <= $4, false) AS over FROM delivery
        WHERE state = 'failed' AND finished_at <= $4 AND (cardinality($1::uuid[]) = 0 OR delivery_id = ANY($1))
            AND ($2 = '' OR channel = $2) AND ($3 = '' OR reason = $3)
        ORDER BY finished_at, delivery_id LIMIT $5 FOR UPDATE SKIP LOCKED
    )
    UPDATE delivery d
    SET state = CASE WHEN over THEN 'expired' ELSE 'queued' END, reason = CASE WHEN over THEN d.reason ELSE '' END,
        attempts = 0, not_before = $4, delivered_at = NULL, receipt = '', receipt_at = NULL,
        finished_at = CASE WHEN over THEN $4::timestamptz END
    FROM chosen WHERE d.delivery_id = chosen.delivery_id
    RETURNING over
"""


@dataclass(frozen=True, slots=True)
class Unrouted:
    """A message for which no channel was chosen yet."""

    message_id: str
    person_id: str
    organisation_code: str
    application_id: str
    template: str
    priority: int
    release_at: datetime
    expires_at: datetime | None
    in_vain: bool
    """Nobody is to hear it by any channel: it was dropped, its campaign stopped, or its words are not kept."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A delivery about to be written."""

    delivery_id: str
    message_id: str
    channel: Channel
    person_id: str
    order_key: str
    """What belongs together leaves in order; empty where order does not matter."""
    priority: int
    due_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that `holder` is about to send, with what its words are made of."""

    delivery_id: str
    message_id: str
    channel: Channel
    person_id: str
    address_id: str | None
    priority: int
    tried: Tried
    due_at: datetime
    holder: str
    template: str
    edition: str
    language: str
    parameters: str = field(repr=False)
    application_id: str
    organisation_code: str
    dropped: bool
    stopped: bool
    paused: bool

    @property
    def leaves(self) -> bool:
        """Whether nothing forbids it; what does not leave uses up nothing of the rate."""
        return not (self.dropped or self.stopped or self.paused)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a claimed delivery becomes. `sent_to` is masked."""

    delivery_id: str
    holder: str
    next: Next
    provider_id: str = ""
    sent_to: str = field(repr=False, default="")
    lookup: bytes | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A delivery whose holder has not settled it in time."""

    delivery_id: str
    holder: str
    channel: Channel
    tried: Tried
    confirmed: bool
    """Its carrier has reported since that it arrived."""


class Deliveries:
    """The table of deliveries; every method raises DomainError UNAVAILABLE."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unrouted(self, most: int, *, organisations: bool) -> list[Unrouted]:
        """MSG-20: messages that wait for channels, the most urgent first; those to organisations on demand."""
        return [Unrouted(**row) for row in await self._database.fetch(_UNROUTED, most, organisations)]

    async def route(self, message_ids: Sequence[str], planned: Sequence[Planned], now: datetime) -> None:
        """MSG-20: write the deliveries of these messages, once: a message is routed or it is not.

        One that somebody is writing to at this moment is left for the next time.
        """
        await self._database.execute(
            _ROUTE,
            now,
            message_ids,
            *([getattr(each, name) for each in planned] for name in ("delivery_id", "message_id")),
            [each.channel.value for each in planned],
            *([getattr(each, name) for each in planned] for name in ("person_id", "order_key", "priority")),
            *([getattr(each, name) for each in planned] for name in ("due_at", "expires_at")),
        )

    async def due(self, channels: Collection[Channel], now: datetime) -> set[tuple[Channel, Priority]]:
        """Channels and priorities of which something is due, or waits behind something that is not."""
        found = await self._database.fetch(_DUE, [each.value for each in channels], [*Priority], now)
        return {(Channel(row["channel"]), Priority(row["priority"])) for row in found}

    async def claim(
        self, channel: Channel, priorities: Sequence[Priority], most: int, holder: str, now: datetime
    ) -> list[Claim]:
        """MSG-22: take up to `most` deliveries that are due, the most urgent first, for `holder` alone.

        None whose order key has an earlier one for the same person that is not finished; MSG-23: none that is too late.
        """
        rows = await self._database.fetch(_CLAIM, channel.value, [*priorities], now, most, holder)
        claims = [_claim(row) for row in rows]
        return sorted(claims, key=lambda each: (each.priority, each.tried.not_before, each.delivery_id))

    async def settle(self, settled: Sequence[Settled], now: datetime) -> set[str]:
        """MSG-22: note what became of claimed deliveries; the ids of those that were still their holder's."""
        nexts = [each.next for each in settled]
        rows = await self._database.fetch(
            _SETTLE,
            now,
            *([getattr(each, name) for each in settled] for name in ("delivery_id", "holder")),
            [each.state.value for each in nexts],
            *([getattr(each, name) for each in nexts] for name in ("reason", "attempts", "doubtful", "not_before")),
            *([getattr(each, name) for each in settled] for name in ("provider_id", "sent_to", "lookup")),
        )
        return {row["delivery_id"] for row in rows}

    async def abandoned(self, harmless: Collection[Channel], soon: float, late: float) -> list[Abandoned]:
        """MSG-22: what was claimed so many seconds ago and is not settled: its holder died, froze, or never knew.

        `soon` counts for the `harmless` channels, where a second copy does not arrive; `late` for the others.
        """
        channels = [each.value for each in harmless]
        rows = await self._database.fetch(_ABANDONED, channels, soon, late, AT_ONCE)
        return [
            Abandoned(
                row["delivery_id"],
                row["holder"],
                Channel(row["channel"]),
                _tried(row),
                row["receipt"] == "confirmed",
            )
            for row in rows
        ]

    async def expire(self, now: datetime) -> list[tuple[Channel, str]]:
        """MSG-23: end what waits and is too late; channel and reason of each."""
        rows = await self._database.fetch(_EXPIRE, now, TOO_LATE, AT_ONCE)
        return [(Channel(row["channel"]), row["reason"]) for row in rows]

    async def redrive(
        self, delivery_ids: Collection[str], channel: Channel | None, reason: str, now: datetime
    ) -> tuple[int, int]:
        """MSG-23: queue given-up deliveries again with a fresh count of attempts; how many, and how many were too late.

        Those that match all that is given; a lost answer stays counted as doubtful.
        """
        ids, queued, expired = [UUID(each) for each in delivery_ids], 0, 0
        while True:
            rows = await self._database.fetch(_REDRIVE, ids, channel or "", reason, now, AT_ONCE)
            over = sum(row["over"] for row in rows)
            queued, expired = queued + len(rows) - over, expired + over
            if len(rows) < AT_ONCE:
                return queued, expired


def _tried(row: Record) -> Tried:
    return Tried(row["attempts"], row["doubtful"], row["not_before"], row["expires_at"])


def _claim(row: Record) -> Claim:
    values: dict[str, Any] = {name: row[name] for name in Claim.__dataclass_fields__ if name != "tried"}
    return Claim(**values | {"channel": Channel(row["channel"]), "tried": _tried(row)})
