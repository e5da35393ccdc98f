"""Plans from a workbook or CSV: every row is checked, and the file is taken over whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.directory import Places
from services.faculty.domain.plan_rows import COLUMNS, Ground, Reading, RowFault, by_trainee, checked, read
from services.faculty.domain.rotations import merged
from services.faculty.handlers.plans import departments_of
from services.faculty.handlers.trainees import write_plan
from services.faculty.store import plans as store
from services.faculty.store import trainees
from services.kit.domain import Caller
from services.kit.sheets import read_sheet

MOST_ROWS = 10_000
MOST_BYTES = 4 * 1024 * 1024
_WORKBOOK = b"PK"
"""How a workbook begins, which is a zip archive."""


@dataclass(frozen=True, slots=True)
class ImportPlans:
    """A file of plans, to be checked or taken over."""

    file: bytes = field(repr=False)
    commit: bool
    reason: str = field(repr=False)
    key: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it."""

    rows: int
    trainees: int
    faults: list[RowFault]
    committed: bool


class _Faulty(Exception):
    """Undoes the transaction of a file with faults."""

    def __init__(self, faults: list[RowFault]) -> None:
        super().__init__()
        self.faults = faults


class PlanImports:
    """The use case of importing plans."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def import_plans(self, caller: Caller, order: ImportPlans) -> Imported:
        """ROT-17: check a file; with `commit` and without faults, every plan in it is the present one since.

        Raises INVALID with the field `file` when it is no sheet of these columns (ROST-01 to ROST-04).
        """
        name = "plans.xlsx" if order.file.startswith(_WORKBOOK) else "plans.csv"
        limits = {"most_rows": MOST_ROWS, "most_bytes": MOST_BYTES}
        sheet = await asyncio.to_thread(read_sheet, order.file, name, columns=COLUMNS, **limits)
        reading = read((row.number, row.cells) for row in sheet)
        count = len(reading.spoilt | by_trainee(reading).keys())
        places = await self._core.directory.know(caller.organisation)
        if not order.commit:
            async with self._core.database.unit_of_work() as uow:
                deed = Deed(uow, caller, await self._core.deeds.now(uow.session))
                faults = await _checked(deed.session, places, caller, reading, deed.today)
            return Imported(len(sheet), count, faults, False)

        async def work(deed: Deed) -> str:
            faults = await _checked(deed.session, places, caller, reading, deed.today, lock=True)
            if faults:
                raise _Faulty(faults)
            found = await trainees.find_all(deed.session, list(by_trainee(reading)))
            for trainee_id, rows in sorted(by_trainee(reading).items()):
                stretches = merged(row.stretch for row in rows)
                await write_plan(deed, found[trainee_id], stretches, "imported", order.reason)
            detail = {"rows": len(sheet), "trainees": count}
            await deed.note("plans_imported", places.own_base(caller), reason=order.reason, detail=detail)
            return "imported"

        try:
            await self._core.deeds.run(caller, order.key, order.body, work)
        except _Faulty as faulty:
            return Imported(len(sheet), count, faulty.faults, False)
        return Imported(len(sheet), count, [], True)


async def _checked(
    session: AsyncSession, places: Places, caller: Caller, reading: Reading, today: date, *, lock: bool = False
) -> list[RowFault]:
    """Every fault, with the trainees locked when the plans are about to be written."""
    ids = _ids(by_trainee(reading))
    found = await trainees.find_all(session, ids, lock=lock)
    present = await store.stretches_of(session, list(found))
    grounds = {
        trainee_id: Ground(one, present[trainee_id], frozenset(departments_of(places, one.base_code)))
        for trainee_id, one in found.items()
        if places.reaches(caller, one.base_code)
    }
    return checked(reading, grounds, today, caller.person_id)


def _ids(texts: Collection[str]) -> list[str]:
    """Those that can be ids at all."""
    found = []
    for text in texts:
        try:
            if str(UUID(text)) == text:
                found.append(text)
        except ValueError:
            continue
    return found
