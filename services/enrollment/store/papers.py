"""Papers: rows in the database, pictures sealed in the object store (PAP-07 to PAP-09, PAP-11).

How objects are kept beside their rows stands in `services/kit/sealed_objects.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from services.enrollment.domain.dossier import Section
from services.enrollment.domain.papers import PaperKind, kinds_of
from services.enrollment.records import Statement
from services.enrollment.store import rows
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database, UnitOfWork
from services.kit.objects import ObjectStore
from services.kit.picture_rules import Warned
from services.kit.sealed_objects import SealedObjects

_SELECT = """
    SELECT p.*, EXISTS (
        SELECT 1 FROM submission_paper f WHERE f.application_id = p.application_id AND p.id = ANY (f.paper_ids)
    ) AS frozen
    FROM paper p WHERE p.application_id = $1
"""
_KEPT = f"{_SELECT} ORDER BY p.uploaded_at, p.id"
_SHOWN_IDS = """
    SELECT f.paper_ids FROM submission_paper f WHERE f.application_id = $1 AND f.number <= $2
    ORDER BY f.number DESC LIMIT 1
"""
_SHOWN = f"{_SELECT} AND p.id = ANY (({_SHOWN_IDS})::uuid[]) ORDER BY p.uploaded_at, p.id"
_SHOWN_TO = f"""
    {_SELECT} AND EXISTS (
        SELECT 1 FROM submission s CROSS JOIN LATERAL (
            SELECT f.paper_ids FROM submission_paper f
            WHERE f.application_id = s.application_id AND f.number <= s.number ORDER BY f.number DESC LIMIT 1
        ) f
        WHERE s.application_id = p.application_id AND s.base_code = $2 AND p.id = ANY (f.paper_ids)
    )
"""  # noqa: S608 (constants of this module)
_COUNTS = "SELECT kind, count(*) AS papers FROM paper WHERE application_id = $1 AND in_draft GROUP BY kind"
_UPLOADS = """
    SELECT count(*) FROM audit
    WHERE aggregate_id = $1 AND command = 'upload_paper' AND at > clock_timestamp() - interval '1 hour'
"""
_INSERT = """
    INSERT INTO paper (id, application_id, kind, object_key, sealed_with, width, height, bytes, sha256, warnings,
        in_draft, uploaded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, true, $11)
"""
# Kinds of sections that are not unlocked stay as the submission before showed them, whatever the draft holds.
_FREEZE = f"""
    INSERT INTO submission_paper (application_id, number, paper_ids)
    SELECT $1::uuid, $2::integer, ARRAY(
        SELECT p.id FROM paper p
        WHERE p.application_id = $1
            AND CASE WHEN p.kind = ANY ($3::text[]) THEN p.in_draft ELSE p.id = ANY (({_SHOWN_IDS})::uuid[]) END
        ORDER BY p.uploaded_at, p.id
    )
"""  # noqa: S608 (constants of this module)
_FORGET = text(
    "DELETE FROM paper p USING application a WHERE a.id = p.application_id AND a.person_id = :person_id RETURNING p.id"
)


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """One row of `paper`; the picture lies under `object_key`."""

    id: str
    application_id: str
    kind: PaperKind
    object_key: str
    sealed_with: str
    width: int
    height: int
    bytes: int
    sha256: str
    warnings: tuple[Warned, ...]
    uploaded_at: datetime
    in_draft: bool = True
    frozen: bool = False
    """Some submission showed it: it stays, whatever becomes of the draft."""


class PaperStore(SealedObjects):
    """Reads and keeps papers."""

    def __init__(self, database: Database, objects: ObjectStore, sealing: Sealing) -> None:
        super().__init__(database, objects, sealing)

    async def kept(self, application_id: str) -> list[PaperRecord]:
        """Everything that is kept of an application, oldest first: of its draft and of its submissions."""
        return [_record(row) for row in await self._database.fetch(_KEPT, application_id)]

    async def shown(self, application_id: str, number: int) -> list[PaperRecord]:
        """PAP-08: what submission `number` showed, oldest first; empty when the person's data were erased."""
        return [_record(row) for row in await self._database.fetch(_SHOWN, application_id, number)]

    async def shown_to(self, application_id: str, base_code: str) -> list[PaperRecord]:
        """PAP-08: what any submission to this base showed."""
        return [_record(row) for row in await self._database.fetch(_SHOWN_TO, application_id, base_code)]

    async def kinds(self, application_id: str) -> dict[str, int]:
        """How many pictures of each kind the draft holds; kinds without one are absent."""
        return {row["kind"]: row["papers"] for row in await self._database.fetch(_COUNTS, application_id)}

    async def uploads_lately(self, application_id: str) -> int:
        """How many pictures were added within an hour, removed ones included."""
        return int(await self._database.fetchval(_UPLOADS, application_id))

    async def content(self, paper: PaperRecord) -> bytes:
        """The picture. Raises DomainError UNAVAILABLE, SealBroken, ObjectMissing."""
        return await self.read(paper.object_key)

    async def forget(self, uow: UnitOfWork, person_id: str) -> int:
        """PRIV-05: a person's pictures, frozen ones too, within `uow`; their objects go once that has committed."""
        return len((await uow.session.execute(_FORGET, {"person_id": person_id})).all())


def added(paper: PaperRecord) -> Statement:
    """The row of a new picture in the draft."""
    values = (
        *(paper.id, paper.application_id, paper.kind.value, paper.object_key, paper.sealed_with),
        *(paper.width, paper.height, paper.bytes, paper.sha256),
        *([each.value for each in paper.warnings], paper.uploaded_at),
    )
    return Statement(_INSERT, values, 1)


def removed(paper: PaperRecord) -> Statement:
    """Out of the draft; PAP-08: what a submission showed stays with it."""
    if paper.frozen:
        return Statement("UPDATE paper SET in_draft = false WHERE id = $1 AND in_draft", (paper.id,), 1)
    return Statement("DELETE FROM paper WHERE id = $1", (paper.id,), 1)


def corrected_papers(application_id: str, number: int, unlocked: Collection[Section]) -> tuple[Statement, ...]:
    """PAP-08: what correction `number` shows: of unlocked sections what the draft holds, of others what was shown.

    Belongs into the write that appends the correction; what an applicant submits is frozen by the database itself.
    """
    kinds: Sequence[str] = [kind.value for kind in kinds_of(unlocked)]
    return (Statement(_FREEZE, (application_id, number, kinds), 1),)


def _record(row: rows.Row) -> PaperRecord:
    return PaperRecord(
        str(row["id"]),
        str(row["application_id"]),
        PaperKind(row["kind"]),
        row["object_key"],
        row["sealed_with"],
        row["width"],
        row["height"],
        row["bytes"],
        row["sha256"],
        tuple(map(Warned, row["warnings"])),
        row["uploaded_at"],
        row["in_draft"],
        row["frozen"],
    )
