"""Calls that go one by one while few wait, and together when more wait than the database can take one by one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from services.enrollment.metrics import BATCH_SIZE
from services.kit.domain import DomainError, Kind

Item = TypeVar("Item")
Result = TypeVar("Result")

LINGER_SECONDS = 0.004
"""How long a call waits for others where several went together last: they are likely to come in the same moment."""
PATIENCE_SECONDS = 0.1
"""How long those who wait leave the database to the one call under way; then another goes beside it, because what is
under way may be waiting for a lock that concerns nobody else."""
WIDEST = 6
"""Calls under way at once at most: fewer than there are connections."""
MOST = 32
"""Items of one call."""
_AWAY = ("DATABASE_UNAVAILABLE", "DATABASE_BUSY")


class Batcher(Generic[Item, Result]):
    """Gives each item its own result, or raises its own error, whether it went alone or with others.

    Args:
        one: Does one item.
        many: Does several at once and returns a result or an error for each, in their order. When it raises, each is
            done alone (which must be harmless), unless the database is away: then all hear of that.
        group: Items go together only when this is the same.
        name: No two items of one call have the same name.
    """

    def __init__(
        self,
        one: Callable[[Item], Awaitable[Result]],
        many: Callable[[Sequence[Item]], Awaitable[Sequence[Result | Exception]]],
        group: Callable[[Item], Hashable] = lambda _: None,
        name: Callable[[Item], Hashable] = id,
    ) -> None:
        self._one = one
        self._many = many
        self._group = group
        self._name = name
        self._busy = 0
        self._crowded = False
        """Several went together last."""
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, item: Item) -> Result:
        """The result of `item`; raises what `one` raises, or the error that `many` returned for it."""
        if self._busy == 0 and not self._waiting and not self._crowded:
            self._busy = 1
            BATCH_SIZE.observe(1)
            try:
                return await self._one(item)
            finally:
                self._free()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((item, future))
        if self._busy == 0 and len(self._waiting) == 1:
            loop.call_later(LINGER_SECONDS, self._go_on)
        if self._timer is None:
            self._timer = loop.call_later(PATIENCE_SECONDS, self._widen)
        return await future

    def _free(self) -> None:
        """A call is over. Who waits goes next, but not at once: whoever was told of its end may ask again first."""
        self._busy -= 1
        if self._waiting:
            asyncio.get_running_loop().call_later(LINGER_SECONDS if self._crowded else 0, self._go_on)

    def _go_on(self) -> None:
        if self._busy == 0:
            self._start()

    def _widen(self) -> None:
        self._timer = None
        if self._waiting and self._busy < WIDEST:
            self._start()
        if self._waiting:
            self._timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._widen)

    def _start(self) -> None:
        taken = self._take()
        if taken:
            self._crowded = len(taken) > 1
            self._busy += 1
            BATCH_SIZE.observe(len(taken))
            task = asyncio.create_task(self._serve(taken))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _take(self) -> list[tuple[Item, asyncio.Future[Result]]]:
        """Who waits longest and others who can go with it."""
        taken: list[tuple[Item, asyncio.Future[Result]]] = []
        left: list[tuple[Item, asyncio.Future[Result]]] = []
        names: set[Hashable] = set()
        group: Hashable = None
        while self._waiting and len(taken) < MOST:
            item, future = self._waiting.popleft()
            if future.done():
                continue  # whoever asked has left
            name, its_group = self._name(item), self._group(item)
            if taken and (name in names or its_group != group):
                left.append((item, future))
                continue
            taken.append((item, future))
            names.add(name)
            group = its_group
        self._waiting.extendleft(reversed(left))
        return taken

    async def _serve(self, taken: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            if len(taken) > 1:
                await self._together(taken)
            else:
                await self._alone(*taken[0])
        finally:
            # A driver may cancel us from inside when its connection is cut: whoever asked must not wait for ever.
            for _, future in taken:
                if not future.done():
                    future.set_exception(
                        DomainError(Kind.UNAVAILABLE, "DATABASE_UNAVAILABLE", "系统繁忙，请稍后重试。")
                    )
            self._free()

    async def _together(self, taken: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._many([item for item, _ in taken])
        except Exception as error:  # noqa: BLE001  (whoever is at fault hears of it when done alone)
            if isinstance(error, DomainError) and error.reason in _AWAY:
                results = [error] * len(taken)
            else:
                await asyncio.gather(*(self._alone(item, future) for item, future in taken))
                return
        for (_, future), result in zip(taken, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)

    async def _alone(self, item: Item, future: asyncio.Future[Result]) -> None:
        try:
            result = await self._one(item)
        except Exception as error:  # noqa: BLE001  (whoever asked raises it)
            if not future.done():
                future.set_exception(error)
        else:
            if not future.done():
                future.set_result(result)
