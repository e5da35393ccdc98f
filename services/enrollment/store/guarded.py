"""How a guarded write tells why it wrote nothing: the SQLSTATEs of `migrations/versions/0002_command_path.py`."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from services.kit.database import Database

KEY_REUSED = "RE001"
CHANGED = frozenset({"RE002", "RE003", "RE004", "RE005"})
"""The gate moved, too late, changed meanwhile, seat full: what was read no longer holds."""


class Changed(Exception):
    """What the decision was made on no longer holds: read and decide again. Nothing was written."""


class KeyReused(Exception):
    """The idempotency key belongs to another command of the same actor."""


async def guarded(database: Database, statement: str, values: Sequence[object], fact: bool) -> bytes:
    """Run a guarded write and tell its own SQLSTATEs apart: Changed, KeyReused."""
    try:
        stored = await database.fetchval(statement, *values)
    except asyncpg.PostgresError as error:
        if error.sqlstate in CHANGED:
            raise Changed(error.sqlstate) from error
        if error.sqlstate == KEY_REUSED:
            raise KeyReused from error
        raise
    if fact:
        database.facts_written()
    return bytes(stored)
