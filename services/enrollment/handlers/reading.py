"""What is only read: the public board, and the life of an application."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from services.enrollment.domain.application import State
from services.enrollment.domain.phases import Phase
from services.enrollment.handlers.running import no_cycle, not_found
from services.enrollment.records import ApplicationRecord
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.queries import BoardRow, QueryStore
from services.enrollment.views import HistoryView
from services.kit.domain import Caller

FRESH_SECONDS = 0.2
"""How old a board may be: everybody watches it, and nobody sees a difference of a fifth of a second."""


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

    async def get_board(self, cycle_id: str, base_code: str = "") -> Board:
        """The counts of all bases or of one, at most a fifth of a second old; raises NOT_FOUND for no such cycle."""
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
        if not base_code:
            return board
        return Board([row for row in board.rows if row.base_code == base_code], board.as_of)


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
        if record is None or not await self._visible(caller, record):
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

    async def _visible(self, caller: Caller, record: ApplicationRecord) -> bool:
        if caller.role == "applicant":
            return record.person_id == caller.person_id
        if caller.role.startswith("base_"):
            shown = record.state not in (State.DRAFT, State.WITHDRAWN)
            return shown and record.submitted.base_code == caller.organisation
        if caller.role != "province_administrator":
            return False
        cycle = await self._cycles.cycle(record.cycle_id)
        return cycle is not None and cycle.province_code == caller.organisation
