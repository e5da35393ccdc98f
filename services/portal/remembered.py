"""Answers shared for a moment, so that many viewers of the same public thing cost one call."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered(Generic[Key, Value]):
    """`load(key)`, kept for `seconds`; several askers at once cost one load. Failures are not kept."""

    def __init__(self, load: Callable[[Key], Awaitable[Value]], seconds: float, size: int = 256) -> None:
        self._load = load
        self._seconds = seconds
        self._size = size
        self._kept: dict[Key, tuple[float, Value]] = {}
        self._loading: dict[Key, asyncio.Lock] = {}
        self._stale_at = float("-inf")

    async def get(self, key: Key) -> Value:
        """The value for `key`, at most `seconds` old; raises what `load` raises."""
        if (value := self._fresh(key)) is not None:
            return value[1]
        if len(self._loading) >= self._size and key not in self._loading:
            self._loading.clear()  # else keys that are never found would be kept for ever; at worst one is loaded twice
        async with self._loading.setdefault(key, asyncio.Lock()):
            if (value := self._fresh(key)) is None:
                began = time.monotonic()
                value = (began, await self._load(key))
                if len(self._kept) >= self._size:
                    self._kept.clear()
                self._kept[key] = value
        return value[1]

    def fresh(self, key: Key) -> Value | None:
        """The value for `key` when it needs no loading; None otherwise."""
        kept = self._fresh(key)
        return kept[1] if kept is not None else None

    def last(self, key: Key) -> Value | None:
        """The value last loaded for `key`, however old; None when there is none."""
        kept = self._kept.get(key)
        return kept[1] if kept is not None else None

    def stale(self) -> None:
        """Load again at the next ask: also what is being loaded now, which may be from before the change."""
        self._stale_at = time.monotonic()

    def _fresh(self, key: Key) -> tuple[float, Value] | None:
        kept = self._kept.get(key)
        if kept is None or kept[0] <= self._stale_at:
            return None
        return kept if time.monotonic() - kept[0] < self._seconds else None
