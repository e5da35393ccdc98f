"""ASG-13: teachers are away, and their trainees' months of those days wait for somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.directory import Places
from services.faculty.domain.cells import Span
from services.faculty.handlers.cells import absent, reached
from services.faculty.handlers.orphaning import orphan_days
from services.faculty.store import cells
from services.faculty.store import leave as store
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

MOST_DAYS = 1100
"""A secondment of three years, and no slip of the pen."""


class Leaves:
    """The use cases."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def record_leave(self, caller: Caller, person_id: str, days: tuple[date, date], kind: str, key: str) -> Any:
        """Somebody of a department in reach is away; months with such a day are orphaned. The stored row.

        Raises INVALID DAYS_REVERSED, LEAVE_TOO_LONG; NOT_FOUND TEACHER_NOT_FOUND; NOT_NOW LEAVE_OVERLAPS.
        """
        first, last = days
        if last < first:
            raise DomainError(Kind.INVALID, "DAYS_REVERSED", "结束日期早于开始日期。", field="until_day", rule="ASG-13")
        if (last - first).days >= MOST_DAYS:
            raise DomainError(Kind.INVALID, "LEAVE_TOO_LONG", "请假时间过长。", field="until_day", rule="ASG-13")
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            own = await store.appointments_of(deed.session, person_id)
            if not _in_reach(places, caller, own):
                raise absent("TEACHER_NOT_FOUND", "没有这位带教老师。", "person_id")
            bases = sorted({each.base_code for each in own})
            await cells.lock_months(deed.session, bases)
            if await store.overlaps(deed.session, person_id, first, last):
                message = "该老师在这段时间已有请假记录。"
                raise DomainError(Kind.NOT_NOW, "LEAVE_OVERLAPS", message, field="from_day", rule="ASG-13")
            leave_id = new_id()
            await store.add(
                deed.session,
                {
                    "leave_id": leave_id,
                    "person_id": person_id,
                    "name": own[0].name,
                    "base_code": own[0].base_code,
                    "department_code": own[0].department_code,
                    "from_day": first,
                    "until_day": last,
                    "kind": kind,
                    "recorded_by": caller.actor,
                    "recorded_at": deed.now,
                },
            )
            orphans = [await orphan_days(deed, person_id, base, Span(first, last), "leave") for base in bases]
            await deed.note("record_leave", person_id, detail={"leave_id": leave_id, "orphaned": sum(orphans)})
            return leave_id

        body = repr((person_id, first.isoformat(), last.isoformat(), kind)).encode()
        return await self._read(await self._core.deeds.run(caller, key, body, work))

    async def end_leave(self, caller: Caller, leave_id: str, until_day: date | None, key: str) -> Any:
        """End an absence sooner; None: it never was. Months that were orphaned by it stay so until somebody fills them.

        Raises NOT_FOUND LEAVE_NOT_FOUND; INVALID NOT_SOONER.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            found = await store.find(deed.session, leave_id, lock=True)
            own = await store.appointments_of(deed.session, found.person_id) if found is not None else ()
            if not _in_reach(places, caller, own):
                raise absent("LEAVE_NOT_FOUND", "没有这条请假记录。", "leave_id")
            if until_day is not None and not found.from_day <= until_day <= found.until_day:
                message = "只能提前结束，且不早于开始日期。"
                raise DomainError(Kind.INVALID, "NOT_SOONER", message, field="until_day", rule="ASG-13")
            await cells.lock_months(deed.session, {each.base_code for each in own})
            cancelled = deed.now if until_day is None else None
            await store.change(deed.session, leave_id, until_day=until_day, cancelled_at=cancelled)
            await deed.note("end_leave", found.person_id, detail={"leave_id": leave_id})
            return leave_id

        body = repr((leave_id, until_day and until_day.isoformat())).encode()
        return await self._read(await self._core.deeds.run(caller, key, body, work))

    async def list_leave(
        self, caller: Caller, person_id: str, limit: int, behind: tuple[date, str] | None
    ) -> Sequence[Any]:
        """Absences of teachers in reach, the latest first."""
        places = await self._core.directory.know(caller.organisation)
        async with self._core.database.unit_of_work() as uow:
            return await store.page(uow.session, reached(places, caller), person_id, limit, behind)

    async def _read(self, leave_id: str) -> Any:
        async with self._core.database.unit_of_work() as uow:
            return await store.read(uow.session, leave_id)


def _in_reach(places: Places, caller: Caller, own: Sequence[Any]) -> bool:
    return any(
        places.reaches(caller, each.base_code, code)
        for each in own
        for code in (each.department_code, *each.extra_departments)
    )
