"""What people said about the notices they want, and their language; every method runs inside a unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.domain.channels import Channel
from services.notify.domain.kinds import NoticeKind
from services.notify.store.tables import preference, reader


class Preferences:
    """Wishes that differ from what holds without a word, or once did."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, person_id: str) -> Mapping[tuple[NoticeKind, Channel], bool]:
        """What the person said, by kind and channel."""
        statement = select(preference.c.kind, preference.c.channel, preference.c.wanted).where(
            preference.c.person_id == person_id
        )
        rows = await self._session.execute(statement)
        return {(NoticeKind(row.kind), Channel(row.channel)): row.wanted for row in rows}

    async def set(self, person_id: str, kind: NoticeKind, channel: Channel, wanted: bool, at: datetime) -> None:
        """Keep what the person says."""
        values = {"wanted": wanted, "changed_at": at}
        await self._session.execute(
            upsert(preference)
            .values(person_id=person_id, kind=kind.value, channel=channel.value, **values)
            .on_conflict_do_update(
                index_elements=["person_id", "kind", "channel"], set_=values, where=preference.c.wanted != wanted
            )
        )

    async def language(self, person_id: str) -> str:
        """`zh` or `en`."""
        statement = select(reader.c.language).where(reader.c.person_id == person_id)
        return await self._session.scalar(statement) or "zh"

    async def set_language(self, person_id: str, language: str) -> None:
        """Keep the language the person chose."""
        values = {"language": language}
        await self._session.execute(
            upsert(reader)
            .values(person_id=person_id, **values)
            .on_conflict_do_update(index_elements=["person_id"], set_=values)
        )

    async def forget(self, person_id: str) -> None:
        """PRIV-05: nothing the person said is left."""
        await self._session.execute(delete(preference).where(preference.c.person_id == person_id))
        await self._session.execute(delete(reader).where(reader.c.person_id == person_id))
