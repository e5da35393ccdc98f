"""Hats: every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domain.roles import Role
from services.identity.records import Hat
from services.identity.store.tables import hat, organisation

_COLUMNS = (
    *(hat.c[name] for name in Hat.__dataclass_fields__ if name != "organisation_name"),
    organisation.c.name.label("organisation_name"),
)
_FROM = hat.outerjoin(organisation, hat.c.organisation_code == organisation.c.code)


class Hats:
    """Who wears what, where."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_id(self, hat_id: str) -> Hat | None:
        """The hat with this id, ended or not."""
        found = await self._all(hat.c.hat_id == hat_id)
        return found[0] if found else None

    async def of(self, person_id: str) -> Sequence[Hat]:
        """The person's hats that have not ended, oldest first; suspended and expired ones too."""
        return await self._all(hat.c.person_id == person_id, hat.c.ended_at.is_(None))

    async def add(self, new: Hat) -> bool:
        """Write a new hat; False, and nothing written, when the person wears the same one there already."""
        values: dict[str, Any] = {
            name: getattr(new, name) for name in Hat.__dataclass_fields__ if name != "organisation_name"
        }
        values |= {"role": new.role.value, "organisation_code": new.organisation_code or None}
        statement = upsert(hat).values(values).on_conflict_do_nothing().returning(hat.c.hat_id)
        return await self._session.scalar(statement) is not None

    async def change(self, hat_id: str, **values: Any) -> None:
        """Set columns of a hat, named as in the table."""
        await self._session.execute(update(hat).where(hat.c.hat_id == hat_id).values(**values))

    async def _all(self, *conditions: ColumnElement[bool]) -> Sequence[Hat]:
        statement = select(*_COLUMNS).select_from(_FROM).where(*conditions).order_by(hat.c.given_at, hat.c.hat_id)
        return [hat_of(dict(row)) for row in (await self._session.execute(statement)).mappings()]


def hat_of(row: dict[str, Any]) -> Hat:
    """A hat from a row with the columns of the table and `organisation_name`."""
    row |= {
        "role": Role(row["role"]),
        "organisation_code": row["organisation_code"] or "",
        "organisation_name": row["organisation_name"] or "",
    }
    return Hat(**row)
