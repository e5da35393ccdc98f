"""How people are reached: every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domain.roles import WORKING
from services.identity.records import PersonState
from services.identity.store.tables import hat, person

_WORKING = sorted(role.value for role in WORKING)


class Contacts:
    """Numbers of everybody who was not erased, and the staff whose accounts are in use."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def mobiles(self, person_ids: Collection[str]) -> Mapping[str, bytes]:
        """Sealed numbers by person; who has none is missing.

        Who is held or suspended is told just that, and cannot read it in the inbox.
        """
        statement = select(person.c.person_id, person.c.mobile_sealed).where(
            person.c.person_id.in_(person_ids),
            person.c.state != PersonState.ERASED.value,
            person.c.mobile_sealed.is_not(None),
        )
        return {row.person_id: row.mobile_sealed for row in await self._session.execute(statement)}

    async def staff(self, organisation_codes: Collection[str], now: datetime) -> Sequence[tuple[str, str]]:
        """Organisation and person, each pair once: who wears a hat that works there, and may at `now`."""
        statement = (
            select(hat.c.organisation_code, hat.c.person_id)
            .join(person, person.c.person_id == hat.c.person_id)
            .where(
                hat.c.organisation_code.in_(organisation_codes),
                hat.c.role.in_(_WORKING),
                hat.c.ended_at.is_(None),
                hat.c.suspended_at.is_(None),
                or_(hat.c.expires_at.is_(None), hat.c.expires_at > now),
                person.c.state == PersonState.ACTIVE.value,
            )
            .distinct()
            .order_by(hat.c.organisation_code, hat.c.person_id)
        )
        return [(row.organisation_code, row.person_id) for row in await self._session.execute(statement)]
