"""Days on which a province works: read for every calendar of it, entered with source and reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from services.enrollment.data import national_working_days
from services.enrollment.domain.working_days import WorkingDays, YearDays, check_year, provincial
from services.enrollment.handlers.running import key_reused
from services.enrollment.records import CycleRecord
from services.enrollment.store.working_days import DayEntry, WorkingDayStore
from services.kit.domain import Caller, DomainError, Kind

Days = Callable[[CycleRecord], Awaitable[WorkingDays]]
"""The working days that hold for a cycle."""


@dataclass(frozen=True, slots=True)
class RecordHolidays:
    """Enter a year's exceptions of one's own province."""

    year: int
    resting: tuple[date, ...]
    working: tuple[date, ...]
    source: str
    reason: str
    expected_version: int
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class YearView:
    """What is known of a year in a province, and what the province entered for it, newest first."""

    year: int
    days: WorkingDays
    entries: list[DayEntry]


def provincial_days(store: WorkingDayStore) -> Days:
    """LIST-02: the State Council's table together with what the cycle's province entered."""

    async def days(cycle: CycleRecord) -> WorkingDays:
        return provincial(national_working_days(), cycle.province_code, await store.years(cycle.province_code))

    return days


class WorkingDayHandlers:
    """What a province enters, and what anybody may read of it."""

    def __init__(self, store: WorkingDayStore) -> None:
        self._store = store

    async def record_holidays(self, caller: Caller, order: RecordHolidays) -> tuple[DayEntry, date]:
        """PUB-07: a year's exceptions are the next version of that year, with source, author and reason.

        Answers the entry and the last day that is known. Raises INVALID for a year out of turn or days that are not
        of it, CONFLICT `STALE_HOLIDAYS` when another version was looked at, CONFLICT `KEY_REUSED`.
        """
        province, key = caller.organisation, order.idempotency_key
        resting, working = tuple(sorted(set(order.resting))), tuple(sorted(set(order.working)))
        entry = await self._store.answered(caller.actor, key)
        if entry is None:
            before = await self._days(province)
            check_year(before, order.year, resting, working)
            known = await self._store.entries(province, order.year)
            version = known[0].days.version if known else 0
            if order.expected_version != version:
                raise _stale(version)
            days = YearDays(order.year, version + 1, resting, working, order.source)
            entry = await self._store.append(province, days, order.reason, caller.actor, caller.role, key)
            entry = entry or await self._store.answered(caller.actor, key)
            if entry is None:
                raise _stale(version + 1)
        written = (entry.province_code, entry.days.year, entry.days.resting, entry.days.working, entry.days.source)
        if (*written, entry.reason) != (province, order.year, resting, working, order.source, order.reason):
            raise key_reused()
        return entry, (await self._days(province)).known_until

    async def list_working_days(self, province_code: str, year: int) -> YearView:
        """What is known of a year; it says where knowledge ends and guesses nothing (LIST-02)."""
        return YearView(year, await self._days(province_code), await self._store.entries(province_code, year))

    async def _days(self, province_code: str) -> WorkingDays:
        return provincial(national_working_days(), province_code, await self._store.years(province_code))


def _stale(version: int) -> DomainError:
    return DomainError(
        Kind.CONFLICT,
        "STALE_HOLIDAYS",
        "该年的放假安排已在别处更新,请刷新后重试。",
        field="expected_version",
        rule="PUB-07",
        details={"current": str(version)},
    )
