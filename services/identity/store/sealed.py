"""ID-43: every sealed value of identity, whatever its table: found by the key it is under, sealed anew."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.store.tables import METADATA
from services.kit.vault import Vault


def sealed_columns() -> Sequence[Column[bytes]]:
    """Every column with sealed values: named `…_sealed`, each value bound to its row's id."""
    return [
        column
        for table in METADATA.sorted_tables
        for column in table.columns
        if column.name.endswith("_sealed") and isinstance(column.type, LargeBinary)
    ]


class Sealed:
    """Sealed values; every method runs inside the caller's unit of work."""

    def __init__(self, session: AsyncSession, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    async def rewrap(self, column: Column[bytes], limit: int) -> int:
        """Seal at most `limit` values of `column` anew with the current key; how many it were.

        Rows somebody else holds are left for the next time, so that nobody waits. Raises SealBroken when a key is gone.
        """
        table, row_id = _identified(column)
        statement = select(row_id, column).where(self._stale(column)).limit(limit).with_for_update(skip_locked=True)
        rows = (await self._session.execute(statement)).all()
        for found_id, blob in rows:
            fresh = self._vault.seal(self._vault.open(blob, found_id), found_id)
            await self._session.execute(update(table).where(row_id == found_id).values({column: fresh}))
        return len(rows)

    async def left(self, column: Column[bytes]) -> int:
        """How many values of `column` are under an older key."""
        table, _ = _identified(column)
        statement = select(func.count()).select_from(table).where(self._stale(column))
        return await self._session.scalar(statement) or 0

    def _stale(self, column: Column[bytes]) -> ColumnElement[bool]:
        name = self._vault.current_key.encode()
        begin = literal(bytes([len(name)]) + name, LargeBinary)
        return column.is_not(None) & (func.substring(column, 1, len(name) + 1) != begin)


def _identified(column: Column[bytes]) -> tuple[Table, Column[str]]:
    table = column.table
    assert isinstance(table, Table)
    [row_id] = table.primary_key.columns
    return table, row_id
