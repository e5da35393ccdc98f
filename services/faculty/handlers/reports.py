"""师资信息统计: eight reports over what the caller reaches (FREP-01 to FREP-04)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.core import Core
from services.faculty.deeds import DAY_ZONE
from services.faculty.directory import Places
from services.faculty.domain import reports
from services.faculty.domain.cells import last_of
from services.faculty.domain.reports import Filling, Report, Row
from services.faculty.store import reports as store
from services.faculty.store.reports import Scope
from services.faculty.store.standing import standing_numbers
from services.kit.domain import Caller, DomainError, Kind


class ReportHandlers:
    """Counts; names nobody."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def report(self, caller: Caller, report: Report, base_code: str, month: str) -> tuple[list[Row], datetime]:
        """FREP-04: one report on the bases that the caller reaches, or one of them; to a department's hats on it alone.

        Raises NOT_FOUND BASE_NOT_FOUND for a base that is not theirs; INVALID BAD_MONTH.
        """
        places = await self._core.directory.know(caller.organisation, base_code)
        scope = scope_of(places, caller, base_code)
        async with self._core.database.unit_of_work() as uow:
            now = await self._core.deeds.now(uow.session)
            today = now.astimezone(DAY_ZONE).date()
            if report in (Report.LOAD, Report.COVERAGE):
                rows = await self._of_month(uow.session, places, scope, report, month_of(month, today))
            else:
                rows = await self._of_people(uow.session, places, scope, report, today)
        return rows, now

    async def _of_people(
        self, session: AsyncSession, places: Places, scope: Scope, report: Report, today: date
    ) -> list[Row]:
        found = await store.appointments(session, scope, running=report is not Report.STATE)
        match report:
            case Report.LEVEL:
                return reports.counted((row.level for row in found), reports.LEVELS)
            case Report.TITLE:
                return reports.counted((row.title for row in found), reports.TITLE_LABELS)
            case Report.STATE:
                return reports.counted((row.state for row in found), reports.STATES)
            case Report.REVIEW:
                return reports.counted((row.review_state for row in found), reports.REVIEWS)
            case Report.TRAINING:
                numbers = await standing_numbers(session, [row.person_id for row in found], "", today)
                return reports.counted((str(numbers[row.person_id].training_state) for row in found), reports.TRAINING)
            case _:
                return reports.by_department((row.department_code for row in found), places.name)

    async def _of_month(
        self, session: AsyncSession, places: Places, scope: Scope, report: Report, month: date
    ) -> list[Row]:
        if report is Report.LOAD:
            teachers = await store.teachers(session, scope, month, last_of(month))
            held = await store.held(session, sorted(teachers), month)
            return reports.load(teachers, held, places.name)
        months = await store.months(session, departments_of(places, scope), month)
        fillings = [
            Filling(code, bool(slot and slot.teacher_id), bool(slot and slot.orphan_cause)) for code, slot in months
        ]
        return reports.coverage(fillings, places.name)


def scope_of(places: Places, caller: Caller, base_code: str) -> Scope:
    """FREP-04: what the caller's tables and reports are about. Raises NOT_FOUND BASE_NOT_FOUND."""
    own = places.find(caller.organisation)
    if own is None:
        raise _no_base()
    if own.kind == "province":
        bases: Sequence[str] = places.bases(own.code)
    else:
        # People of collaborative units are decided about, and trained, at their main base.
        base = places.own_base(caller)
        above = places.deciding_base(base) if own.kind == "department" else base
        bases = list(dict.fromkeys([above, *places.hospitals(base)]))
    if base_code and base_code not in bases:
        raise _no_base()
    department = own.code if own.kind == "department" else ""
    return Scope([base_code] if base_code else list(bases), department)


def departments_of(places: Places, scope: Scope) -> list[str]:
    """The departments in a scope."""
    if scope.department_code:
        return [scope.department_code]
    return [each.code for base in scope.base_codes for each in places.departments(base)]


def month_of(text: str, today: date) -> date:
    """The first day of a month `YYYY-MM`; of this month for an empty text. Raises INVALID BAD_MONTH."""
    try:
        return date.fromisoformat(f"{text}-01") if text else today.replace(day=1)
    except ValueError:
        raise DomainError(Kind.INVALID, "BAD_MONTH", "没有这个月份。", field="month", rule="FREP-04") from None


def _no_base() -> DomainError:
    return DomainError(Kind.NOT_FOUND, "BASE_NOT_FOUND", "没有这个培训基地。", field="base_code", rule="FREP-04")
