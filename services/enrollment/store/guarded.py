"""How a guarded write tells why it wrote nothing: the SQLSTATEs of `migrations/versions/0002_command_path.py`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import asyncpg

from services.enrollment.records import Statement
from services.kit.database import Database

KEY_REUSED = "RE001"
CHANGED = frozenset({"RE002", "RE003", "RE004", "RE005"})
"""The gate moved, too late, changed meanwhile, seat full: what was read no longer holds."""


class Changed(Exception):
    """What the decision was made on no longer holds: read and decide again. Nothing was written."""


class KeyReused(Exception):
    """The idempotency key belongs to another command of the same actor."""


async def guarded(
    database: Database,
    statement: str,
    values: Sequence[object],
    fact: bool,
    also: Sequence[Statement] = (),
    answer: bytes = b"",
) -> bytes:
    """Run a guarded write and tell its own SQLSTATEs apart: Changed, KeyReused.

    `also` follows in the same transaction, unless the key had been answered before: unless what comes back is not
    `answer`, which is sealed and therefore never the same twice. Changed when one does not find the rows it expects.
    """
    with told_apart():
        if not also:
            stored = bytes(await database.fetchval(statement, *values))
        else:
            async with database.transaction() as connection:
                stored = bytes(await connection.fetchval(statement, *values))
                for each in also if stored == answer else ():
                    tag = await connection.execute(each.sql, *each.values)
                    if each.rows is not None and int(tag.rsplit(" ", 1)[-1]) != each.rows:
                        raise Changed("rows")
    if fact:
        database.facts_written()
    return stored


@contextmanager
def told_apart() -> Iterator[None]:
    """The SQLSTATEs of a guarded write as Changed and KeyReused; everything else goes through."""
    try:
        yield
    except asyncpg.PostgresError as error:
        if error.sqlstate in CHANGED:
            raise Changed(error.sqlstate) from error
        if error.sqlstate == KEY_REUSED:
            raise KeyReused from error
        raise
