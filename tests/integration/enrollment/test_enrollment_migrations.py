"""Enrollment's revisions go down to nothing and up again."""

from __future__ import annotations

import asyncio

import asyncpg

from services.kit.migrations import run
from tests.support.postgres import PostgresServer


async def test_down_to_nothing_and_up_again(postgres: PostgresServer) -> None:
    url = postgres.empty_database("enrollment")
    left = """
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'alembic%'
        AND relkind IN ('r', 'S') UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    """
    try:
        await asyncio.to_thread(run.upgrade, "enrollment", url)
        await asyncio.to_thread(run.downgrade, "enrollment", url, "base")
        connection = await asyncpg.connect(url)
        assert await connection.fetch(left) == []
        await connection.close()
        await asyncio.to_thread(run.upgrade, "enrollment", url)
        assert await run.is_current("enrollment", url)
    finally:
        postgres.drop(url)
