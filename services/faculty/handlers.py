"""Faculty's use cases: read and save one's own dossier."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from residency.faculty.v1 import events_pb2
from residency.identity.v1 import events_pb2 as identity
from services.faculty import store
from services.faculty.domain import dossier
from services.faculty.domain.dossier import Section
from services.faculty.store import Dossiers, SavedSection, Sealing
from services.kit.clock import Clock
from services.kit.database import Database, UnitOfWork
from services.kit.delivery import Delivery
from services.kit.domain import Caller, DomainError, Fact, Kind
from services.kit.ids import new_id

AT_ONCE = 200
"""Sections sealed anew in one transaction."""
DAY_ZONE = ZoneInfo("Asia/Shanghai")
"""Where a day begins."""


@dataclass(frozen=True, slots=True)
class SectionStatus:
    """One section as it stands; `saved_at` is None while it was never saved."""

    section: Section
    complete: bool
    body: Mapping[str, object]
    saved_at: datetime | None


class Faculty:
    """The dossier of whoever calls; nobody else's can be named."""

    def __init__(self, database: Database, clock: Clock, sealing: Sealing) -> None:
        self._database = database
        self._clock = clock
        self._sealing = sealing

    async def get_dossier(self, caller: Caller) -> list[SectionStatus]:
        """The four sections in order, empty while they were never saved; reading leaves no trace."""
        async with self._database.unit_of_work() as uow:
            saved = await Dossiers(uow.session, caller.person_id, self._sealing).sections()
        return [self._status(section, saved.get(section)) for section in Section]

    async def save_section(
        self, caller: Caller, section: Section, body: Mapping[str, object], idempotency_key: str
    ) -> SectionStatus:
        """FDOS-06: save one section; the same key with the same content again changes nothing.

        Raises DomainError INVALID SECTION_MALFORMED (FDOS-02, FDOS-04); CONFLICT IDEMPOTENCY_KEY_REUSED.
        """
        dossier.check_savable(section, body, self._today())
        # Keyed: a plain hash of a telephone number tells the number to whoever tries them all.
        request_hash = self._sealing.vault.lookup("command", json.dumps([section.value, body], sort_keys=True))
        now = self._clock.now()
        async with self._database.unit_of_work() as uow:
            dossiers = Dossiers(uow.session, caller.person_id, self._sealing)
            await dossiers.open(now)
            holder = await dossiers.claim(idempotency_key, request_hash, now)
            if holder is None:
                version = await dossiers.next_version()
                await dossiers.save(section, body, now)
                saved = await dossiers.sections()
                uow.add_fact(self._saved(caller.person_id, section, saved, version))
            elif holder == request_hash:
                saved = await dossiers.sections()
            else:
                raise DomainError(
                    Kind.CONFLICT,
                    "IDEMPOTENCY_KEY_REUSED",
                    "该请求编号已用于其他内容。",
                    field="idempotency_key",
                    rule="FDOS-06",
                )
        return self._status(section, saved.get(section))

    async def rewrap(self, limit: int) -> tuple[int, int]:
        """PRIV-04: seal up to `limit` sections anew with the current key; done, and left over. Reads open both keys."""
        done = 0
        while done < limit:
            batch = min(AT_ONCE, limit - done)
            async with self._database.unit_of_work() as uow:
                found = await store.rewrap(uow.session, self._sealing, batch)
            done += found
            if found < batch:
                break
        async with self._database.unit_of_work() as uow:
            return done, await store.count_old(uow.session, self._sealing)

    async def hear(self, delivery: Delivery, uow: UnitOfWork) -> None:
        """PRIV-05: forget who was erased, within `uow`; other facts of identity mean nothing here.

        Raises DecodeError for a body that cannot be read.
        """
        if delivery.event_type == identity.PersonErased.DESCRIPTOR.full_name:
            person_id = identity.PersonErased.FromString(delivery.body).person_id
            await Dossiers(uow.session, person_id, self._sealing).forget()

    def _status(self, section: Section, saved: SavedSection | None) -> SectionStatus:
        if saved is None:
            return SectionStatus(section, False, {}, None)
        return SectionStatus(
            section, dossier.is_complete(section, saved.body, self._today()), saved.body, saved.saved_at
        )

    def _saved(self, person_id: str, section: Section, saved: Mapping[Section, SavedSection], version: int) -> Fact:
        complete = all(self._status(each, saved.get(each)).complete for each in Section)
        body = events_pb2.DossierSaved(
            person_id=person_id, section=f"DOSSIER_SECTION_{section.name}", dossier_complete=complete
        )
        return Fact(
            subject="residency.faculty.v1.dossier.saved",
            event_type=body.DESCRIPTOR.full_name,
            body=body.SerializeToString(),
            aggregate_id=person_id,
            version=version,
            event_id=new_id(),
        )

    def _today(self) -> date:
        return self._clock.now().astimezone(DAY_ZONE).date()
