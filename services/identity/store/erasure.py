"""ID-42: accounts idle beyond the retention period; every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.records import Person, PersonState
from services.identity.store.tables import (
    challenge,
    factor,
    hat,
    invitation,
    person,
    recovery,
    recovery_code,
    sandbox_text,
    scan_ticket,
    session,
    text_code,
)


class Erasure:
    """Finds who is due and takes every trace of who they were."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def count_due(self, before: datetime) -> int:
        """How many accounts were last seen before `before`."""
        return await self._session.scalar(select(func.count()).select_from(person).where(_due(before))) or 0

    async def due(self, before: datetime, limit: int) -> Sequence[str]:
        """Their ids, longest unseen first."""
        statement = select(person.c.person_id).where(_due(before)).order_by(person.c.seen_at).limit(limit)
        return list(await self._session.scalars(statement))

    async def erase(self, gone: Person, now: datetime) -> None:
        """Leave of a person the id, when it was opened and erased, and which hats it wore; all else goes.

        The login becomes one nobody can choose, so that it is free again; invitations and codes to the number go too.
        """
        run, person_id = self._session.execute, gone.person_id
        own_sessions = select(session.c.session_id).where(session.c.person_id == person_id)
        await run(delete(challenge).where(challenge.c.person_id == person_id))
        await run(delete(scan_ticket).where(scan_ticket.c.session_id.in_(own_sessions)))
        for table in (session, factor, recovery_code, recovery):
            await run(delete(table).where(table.c.person_id == person_id))
        await run(delete(text_code).where(text_code.c.subject == person_id))
        if gone.mobile_lookup is not None:
            for sent_to in (text_code, sandbox_text, invitation):
                await run(delete(sent_to).where(sent_to.c.mobile_lookup == gone.mobile_lookup))
        await run(update(hat).where(hat.c.person_id == person_id, hat.c.ended_at.is_(None)).values(ended_at=now))
        nobody = f"erased:{person_id}"
        await run(
            update(person)
            .where(person.c.person_id == person_id)
            .values(
                login=nobody,
                login_key=nobody,
                name="",
                password_hash="",
                state=PersonState.ERASED.value,
                document_type="",
                document_lookup=None,
                document_sealed=None,
                birth_lookup=None,
                mobile_lookup=None,
                mobile_sealed=None,
                bound_at=None,
                last_bound_at=None,
                override_until=None,
                erased_at=now,
            )
        )


def _due(before: datetime) -> ColumnElement[bool]:
    return (person.c.seen_at < before) & (person.c.state != PersonState.ERASED.value)
