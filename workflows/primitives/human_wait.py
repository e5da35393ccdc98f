"""Waiting for people: what they do races a deadline that may move; somebody is reminded before it; silence ends it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from temporalio import workflow

from workflows.primitives.deadline import reached

Known = TypeVar("Known")


class Ending(StrEnum):
    """How a wait ended: somebody acted, or nobody did until the deadline, and the caller's default holds."""

    ANSWERED = "answered"
    SILENCE = "silence"


def _never(_: object) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class HumanWait(Generic[Known]):
    """One wait, told by what follows from what is known at a time.

    `ask` says anew what is known: after every timer and whenever `woken` becomes true. So a date that moves back needs
    no message to anybody, and what is done is done from fresh knowledge. `reminder` is when `remind` is due next; it
    must lie later once that was done. While `paused` answers a duration nothing is due, and it is asked again after it.
    """

    deadline: Callable[[Known], datetime]
    ask: Callable[[], Awaitable[Known]]
    woken: Callable[[], bool]
    reminder: Callable[[Known], datetime | None]
    remind: Callable[[Known], Awaitable[None]]
    paused: Callable[[Known], timedelta | None]
    answered: Callable[[Known], bool] = _never
    says: Callable[[Known], None] = lambda _: None
    """Told before each wait, to show what is waited for."""

    async def over(self, known: Known) -> tuple[Known, Ending]:
        """Wait until somebody acted or the deadline has come; answers what is known then, and which of both it was."""
        while not self.answered(known):
            pause, due = self.paused(known), self.reminder(known)
            if pause is None and due is not None and due <= workflow.now():
                await self.remind(known)
                continue
            moment = self._next_moment(known, pause, due)
            if moment is None:
                return known, Ending.SILENCE
            self.says(known)
            await reached(moment, unless=self.woken)
            known = await self.ask()
        return known, Ending.ANSWERED

    def _next_moment(self, known: Known, pause: timedelta | None, due: datetime | None) -> datetime | None:
        if pause is not None:
            return workflow.now() + pause
        deadline = self.deadline(known)
        if deadline <= workflow.now():
            return None
        return min(due, deadline) if due is not None else deadline
