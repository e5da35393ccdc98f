"""自动分配 (C6): a proposal is begun, read, taken over or thrown away. It is worked out in `proposing`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.directory import Places
from services.faculty.domain.cells import first_of
from services.faculty.handlers.cells import absent, policy_at, reached, require_department
from services.faculty.handlers.orphaning import moved
from services.faculty.store import cells
from services.faculty.store import proposals as store
from services.faculty.store.assignment_inputs import bases_of, fingerprint
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

AT_ONCE = 4
"""Proposals of one base that may be worked out at a time."""
_STALE = "stale"


@dataclass(frozen=True, slots=True)
class Page:
    """A proposal and a page of its cells, with names by id."""

    proposal: Any
    cells: Sequence[Any]
    names: dict[str, str] = field(repr=False)


class Proposals:
    """The use cases."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def propose(self, caller: Caller, codes: Sequence[str], months: tuple[date, date], key: str) -> Any:
        """Begin a proposal for departments in reach, all of them when none is named. Its row.

        Raises NOT_FOUND DEPARTMENT_NOT_FOUND; INVALID NOTHING_AHEAD; EXHAUSTED TOO_MANY_PROPOSALS.
        """
        places = await self._core.directory.know(caller.organisation, *codes)
        for code in codes:
            require_department(places, caller, code)
        departments = sorted(set(codes) or set(reached(places, caller)))
        base = places.own_base(caller)
        if not departments:
            raise absent("DEPARTMENT_NOT_FOUND", "没有这个科室。", "department_codes")
        first, last = months

        async def work(deed: Deed) -> str:
            if last <= first_of(deed.today):
                message = "自动分配只处理下个月及以后的月份。"
                raise DomainError(Kind.INVALID, "NOTHING_AHEAD", message, field="until_month", rule="ASG-02")
            if await store.working(deed.session, base) >= AT_ONCE:
                message = "已有多个方案正在计算，请稍后再试。"
                raise DomainError(Kind.EXHAUSTED, "TOO_MANY_PROPOSALS", message, rule="ASG-14")
            await store.drop_old(deed.session, base, deed.now - store.KEPT_DAYS)
            proposal_id = new_id()
            await store.add(
                deed.session,
                {
                    "proposal_id": proposal_id,
                    "base_code": base,
                    "department_codes": departments,
                    "from_month": first,
                    "until_month": last,
                    "state": "working",
                    "made_by": caller.actor,
                    "made_at": deed.now,
                },
            )
            await deed.note("propose_assignment", proposal_id, detail={"departments": len(departments)})
            return proposal_id

        body = repr((departments, first.isoformat(), last.isoformat())).encode()
        proposal_id = await self._core.deeds.run(caller, key, body, work)
        return (await self.read(caller, proposal_id, 0, 0)).proposal

    async def read(self, caller: Caller, proposal_id: str, limit: int, behind: int) -> Page:
        """A proposal in reach, and cells of it behind the row of this number. Raises NOT_FOUND PROPOSAL_NOT_FOUND."""
        places = await self._core.directory.know(caller.organisation)
        async with self._core.database.unit_of_work() as uow:
            found = await store.find(uow.session, proposal_id)
            _require(places, caller, found)
            ready = limit and found.state not in ("working", "failed")
            rows = await store.cells_of(uow.session, proposal_id, limit, behind) if ready else ()
            people = {each for row in rows for each in (row.teacher_id, row.before_id) if each}
            names = await cells.names_of(uow.session, people)
            trainees = await cells.trainees_of(uow.session, {row.trainee_id for row in rows})
        return Page(found, rows, names | {each.trainee_id: each.name for each in trainees.values()})

    async def commit(self, caller: Caller, proposal_id: str, version: int, key: str) -> Any:
        """ASG-09: make the cells what was proposed, all or nothing; the row.

        Raises NOT_FOUND PROPOSAL_NOT_FOUND; CONFLICT VERSION_MOVED; NOT_NOW PROPOSAL_NOT_READY; CONFLICT INPUTS_MOVED
        when anything it rests on has changed: it is `stale` then.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            found = await self._locked(deed, places, proposal_id, version)
            if found.state != "ready":
                raise _not_ready(found.state)
            codes, span = list(found.department_codes), (found.from_month, found.until_month)
            policy = await policy_at(deed.session, places, codes[0])
            bases = {places.base_of(code) for code in codes} | await bases_of(deed.session, codes)
            await cells.lock_months(deed.session, bases | {places.deciding_base(found.base_code)})
            now = await fingerprint(deed.session, policy, codes, *span, first_of(deed.today))
            if now != found.fingerprint:
                await store.change(deed.session, proposal_id, state="stale")
                await deed.note("commit_proposal", proposal_id, outcome="INPUTS_MOVED")
                return _STALE
            await store.take(deed.session, proposal_id, caller.actor, deed.now)
            await store.change(deed.session, proposal_id, state="committed")
            await deed.note("commit_proposal", proposal_id, detail={"cells": found.filled + found.changed})
            await self._tell(deed, places, proposal_id)
            return "committed"

        body = f"commit {proposal_id} {version}".encode()
        if await self._core.deeds.run(caller, key, body, work) == _STALE:
            raise moved()
        return (await self.read(caller, proposal_id, 0, 0)).proposal

    async def discard(self, caller: Caller, proposal_id: str, version: int, key: str) -> Any:
        """Throw a proposal away, also one that is being worked out; the row.

        Raises NOT_FOUND PROPOSAL_NOT_FOUND; CONFLICT VERSION_MOVED; NOT_NOW PROPOSAL_NOT_READY.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            found = await self._locked(deed, places, proposal_id, version)
            if found.state in ("committed", "discarded"):
                raise _not_ready(found.state)
            await store.change(deed.session, proposal_id, state="discarded")
            await store.drop_cells(deed.session, proposal_id)
            await deed.note("discard_proposal", proposal_id)
            return ""

        await self._core.deeds.run(caller, key, f"discard {proposal_id} {version}".encode(), work)
        return (await self.read(caller, proposal_id, 0, 0)).proposal

    async def _locked(self, deed: Deed, places: Places, proposal_id: str, version: int) -> Any:
        found = await store.find(deed.session, proposal_id, lock=True)
        _require(places, deed.caller, found)
        if found.version != version:
            message = "方案刚刚发生变化，请刷新后再试。"
            raise DomainError(Kind.CONFLICT, "VERSION_MOVED", message, rule="ASG-09")
        return found

    async def _tell(self, deed: Deed, places: Places, proposal_id: str) -> None:
        for row in await store.told(deed.session, proposal_id):
            people = sorted(str(each) for each in row.people or ())
            for start in range(0, len(people), 500):
                fact = events_pb2.CellsAssigned(
                    department_code=row.department_code,
                    base_code=places.base_of(row.department_code),
                    teacher_ids=people[start : start + 500],
                    proposal_id=proposal_id,
                    count=row.count,
                    from_month=f"{row.first:%Y-%m}",
                    until_month=f"{row.last:%Y-%m}",
                )
                version = await cells.next_edition(deed.session, row.department_code)
                deed.fact("cells.assigned", fact, row.department_code, version)


def _require(places: Places, caller: Caller, found: Any) -> None:
    """A proposal whose every department is in the caller's reach."""
    codes = list(found.department_codes) if found is not None else []
    if not codes or not all(places.reaches(caller, places.base_of(code), code) for code in codes):
        raise absent("PROPOSAL_NOT_FOUND", "没有这个方案。", "proposal_id")


def _not_ready(state: str) -> DomainError:
    details = {"state": state}
    message = "该方案当前不能提交。" if state in ("working", "failed", "stale") else "该方案已经处理完毕。"
    return DomainError(Kind.NOT_NOW, "PROPOSAL_NOT_READY", message, rule="ASG-09", details=details)
