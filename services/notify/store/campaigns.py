"""Campaigns and what was done to them; every method runs inside the caller's unit of work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.domain.campaigns import Audience, Campaign, State, Step
from services.notify.domain.delivering import CAMPAIGN_STOPPED
from services.notify.store.tables import campaign, campaign_step, delivery, message

_COLUMNS = (
    *(campaign.c.campaign_id, campaign.c.province_code, campaign.c.cycle_id, campaign.c.audience),
    *(campaign.c.base_code, campaign.c.specialty_code, campaign.c.template, campaign.c.parameters, campaign.c.state),
    *(campaign.c.rate, campaign.c.starts_at, campaign.c.created_by, campaign.c.created_at, campaign.c.counted),
    *(campaign.c.cursor, campaign.c.written, campaign.c.skipped, campaign.c.version, campaign.c.approved_by),
    *(campaign.c.approved_at, campaign.c.finished_at),
)


@dataclass(frozen=True, slots=True)
class StepTaken:
    """What somebody did to a campaign; `by` is empty for the system."""

    what: Step
    by: str
    at: datetime
    reason: str


class Campaigns:
    """The campaigns, as they are at `now`."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def add(self, new: Campaign, key: str, asked: bytes, by: str) -> bool:
        """Write a campaign with its first step unless `key` has one; True when it was written now."""
        statement = (
            upsert(campaign)
            .values(key=key, asked=asked, **{column.name: getattr(new, column.name) for column in _COLUMNS})
            .on_conflict_do_nothing(index_elements=[campaign.c.key])
            .returning(campaign.c.campaign_id)
        )
        if await self._session.scalar(statement) is None:
            return False
        await self._note(new.campaign_id, Step.CREATED, by)
        return True

    async def of_key(self, key: str) -> tuple[Campaign, bytes] | None:
        """The campaign that was asked for with `key`, and the fingerprint of what was asked."""
        statement: Select[Any] = select(*_COLUMNS, campaign.c.asked).where(campaign.c.key == key)
        row = (await self._session.execute(statement)).one_or_none()
        return None if row is None else (_campaign(row), row.asked)

    async def one(self, campaign_id: str, *, lock: bool = False) -> Campaign | None:
        """A campaign; locked against every step until this transaction ends."""
        statement: Select[Any] = select(*_COLUMNS).where(campaign.c.campaign_id == campaign_id)
        row = (await self._session.execute(statement.with_for_update() if lock else statement)).one_or_none()
        return None if row is None else _campaign(row)

    async def page(self, province_code: str, before: str, size: int) -> list[Campaign]:
        """Up to `size` campaigns older than `before` (empty: the newest), of one province or of all (empty)."""
        statement = select(*_COLUMNS).order_by(campaign.c.campaign_id.desc()).limit(size)
        if province_code:
            statement = statement.where(campaign.c.province_code == province_code)
        if before:
            statement = statement.where(campaign.c.campaign_id < before)
        return await self._all(statement)

    async def under_way(self) -> list[Campaign]:
        """Those that run and whose time has come, and those that were stopped and not yet tidied up."""
        begun = or_(campaign.c.starts_at.is_(None), campaign.c.starts_at <= self._now)
        runs = and_(campaign.c.state == State.RUNNING, begun)
        left_over = and_(campaign.c.state == State.STOPPED, campaign.c.finished_at.is_(None))
        return await self._all(select(*_COLUMNS).where(or_(runs, left_over)).order_by(campaign.c.campaign_id))

    async def next_start(self) -> datetime | None:
        """When the next campaign begins that was approved and waits for its time."""
        waits = and_(campaign.c.state == State.RUNNING, campaign.c.starts_at > self._now)
        first: datetime | None = await self._session.scalar(select(func.min(campaign.c.starts_at)).where(waits))
        return first

    async def step(self, campaign_id: str, step: Step, state: State, by: str, reason: str = "", **also: Any) -> None:
        """MSG-35: put a campaign, which this transaction has locked, into `state`, and write down who did what."""
        version = campaign.c.version + 1
        await self._set(campaign_id, state=state, version=version, **also)
        await self._note(campaign_id, step, by, reason)

    async def count(self, campaign_id: str, counted: int) -> None:
        """Write down how many the audience has."""
        await self._set(campaign_id, counted=counted)

    async def advance(self, campaign_id: str, cursor: str, written: int, skipped: int) -> None:
        """MSG-37: go on behind a page, in the transaction that wrote its messages."""
        more_written, more_skipped = campaign.c.written + written, campaign.c.skipped + skipped
        await self._set(campaign_id, cursor=cursor, written=more_written, skipped=more_skipped)

    async def close(self, campaign_id: str) -> None:
        """Write down that a stopped one was tidied up."""
        await self._set(campaign_id, finished_at=self._now)

    async def steps(self, campaign_id: str) -> list[StepTaken]:
        """What was done to a campaign, oldest first."""
        statement = select(campaign_step).where(campaign_step.c.campaign_id == campaign_id).order_by(campaign_step.c.n)
        found = await self._session.execute(statement)
        return [StepTaken(Step(row.what), row.by, row.at, row.reason) for row in found]

    async def deliveries(self, campaign_id: str) -> dict[str, int]:
        """How many deliveries of a campaign are in which state."""
        statement = (
            select(delivery.c.state, func.count().label("found"))
            .join_from(message, delivery, message.c.message_id == delivery.c.message_id)
            .where(message.c.campaign_id == campaign_id)
            .group_by(delivery.c.state)
        )
        return {row.state: row.found for row in await self._session.execute(statement)}

    async def take_back(self, campaign_id: str, limit: int) -> int:
        """MSG-35: drop up to `limit` messages of a stopped one that nobody can read yet; how many."""
        unseen = (
            select(message.c.message_id)
            .where(message.c.campaign_id == campaign_id, message.c.dropped_at.is_(None))
            .where(message.c.release_at > self._now)
            .limit(limit)
            .with_for_update()
        )
        values = {"body": "", "parameters": "", "sealed_with": "", "dropped_at": self._now}
        statement = update(message).where(message.c.message_id.in_(unseen.scalar_subquery())).values(**values)
        return _rows(await self._session.execute(statement))

    async def suppress(self, campaign_id: str, limit: int) -> int:
        """MSG-35: end up to `limit` deliveries of a stopped one that wait for their turn; how many."""
        waiting = (
            select(delivery.c.delivery_id)
            .join_from(message, delivery, message.c.message_id == delivery.c.message_id)
            .where(message.c.campaign_id == campaign_id, delivery.c.state == "queued")
            .limit(limit)
            .with_for_update(of=delivery, skip_locked=True)
        )
        values = {"state": "suppressed", "reason": CAMPAIGN_STOPPED, "finished_at": self._now}
        statement = update(delivery).where(delivery.c.delivery_id.in_(waiting.scalar_subquery())).values(**values)
        return _rows(await self._session.execute(statement))

    async def is_quiet(self, campaign_id: str) -> bool:
        """Whether nothing of a stopped one can leave any more: all routed, nothing queued or on its way."""
        unrouted = exists().where(message.c.campaign_id == campaign_id, message.c.routed_at.is_(None))
        on_its_way = exists().where(
            message.c.campaign_id == campaign_id,
            delivery.c.message_id == message.c.message_id,
            delivery.c.state.in_(("queued", "sending")),
        )
        return not await self._session.scalar(select(or_(unrouted, on_its_way)))

    async def _all(self, statement: Select[Any]) -> list[Campaign]:
        return [_campaign(row) for row in await self._session.execute(statement)]

    async def _set(self, campaign_id: str, **values: Any) -> None:
        await self._session.execute(update(campaign).where(campaign.c.campaign_id == campaign_id).values(**values))

    async def _note(self, campaign_id: str, step: Step, by: str, reason: str = "") -> None:
        last = select(func.coalesce(func.max(campaign_step.c.n), 0)).where(campaign_step.c.campaign_id == campaign_id)
        n = (await self._session.scalar(last) or 0) + 1
        values = {"campaign_id": campaign_id, "n": n, "what": step, "by": by, "at": self._now, "reason": reason}
        await self._session.execute(campaign_step.insert().values(**values))


def _campaign(row: Row[Any]) -> Campaign:
    known = {column.name: getattr(row, column.name) for column in _COLUMNS}
    known |= {"audience": Audience(row.audience), "state": State(row.state)}
    return Campaign(**known)


def _rows(result: Any) -> int:
    return int(result.rowcount)
