"""Faculty's use cases: read and save one's own dossier; drafts of it; who was erased is forgotten."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from residency.faculty.v1 import events_pb2
from services.faculty.deeds import DAY_ZONE
from services.faculty.domain import dossier
from services.faculty.domain.dossier import Section
from services.faculty.handlers.frozen import (
    WorkFacts,
    frozen,
    problems_in,
    problems_of,
    refrozen,
    thawed,
    work_facts,
)
from services.faculty.store import drafts, papers
from services.faculty.store.dossiers import Dossiers, SavedSection, Sealing
from services.faculty.store.drafts import Draft
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Fact, Kind
from services.kit.forms import Problem
from services.kit.ids import new_id

__all__ = ["Faculty", "SectionStatus", "WorkFacts", "frozen", "problems_of", "refrozen", "thawed", "work_facts"]

MOST_DRAFTED = 40_000
"""Characters of a draft."""


class Mobiles(Protocol):
    """Which mobile number an account has verified."""

    async def verified(self, person_id: str) -> str:
        """The number, 11 digits; empty when there is none. Raises UNAVAILABLE."""
        ...


@dataclass(frozen=True, slots=True)
class SectionStatus:
    """One section as it stands; `saved_at` is None while it was never saved."""

    section: Section
    complete: bool
    body: Mapping[str, object] = field(repr=False)
    saved_at: datetime | None
    problems: tuple[Problem, ...] = ()
    draft: Draft | None = field(default=None, repr=False)


class Faculty:
    """The dossier of whoever calls; nobody else's can be named.

    Without `mobiles` every mobile number counts as verified.
    """

    def __init__(self, database: Database, clock: Clock, sealing: Sealing, mobiles: Mobiles | None = None) -> None:
        self._database = database
        self._clock = clock
        self._sealing = sealing
        self._mobiles = mobiles

    async def get_dossier(self, caller: Caller) -> list[SectionStatus]:
        """The four sections in order, empty while they were never saved; reading leaves no trace."""
        async with self._database.unit_of_work() as uow:
            saved = await Dossiers(uow.session, caller.person_id, self._sealing).sections()
            typed = await drafts.drafts(uow.session, self._sealing, caller.person_id)
            kinds = await papers.kinds(uow.session, caller.person_id)
        return [self._status(section, saved.get(section), kinds, typed.get(section)) for section in Section]

    async def save_section(
        self, caller: Caller, section: Section, body: Mapping[str, Any], idempotency_key: str
    ) -> SectionStatus:
        """FDOS-06: save one section; the same key with the same content again changes nothing.

        FDOS-07: what does not apply is not kept. FDOS-11: the section's draft is dropped. FDOS-10: identity is asked
        whether the mobile number is the account's.

        Raises DomainError INVALID SECTION_MALFORMED (FDOS-02, FDOS-04); CONFLICT IDEMPOTENCY_KEY_REUSED; UNAVAILABLE.
        """
        # Keyed: a plain hash of a telephone number tells the number to whoever tries them all.
        request_hash = self._sealing.vault.lookup("command", json.dumps([section.value, dict(body)], sort_keys=True))
        body = dossier.asked(section, body)
        dossier.check_savable(section, body, self._today())
        unverified = section is Section.CONTACT and await self._unverified(caller, str(body.get("mobile") or ""))
        now = self._clock.now()
        async with self._database.unit_of_work() as uow:
            dossiers = Dossiers(uow.session, caller.person_id, self._sealing)
            await dossiers.open(now)
            holder = await dossiers.claim(idempotency_key, request_hash, now)
            kinds = await papers.kinds(uow.session, caller.person_id)
            if holder is None:
                version = await dossiers.next_version()
                await dossiers.save(section, body, now, unverified=unverified)
                await drafts.drop(uow.session, caller.person_id, section)
                saved = await dossiers.sections()
                uow.add_fact(saved_fact(caller.person_id, section, saved, kinds, version, self._today()))
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
        return self._status(section, saved.get(section), kinds)

    async def save_draft(
        self, caller: Caller, section: Section, body: Mapping[str, Any], idempotency_key: str
    ) -> datetime | None:
        """FDOS-11: keep what was typed into a section, unchecked, until the section is saved; when.

        An empty body drops the draft and answers None. Raises INVALID UNKNOWN_FIELD, DRAFT_TOO_LONG.
        """
        known = {each.key for each in dossier.BY_SECTION[section].fields}
        if not known.issuperset(body):
            raise DomainError(Kind.INVALID, "UNKNOWN_FIELD", "没有这一项。", field="body", rule="FDOS-02")
        if len(json.dumps(dict(body), ensure_ascii=False)) > MOST_DRAFTED:
            raise DomainError(Kind.INVALID, "DRAFT_TOO_LONG", "内容太长，无法暂存。", field="body", rule="FDOS-11")
        now = self._clock.now()
        async with self._database.unit_of_work() as uow:
            if not body:
                await drafts.drop(uow.session, caller.person_id, section)
                return None
            await Dossiers(uow.session, caller.person_id, self._sealing).open(now)
            return await drafts.keep(uow.session, self._sealing, caller.person_id, section, body, now, idempotency_key)

    async def _unverified(self, caller: Caller, mobile: str) -> bool:
        if self._mobiles is None or not mobile:
            return False
        return await self._mobiles.verified(caller.person_id) != mobile

    def _status(
        self, section: Section, saved: SavedSection | None, kinds: Collection[str], draft: Draft | None = None
    ) -> SectionStatus:
        found = tuple(problems_in(section, saved, self._today(), kinds))
        if saved is None:
            return SectionStatus(section, False, {}, None, found, draft)
        return SectionStatus(section, not found, saved.body, saved.saved_at, found, draft)

    def _today(self) -> date:
        return self._clock.now().astimezone(DAY_ZONE).date()


def saved_fact(
    person_id: str,
    section: Section,
    saved: Mapping[Section, SavedSection],
    kinds: Collection[str],
    version: int,
    today: date,
) -> Fact:
    """That a section was saved, or a paper of it added or taken out."""
    complete = all(each in saved and not problems_in(each, saved[each], today, kinds) for each in Section)
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
