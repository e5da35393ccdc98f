"""Papers of dossiers: rows in the database, pictures sealed in the object store (FDOS-09, PAP-11).

How objects are kept beside their rows stands in `services/kit/sealed_objects.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, Text, cast, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.papers import PaperKind
from services.faculty.store.paper_tables import paper, paper_use
from services.faculty.store.tables import METADATA, dossier
from services.kit.picture_rules import Warned

UPLOADED = "upload_paper"
"""How the audit calls an upload."""


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """One row of `paper`; the picture lies under `object_key`."""

    id: str
    person_id: str
    kind: PaperKind
    object_key: str
    sealed_with: str
    width: int
    height: int
    bytes: int
    sha256: str
    warnings: tuple[Warned, ...]
    uploaded_at: datetime
    in_dossier: bool = True


async def kept(session: AsyncSession, person_id: str) -> list[PaperRecord]:
    """Everything that is kept of a person, oldest first: of the dossier, and of frozen copies."""
    return await _read(session, select(paper).where(paper.c.person_id == person_id))


async def shown(session: AsyncSession, record_id: str) -> list[PaperRecord]:
    """What the frozen copy of a record shows, oldest first."""
    of_record = select(func.unnest(paper_use.c.paper_ids)).where(paper_use.c.record_id == record_id)
    return await _read(session, select(paper).where(cast(paper.c.id, Text).in_(of_record)))


async def kinds(session: AsyncSession, person_id: str) -> frozenset[str]:
    """The kinds of which the dossier holds a picture."""
    of_dossier = (paper.c.person_id == person_id, paper.c.in_dossier)
    return frozenset((await session.scalars(select(paper.c.kind).where(*of_dossier).distinct())).all())


async def uploads_lately(session: AsyncSession, person_id: str, now: datetime) -> int:
    """How many pictures were added within an hour, removed ones included."""
    audit = METADATA.tables["audit"]
    lately = (audit.c.aggregate_id == person_id, audit.c.act == UPLOADED, audit.c.at > now - timedelta(hours=1))
    return await session.scalar(select(func.count()).select_from(audit).where(*lately)) or 0


async def add(session: AsyncSession, record: PaperRecord) -> None:
    """The row of a new picture in the dossier."""
    await session.execute(
        insert(paper).values(
            id=record.id,
            person_id=record.person_id,
            kind=record.kind.value,
            object_key=record.object_key,
            sealed_with=record.sealed_with,
            width=record.width,
            height=record.height,
            bytes=record.bytes,
            sha256=record.sha256,
            warnings=[each.value for each in record.warnings],
            in_dossier=True,
            uploaded_at=record.uploaded_at,
        )
    )


async def take_out(session: AsyncSession, person_id: str, paper_ids: Iterable[str]) -> None:
    """Out of the dossier; what a frozen copy shows stays with it."""
    gone = list(paper_ids)
    if gone:
        mine = (paper.c.person_id == person_id, paper.c.id.in_(gone))
        await session.execute(update(paper).where(*mine).values(in_dossier=False))
        await _clear(session, person_id)


async def freeze(session: AsyncSession, person_id: str, record_id: str) -> None:
    """C7.8: keep the papers that the dossier shows now for the record `record_id`, over what was kept for it before."""
    # Nothing is taken out of the dossier until this has committed.
    await session.execute(select(dossier.c.person_id).where(dossier.c.person_id == person_id).with_for_update())
    of_dossier = (paper.c.person_id == person_id, paper.c.in_dossier)
    ids = list((await session.scalars(select(cast(paper.c.id, Text)).where(*of_dossier))).all())
    statement = upsert(paper_use).values(record_id=record_id, person_id=person_id, paper_ids=ids)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[paper_use.c.record_id], set_={"paper_ids": statement.excluded.paper_ids}
        )
    )
    await _clear(session, person_id)


async def forget(session: AsyncSession, person_id: str) -> None:
    """PRIV-05: a person's pictures, frozen ones too; their objects go once that has committed."""
    for table in (paper, paper_use):
        await session.execute(delete(table).where(table.c.person_id == person_id))


async def _clear(session: AsyncSession, person_id: str) -> None:
    """Remove what neither the dossier nor a frozen copy shows."""
    used = select(func.unnest(paper_use.c.paper_ids)).where(paper_use.c.person_id == person_id)
    unused = (paper.c.person_id == person_id, ~paper.c.in_dossier, cast(paper.c.id, Text).not_in(used))
    await session.execute(delete(paper).where(*unused))


async def _read(session: AsyncSession, query: Select[Any]) -> list[PaperRecord]:
    return [_record(row) for row in await session.execute(query.order_by(paper.c.uploaded_at, paper.c.id))]


def _record(row: Row[Any]) -> PaperRecord:
    return PaperRecord(
        row.id,
        row.person_id,
        PaperKind(row.kind),
        row.object_key,
        row.sealed_with,
        row.width,
        row.height,
        row.bytes,
        row.sha256,
        tuple(map(Warned, row.warnings)),
        row.uploaded_at,
        row.in_dossier,
    )
