"""Tables to take away (FREP-05 to FREP-07)."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.core import Core
from services.faculty.deeds import DAY_ZONE, Deed
from services.faculty.directory import Places
from services.faculty.domain import exports
from services.faculty.domain.exports import Table
from services.faculty.domain.ratings import first_open_month
from services.faculty.handlers.reports import scope_of
from services.faculty.store import reports as store
from services.faculty.store.policies import policy_of
from services.faculty.store.ratings import names as names_of
from services.faculty.store.reports import Scope
from services.faculty.store.standing import standing_numbers
from services.kit.domain import Caller
from services.kit.sheets import write_csv, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_QUERIES = {
    "candidacies": store.candidacies,
    "trainees": store.trainees,
    "plans": store.plans,
    "assignments": store.assignments,
}


@dataclass(frozen=True, slots=True)
class Exported:
    """A file to take away."""

    file: bytes = field(repr=False)
    file_name: str
    media_type: str
    rows: int
    sha256: str


class ExportHandlers:
    """Makes tables, and writes down who took which away."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def export(
        self, caller: Caller, table: str, file_format: str, unmasked: bool, reason: str, key: str
    ) -> Exported:
        """FREP-05: a table of what the caller reaches, masked unless asked otherwise; the audit says so (FREP-07).

        Raises INVALID UNKNOWN_TABLE, REASON_REQUIRED (FREP-06), TABLE_TOO_LARGE, REASON_NUMBERS.
        """
        wanted = exports.table_of(table)
        exports.check_reason(reason, 0, unmasked=unmasked)
        places = await self._core.directory.know(caller.organisation)
        scope = scope_of(places, caller, "")
        async with self._core.database.unit_of_work() as uow:
            now = await self._core.deeds.now(uow.session)
            rows = await self._rows(uow.session, places, scope, table, now)
        exports.check_reason(reason, len(rows), unmasked=unmasked)
        made = await asyncio.to_thread(
            _written, wanted, rows, file_format, unmasked, places.name(caller.organisation), now
        )
        exports.check_size(len(rows), len(made.file))

        async def work(deed: Deed) -> str:
            detail: dict[str, str | int | bool] = {
                "table": table,
                "format": file_format,
                "unmasked": unmasked,
                "rows": made.rows,
                "sha256": made.sha256,
            }
            await deed.note("export", caller.organisation, reason=reason, detail=detail)
            return made.sha256

        body = json.dumps([table, file_format, unmasked, reason]).encode()
        await self._core.deeds.run(caller, key, body, work)
        return made

    async def _rows(
        self, session: AsyncSession, places: Places, scope: Scope, table: str, now: datetime
    ) -> list[dict[str, Any]]:
        if table == "ratings":
            rows = await self._ratings(session, places, scope, now)
        elif table in _QUERIES:
            query = _QUERIES[table](scope)
            exports.check_size(await store.count(session, query))
            rows = [_plain(row._mapping) for row in await session.execute(query)]
            if table == "assignments":
                await _add_names(session, rows)
        else:
            found = await store.appointments(session, scope, running=table == "faculty")
            exports.check_size(len(found))
            rows = [_plain(row._mapping) for row in found]
            if table == "faculty":
                await self._add_numbers(session, rows, now)
        for row in rows:
            row["base"] = places.name(str(row.get("base_code") or ""))
            row["department"] = places.name(str(row.get("department_code") or ""))
        return rows

    async def _ratings(
        self, session: AsyncSession, places: Places, scope: Scope, now: datetime
    ) -> list[dict[str, Any]]:
        policies = {code: await policy_of(session, places, code) for code in scope.base_codes}
        today = now.astimezone(DAY_ZONE).date()
        before = {code: first_open_month(today, policy.rating_days) for code, policy in policies.items()}
        rows = await store.ratings(session, scope, before.__getitem__, lambda code: policies[code].least_ratings)
        exports.check_size(len(rows))
        await _add_names(session, rows)
        return rows

    async def _add_numbers(self, session: AsyncSession, rows: Sequence[dict[str, Any]], now: datetime) -> None:
        today = now.astimezone(DAY_ZONE).date()
        for base in sorted({row["base_code"] for row in rows}):
            own = [row for row in rows if row["base_code"] == base]
            numbers = await standing_numbers(session, [row["person_id"] for row in own], base, today)
            for row in own:
                told = numbers[row["person_id"]]
                row |= {
                    "training_state": str(told.training_state),
                    "teaching_months": told.teaching_months,
                    "trainees_3y": told.trainees_3y,
                    "own_trainees_3y": told.own_trainees_3y,
                }


async def _add_names(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    names = await names_of(session, sorted({str(row["person_id"]) for row in rows if row.get("person_id")}))
    for row in rows:
        row["name"] = names.get(str(row.get("person_id") or ""), "")


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row of a query under the keys of the tables."""
    plain = {str(key): value for key, value in row.items()}
    if "teacher_id" in plain:
        plain["person_id"] = plain["teacher_id"]
    if "month" in plain:
        plain["month"] = f"{plain['month']:%Y-%m}"
    if "masked_document" in plain:
        plain["document"] = plain["masked_document"]
    return plain


def _written(
    table: Table, rows: Sequence[Mapping[str, Any]], file_format: str, unmasked: bool, organisation: str, at: datetime
) -> Exported:
    cells = exports.cells(table, rows, DAY_ZONE, unmasked=unmasked)
    headings = [column.label for column in table.columns]
    local = at.astimezone(DAY_ZONE)
    mark = f"导出单位：{organisation}  导出时间：{local:%Y-%m-%d %H:%M:%S}"
    if file_format == "csv":
        file = write_csv(headings, [*cells, [mark]])
    else:
        file = write_xlsx(
            headings, cells, second_sheet=("字段说明", [*exports.explained(table), (mark,)]), title=table.label
        )
    name = f"{table.label}-{local:%Y%m%d}.{file_format}"
    media = CSV if file_format == "csv" else XLSX
    return Exported(file, name, media, len(rows), hashlib.sha256(file).hexdigest())
