"""Gathering single items into batches per key, while everybody who brought one waits for its batch."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(slots=True)
class _Batch(Generic[Item]):
    done: asyncio.Future[None]
    items: list[Item] = field(default_factory=list)
    timer: asyncio.TimerHandle | None = None


class Batches(Generic[Item]):
    """Gathers items per key for `seconds` from the first, or until `largest` are there, then delivers them together."""

    def __init__(self, deliver: Callable[[str, list[Item]], Awaitable[None]], *, seconds: float, largest: int) -> None:
        self._deliver = deliver
        self._seconds = seconds
        self._largest = largest
        self._open: dict[str, _Batch[Item]] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def add(self, key: str, item: Item) -> None:
        """Returns when the batch with `item` was delivered; raises what the delivery raised.

        Whoever brought an item may give up waiting: the batch is delivered all the same.
        """
        batch = self._open.get(key)
        if batch is None:
            loop = asyncio.get_running_loop()
            batch = self._open[key] = _Batch(loop.create_future())
            batch.timer = loop.call_later(self._seconds, self._flush, key)
        batch.items.append(item)
        if len(batch.items) >= self._largest:
            self._flush(key)
        await asyncio.shield(batch.done)

    def _flush(self, key: str) -> None:
        batch = self._open.pop(key)
        if batch.timer is not None:
            batch.timer.cancel()
        task = asyncio.get_running_loop().create_task(self._run(key, batch))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, key: str, batch: _Batch[Item]) -> None:
        try:
            await self._deliver(key, batch.items)
        except asyncio.CancelledError:
            batch.done.cancel()
            raise
        except Exception as error:  # noqa: BLE001  (handed on to everybody who waits)
            batch.done.set_exception(error)
            # Marked as seen, in case nobody waits any more.
            batch.done.exception()
        else:
            batch.done.set_result(None)
