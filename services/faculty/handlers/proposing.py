"""ASG-14: proposals are worked out behind what is served, by one process each, and by another when that one dies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import structlog

from services.faculty.core import Core
from services.faculty.deeds import DAY_ZONE
from services.faculty.domain.assignment import Key, Placed, Problem, spreads
from services.faculty.domain.cells import Slot, first_of
from services.faculty.handlers.cells import policy_at
from services.faculty.solver.beside import SolverFailed, solve_beside
from services.faculty.store import proposals as store
from services.faculty.store.assignment_inputs import fingerprint, proposal_problem, read_rows
from services.faculty.store.cells import take_longer
from services.kit.domain import DomainError

HELD_SECONDS = 20.0
"""After this long without a word from its holder another process works a proposal out anew."""
_TOLD_SECONDS = 0.5
_CHUNK = 4000
_log = structlog.get_logger("faculty.proposing")


Solver = Callable[[Problem, Callable[[int], Awaitable[None]]], Awaitable[list[Placed]]]
"""Solves a problem, telling per cent."""


class _Lost(Exception):
    """Another process works on it, or it was thrown away."""


class Proposing:
    """Works proposals out, one at a time."""

    def __init__(self, core: Core, *, solver: Solver = solve_beside, held_seconds: float = HELD_SECONDS) -> None:
        self._core = core
        self._solver = solver
        self._holder = uuid4().hex
        self._held_seconds = held_seconds

    async def work(self) -> bool:
        """Work the oldest one out that waits; False when there is none. Raises UNAVAILABLE."""
        async with self._core.database.unit_of_work() as uow:
            found = await store.claim(uow.session, self._holder, self._held_seconds)
        if found is None:
            return False
        proposal_id = str(found.proposal_id)
        try:
            await self._solve(found)
        except _Lost:
            _log.info("a proposal is no longer ours", proposal_id=proposal_id)
        except DomainError:
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, the next proposals are not to wait for it)
            await self._fail(proposal_id, error)
        return True

    async def work_all(self) -> None:
        """All that wait."""
        while await self.work():
            pass

    async def _solve(self, found: Any) -> None:
        began = time.monotonic()
        proposal_id = str(found.proposal_id)
        problem, standing, mark = await self._read(found)
        told = began

        async def progress(percent: int) -> None:
            nonlocal told
            if time.monotonic() - told >= _TOLD_SECONDS:
                told = time.monotonic()
                await self._hold(proposal_id, percent)

        placed = await self._solver(problem, progress)
        rows = await asyncio.to_thread(_rows, proposal_id, placed, standing)
        spread = store.kept_spreads(await asyncio.to_thread(spreads, problem, placed))
        await self._write(proposal_id, rows)
        counts = {
            "filled": sum(row["teacher_id"] is not None and row["before_id"] is None for row in rows),
            "changed": sum(row["teacher_id"] is not None and row["before_id"] is not None for row in rows),
            "unfilled": sum(row["teacher_id"] is None for row in rows),
        }
        async with self._core.database.unit_of_work() as uow:
            await self._ours(uow.session, proposal_id)
            await store.change(
                uow.session,
                proposal_id,
                **counts,
                state="ready",
                percent=100,
                fingerprint=mark,
                spreads=spread,
                milliseconds=int((time.monotonic() - began) * 1000),
                holder="",
                held_until=None,
            )

    async def _read(self, found: Any) -> tuple[Problem, Mapping[Key, Slot], str]:
        """Everything it rests on, as of one moment."""
        codes, span = list(found.department_codes), (found.from_month, found.until_month)
        places = await self._core.directory.know(*codes)
        async with self._core.database.unit_of_work() as uow:
            await uow.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            await take_longer(uow.session, store.TAKES_AT_MOST)
            this_month = first_of((await self._core.deeds.now(uow.session)).astimezone(DAY_ZONE).date())
            policy = await policy_at(uow.session, places, codes[0])
            mark = await fingerprint(uow.session, policy, codes, *span, this_month)
            rows = await read_rows(uow.session, policy, codes, *span)
        problem, standing = await asyncio.to_thread(proposal_problem, rows, policy, *span, this_month)
        return problem, standing, mark

    async def _write(self, proposal_id: str, rows: Sequence[Mapping[str, object]]) -> None:
        async with self._core.database.unit_of_work() as uow:
            await self._ours(uow.session, proposal_id)
            await store.drop_cells(uow.session, proposal_id)
        for start in range(0, len(rows), _CHUNK):
            async with self._core.database.unit_of_work() as uow:
                await self._ours(uow.session, proposal_id)
                await store.add_cells(uow.session, rows[start : start + _CHUNK])

    async def _hold(self, proposal_id: str, percent: int) -> None:
        async with self._core.database.unit_of_work() as uow:
            await self._ours(uow.session, proposal_id, percent)

    async def _ours(self, session: Any, proposal_id: str, percent: int = 99) -> None:
        """Lock it and go on; a process that woke up too late writes nothing."""
        if not await store.hold(session, proposal_id, self._holder, percent, self._held_seconds):
            raise _Lost

    async def _fail(self, proposal_id: str, error: Exception) -> None:
        why = str(error) if isinstance(error, SolverFailed) else ""
        _log.error("a proposal could not be worked out", proposal_id=proposal_id, error=type(error).__name__, why=why)
        async with self._core.database.unit_of_work() as uow:
            if await store.hold(uow.session, proposal_id, self._holder, 0, self._held_seconds):
                await store.change(uow.session, proposal_id, state="failed", holder="", held_until=None)


def _rows(proposal_id: str, placed: Sequence[Placed], standing: Mapping[Key, Slot]) -> list[dict[str, object]]:
    """What is worth telling: cells that get another teacher than they have, and those that get none."""
    found: list[dict[str, object]] = []
    for each in placed:
        before = standing[each.key].teacher_id if each.key in standing else ""
        if each.teacher_id and each.teacher_id == before:
            continue
        found.append(
            {
                "proposal_id": proposal_id,
                "n": len(found) + 1,
                "trainee_id": each.key[0],
                "department_code": each.key[1],
                "month": each.key[2],
                "teacher_id": each.teacher_id or None,
                "before_id": before or None,
                "reason_code": each.reason,
            }
        )
    return found
