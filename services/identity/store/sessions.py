"""Sessions and the challenges before them: every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domain.roles import Role
from services.identity.records import Challenge, Session
from services.identity.store.tables import challenge, session

_COLUMNS = tuple(session.c[name] for name in Session.__dataclass_fields__)
_CHALLENGE_COLUMNS = tuple(challenge.c[name] for name in Challenge.__dataclass_fields__)
_CHALLENGES_KEPT = timedelta(hours=1)


class Sessions:
    """Who is signed in, where."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, new: Session) -> None:
        """Write a new session."""
        values = {name: getattr(new, name) for name in Session.__dataclass_fields__}
        await self._session.execute(insert(session).values(values | {"role": new.role.value}))

    async def by_id(self, session_id: str, *, lock: bool = False) -> Session | None:
        """The session with this id, ended or not; with `lock`, nobody else changes it meanwhile."""
        statement = select(*_COLUMNS).where(session.c.session_id == session_id)
        if lock:
            statement = statement.with_for_update()
        row = (await self._session.execute(statement)).mappings().one_or_none()
        return None if row is None else _record(dict(row))

    async def live(self, person_id: str, now: datetime) -> Sequence[Session]:
        """The person's sessions that have not ended, newest first; without those of others in their place."""
        return await self._all(*_live(person_id, now), session.c.acting_by == "")

    async def live_ids(self, person_id: str, now: datetime, *, but: str = "", hat_id: str = "") -> Sequence[str]:
        """Ids of all the person's sessions that have not ended, others' in their place too.

        `but` is left out; with `hat_id`, only those that carry this hat.
        """
        conditions = _live(person_id, now)
        if hat_id:
            conditions = (*conditions, session.c.hat_id == hat_id)
        return [each.session_id for each in await self._all(*conditions) if each.session_id != but]

    async def end(self, session_ids: Sequence[str], reason: str, at: datetime) -> Sequence[Session]:
        """End those of the sessions that have not ended; returns them."""
        # In one order for everybody, so that two who end the same sessions wait for each other instead of crosswise.
        found = (
            select(session.c.session_id)
            .where(session.c.session_id.in_(session_ids), session.c.ended_at.is_(None))
            .order_by(session.c.session_id)
            .with_for_update()
        )
        statement = (
            update(session)
            .where(session.c.session_id.in_(found))
            .values(ended_at=at, end_reason=reason)
            .returning(*_COLUMNS)
        )
        return [_record(dict(row)) for row in (await self._session.execute(statement)).mappings()]

    async def change(self, session_id: str, **values: Any) -> None:
        """Set columns of a session, named as in the table; enums by their value."""
        await self._session.execute(update(session).where(session.c.session_id == session_id).values(**values))

    async def knows(self, person_id: str, browser: str, address: str) -> tuple[bool, bool]:
        """Whether the person was ever signed in, and whether with this browser from this address."""
        own = (session.c.person_id == person_id) & (session.c.acting_by == "")
        here = own & (session.c.browser == browser) & (session.c.address == address)
        row = (await self._session.execute(select(exists().where(own), exists().where(here)))).one()
        return bool(row[0]), bool(row[1])

    async def here_since(self, person_id: str, address: str, begin: datetime) -> bool:
        """Whether the person was signed in from this address after `begin`."""
        own = (session.c.person_id == person_id) & (session.c.acting_by == "") & (session.c.began_at > begin)
        return bool(await self._session.scalar(select(exists().where(own & (session.c.address == address)))))

    async def add_challenge(self, new: Challenge) -> None:
        """Write a new challenge; those that ended an hour before it began are forgotten."""
        old = challenge.c.expires_at < new.expires_at - _CHALLENGES_KEPT
        await self._session.execute(delete(challenge).where(old))
        values = {name: getattr(new, name) for name in Challenge.__dataclass_fields__}
        await self._session.execute(insert(challenge).values(values))

    async def challenge(self, challenge_id: str, *, lock: bool = False) -> Challenge | None:
        """The challenge with this id, used or not; with `lock`, nobody else answers it meanwhile."""
        statement = select(*_CHALLENGE_COLUMNS).where(challenge.c.challenge_id == challenge_id)
        if lock:
            statement = statement.with_for_update()
        row = (await self._session.execute(statement)).mappings().one_or_none()
        return None if row is None else Challenge(**row)

    async def change_challenge(self, challenge_id: str, **values: Any) -> None:
        """Set columns of a challenge."""
        await self._session.execute(update(challenge).where(challenge.c.challenge_id == challenge_id).values(**values))

    async def _all(self, *conditions: ColumnElement[bool]) -> Sequence[Session]:
        newest = (session.c.began_at.desc(), session.c.session_id.desc())
        statement = select(*_COLUMNS).where(*conditions).order_by(*newest)
        return [_record(dict(row)) for row in (await self._session.execute(statement)).mappings()]


def _live(person_id: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        session.c.person_id == person_id,
        session.c.ended_at.is_(None),
        session.c.idle_at > now,
        session.c.ends_at > now,
    )


def _record(row: dict[str, Any]) -> Session:
    return Session(**row | {"role": Role(row["role"])})
