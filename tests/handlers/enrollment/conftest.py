"""A stage per test, over a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.kit.database import Database
from tests.handlers.enrollment.story import Stage
from tests.support.postgres import PostgresServer


@pytest.fixture(scope="module")
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    """A real, migrated database for the tests of one module: each has a cycle of its own in it."""
    url = postgres.database("enrollment")
    database = Database(url, name="test", pool_size=16)
    await database.start()
    yield database
    await database.stop()
    postgres.drop(url)


@pytest.fixture
async def stage(database: Database) -> Stage:
    """Handlers over a fresh cycle in preparation."""
    stage = Stage(database)
    await stage.open()
    return stage
