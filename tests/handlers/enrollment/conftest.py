"""A stage per test, over a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from services.kit.database import Database
from tests.handlers.enrollment.story import Stage


@pytest.fixture
async def stage(database_url: Callable[[str], str]) -> AsyncIterator[Stage]:
    """Handlers over a fresh database with one cycle in preparation."""
    database = Database(database_url("enrollment"), name="test", pool_size=16)
    await database.start()
    try:
        stage = Stage(database)
        await stage.open()
        yield stage
    finally:
        await database.stop()
