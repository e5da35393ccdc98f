"""Waiting for a moment. A timer is a hint, the calendar is the truth: the moment may move while one waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from temporalio import workflow

Known = TypeVar("Known")


async def reached(moment: datetime, *, unless: Callable[[], bool]) -> bool:
    """Wait until `moment` (aware). True once it has come, False when `unless` became true before.

    A moment already past has come: no timer is set.
    """
    if unless():
        return False
    left = moment - workflow.now()
    if left <= timedelta(0):
        return True
    try:
        await workflow.wait_condition(unless, timeout=left)
    except TimeoutError:
        return True
    return False


async def until(
    moment: Callable[[Known], datetime],
    known: Known,
    *,
    ask: Callable[[], Awaitable[Known]],
    woken: Callable[[], bool],
) -> Known:
    """Wait until the moment that follows from what is known; answers what is known once it has come.

    Whenever the timer fires or `woken` becomes true, `ask` says anew what is known, and the wait goes on for as long
    as the moment lies ahead. So moving a deadline back needs no message to anybody.
    """
    while moment(known) > workflow.now():
        await reached(moment(known), unless=woken)
        known = await ask()
    return known
