"""The working days that provinces enter: a row for every version of a year, none ever changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.enrollment.domain.working_days import YearDays
from services.kit.database import Database

_NEWEST = """
    SELECT DISTINCT ON (year) * FROM provincial_days WHERE province_code = $1 ORDER BY year, version DESC
"""
_INSERT = """
    INSERT INTO provincial_days (province_code, year, version, resting, working, source, reason, made_by, role,
        idempotency_key)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING *
"""


@dataclass(frozen=True, slots=True)
class DayEntry:
    """What a province entered for a year, and who when why."""

    days: YearDays
    province_code: str
    reason: str
    made_by: str
    role: str
    made_at: datetime


class WorkingDayStore:
    """Reads and appends the exceptions of provinces."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def years(self, province_code: str) -> list[YearDays]:
        """What holds for a province now, a year each, in order."""
        return [_entry(row).days for row in await self._database.fetch(_NEWEST, province_code)]

    async def entries(self, province_code: str, year: int) -> list[DayEntry]:
        """Every version of a year, newest first."""
        found = await self._database.fetch(
            "SELECT * FROM provincial_days WHERE province_code = $1 AND year = $2 ORDER BY version DESC",
            province_code,
            year,
        )
        return [_entry(row) for row in found]

    async def answered(self, actor: str, key: str) -> DayEntry | None:
        """What an actor entered under a key before; None when nothing."""
        row = await self._database.fetchrow(
            "SELECT * FROM provincial_days WHERE made_by = $1 AND idempotency_key = $2", actor, key
        )
        return None if row is None else _entry(row)

    async def append(
        self, province_code: str, days: YearDays, reason: str, actor: str, role: str, key: str
    ) -> DayEntry | None:
        """Write the next version of a year; None when somebody else did meanwhile, or the key was used."""
        row = await self._database.fetchrow(
            _INSERT,
            *(province_code, days.year, days.version, list(days.resting), list(days.working), days.source),
            *(reason, actor, role, key),
        )
        return None if row is None else _entry(row)


def _entry(row: asyncpg.Record) -> DayEntry:
    days = YearDays(row["year"], row["version"], tuple(row["resting"]), tuple(row["working"]), row["source"])
    return DayEntry(days, row["province_code"], row["reason"], row["made_by"], row["role"], row["made_at"])
