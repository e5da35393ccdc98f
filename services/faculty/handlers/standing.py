"""Incidents and evidence: recorded by 教学部 with their source, read by whom they concern (QUAL-12 to QUAL-18)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.domain.standing import (
    EvidenceKind,
    check_evidence,
    check_incident,
    check_not_about_oneself,
)
from services.faculty.handlers.eligibility import asked_about, check_reach, no_such_person
from services.faculty.store import standing as store
from services.kit.audit import check_reason
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class NewIncident:
    """An incident as somebody reports it."""

    person_id: str
    kind: str
    degree: str
    occurred_on: date
    source: str = field(repr=False)
    detail: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as it stands; its detail stays sealed."""

    incident_id: str
    person_id: str
    name: str = field(repr=False)
    kind: str
    degree: str
    occurred_on: date
    source: str = field(repr=False)
    recorded_by: str
    recorded_at: datetime
    withdrawn_reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """Evidence as somebody records it; empty where a kind has no such field."""

    person_id: str
    kind: str
    rule: str
    outcome: str
    on_day: date
    until_day: date | None
    year: int
    source: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record about a person."""

    evidence_id: str
    kind: str
    rule: str
    outcome: str
    on_day: date
    until_day: date | None
    year: int
    source: str = field(repr=False)
    recorded_by: str
    recorded_at: datetime


class StandingHandlers:
    """Records and lists."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def record_incident(self, caller: Caller, new: NewIncident, key: str) -> Incident:
        """QUAL-13 (C7.6): 教学部 writes an incident down, with where it is recorded; the detail is sealed.

        Raises:
            DomainError: FORBIDDEN OWN_CASE (QUAL-12); NOT_FOUND PERSON_NOT_FOUND; INVALID UNKNOWN_DEGREE, DAY_TO_COME,
                REASON_NUMBERS.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            check_not_about_oneself(caller, new.person_id)
            await check_reach(deed.session, places, caller, new.person_id)
            check_incident(new.kind, new.degree, new.occurred_on, deed.today)
            _check_source(new.source)
            incident_id, vault = new_id(), self._core.sealing.vault
            values = {
                "incident_id": incident_id,
                "person_id": new.person_id,
                "base_code": places.own_base(caller),
                "kind": new.kind,
                "degree": new.degree,
                "occurred_on": new.occurred_on,
                "source": new.source,
                "detail": vault.seal_text(new.detail, incident_id) if new.detail else "",
                "sealed_with": vault.current_key if new.detail else "",
                "recorded_by": caller.actor,
                "recorded_at": deed.now,
            }
            await store.add_incident(deed.session, values)
            await deed.note("incident_recorded", incident_id, detail={"kind": new.kind, "degree": new.degree})
            self._tell(deed, incident_id, new.person_id, places.own_base(caller), withdrawn=False)
            return incident_id

        content = [new.person_id, new.kind, new.degree, new.occurred_on.isoformat(), new.source, new.detail]
        incident_id = await self._core.deeds.run(caller, key, self._body("RecordIncident", content), work)
        return await self._incident(incident_id)

    async def withdraw_incident(self, caller: Caller, incident_id: str, reason: str, key: str) -> Incident:
        """QUAL-14: an incident recorded in error counts no more; that it was recorded stays.

        Raises NOT_FOUND INCIDENT_NOT_FOUND, also for another base's; FORBIDDEN OWN_CASE (QUAL-12); CONFLICT
        ALREADY_WITHDRAWN; INVALID REASON_NUMBERS.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            found = await store.incident_by_id(deed.session, incident_id, lock=True)
            if found is None or found.base_code not in places.hospitals(places.own_base(caller)):
                raise DomainError(Kind.NOT_FOUND, "INCIDENT_NOT_FOUND", "没有找到该记录。", field="incident_id")
            check_not_about_oneself(caller, found.person_id)
            if found.withdrawn_at is not None:
                raise DomainError(Kind.CONFLICT, "ALREADY_WITHDRAWN", "该记录已经撤销。", rule="QUAL-14")
            await deed.note("incident_withdrawn", incident_id, reason=reason)
            await store.withdraw_incident(deed.session, incident_id, deed.now, caller.actor, reason)
            self._tell(deed, incident_id, found.person_id, found.base_code, withdrawn=True)
            return incident_id

        await self._core.deeds.run(caller, key, self._body("WithdrawIncident", [incident_id, reason]), work)
        return await self._incident(incident_id)

    async def list_incidents(self, caller: Caller, person_id: str) -> list[Incident]:
        """QUAL-16: what the caller's base recorded about somebody of it, newest first; nobody reads their own so.

        Raises NOT_FOUND PERSON_NOT_FOUND; FORBIDDEN OWN_CASE (QUAL-12).
        """
        places = await self._core.directory.know(caller.organisation)
        async with self._core.database.unit_of_work() as uow:
            await check_reach(uow.session, places, caller, person_id)
            check_not_about_oneself(caller, person_id)
            ours = places.hospitals(places.own_base(caller))
            rows = [row for row in await store.incidents_of(uow.session, person_id) if row.base_code in ours]
            name = await store.name_of(uow.session, person_id)
        return [_incident(row, name) for row in rows]

    async def record_evidence(self, caller: Caller, new: NewEvidence, key: str) -> Evidence:
        """QUAL-15: 教学部 writes down an attestation, an assessment, a yearly result or a training.

        Raises:
            DomainError: FORBIDDEN OWN_CASE (QUAL-12); NOT_FOUND PERSON_NOT_FOUND; INVALID EVIDENCE_MALFORMED,
                DAY_TO_COME, REASON_NUMBERS.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            check_not_about_oneself(caller, new.person_id)
            await check_reach(deed.session, places, caller, new.person_id)
            check_evidence(new.kind, new.rule, new.outcome, new.on_day, new.until_day, new.year, deed.today)
            _check_source(new.source)
            evidence_id = new_id()
            values = {
                "evidence_id": evidence_id,
                "person_id": new.person_id,
                "base_code": places.own_base(caller),
                "kind": new.kind,
                "rule": new.rule,
                "outcome": new.outcome,
                "on_day": new.on_day,
                "until_day": new.until_day,
                "year": new.year,
                "source": new.source,
                "recorded_by": caller.actor,
                "recorded_at": deed.now,
            }
            await store.add_evidence(deed.session, values)
            await deed.note("evidence_recorded", evidence_id, detail={"kind": new.kind, "outcome": new.outcome})
            body = events_pb2.EvidenceRecorded(person_id=new.person_id, evidence_id=evidence_id, kind=new.kind)
            deed.fact("evidence.recorded", body, evidence_id, 1)
            return evidence_id

        until = new.until_day.isoformat() if new.until_day else ""
        content = [new.person_id, new.kind, new.rule, new.outcome, new.on_day.isoformat(), until, new.year, new.source]
        evidence_id = await self._core.deeds.run(caller, key, self._body("RecordEvidence", content), work)
        async with self._core.database.unit_of_work() as uow:
            return _evidence(await store.evidence_by_id(uow.session, evidence_id))

    async def list_evidence(self, caller: Caller, person_id: str) -> list[Evidence]:
        """QUAL-16: one's own evidence but attestations and who recorded it; for 教学部 what its base recorded.

        Raises NOT_FOUND PERSON_NOT_FOUND.
        """
        who = asked_about(caller, person_id)
        own = who == caller.person_id
        if not own and caller.role != "teaching_department":
            raise no_such_person()
        places = await self._core.directory.know(caller.organisation)
        async with self._core.database.unit_of_work() as uow:
            if not own:
                await check_reach(uow.session, places, caller, who)
            rows = await store.evidence_of(uow.session, who)
        if own:
            return [_evidence(row, hide=True) for row in rows if row.kind != EvidenceKind.ATTESTATION]
        ours = places.hospitals(places.own_base(caller))
        return [_evidence(row) for row in rows if row.base_code in ours]

    def _tell(self, deed: Deed, incident_id: str, person_id: str, base_code: str, *, withdrawn: bool) -> None:
        body = events_pb2.IncidentRecorded(
            person_id=person_id, base_code=base_code, incident_id=incident_id, withdrawn=withdrawn
        )
        deed.fact("incident.recorded", body, incident_id, 2 if withdrawn else 1)

    async def _incident(self, incident_id: str) -> Incident:
        async with self._core.database.unit_of_work() as uow:
            row = await store.incident_by_id(uow.session, incident_id)
            assert row is not None
            return _incident(row, await store.name_of(uow.session, row.person_id))

    def _body(self, method: str, content: Sequence[object]) -> bytes:
        # Keyed: what people write about others may carry a number, and a bare hash of one can be guessed.
        return self._core.sealing.vault.lookup("command", json.dumps([method, *content], ensure_ascii=False))


def _check_source(source: str) -> None:
    """QUAL-18 (AUD-06): a source stands in the clear and names nobody by number. Raises INVALID REASON_NUMBERS."""
    try:
        check_reason(source)
    except DomainError as error:
        message = "来源会长期留存，请不要填写证件号码或手机号码。"
        raise DomainError(error.kind, error.reason, message, field="source", rule="QUAL-18") from error


def _incident(row: Row[Any], name: str) -> Incident:
    return Incident(
        *(row.incident_id, row.person_id, name, row.kind, row.degree, row.occurred_on, row.source, row.recorded_by),
        *(row.recorded_at, row.withdrawn_reason),
    )


def _evidence(row: Row[Any], *, hide: bool = False) -> Evidence:
    by = "" if hide else row.recorded_by
    return Evidence(
        *(row.evidence_id, row.kind, row.rule, row.outcome, row.on_day, row.until_day, row.year, row.source, by),
        row.recorded_at,
    )
