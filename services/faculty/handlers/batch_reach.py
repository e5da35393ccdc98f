"""CAND-22: which batches concern somebody."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.directory import Places
from services.faculty.domain.candidacy import OPEN_STATES
from services.faculty.store import candidacies
from services.faculty.store.appointment_tables import appointment
from services.faculty.store.batch_tables import candidacy
from services.faculty.store.batches import Batch
from services.kit.domain import Caller, DomainError, Kind

_RUNNING = ("pending", "active", "suspended")


async def organisations_of(session: AsyncSession, places: Places, caller: Caller) -> Collection[str] | None:
    """CAND-22: whose batches concern the caller: by code; None: everybody's.

    Staff: their base, its main base and its province; a province also its bases. Faculty: the provinces in which they
    apply or are appointed now, with all bases; while that is nowhere, they may begin anywhere.
    """
    own = places.find(caller.organisation)
    if caller.role != "faculty":
        if own is None:
            return ()
        if own.kind == "province":
            return [own.code, *places.bases(own.code)]
        base = places.own_base(caller)
        return list(dict.fromkeys((base, places.deciding_base(base), places.province_of(base))))
    open_states = [state.value for state in OPEN_STATES]
    applies = select(candidacy.c.base_code).where(
        candidacy.c.person_id == caller.person_id, candidacy.c.state.in_(open_states)
    )
    appointed = select(appointment.c.base_code).where(
        appointment.c.person_id == caller.person_id, appointment.c.state.in_(_RUNNING)
    )
    bases = set(await session.scalars(applies.union(appointed)))
    provinces = sorted({places.province_of(base) for base in bases} - {""})
    if not provinces:
        return None
    return [code for province in provinces for code in (province, *places.bases(province))]


async def require_visible(session: AsyncSession, places: Places, caller: Caller, batch: Batch | None) -> Batch:
    """CAND-22: the batch, when it concerns the caller or they have a candidacy in it. Raises NOT_FOUND."""
    if batch is not None:
        organisations = await organisations_of(session, places, caller)
        if organisations is None or batch.organisation_code in organisations:
            return batch
        if caller.role == "faculty" and await candidacies.in_batch(session, batch.batch_id, caller.person_id):
            return batch
    raise DomainError(Kind.NOT_FOUND, "BATCH_NOT_FOUND", "没有这个批次。", rule="CAND-22")
