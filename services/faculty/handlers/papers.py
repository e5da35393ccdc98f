"""Pictures added to a dossier and taken out again; who sees which of them (FDOS-09, FDOS-12)."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.deeds import Deed, Deeds
from services.faculty.directory import Directory
from services.faculty.domain.papers import RULES, PaperKind
from services.faculty.handlers.dossier import saved_fact
from services.faculty.store import papers as store
from services.faculty.store.batch_tables import candidacy
from services.faculty.store.dossiers import Dossiers, Sealing
from services.faculty.store.papers import PaperRecord
from services.faculty.store.tables import METADATA
from services.kit.database import Database
from services.kit.decoding import Desk
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.kit.objects import ObjectMissing
from services.kit.picture_rules import (
    UPLOADS_AN_HOUR,
    Warned,
    check_number,
    check_weight,
    no_paper,
    refused,
    too_often,
)
from services.kit.sealed_objects import SealedObjects

_log = structlog.get_logger("faculty.papers")
_SUBMITTED = ("submitted", "returned", "recommended", "not_recommended", "expired")


@dataclass
class _Upload:
    """One file on its way."""

    record: PaperRecord
    content: bytes = field(repr=False)


class PaperHandlers:
    """What teachers do with their pictures, and what staff see of them."""

    def __init__(
        self,
        database: Database,
        objects: SealedObjects,
        sealing: Sealing,
        directory: Directory,
        deeds: Deeds,
        desk: Desk | None = None,
    ) -> None:
        self._database = database
        self._objects = objects
        self._sealing = sealing
        self._directory = directory
        self._deeds = deeds
        self._desk = desk or Desk()

    async def upload_paper(
        self, caller: Caller, kind: PaperKind, content: bytes, accept_warnings: bool, key: str
    ) -> PaperRecord | None:
        """FDOS-09: add a picture to the caller's dossier; of a kind that may be there once it replaces the one before.

        None for a retry of one that was taken out meanwhile. Raises INVALID with what is wrong with the file, EXHAUSTED
        when there were too many; a refused file leaves nothing behind.
        """
        sent = (await asyncio.to_thread(hashlib.sha256, content)).hexdigest()
        order = f"{store.UPLOADED} {kind.value} {sent} {accept_warnings}".encode()
        upload: _Upload | None = None
        if not await self._done_before(caller, key):
            upload = await self._drawn(caller, kind, content, accept_warnings)
        try:
            answer = await self._deeds.run(caller, key, order, lambda deed: self._add(deed, upload))
        except DomainError as error:
            # While the database is away it is unknown whether the row was written: the sweep will know.
            if upload is not None and error.kind is not Kind.UNAVAILABLE:
                await self._objects.discard(upload.record.object_key)
            raise
        if upload is not None and answer != upload.record.id:
            # An equal command was faster, and answered with its own picture.
            await self._objects.discard(upload.record.object_key)
        async with self._database.unit_of_work() as uow:
            mine = await store.kept(uow.session, caller.person_id)
        return next((each for each in mine if each.id == answer and each.in_dossier), None)

    async def remove_paper(self, caller: Caller, paper_id: str, key: str) -> None:
        """FDOS-09: take a picture out of the caller's dossier. Raises NOT_FOUND when it is not there."""

        async def work(deed: Deed) -> str:
            dossiers = Dossiers(deed.session, caller.person_id, self._sealing)
            await dossiers.open(deed.now)
            version = await dossiers.next_version()
            mine = await store.kept(deed.session, caller.person_id)
            found = next((each for each in mine if each.id == paper_id and each.in_dossier), None)
            if found is None:
                raise no_paper()
            await store.take_out(deed.session, caller.person_id, [paper_id])
            await self._told(deed, found, "remove_paper", version)
            return paper_id

        await self._deeds.run(caller, key, f"remove_paper {paper_id}".encode(), work)

    async def list_papers(self, caller: Caller, candidacy_id: str) -> list[PaperRecord]:
        """FDOS-12: the pictures of the caller's dossier, or those that a candidacy shows, by kind, oldest first.

        Raises NOT_FOUND for what is not the caller's to see.
        """
        async with self._database.unit_of_work() as uow:
            return _in_order(await self._visible(uow.session, caller, candidacy_id))

    async def get_paper(
        self, caller: Caller, paper_id: str, candidacy_id: str, *, small: bool
    ) -> tuple[bytes, PaperRecord]:
        """FDOS-12: a picture as JPEG, whole or as a preview; what staff look at is logged by ids.

        Raises NOT_FOUND for what is not the caller's to see.
        """
        async with self._database.unit_of_work() as uow:
            visible = await self._visible(uow.session, caller, candidacy_id)
        found = next((each for each in visible if each.id == paper_id), None)
        if found is None:
            raise no_paper()
        if caller.role != "faculty":
            _log.info(
                "paper shown", candidacy_id=candidacy_id, kind=found.kind.value, actor=caller.actor, role=caller.role
            )
        content = await self._read(found)
        return (await self._desk.preview(content) if small else content), found

    async def photo(self, person_id: str) -> bytes | None:
        """The photo of a dossier as JPEG, for what this service prints; None when there is none."""
        async with self._database.unit_of_work() as uow:
            mine = await store.kept(uow.session, person_id)
        photos = [each for each in mine if each.kind is PaperKind.PHOTO and each.in_dossier]
        return await self._read(photos[-1]) if photos else None

    async def _read(self, found: PaperRecord) -> bytes:
        try:
            return await self._objects.read(found.object_key)
        except ObjectMissing:
            # Replaced or forgotten between the two reads.
            raise no_paper() from None

    async def _done_before(self, caller: Caller, key: str) -> bool:
        keys = METADATA.tables["idempotency"]
        mine = select(keys.c.key).where(keys.c.actor == caller.actor, keys.c.key == key)
        async with self._database.unit_of_work() as uow:
            return await uow.session.scalar(mine) is not None

    async def _drawn(self, caller: Caller, kind: PaperKind, content: bytes, accept_warnings: bool) -> _Upload:
        """The file drawn anew and stored. Raises INVALID; PAP-06: also for a warning that nobody overruled."""
        async with self._database.unit_of_work() as uow:
            now = await self._deeds.now(uow.session)
            if await store.uploads_lately(uow.session, caller.person_id, now) >= UPLOADS_AN_HOUR:
                raise too_often()
            self._check_room(kind, await store.kept(uow.session, caller.person_id))
        picture = await self._desk.redrawn(RULES[kind].limits, content)
        if picture.warnings and not accept_warnings:
            raise refused(picture.warnings[0].value, "accept_warnings")
        object_key, sealed_with = await self._objects.keep(caller.person_id, picture.content)
        record = PaperRecord(
            new_id(),
            caller.person_id,
            kind,
            object_key,
            sealed_with,
            picture.width,
            picture.height,
            len(picture.content),
            picture.sha256,
            tuple(map(Warned, picture.warnings)),
            now,
        )
        return _Upload(record, picture.content)

    async def _add(self, deed: Deed, upload: _Upload | None) -> str:
        if upload is None:
            raise DomainError(Kind.CONFLICT, "CONTENDED", "请稍后再试。")
        record, person_id = upload.record, deed.caller.person_id
        dossiers = Dossiers(deed.session, person_id, self._sealing)
        await dossiers.open(deed.now)
        version = await dossiers.next_version()
        kept = await store.kept(deed.session, person_id)
        stay, replaced = self._check_room(record.kind, kept)
        check_weight(sum(each.bytes for each in stay) + record.bytes)
        await store.take_out(deed.session, person_id, [each.id for each in replaced])
        await store.add(deed.session, record)
        await self._told(deed, record, store.UPLOADED, version)
        return record.id

    @staticmethod
    def _check_room(kind: PaperKind, kept: list[PaperRecord]) -> tuple[list[PaperRecord], list[PaperRecord]]:
        """Those that stay beside one more of this kind, and those it replaces. Raises INVALID."""
        rule = RULES[kind]
        of_kind = [each for each in kept if each.kind is kind and each.in_dossier]
        replaced = of_kind if rule.max_papers == 1 else []
        stay = [each for each in kept if each not in replaced]
        check_number(rule, len(of_kind) - len(replaced), len(stay))
        return stay, replaced

    async def _told(self, deed: Deed, record: PaperRecord, act: str, version: int) -> None:
        person_id = record.person_id
        await deed.note(act, person_id, detail={"kind": record.kind.value, "paper": record.id, "sha256": record.sha256})
        saved = await Dossiers(deed.session, person_id, self._sealing).sections()
        kinds = await store.kinds(deed.session, person_id)
        section = RULES[record.kind].section
        deed.uow.add_fact(saved_fact(person_id, section, saved, kinds, version, deed.today))

    async def _visible(self, session: AsyncSession, caller: Caller, candidacy_id: str) -> list[PaperRecord]:
        if not candidacy_id:
            if caller.role != "faculty":
                raise no_paper()
            return [each for each in await store.kept(session, caller.person_id) if each.in_dossier]
        row = (await session.execute(select(candidacy).where(candidacy.c.candidacy_id == candidacy_id))).one_or_none()
        if row is None:
            raise no_paper()
        if caller.role == "faculty":
            visible = row.person_id == caller.person_id
        else:
            places = self._directory.places
            visible = row.state in _SUBMITTED and places.reaches(caller, row.base_code, row.department_code)
        if not visible:
            raise no_paper()
        return await store.shown(session, candidacy_id)


def _in_order(found: Iterable[PaperRecord]) -> list[PaperRecord]:
    order = list(PaperKind)
    return sorted(found, key=lambda each: order.index(each.kind))
