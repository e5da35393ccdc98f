"""A stage over a database of its own, with a pool as wide as the crowd."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from services.kit.database import Database
from tests.integration.enrollment.crowd import Crowd


@pytest.fixture
async def crowd(database_url: Callable[[str], str]) -> AsyncIterator[Crowd]:
    """64 writers' worth of connections, and two of the scheduler's own."""
    url = database_url("enrollment")
    writers = Database(url, name="writers", pool_size=64)
    scheduler = Database(url, name="scheduler", pool_size=2)
    await writers.start()
    await scheduler.start()
    yield await Crowd.gather(url, writers, scheduler)
    await writers.stop()
    await scheduler.stop()
