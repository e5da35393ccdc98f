"""MSG-23: what carriers report later becomes part of the delivery: it arrived, it did not, nothing more goes there."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, update

from services.kit.clock import Clock
from services.kit.database import Database, UnitOfWork
from services.notify import metrics
from services.notify.adapters.receipts import Receipt
from services.notify.addresses import AddressBook
from services.notify.domain.channels import Channel
from services.notify.domain.delivering import State, reported
from services.notify.store.tables import delivery

AT_ONCE = 200
"""Receipts recorded in one transaction."""
AGAIN_SECONDS = 0.5
"""A receipt may be quicker than our own note of the name by which it speaks: it is looked up again after so long."""


class Recording:
    """Takes receipts that were found to be genuine."""

    def __init__(self, database: Database, clock: Clock, book: AddressBook, *, again: float = AGAIN_SECONDS) -> None:
        self._database = database
        self._clock = clock
        self._book = book
        self._again = again

    async def record(self, channel: Channel, receipts: Sequence[Receipt]) -> int:
        """MSG-23: note what `channel` reports; how many of its deliveries it spoke of. Repeated, it changes nothing.

        Raises DomainError UNAVAILABLE.
        """
        recorded, unknown = 0, list(receipts)
        for attempt in range(2):
            if attempt and unknown:
                await asyncio.sleep(self._again)
            missed: list[Receipt] = []
            for start in range(0, len(unknown), AT_ONCE):
                part = unknown[start : start + AT_ONCE]
                async with self._database.unit_of_work() as uow:
                    missed += await self._record(uow, channel, part)
            recorded += len(unknown) - len(missed)
            unknown = missed
        return recorded

    async def _record(self, uow: UnitOfWork, channel: Channel, receipts: Sequence[Receipt]) -> list[Receipt]:
        """Those that speak of nothing we know."""
        found = await _find(uow, channel, receipts)
        now = self._clock.now()
        missed, counted = [], Counter[str]()
        # The last word on a delivery counts, and a bad one outweighs: carriers do not promise an order.
        for receipt in sorted(receipts, key=lambda each: each.verdict == "refused"):
            row = found.get(receipt.delivery_id) or found.get(receipt.provider_id)
            if row is None:
                missed.append(receipt)
                continue
            if await self._note(uow, row, receipt, now):
                counted[receipt.verdict] += 1
        for verdict, count in counted.items():
            metrics.RECEIPTS.labels(channel, verdict).inc(count)
        return missed

    async def _note(self, uow: UnitOfWork, row: Any, receipt: Receipt, now: datetime) -> bool:
        """Whether it says anything new."""
        arrived = receipt.verdict == "confirmed"
        if row.receipt == receipt.verdict or (row.receipt == "refused" and arrived):
            return False
        was = State(row.state)
        state, reason = reported(was, receipt.reason or "REFUSED_LATER", row.attempts, arrived=arrived)
        values: dict[str, object] = {"receipt": receipt.verdict, "receipt_at": now}
        if state is not was:
            values |= {"state": state.value, "reason": reason, "finished_at": now}
        elif was is State.SENDING and not arrived:
            values |= {"reason": receipt.reason or "REFUSED_LATER"}
        if state is State.DELIVERED and was is not State.DELIVERED:
            values |= {"delivered_at": now}
        await uow.session.execute(update(delivery).where(delivery.c.delivery_id == row.delivery_id).values(values))
        if receipt.blocks and row.lookup is not None:
            await self._book.block(uow, Channel(row.channel), row.lookup, receipt.reason or "REFUSED_LATER")
        return True


async def _find(uow: UnitOfWork, channel: Channel, receipts: Sequence[Receipt]) -> dict[str, Any]:
    """The deliveries spoken of, by our id and by the carrier's, locked in one order."""
    ours = [each.delivery_id for each in receipts if each.delivery_id]
    theirs = [each.provider_id for each in receipts if each.provider_id]
    columns = delivery.c
    named = or_(
        columns.delivery_id.in_(ours),
        and_(columns.provider_id.in_(theirs), columns.provider_id != ""),
    )
    statement = (
        select(
            *(columns.delivery_id, columns.provider_id, columns.channel, columns.state, columns.attempts),
            *(columns.receipt, columns.lookup),
        )
        .where(columns.channel == channel.value, named)
        .order_by(columns.delivery_id)
        .with_for_update(key_share=True)
    )
    rows = (await uow.session.execute(statement)).all()
    return {row.provider_id: row for row in rows if row.provider_id} | {row.delivery_id: row for row in rows}
