"""Something that a process depends on and does not notice by its own work: looked at again and again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from services.kit.chores import Chore

_log = structlog.get_logger("kit.watch")
_NOT_YET = "not looked at yet"


class Watch(Chore):
    """A part that asks `look` at its start and every `seconds` what is amiss; the answer stands until the next one.

    Args:
        name: Of the part.
        look: What is amiss; empty when nothing is, or when it cannot be known now. It takes a few seconds at most.
        seconds: Pause between two looks.
        needed: Whether the process cannot do its work while something is amiss.
    """

    def __init__(self, name: str, look: Callable[[], Awaitable[str]], seconds: float, *, needed: bool) -> None:
        super().__init__(name, self._look_again, seconds)
        self._look = look
        self._needed = needed
        self._reason = _NOT_YET

    def not_ready(self) -> str:
        """What is amiss, where that is needed."""
        return self._reason if self._needed else ""

    def degraded(self) -> str:
        """What is amiss, where that is not needed."""
        return "" if self._needed else self._reason

    async def _look_again(self) -> None:
        try:
            self._reason = await self._look()
        except Exception:  # noqa: BLE001 (supervision: a watch that ended would keep its last word for ever)
            _log.exception("looked in vain", part=self.name)
            self._reason = ""
