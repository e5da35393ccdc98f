"""Drafts of sections: what was typed and not saved. Every value is sealed: nothing says which of them is personal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.dossier import Section
from services.faculty.store.dossiers import Sealing
from services.faculty.store.paper_tables import dossier_draft


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed into one section, and when (aware UTC)."""

    body: Mapping[str, Any]
    drafted_at: datetime


async def drafts(session: AsyncSession, sealing: Sealing, person_id: str) -> dict[Section, Draft]:
    """A person's drafts by section. Raises SealBroken."""
    rows = await session.execute(select(dossier_draft).where(dossier_draft.c.person_id == person_id))
    return {
        Section(row.section): Draft(_opened(sealing, person_id, row.section, row.body), row.drafted_at) for row in rows
    }


async def keep(
    session: AsyncSession,
    sealing: Sealing,
    person_id: str,
    section: Section,
    body: Mapping[str, Any],
    at: datetime,
    key: str,
) -> datetime:
    """FDOS-11: write a draft over the one before; when it was typed. The key of the one that stands changes nothing."""
    statement = upsert(dossier_draft).values(
        person_id=person_id,
        section=section.value,
        body=_sealed(sealing, person_id, section, body),
        drafted_at=at,
        sealed_with=sealing.key,
        idempotency_key=key,
    )
    changed = statement.on_conflict_do_update(
        index_elements=[dossier_draft.c.person_id, dossier_draft.c.section],
        set_={name: statement.excluded[name] for name in ("body", "drafted_at", "sealed_with", "idempotency_key")},
        where=dossier_draft.c.idempotency_key != key,
    ).returning(dossier_draft.c.drafted_at)
    written: datetime | None = await session.scalar(changed)
    if written is not None:
        return written
    mine = (dossier_draft.c.person_id == person_id, dossier_draft.c.section == section.value)
    stands: datetime = (await session.execute(select(dossier_draft.c.drafted_at).where(*mine))).scalar_one()
    return stands


async def drop(session: AsyncSession, person_id: str, section: Section) -> None:
    """Forget the draft of one section."""
    mine = (dossier_draft.c.person_id == person_id, dossier_draft.c.section == section.value)
    await session.execute(delete(dossier_draft).where(*mine))


async def forget(session: AsyncSession, person_id: str) -> None:
    """PRIV-05: a person's drafts are gone."""
    await session.execute(delete(dossier_draft).where(dossier_draft.c.person_id == person_id))


async def rewrap(session: AsyncSession, sealing: Sealing, limit: int) -> int:
    """PRIV-04: seal up to `limit` drafts of old keys with the current one; how many. Raises SealBroken."""
    old = select(dossier_draft).where(_under_old_key(sealing)).limit(limit).with_for_update(skip_locked=True)
    found = (await session.execute(old)).all()
    for row in found:
        body = _sealed(sealing, row.person_id, row.section, _opened(sealing, row.person_id, row.section, row.body))
        await session.execute(
            update(dossier_draft)
            .where(dossier_draft.c.person_id == row.person_id, dossier_draft.c.section == row.section)
            .values(body=body, sealed_with=sealing.key)
        )
    return len(found)


async def count_old(session: AsyncSession, sealing: Sealing) -> int:
    """How many drafts are still sealed with an old key."""
    counting = select(func.count()).select_from(dossier_draft).where(_under_old_key(sealing))
    return await session.scalar(counting) or 0


def _sealed(sealing: Sealing, person_id: str, section: str, body: Mapping[str, Any]) -> str:
    text = json.dumps(dict(body), ensure_ascii=False)
    return sealing.vault.seal_text(text, f"{person_id}/draft/{section}")


def _opened(sealing: Sealing, person_id: str, section: str, sealed: str) -> dict[str, Any]:
    opened: dict[str, Any] = json.loads(sealing.vault.open_text(sealed, f"{person_id}/draft/{section}"))
    return opened


def _under_old_key(sealing: Sealing) -> ColumnElement[bool]:
    return dossier_draft.c.sealed_with != sealing.key
