"""One environment for all services: up, down, up; several migrators at once; the quick check tells the truth."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import BigInteger, Column, Table, Uuid

from services.kit.migrations import run
from services.kit.tables import metadata
from tests.support.postgres import PostgresServer
from tests.support.wait import eventually

VERSIONS = Path(__file__).parent / "kit_versions"


@pytest.fixture
def empty_url(postgres: PostgresServer) -> Iterator[str]:
    url = postgres.empty_database("kit")
    yield url
    postgres.drop(url)


async def tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    finally:
        await connection.close()
    return {row["tablename"] for row in rows}


async def test_up_down_up_and_the_schema_is_the_declared_one(empty_url: str) -> None:
    assert not await run.is_current("kit", empty_url, versions=VERSIONS)
    await asyncio.to_thread(run.upgrade, "kit", empty_url, versions=VERSIONS)
    assert {"outbox", "inbox", "relay_lease", "effect"} <= await tables(empty_url)
    assert await run.is_current("kit", empty_url, versions=VERSIONS)

    await asyncio.to_thread(run.downgrade, "kit", empty_url, "base", versions=VERSIONS)
    assert await tables(empty_url) == {"alembic_version"}
    assert not await run.is_current("kit", empty_url, versions=VERSIONS)

    await asyncio.to_thread(run.upgrade, "kit", empty_url, versions=VERSIONS)
    declared = metadata()
    Table("effect", declared, Column("id", BigInteger, primary_key=True), Column("event_id", Uuid, nullable=False))
    await asyncio.to_thread(run.check, "kit", empty_url, declared, versions=VERSIONS)


async def test_three_migrators_at_once_on_an_empty_database(empty_url: str) -> None:
    script = (
        "import sys, pathlib; from services.kit.migrations import run; "
        "run.upgrade('kit', sys.argv[1], versions=pathlib.Path(sys.argv[2]))"
    )
    migrators = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", script, empty_url, str(VERSIONS)),
            cwd=Path(__file__).parents[2],
            stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    ended = await asyncio.gather(*(migrator.communicate() for migrator in migrators))
    assert [migrator.returncode for migrator in migrators] == [0, 0, 0], ended
    assert await run.is_current("kit", empty_url, versions=VERSIONS)


async def test_an_old_revision_is_not_current(empty_url: str, tmp_path: Path) -> None:
    await asyncio.to_thread(run.upgrade, "kit", empty_url, versions=VERSIONS)
    first = (VERSIONS / "0001_kit.py").read_text()
    (tmp_path / "0001_kit.py").write_text(first)
    (tmp_path / "0002_next.py").write_text('revision: str = "0002"\ndown_revision: str | None = "0001"\n')
    assert not await run.is_current("kit", empty_url, versions=tmp_path)
    (tmp_path / "0003_fork.py").write_text('revision = "0003"\ndown_revision = "0001"\n')
    with pytest.raises(RuntimeError, match="one newest revision"):
        await run.is_current("kit", empty_url, versions=tmp_path)


async def test_a_migration_that_waits_for_a_table_lets_others_pass(empty_url: str, tmp_path: Path) -> None:
    await asyncio.to_thread(run.upgrade, "kit", empty_url, versions=VERSIONS)
    (tmp_path / "0001_kit.py").write_text((VERSIONS / "0001_kit.py").read_text())
    (tmp_path / "0002_next.py").write_text(
        'from alembic import op\nrevision = "0002"\ndown_revision = "0001"\n'
        'def upgrade():\n    op.execute("ALTER TABLE effect ADD COLUMN note text")\n'
    )
    holder, reader = await asyncpg.connect(empty_url), await asyncpg.connect(empty_url)

    async def waits() -> bool:
        return bool(await reader.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'"))

    try:
        for setting in ("transaction_timeout", "idle_in_transaction_session_timeout"):
            await holder.execute(f"SET {setting} = 0")
        held = holder.transaction()
        await held.start()
        await holder.execute("SELECT count(*) FROM effect")
        migrating = asyncio.create_task(asyncio.to_thread(run.upgrade, "kit", empty_url, versions=tmp_path))
        await eventually(waits, "the migration waits")
        await reader.execute("SET lock_timeout = '6s'")
        await reader.execute("SET statement_timeout = '6s'")
        assert await reader.fetchval("SELECT count(*) FROM effect") == 0, "whoever reads waits for seconds, not minutes"
        assert not migrating.done()
        await held.rollback()
        await migrating
        assert await run.is_current("kit", empty_url, versions=tmp_path)
    finally:
        await holder.close()
        await reader.close()
