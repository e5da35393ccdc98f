"""Webhooks and what happened to be told of; every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import any_, delete, exists, func, insert, literal, not_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit.ids import new_id
from services.notify.domain.hook_delivering import HookState, WayState
from services.notify.hook_events import Written
from services.notify.store.tables import webhook, webhook_delivery, webhook_event, webhook_step


@dataclass(frozen=True, slots=True)
class Hook:
    """One subscription; instants are aware UTC, secrets sealed."""

    webhook_id: str
    organisation_code: str
    role: str
    name: str
    url: str = field(repr=False)
    event_types: tuple[str, ...]
    state: HookState
    secret: bytes = field(repr=False)
    created_at: datetime
    previous_secret: bytes | None = field(default=None, repr=False)
    previous_until: datetime | None = None
    rotation_key: str = ""
    failing_since: datetime | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unrouted:
    """An event whose webhooks are not found yet."""

    event_id: str
    type: str
    bases: tuple[str, ...]
    province: str
    cycle_id: str
    bases_only: bool
    occurred_at: datetime


_COLUMNS = tuple(webhook.c[name] for name in Hook.__dataclass_fields__)
_EVENT_COLUMNS = tuple(webhook_event.c[name] for name in Unrouted.__dataclass_fields__)
_ACTIVE = webhook.c.state == HookState.ACTIVE.value


class Hooks:
    """The subscriptions."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, new: Hook, key: str, asked: bytes) -> bool:
        """Write a webhook unless `key` has one; True when it was written now."""
        values = {name: getattr(new, name) for name in Hook.__dataclass_fields__}
        values |= {"event_types": list(new.event_types), "state": new.state.value, "key": key, "asked": asked}
        statement = upsert(webhook).values(values).on_conflict_do_nothing(index_elements=[webhook.c.key])
        return await self._session.scalar(statement.returning(webhook.c.webhook_id)) is not None

    async def of_key(self, key: str) -> tuple[Hook, bytes] | None:
        """The webhook that was asked for with `key`, and the fingerprint of what was asked."""
        statement = select(*_COLUMNS, webhook.c.asked).where(webhook.c.key == key)
        row = (await self._session.execute(statement)).mappings().one_or_none()
        if row is None:
            return None
        values = dict(row)
        asked = bytes(values.pop("asked"))
        return _hook(values), asked

    async def one(self, webhook_id: str, *, lock: bool = False) -> Hook | None:
        """A webhook; with `lock`, nobody else changes it or settles its deliveries meanwhile."""
        statement = select(*_COLUMNS).where(webhook.c.webhook_id == webhook_id)
        row = (await self._session.execute(statement.with_for_update() if lock else statement)).mappings()
        found = row.one_or_none()
        return None if found is None else _hook(dict(found))

    async def of(self, organisation_code: str, roles: Collection[str]) -> list[Hook]:
        """Those of an organisation, made under these hats, that have not ended, oldest first."""
        mine = (webhook.c.organisation_code == organisation_code, webhook.c.role.in_(roles))
        live = webhook.c.state != HookState.ENDED.value
        statement = select(*_COLUMNS).where(*mine, live).order_by(webhook.c.webhook_id)
        return [_hook(dict(row)) for row in (await self._session.execute(statement)).mappings()]

    async def change(self, webhook_id: str, **values: Any) -> None:
        """Set columns of a webhook; enums by their value."""
        await self._session.execute(update(webhook).where(webhook.c.webhook_id == webhook_id).values(**values))

    async def end(self, webhook_id: str) -> None:
        """HOOK-04, HOOK-09: no more is sent, so its secrets are forgotten. The webhook is locked."""
        forgotten = {"secret": b"", "previous_secret": None, "previous_until": None}
        await self.change(webhook_id, state=HookState.ENDED.value, **forgotten)

    async def forget_secrets(self, now: datetime) -> None:
        """HOOK-04: forget the secrets before the present ones whose day is over."""
        over = webhook.c.previous_until <= now
        await self._session.execute(update(webhook).where(over).values(previous_secret=None, previous_until=None))

    async def note(self, webhook_id: str, what: str, by: str, at: datetime) -> None:
        """Write down who did what; `by` is empty for the system. The webhook is locked."""
        n = select(func.count() + 1).where(webhook_step.c.webhook_id == webhook_id).scalar_subquery()
        await self._session.execute(insert(webhook_step).values(webhook_id=webhook_id, n=n, what=what, by=by, at=at))

    async def wanted(self) -> set[str]:
        """Event types that anybody has subscribed to."""
        statement = select(func.unnest(webhook.c.event_types)).where(_ACTIVE).distinct()
        return set((await self._session.execute(statement)).scalars())

    async def write_events(self, events: Sequence[Written], now: datetime) -> None:
        """Write events that are not there yet."""
        if not events:
            return
        rows = [
            {
                "event_id": each.event_id,
                "type": each.event.type,
                "bases": list(each.event.bases),
                "province": each.event.province,
                "cycle_id": each.event.cycle_id,
                "bases_only": each.event.bases_only,
                "body": each.body,
                "occurred_at": each.occurred_at,
                "written_at": now,
            }
            for each in events
        ]
        await self._session.execute(upsert(webhook_event).values(rows).on_conflict_do_nothing())

    async def unrouted(self, limit: int) -> list[Unrouted]:
        """Events whose webhooks are not found yet, oldest first."""
        statement = select(*_EVENT_COLUMNS).where(webhook_event.c.routed_at.is_(None))
        statement = statement.order_by(webhook_event.c.event_id).limit(limit)
        rows = (await self._session.execute(statement)).mappings()
        return [Unrouted(**dict(row) | {"bases": tuple(row["bases"])}) for row in rows]

    async def subscribed(self, event: Unrouted, organisation_codes: Collection[str]) -> list[str]:
        """Ids of the webhooks of these organisations that want such an event, and were there when it happened."""
        statement = select(webhook.c.webhook_id).where(
            _ACTIVE,
            webhook.c.organisation_code.in_(organisation_codes),
            literal(event.type) == any_(webhook.c.event_types),
            webhook.c.created_at <= event.occurred_at,
        )
        return list((await self._session.execute(statement)).scalars())

    async def organisations(self, event_type: str) -> list[str]:
        """Organisations that have subscribed to a type."""
        statement = select(webhook.c.organisation_code).where(
            _ACTIVE, literal(event_type) == any_(webhook.c.event_types)
        )
        return list((await self._session.execute(statement.distinct())).scalars())

    async def deliver(self, event_id: str, webhook_ids: Sequence[str], now: datetime) -> None:
        """HOOK-03: write one delivery for each webhook, once; the event is routed then."""
        if webhook_ids:
            rows = [
                {
                    "delivery_id": new_id(),
                    "webhook_id": webhook_id,
                    "event_id": event_id,
                    "state": WayState.WAITING.value,
                    "not_before": now,
                }
                for webhook_id in webhook_ids
            ]
            await self._session.execute(upsert(webhook_delivery).values(rows).on_conflict_do_nothing())
        routed = update(webhook_event).where(webhook_event.c.event_id == event_id).values(routed_at=now)
        await self._session.execute(routed)

    async def forget(self, before: datetime) -> None:
        """Delete what finished or happened before an instant; what still waits is kept with its event."""
        finished = webhook_delivery.c.finished_at < before
        await self._session.execute(delete(webhook_delivery).where(finished))
        used = exists().where(webhook_delivery.c.event_id == webhook_event.c.event_id)
        old = (webhook_event.c.written_at < before, webhook_event.c.routed_at.is_not(None), not_(used))
        await self._session.execute(delete(webhook_event).where(*old))

    async def all_sealed(self) -> list[Hook]:
        """Every webhook, locked: for sealing anew."""
        statement = select(*_COLUMNS).order_by(webhook.c.webhook_id).with_for_update()
        return [_hook(dict(row)) for row in (await self._session.execute(statement)).mappings()]


def _hook(row: dict[str, Any]) -> Hook:
    return Hook(**row | {"event_types": tuple(row["event_types"]), "state": HookState(row["state"])})
