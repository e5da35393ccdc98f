"""Organisations: every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domain.organisation import Organisation, OrganisationKind, Tree
from services.identity.store.tables import organisation


class Organisations:
    """Provinces, bases and departments."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all(self) -> dict[str, Organisation]:
        """Every organisation by code."""
        rows = await self._session.execute(select(organisation))
        return {
            row.code: Organisation(
                row.code, row.name, OrganisationKind(row.kind), row.parent_code or "", row.main_base_code or ""
            )
            for row in rows
        }

    async def tree(self) -> Tree:
        """Every organisation, to be asked who is above whom."""
        return Tree(await self.all())

    async def lock(self) -> None:
        """Let imports pass one at a time, until the transaction ends."""
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext("organisation"))))

    async def write(self, changed: Sequence[Organisation]) -> None:
        """Insert what is new and change what is known, in order (parents and main bases first)."""
        if not changed:
            return
        statement = upsert(organisation)
        statement = statement.on_conflict_do_update(
            index_elements=[organisation.c.code],
            set_={"name": statement.excluded.name, "main_base_code": statement.excluded.main_base_code},
        )
        await self._session.execute(
            statement,
            [
                {
                    "code": each.code,
                    "name": each.name,
                    "kind": each.kind.value,
                    "parent_code": each.parent_code or None,
                    "main_base_code": each.main_base_code or None,
                }
                for each in changed
            ],
        )
