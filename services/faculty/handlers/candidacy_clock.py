"""What a batch's time brings: reminders, and the end of the undecided; for the scheduler, without people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.deeds import MACHINE, Deed
from services.faculty.directory import Places
from services.faculty.domain.candidacy import Action, Actor, State, may
from services.faculty.handlers import candidacy_facts as facts
from services.faculty.handlers.batches import BatchView
from services.faculty.handlers.candidacy_facts import Found, case_of, decide
from services.faculty.store import batches, candidacies
from services.faculty.store.appointment_tables import appointment
from services.faculty.store.batches import Batch
from services.kit.domain import DomainError, Kind

PEOPLE_IN_A_FACT = 500
EXPIRED_AT_ONCE = 100
"""Candidacies ended in one transaction."""


@dataclass(frozen=True, slots=True)
class BatchClock:
    """What waits in a batch at an instant."""

    view: BatchView
    drafts: int
    undecided: int
    read_at: datetime


@dataclass(frozen=True, slots=True)
class _Owed:
    """Whom a reminder is for, and until when it is owed."""

    until: datetime
    people: Sequence[str] = ()
    bases: Sequence[tuple[str, int]] = ()


class ClockHandlers:
    """Use cases of the scheduler."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def clock(self, batch_id: str) -> BatchClock:
        """The dates of a batch and how many wait, by the database's clock. Raises NOT_FOUND BATCH_NOT_FOUND."""
        core = self._core
        async with core.database.unit_of_work() as uow:
            session, now = uow.session, await core.deeds.now(uow.session)
            row = _there(await batches.get(session, batch_id))
            counted = await batches.counts(session, batch_id)
        drafts = counted.get(State.DRAFT.value, 0) + counted.get(State.RETURNED.value, 0)
        view = BatchView(row, row.dates.phase(now))
        return BatchClock(view, drafts, counted.get(State.SUBMITTED.value, 0), now)

    async def waits(self) -> list[BatchView]:
        """Batches that are not over: open, to come, or with candidacies to end."""
        core = self._core
        async with core.database.unit_of_work() as uow:
            now = await core.deeds.now(uow.session)
            return [BatchView(row, row.dates.phase(now)) for row in await batches.waiting_for(uow.session, now)]

    async def remind(self, batch_id: str, kind: str, due_at: datetime) -> int:
        """CAND-23: tell who still owes something, once a kind and moment; how many were told now.

        `opened` tells people appointed here, `drafts` owners of drafts and returned ones, `undecided` the bases.
        Raises NOT_FOUND BATCH_NOT_FOUND.
        """
        core, told = self._core, 0
        places = await self._places(batch_id)

        async def work(deed: Deed) -> None:
            nonlocal told
            session = deed.session
            row = _there(await batches.lock(session, batch_id, share=True))
            if not await batches.remind_once(session, f"batch/{batch_id}/{kind}/{due_at.isoformat()}", deed.now):
                return
            owed = await _owed(session, places, row, kind, deed.now)
            told = len(owed.people) + len(owed.bases)
            if told:
                await deed.note("batch_reminded", batch_id, detail={"kind": kind, "told": told})
            _tell(deed, row, kind, owed)

        await core.deeds.by_itself(work)
        return told

    async def expire(self, batch_id: str) -> tuple[int, int]:
        """CAND-17: end some of those that nobody decided on; how many now, and how many are left.

        Raises NOT_FOUND BATCH_NOT_FOUND, NOT_NOW BATCH_OPEN.
        """
        core, done, left = self._core, 0, 0
        places = await self._places(batch_id)

        async def work(deed: Deed) -> None:
            nonlocal done, left
            session = deed.session
            row = _there(await batches.lock(session, batch_id, share=True))
            found = await candidacies.to_expire(session, batch_id, EXPIRED_AT_ONCE)
            if not found and deed.now < row.closes_at:
                raise DomainError(*(Kind.NOT_NOW, "BATCH_OPEN", "批次尚未结束。"), rule="CAND-17", until=row.closes_at)
            submitted = [each for each in found if each.submitted_at is not None]
            evaluated = await facts.evaluations(session, core, places, submitted, {batch_id: row})
            for each in found:
                following = may(Actor.CLOCK, Action.EXPIRE, case_of(each, row, MACHINE), deed.now).require()
                case = Found(each, row, following, evaluated.get(each.candidacy_id))
                await decide(deed, core, case, "expired", decided_at=deed.now, decided_by="")
            done, left = len(found), await candidacies.count_to_expire(session, batch_id)

        await core.deeds.by_itself(work)
        return done, left

    async def _places(self, batch_id: str) -> Places:
        """Organisations, with the batch's own among them; identity is asked outside of the transaction."""
        async with self._core.database.unit_of_work() as uow:
            row = _there(await batches.get(uow.session, batch_id))
        return await self._core.directory.know(row.organisation_code)


def _there(row: Batch | None) -> Batch:
    if row is None:
        raise DomainError(Kind.NOT_FOUND, "BATCH_NOT_FOUND", "没有这个批次。", rule="CAND-22")
    return row


async def _owed(session: AsyncSession, places: Places, row: Batch, kind: str, now: datetime) -> _Owed:
    match kind:
        case "opened":
            found = places.find(row.organisation_code)
            bases = places.bases(row.organisation_code) if found and found.kind == "province" else []
            appointed = select(appointment.c.person_id).where(
                appointment.c.base_code.in_([*bases, row.organisation_code]),
                appointment.c.state.in_(("active", "suspended")),
            )
            people = list(await session.scalars(appointed.distinct().order_by(appointment.c.person_id)))
            return _Owed(row.apply_until, people)
        case "drafts":
            until = row.apply_until if now < row.apply_until else row.closes_at
            return _Owed(until, await candidacies.owing(session, row.batch_id))
        case _:
            return _Owed(row.closes_at, (), await candidacies.owed_by_bases(session, row.batch_id))


def _tell(deed: Deed, row: Batch, kind: str, owed: _Owed) -> None:
    """A fact for each few hundred people, one for all bases."""
    parts: list[tuple[Sequence[str], Sequence[tuple[str, int]]]] = [
        (owed.people[start : start + PEOPLE_IN_A_FACT], ()) for start in range(0, len(owed.people), PEOPLE_IN_A_FACT)
    ]
    if owed.bases:
        parts.append(((), owed.bases))
    for people, bases in parts:
        body = events_pb2.BatchReminded(
            batch_id=row.batch_id,
            batch_name=row.name,
            kind=kind,
            person_ids=people,
            organisation_codes=[base for base, _ in bases],
            counts=[number for _, number in bases],
        )
        body.until.FromDatetime(owed.until)
        deed.fact("batch.reminded", body, row.batch_id, row.version)
