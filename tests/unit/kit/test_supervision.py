"""What goes on behind a process ends for no error, and what stops gives the others their turn."""

from __future__ import annotations

import asyncio

import structlog

from services.kit import process
from services.kit.chores import Chore


class Stops:
    """A part that notes that it was stopped, and may fail then."""

    name = "stops"

    def __init__(self, stopped: list[str], error: Exception | None = None) -> None:
        self._stopped = stopped
        self._error = error

    async def start(self) -> None:
        """Nothing."""

    async def stop(self) -> None:
        """Note it."""
        if self._error is not None:
            raise self._error
        self._stopped.append(self.name)

    def not_ready(self) -> str:
        """Ready."""
        return ""


async def test_a_chore_goes_on_after_an_error_nobody_expected() -> None:
    rounds, again = 0, asyncio.Event()

    async def work() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise ValueError
        again.set()

    chore = Chore("chore", work, 0.0)
    await chore.start()
    try:
        await asyncio.wait_for(again.wait(), 10)
    finally:
        await chore.stop()


async def test_a_part_that_fails_to_stop_keeps_no_other_from_it() -> None:
    stopped: list[str] = []
    await process._stop([Stops(stopped), Stops(stopped, ValueError("no")), Stops(stopped)], structlog.get_logger())
    assert stopped == ["stops", "stops"]
