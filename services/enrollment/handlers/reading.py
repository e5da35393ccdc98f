"""What is only read: the public board, and the life of an application."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from services.enrollment.domain.application import State
from services.enrollment.domain.phases import Phase
from services.enrollment.handlers.running import no_cycle, not_found
from services.enrollment.records import ApplicationRecord
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.queries import BoardRow, QueryStore
from services.enrollment.views import HistoryView
from services.kit.domain import Caller, DomainError, Kind

FRESH_SECONDS = 0.2
"""How old a board may be: everybody watches it, and nobody sees a difference of a fifth of a second."""
SETTLED = timedelta(seconds=30)
"""Longer than any transaction may live: what happened before then is committed, and its board never changes again."""
_PAST_KEPT = 200


@dataclass(frozen=True, slots=True)
class Board:
    """All counts of a cycle, and when the database read them."""

    rows: list[BoardRow]
    as_of: datetime


class BoardHandlers:
    """Counts for everybody; concurrent readers share one query."""

    def __init__(self, queries: QueryStore, clock: Callable[[], float] = monotonic) -> None:
        self._queries = queries
        self._clock = clock
        self._boards: dict[str, tuple[float, Board]] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._past: OrderedDict[tuple[str, datetime], Board] = OrderedDict()
        self._past_lock = asyncio.Lock()

    async def get_board(self, cycle_id: str, base_code: str = "", as_of: datetime | None = None) -> Board:
        """The counts of all bases or of one: at most a fifth of a second old, or as they were at `as_of`.

        Raises NOT_FOUND for no such cycle, INVALID `AS_OF_FUTURE` for a moment that has not come.
        """
        board = await (self._present(cycle_id) if as_of is None else self._gone_by(cycle_id, as_of))
        if not base_code:
            return board
        return Board([row for row in board.rows if row.base_code == base_code], board.as_of)

    async def _present(self, cycle_id: str) -> Board:
        async with self._locks.setdefault(cycle_id, asyncio.Lock()):
            read_at, board = self._boards.get(cycle_id, (0.0, None))
            if board is None or self._clock() - read_at > FRESH_SECONDS:
                began = self._clock()
                found, as_of = await self._queries.board(cycle_id)
                if as_of is None:
                    self._locks.pop(cycle_id, None)
                    raise no_cycle()
                board = Board(found, as_of)
                self._boards[cycle_id] = (began, board)
        return board

    async def _gone_by(self, cycle_id: str, as_of: datetime) -> Board:
        """EXP-08: counted once for each moment, one moment at a time: anybody may ask, and counting is work."""
        async with self._past_lock:
            if board := self._past.get((cycle_id, as_of)):
                self._past.move_to_end((cycle_id, as_of))
                return board
            now = await self._queries.board_clock(cycle_id)
            if now is None:
                raise no_cycle()
            if as_of > now:
                message = "只能查看已经过去的时刻。"
                raise DomainError(Kind.INVALID, "AS_OF_FUTURE", message, field="as_of", rule="EXP-08", until=as_of)
            board = Board(await self._queries.board_at(cycle_id, as_of), as_of)
            if as_of < now - SETTLED:
                self._past[cycle_id, as_of] = board
                if len(self._past) > _PAST_KEPT:
                    self._past.popitem(last=False)
            return board


class HistoryHandlers:
    """The life of an application, told from its audit."""

    def __init__(self, cycles: CycleStore, applications: ApplicationStore, queries: QueryStore) -> None:
        self._cycles = cycles
        self._applications = applications
        self._queries = queries

    async def list_history(self, caller: Caller, application_id: str) -> list[HistoryView]:
        """APP-14: an applicant and the province see the whole life, a base its own deeds and the applicant's.

        Oldest first. Raises NOT_FOUND for an application that is not the caller's to see.
        """
        situation = await self._applications.read(application_id)
        record = situation.application if situation is not None else None
        if record is None or not await visible(self._cycles, caller, record):
            raise not_found()
        entries = await self._queries.audit(application_id)
        whole = not caller.role.startswith("base_")
        return [
            HistoryView(
                entry.n,
                entry.at,
                entry.command,
                entry.role,
                entry.organisation,
                Phase(entry.phase),
                State(entry.state_after),
                entry.rule,
                str(json.loads(entry.detail).get("remark", "")),
                entry.acted_for != "",
            )
            for entry in entries
            if whole or entry.organisation in ("", caller.organisation)
        ]


async def visible(cycles: CycleStore, caller: Caller, record: ApplicationRecord) -> bool:
    """CAP-SCOPE: one's own, one submitted to one's base, one of one's province; nothing to anybody else."""
    if caller.role == "applicant":
        return record.person_id == caller.person_id
    if caller.role.startswith("base_"):
        shown = record.state not in (State.DRAFT, State.WITHDRAWN)
        return shown and record.submitted.base_code == caller.organisation
    if caller.role != "province_administrator":
        return False
    cycle = await cycles.cycle(record.cycle_id)
    return cycle is not None and cycle.province_code == caller.organisation
