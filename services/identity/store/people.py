"""Persons: every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domain.documents import DocumentType
from services.identity.records import Person, PersonState
from services.identity.store.tables import person

_COLUMNS = tuple(person.c[name] for name in Person.__dataclass_fields__)


class People:
    """Accounts."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_id(self, person_id: str, *, lock: bool = False) -> Person | None:
        """The person with this id; with `lock`, nobody else changes it until the transaction ends."""
        return await self._one(person.c.person_id == person_id, lock=lock)

    async def by_login(self, login_key: str) -> Person | None:
        """The person with this lower-case login."""
        return await self._one(person.c.login_key == login_key)

    async def by_document(self, lookup: bytes) -> Person | None:
        """The person whose bound document has this keyed hash."""
        return await self._one(person.c.document_lookup == lookup)

    async def by_mobile(self, lookup: bytes) -> Sequence[Person]:
        """Everybody with this mobile number."""
        return await self._all(person.c.mobile_lookup == lookup)

    async def alike(self, birth_lookup: bytes, *, but: str = "") -> Sequence[Person]:
        """Everybody with this name and birth date (keyed hash), without the person `but`."""
        found = await self._all(person.c.birth_lookup == birth_lookup)
        return [each for each in found if each.person_id != but]

    async def by_name(self, name: str, limit: int = 20) -> Sequence[Person]:
        """Everybody of this name, at most `limit`."""
        return await self._all(person.c.name == name, limit)

    async def in_state(self, state: PersonState, limit: int = 100) -> Sequence[Person]:
        """Everybody in `state`, oldest first, at most `limit`."""
        return await self._all(person.c.state == state.value, limit)

    async def add(self, new: Person) -> bool:
        """Write a new person; False, and nothing written, when the login or the document is taken."""
        values = {name: getattr(new, name) for name in Person.__dataclass_fields__}
        values |= {
            "state": new.state.value,
            "login_key": new.login.lower(),
            "document_type": new.document_type.value if new.document_type else "",
        }
        statement = upsert(person).values(values).on_conflict_do_nothing().returning(person.c.person_id)
        return await self._session.scalar(statement) is not None

    async def change(self, person_id: str, **values: Any) -> None:
        """Set columns of a person, named as in the table; enums by their value."""
        await self._session.execute(update(person).where(person.c.person_id == person_id).values(**values))

    async def seen(self, person_id: str, at: datetime) -> None:
        """Remember that the person was here; the retention period counts from it."""
        await self.change(person_id, seen_at=at)

    async def _one(self, condition: ColumnElement[bool], *, lock: bool = False) -> Person | None:
        statement = select(*_COLUMNS).where(condition)
        if lock:
            statement = statement.with_for_update()
        row = (await self._session.execute(statement)).mappings().one_or_none()
        return None if row is None else _person(dict(row))

    async def _all(self, condition: ColumnElement[bool], limit: int = 20) -> Sequence[Person]:
        statement = select(*_COLUMNS).where(condition).order_by(person.c.created_at).limit(limit)
        return [_person(dict(row)) for row in (await self._session.execute(statement)).mappings()]


def _person(row: dict[str, Any]) -> Person:
    row["state"] = PersonState(row["state"])
    row["document_type"] = DocumentType(row["document_type"]) if row["document_type"] else None
    return Person(**row)
