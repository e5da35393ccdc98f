"""Run by alembic for every service; `services.kit.migrations.run` sets the attributes it reads."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

# One number for every service: databases are separate, and so are their advisory locks.
LOCK = 7_205_759_403


def _migrate(connection: Connection) -> None:
    # A migration may take longer than a request: the role's timeouts are lifted for this session.
    for setting in ("transaction_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(text(f"SET {setting} = 0"))
    connection.execute(text("SET lock_timeout = '60s'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=context.config.attributes.get("metadata"),
        transaction_per_migration=False,
        compare_type=True,
        compare_server_default=False,
    )
    with context.begin_transaction():
        # Several replicas start at once: one migrates, the others wait here and then find nothing to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.run_migrations()


async def _run() -> None:
    engine = create_async_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()


asyncio.run(_run())
