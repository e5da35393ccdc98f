"""Batches 报名批次: opened, amended and published by 教学部 or the province; read by whom they concern."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.directory import Places
from services.faculty.domain.batches import Dates, Phase, check_amended, check_new, check_publishable, dates_of
from services.faculty.domain.candidacy import OPEN_STATES
from services.faculty.handlers.batch_reach import organisations_of, require_visible
from services.faculty.handlers.candidacies import months_of
from services.faculty.store import batches, candidacies
from services.faculty.store.batches import Batch, Position
from services.faculty.store.policies import policy_of
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

USUAL_PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Name and dates of a batch as somebody wants them. `body` stands for the command's content."""

    name: str
    opens_at: datetime | None
    apply_until: datetime | None
    closes_at: datetime | None
    reference_date: date | None
    key: str
    body: bytes = field(repr=False)
    needs_acknowledgement: bool = False
    reason: str = field(default="", repr=False)

    @property
    def dates(self) -> Dates:
        """Checked by themselves. Raises INVALID BATCH_DATES."""
        return dates_of(self.opens_at, self.apply_until, self.closes_at, self.reference_date)


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch as it stands at an instant."""

    batch: Batch
    phase: Phase
    counts: Mapping[str, int] = field(default_factory=dict)


class BatchHandlers:
    """Use cases on batches."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def create(self, caller: Caller, wanted: Wanted) -> str:
        """CAND-19: a new batch of the caller's own base or province; its id.

        Raises INVALID BATCH_DATES; FORBIDDEN UNIT_HAS_NO_BATCH for a collaborative unit.
        """
        core, dates = self._core, wanted.dates
        places = await core.directory.know(caller.organisation)
        _check_owner(places, caller)

        async def work(deed: Deed) -> str:
            check_new(dates, deed.now)
            policy = await policy_of(deed.session, places, caller.organisation)
            row = Batch(
                *(new_id(), caller.organisation, wanted.name.strip()),
                dates.opens_at,
                dates.apply_until,
                dates.closes_at,
                dates.reference_date,
                # CAND-16: what the province asks for, no base can waive.
                needs_acknowledgement=wanted.needs_acknowledgement or policy.needs_acknowledgement,
                created_by=caller.actor,
                created_at=deed.now,
            )
            await batches.add(deed.session, row)
            await deed.note("batch_created", row.batch_id)
            _tell_changed(deed, row, created=True)
            return row.batch_id

        return await core.deeds.run(caller, wanted.key, wanted.body, work)

    async def amend(self, caller: Caller, batch_id: str, version: int, wanted: Wanted) -> str:
        """CAND-20: other name and dates, with a reason; months on the reference date are counted anew.

        Raises NOT_FOUND BATCH_NOT_FOUND, FORBIDDEN NOT_YOUR_BATCH, CONFLICT VERSION_MOVED, INVALID BATCH_DATES,
        NOT_NOW BATCH_CLOSED.
        """
        core, dates = self._core, wanted.dates
        places = await core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            session = deed.session
            row = await self._own(session, places, caller, batch_id, version)
            check_amended(row.dates, dates, deed.now, decided=await batches.decided(session, batch_id))
            now = await batches.change(
                *(session, batch_id),
                name=wanted.name.strip(),
                opens_at=dates.opens_at,
                apply_until=dates.apply_until,
                closes_at=dates.closes_at,
                reference_date=dates.reference_date,
            )
            if dates.reference_date != row.reference_date:
                await _count_anew(session, batch_id, dates.reference_date)
            await deed.note("batch_amended", batch_id, reason=wanted.reason, detail={"version": now.version})
            _tell_changed(deed, now, created=False)
            return batch_id

        return await core.deeds.run(caller, wanted.key, wanted.body, work)

    async def publish(self, caller: Caller, batch_id: str, version: int, key: str, body: bytes) -> str:
        """CAND-21: 公布结果: from now on recommendations cannot be revoked. Raises as `amend`, NOT_NOW."""
        core = self._core
        places = await core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            session = deed.session
            row = await self._own(session, places, caller, batch_id, version)
            counted = await batches.counts(session, batch_id)
            check_publishable(
                *(row.dates, deed.now),
                published=row.published_at is not None,
                waiting=sum(counted.get(state.value, 0) for state in OPEN_STATES),
                unacknowledged=await batches.unacknowledged(session, batch_id) if row.needs_acknowledgement else 0,
            )
            now = await batches.change(session, batch_id, published_at=deed.now)
            await deed.note("batch_published", batch_id, detail={"version": now.version})
            fact = events_pb2.BatchPublished(
                batch_id=batch_id, organisation_code=row.organisation_code, version=now.version
            )
            deed.fact("batch.published", fact, batch_id, now.version)
            return batch_id

        return await core.deeds.run(caller, key, body, work)

    async def listed(
        self, caller: Caller, limit: int, after: Position | None
    ) -> tuple[list[BatchView], Position | None]:
        """CAND-22: those that concern the caller, newest opening first; and where to go on."""
        core, limit = self._core, limit or USUAL_PAGE
        places = await core.directory.know(caller.organisation)
        async with core.database.unit_of_work() as uow:
            session, now = uow.session, await core.deeds.now(uow.session)
            organisations = await organisations_of(session, places, caller)
            mine = await candidacies.mine(session, caller.person_id) if caller.role == "faculty" else []
            found = await batches.page(session, organisations, {row.batch_id for row in mine}, limit + 1, after)
        shown = found[:limit]
        following = (shown[-1].opens_at, shown[-1].batch_id) if len(found) > limit else None
        return [BatchView(row, row.dates.phase(now)) for row in shown], following

    async def get(self, caller: Caller, batch_id: str) -> BatchView:
        """CAND-22: one with how many candidacies stand where, of what the caller reaches; none for faculty.

        Raises NOT_FOUND BATCH_NOT_FOUND.
        """
        core = self._core
        places = await core.directory.know(caller.organisation)
        async with core.database.unit_of_work() as uow:
            session, now = uow.session, await core.deeds.now(uow.session)
            row = await require_visible(session, places, caller, await batches.get(session, batch_id))
            counted: dict[str, int] = {}
            if caller.role != "faculty":
                counted = await batches.counts(session, batch_id, *_counted_for(places, caller))
        return BatchView(row, row.dates.phase(now), counted)

    async def _own(self, session: AsyncSession, places: Places, caller: Caller, batch_id: str, version: int) -> Batch:
        """A batch of the caller's own organisation, locked, as they looked at it."""
        row = await require_visible(session, places, caller, await batches.lock(session, batch_id))
        if row.organisation_code != caller.organisation:
            message = "只有开设批次的单位可以修改或公布。"
            raise DomainError(Kind.FORBIDDEN, "NOT_YOUR_BATCH", message, rule="CAND-22")
        if row.version != version:
            message = "批次信息已经变化，请刷新后再办理。"
            raise DomainError(Kind.CONFLICT, "VERSION_MOVED", message, rule="CAND-26")
        return row


def _check_owner(places: Places, caller: Caller) -> None:
    """CAND-22: a province or a base opens batches; people of a collaborative unit apply at its main base."""
    own = places.find(caller.organisation)
    if own is None or (own.kind != "province" and places.deciding_base(own.code) != own.code):
        message = "协同单位的师资由主基地统一组织报名。"
        raise DomainError(Kind.FORBIDDEN, "UNIT_HAS_NO_BATCH", message, rule="CAND-22")


def _counted_for(places: Places, caller: Caller) -> tuple[list[str], str]:
    """Bases and department of which the caller is told numbers."""
    own = places.find(caller.organisation)
    if own is not None and own.kind == "province":
        return places.bases(own.code), ""
    base = places.own_base(caller)
    return [base], own.code if own is not None and own.kind == "department" else ""


async def _count_anew(session: AsyncSession, batch_id: str, reference: date) -> None:
    """CAND-25: months on another reference date; months of teaching here go with what the dossier says."""
    changed: list[dict[str, Any]] = []
    for row in await candidacies.all_in_batch(session, batch_id):
        months = months_of(row, reference)
        if row.teaching_since is None:
            months["teaching_months"] = row.teaching_months
        changed.append({"candidacy_id": row.candidacy_id, **months})
    await candidacies.set_months(session, changed)


def _tell_changed(deed: Deed, row: Batch, *, created: bool) -> None:
    body = events_pb2.BatchChanged(
        batch_id=row.batch_id, organisation_code=row.organisation_code, version=row.version, created=created
    )
    deed.fact(f"batch.{'created' if created else 'amended'}", body, row.batch_id, row.version)
