"""Run by alembic for every service; `services.kit.migrations.run` sets the attributes it reads."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import asyncpg
import structlog
from alembic import context
from sqlalchemy import Connection, exc, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

# One number for every service: databases are separate, and so are their advisory locks.
LOCK = 7_205_759_403
# Whoever comes after a statement that waits for a table waits behind it: so it gives up soon, and tries again.
LOCK_SECONDS, PAUSE_SECONDS, TRIES = 3, 2.0, 25
GAVE_UP = ("55P03", "40P01")


def _migrate(connection: Connection) -> None:
    # A migration may take longer than a request: the role's timeouts are lifted for this session.
    for setting in ("transaction_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(text(f"SET {setting} = 0"))
    # Several replicas start at once: one migrates, the others wait here and then find nothing to do.
    connection.execute(text("SET lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
    connection.commit()
    for left in reversed(range(TRIES)):
        try:
            _run_all(connection)
            return
        except exc.DBAPIError as error:
            connection.rollback()
            if not left or getattr(error.orig, "sqlstate", "") not in GAVE_UP:
                raise
            structlog.get_logger("kit.migrations").warning("a migration waits for a table in use", tries_left=left)
            time.sleep(PAUSE_SECONDS)


def _run_all(connection: Connection) -> None:
    """All revisions in one transaction: what one has locked is free again when another has to give up."""
    context.configure(
        connection=connection,
        target_metadata=context.config.attributes.get("metadata"),
        transaction_per_migration=False,
        compare_type=True,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _run() -> None:
    attributes = context.config.attributes
    # Connected as everybody else is: SQLAlchemy's own reading of the URL knows no `sslmode`.
    engine = create_async_engine(
        "postgresql+asyncpg://", poolclass=pool.NullPool, async_creator=partial(asyncpg.connect, attributes["url"])
    )
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()


asyncio.run(_run())
