"""Deliveries to webhooks: claimed, settled, listed, sent again; every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.domain.hook_delivering import Next, WayState
from services.notify.store.tables import webhook_delivery, webhook_event

_UUIDS = ARRAY(UUID(as_uuid=False))
_CLAIM = text(
    """
    WITH picked AS (
        SELECT due.delivery_id
        FROM webhook w
        CROSS JOIN LATERAL (
            SELECT d.delivery_id FROM webhook_delivery d
            WHERE d.webhook_id = w.webhook_id AND d.state = 'waiting' AND d.not_before <= :now
            ORDER BY d.not_before, d.delivery_id LIMIT :each
        ) AS due
        WHERE w.state = 'active'
            AND (CASE WHEN :only THEN w.webhook_id = ANY (:named) ELSE w.webhook_id <> ALL (:named) END)
        LIMIT :room
    )
    UPDATE webhook_delivery d
    SET state = 'sending', holder = :holder, claimed_at = clock_timestamp()
    FROM picked, webhook w, webhook_event e
    WHERE d.delivery_id = picked.delivery_id AND d.state = 'waiting'
        AND w.webhook_id = d.webhook_id AND e.event_id = d.event_id
    RETURNING d.delivery_id::text, d.webhook_id::text, d.event_id::text, d.attempts, w.url, w.secret,
        w.previous_secret, w.previous_until, e.body
    """
).bindparams(bindparam("named", type_=_UUIDS))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is to be sent now."""

    delivery_id: str
    webhook_id: str
    event_id: str
    attempts: int
    url: str = field(repr=False)
    secret: bytes = field(repr=False)
    previous_secret: bytes | None = field(repr=False)
    previous_until: datetime | None
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Way:
    """A delivery as it is shown."""

    delivery_id: str
    webhook_id: str
    event_id: str
    type: str
    occurred_at: datetime
    state: WayState
    attempts: int
    status_code: int
    reason: str
    not_before: datetime
    finished_at: datetime | None
    body: str = field(repr=False)


_OF_EVENT = {"type", "occurred_at", "body"}
_COLUMNS = tuple(
    (webhook_event if name in _OF_EVENT else webhook_delivery).c[name] for name in Way.__dataclass_fields__
)


class Ways:
    """The deliveries."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def claim(
        self, named: Collection[str], now: datetime, holder: str, *, each: int, room: int, only: bool
    ) -> list[Claimed]:
        """Claim up to `room` that are due, `each` of one webhook: `only` of those named, or of all but those."""
        values = {"now": now, "each": each, "room": room, "only": only, "named": list(named), "holder": holder}
        rows = (await self._session.execute(_CLAIM, values)).mappings()
        return [Claimed(**row) for row in rows]

    async def settle(self, delivery_id: str, holder: str, become: Next, *, attempts: int, status: int) -> bool:
        """Write what became of a claim; False when it is not ours any more. Its webhook is locked."""
        done = become.state in (WayState.DELIVERED, WayState.FAILED)
        statement = (
            update(webhook_delivery)
            .where(
                webhook_delivery.c.delivery_id == delivery_id,
                webhook_delivery.c.state == WayState.SENDING.value,
                webhook_delivery.c.holder == holder,
            )
            .values(
                state=become.state.value,
                reason=become.reason,
                attempts=attempts,
                status_code=status,
                not_before=become.not_before,
                finished_at=become.not_before if done else None,
                holder="",
                claimed_at=None,
            )
            .returning(webhook_delivery.c.delivery_id)
        )
        return await self._session.scalar(statement) is not None

    async def give_up(self, webhook_id: str, reason: str, now: datetime) -> None:
        """Nothing of a webhook that waits is sent any more. The webhook is locked."""
        waiting = (webhook_delivery.c.webhook_id == webhook_id, webhook_delivery.c.state == WayState.WAITING.value)
        values = {"state": WayState.FAILED.value, "reason": reason, "finished_at": now}
        await self._session.execute(update(webhook_delivery).where(*waiting).values(values))

    async def take_back(self, seconds: float, ours: Collection[str]) -> int:
        """Let what a holder left behind so long ago be sent again: its receiver drops a second copy by its id."""
        left = webhook_delivery.c.claimed_at < func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, seconds)
        statement = (
            update(webhook_delivery)
            .where(
                webhook_delivery.c.state == WayState.SENDING.value,
                left,
                webhook_delivery.c.delivery_id.not_in(ours),
            )
            .values(state=WayState.WAITING.value, holder="", claimed_at=None)
            .returning(webhook_delivery.c.delivery_id)
        )
        return len((await self._session.execute(statement)).all())

    async def page(self, webhook_id: str, state: WayState | None, before: str, limit: int) -> list[Way]:
        """Deliveries of a webhook older than `before` (empty: the newest), in one state or in any."""
        conditions: list[Any] = [webhook_delivery.c.webhook_id == webhook_id]
        if state is not None:
            conditions.append(webhook_delivery.c.state == state.value)
        if before:
            conditions.append(webhook_delivery.c.delivery_id < before)
        return await self._all(*conditions, limit=limit)

    async def one(self, delivery_id: str) -> Way | None:
        """A delivery."""
        found = await self._all(webhook_delivery.c.delivery_id == delivery_id, limit=1)
        return found[0] if found else None

    async def of_event(self, webhook_id: str, event_id: str) -> Way | None:
        """The delivery of an event to a webhook."""
        mine = (webhook_delivery.c.webhook_id == webhook_id, webhook_delivery.c.event_id == event_id)
        found = await self._all(*mine, limit=1)
        return found[0] if found else None

    async def again(self, delivery_id: str, now: datetime) -> None:
        """Send one again now, with all attempts before it; one on its way is let be. Its webhook is locked."""
        statement = update(webhook_delivery).where(
            webhook_delivery.c.delivery_id == delivery_id, webhook_delivery.c.state != WayState.SENDING.value
        )
        values = {"state": WayState.WAITING.value, "attempts": 0, "not_before": now, "finished_at": None, "reason": ""}
        await self._session.execute(statement.values(values))

    async def _all(self, *conditions: Any, limit: int) -> list[Way]:
        joined = webhook_delivery.join(webhook_event, webhook_delivery.c.event_id == webhook_event.c.event_id)
        statement = select(*_COLUMNS).select_from(joined).where(*conditions)
        statement = statement.order_by(webhook_delivery.c.delivery_id.desc()).limit(limit)
        rows = (await self._session.execute(statement)).mappings()
        return [Way(**dict(row) | {"state": WayState(row["state"])}) for row in rows]
