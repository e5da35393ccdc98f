"""Exports: made under rules, written down, fetched in parts by who made them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from services.enrollment.documents.tables import file_of
from services.enrollment.domain.export_tables import TABLES, table_of
from services.enrollment.domain.exports import (
    KEPT,
    MOST_ROWS,
    PART_BYTES,
    Exported,
    Format,
    Scope,
    Table,
    base_for,
    cell,
    check_reason,
    check_rows,
)
from services.enrollment.handlers.deeds import Deed, DeedRunner
from services.enrollment.records import CycleRecord, GateRecord
from services.enrollment.store.exports import ExportStore, RowReader, write_export
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

PAGE = 50
LAST = (datetime.max.replace(tzinfo=UTC), "ffffffff-ffff-ffff-ffff-ffffffffffff")


@dataclass(frozen=True, slots=True)
class CreateExport:
    """Export a table; in the clear when `unmasked`."""

    cycle_id: str
    table: str
    format: Format
    base_code: str
    specialty_code: str
    states: tuple[str, ...]
    language: str
    reason: str
    unmasked: bool
    idempotency_key: str


_VIEW = TypeAdapter(Exported)


class ExportHandlers:
    """Makes exports for the staff of bases and provinces."""

    def __init__(self, runner: DeedRunner, exports: ExportStore, readers: Mapping[str, RowReader]) -> None:
        self._runner = runner
        self._exports = exports
        self._readers = readers

    async def create_export(self, caller: Caller, order: CreateExport) -> Exported:
        """EXP-02 to EXP-06: make the file and write down who took what, when, why, how many rows, with which hash.

        Raises NOT_FOUND for a cycle, base or table that is not there or not the caller's, INVALID for a missing reason
        or too many rows, EXHAUSTED `EXPORT_RUNNING` while another export of the same person runs.
        """
        table = table_of(order.table)

        async def decide(cycle: CycleRecord, gate: GateRecord) -> Deed[Exported]:
            await self._runner.own(caller, cycle.id)
            base = base_for(caller, order.base_code, cycle.catalogue.bases)
            check_reason(order.reason, 0, unmasked=order.unmasked)
            scope = Scope(cycle.id, base, order.specialty_code, _states(table, order.states))
            async with self._alone(caller):
                made, content = await self._make(caller, order, table, scope, cycle, gate)
            detail = {
                "export": made.id,
                "table": made.table,
                "format": made.format,
                "base": base,
                "rows": made.rows,
                "sha256": made.sha256,
                "unmasked": made.unmasked,
            }
            also = (write_export(made), *self._exports.write_parts(made, content))
            return Deed(made, "create_export", "EXP-04", detail, also=also, in_phase=False)

        return await self._runner.run(caller, order, _VIEW, order.cycle_id, decide)

    async def get_export(self, caller: Caller, export_id: str, part: int) -> tuple[Exported, bytes]:
        """EXP-06: one part of a file, for who made it, for a day. Raises NOT_FOUND `EXPORT_NOT_FOUND`."""
        made = await self._exports.readable(export_id, caller)
        content = await self._exports.part(export_id, part) if made is not None else None
        if made is None or content is None:
            message = "没有这次导出,或已超过一天。"
            raise DomainError(Kind.NOT_FOUND, "EXPORT_NOT_FOUND", message, rule="EXP-06")
        return made, content

    async def list_exports(
        self, caller: Caller, cycle_id: str, limit: int = PAGE, before: tuple[datetime, str] | None = None
    ) -> list[Exported]:
        """EXP-04: who exported what, newest first: of one's own base, or of the whole cycle for its province."""
        cycle, _ = await self._runner.own(caller, cycle_id)
        if caller.role == "auditor" and caller.organisation != cycle.province_code:
            raise DomainError(Kind.NOT_FOUND, "CYCLE_NOT_FOUND", "没有这个招录年度。", rule="EXP-03")
        own = caller.organisation if caller.role.startswith("base_") else ""
        return await self._exports.list(cycle_id, own, before or LAST, limit or PAGE)

    def dictionary(self, table: str = "") -> list[Table]:
        """EXP-07: what the columns of one table, or of all, mean. Raises NOT_FOUND `TABLE_UNKNOWN`."""
        return [table_of(table)] if table else list(TABLES.values())

    @asynccontextmanager
    async def _alone(self, caller: Caller) -> AsyncIterator[None]:
        """EXP-05: one file a person at a time, whatever replica is asked. Raises EXHAUSTED `EXPORT_RUNNING`."""
        turn = self._exports.turn(caller.actor)
        if not await turn.hold():
            message = "您的上一次导出尚未完成,请稍后再试。"
            raise DomainError(Kind.EXHAUSTED, "EXPORT_RUNNING", message, rule="EXP-05")
        try:
            yield
        finally:
            await turn.release()

    async def _make(
        self,
        caller: Caller,
        order: CreateExport,
        table: Table,
        scope: Scope,
        cycle: CycleRecord,
        gate: GateRecord,
    ) -> tuple[Exported, bytes]:
        zone, english = ZoneInfo(cycle.time_zone), order.language == "en"
        cells = []
        async for row in self._readers[table.reader].rows(scope, cycle, gate):
            cells.append(
                [
                    cell(column, row.get(column.key), zone, english=english, unmasked=order.unmasked)
                    for column in table.columns
                ]
            )
            if len(cells) > MOST_ROWS:
                break
        check_rows(len(cells))
        check_reason(order.reason, len(cells), unmasked=order.unmasked)
        made = Exported(
            *(new_id(), cycle.id, table.key, order.format.value, scope.base_code, len(cells), order.language or "zh"),
            *(order.unmasked, caller.actor, caller.role, caller.organisation, gate.now, gate.now + KEPT),
            reason=order.reason,
        )
        content = await asyncio.to_thread(file_of, table, cells, made, zone, english=english)
        parts = -(-len(content) // PART_BYTES)
        digest = hashlib.sha256(content).hexdigest()
        return replace(made, size=len(content), parts=parts, sha256=digest), content


def _states(table: Table, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The states asked for within those of the table; a state that is in none of them leaves nothing."""
    if not table.states:
        return wanted
    return tuple(state for state in table.states if state in wanted) or ("",) if wanted else table.states
