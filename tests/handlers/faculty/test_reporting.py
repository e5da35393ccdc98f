"""Reports, tables and certificates over a real database: counted right, within reach, safe to open (FREP-01 to 09)."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

from services.faculty.core import Core
from services.faculty.documents import CERTIFICATE
from services.faculty.domain.reports import Report
from services.faculty.handlers.certificates import CertificateHandlers
from services.faculty.handlers.exports import ExportHandlers
from services.faculty.handlers.reports import ReportHandlers
from services.kit.database import Database
from services.kit.domain import Caller, DomainError
from services.kit.ids import new_id
from services.kit.press import Press
from tests.support.faculty import (
    CARDIO,
    DIRECTOR,
    FAR_PROVINCE,
    NEURO,
    NOON,
    OFFICE,
    OTHER,
    OTHER_DIRECTOR,
    OTHER_OFFICE,
    OTHER_WARD,
    PROVINCE_STAFF,
    QILU,
    SECRETARY,
    At,
    core_of,
)
from tests.support.faculty_reports import LAST, Rows

REASON = "年度师资统计上报使用"


@dataclass
class World:
    rows: Rows
    core: Core
    clock: At
    reports: ReportHandlers
    tables: ExportHandlers

    async def counted(
        self, caller: Caller, report: Report, base: str = "", month: str = "2026-03"
    ) -> dict[str, dict[str, float]]:
        rows, _ = await self.reports.report(caller, report, base, month)
        return {row.key: dict(row.numbers) for row in rows}

    async def workbook(self, table: str, caller: Caller = OFFICE, *, unmasked: bool = False) -> list[list[Any]]:
        made = await self.tables.export(caller, table, "xlsx", unmasked, REASON, new_id())
        sheets = openpyxl.load_workbook(io.BytesIO(made.file)).worksheets
        assert sheets[1].title == "字段说明"
        found: list[list[Any]] = [[cell.value for cell in row] for row in sheets[0].iter_rows()]
        assert all(cell.data_type != "f" for row in sheets[0].iter_rows() for cell in row)
        assert made.rows == len(found) - 1
        return found


@pytest.fixture
async def world(database_url: Callable[[str], str]) -> AsyncIterator[World]:
    database = Database(database_url("faculty"), name="faculty")
    await database.start()
    clock = At(NOON)
    core = core_of(database, clock)
    yield World(Rows(database), core, clock, ReportHandlers(core), ExportHandlers(core))
    await database.stop()


async def test_frep_01_frep_04_people_are_counted_as_far_as_somebody_reaches(world: World) -> None:
    """FREP-01, FREP-04."""
    put = world.rows.appointment
    await put(level="senior", title="chief", review_state="due")
    await put(department_code=CARDIO, extra_departments=[NEURO], state="suspended", review_state="confirmed")
    await put(state="dismissed")
    await put(base_code=OTHER, department_code=OTHER_WARD, level="key")

    async def levels(caller: Caller, base: str = "") -> tuple[float, float, float]:
        found = await world.counted(caller, Report.LEVEL, base)
        return found["senior"]["count"], found["key"]["count"], found["none"]["count"]

    assert await levels(OFFICE) == (1, 0, 1)
    assert await levels(OTHER_OFFICE) == (0, 1, 0)
    assert await levels(PROVINCE_STAFF) == (1, 1, 1)
    assert await levels(PROVINCE_STAFF, OTHER) == (0, 1, 0)
    assert await levels(FAR_PROVINCE) == (0, 0, 0)
    assert await levels(DIRECTOR) == await levels(SECRETARY) == (1, 0, 1)
    assert await levels(OTHER_DIRECTOR) == (0, 0, 1)
    for caller, base in ((OFFICE, OTHER), (DIRECTOR, OTHER), (FAR_PROVINCE, QILU), (PROVINCE_STAFF, "SD-NOWHERE")):
        with pytest.raises(DomainError, match="BASE_NOT_FOUND"):
            await levels(caller, base)
    assert await world.counted(OFFICE, Report.DEPARTMENT) == {NEURO: {"count": 1}, CARDIO: {"count": 1}}
    titles = await world.counted(OFFICE, Report.TITLE)
    assert (titles["chief"]["count"], titles["attending"]["count"]) == (1, 1)
    states = await world.counted(OFFICE, Report.STATE)
    assert [states[each]["count"] for each in ("active", "suspended", "dismissed", "expired")] == [1, 1, 1, 0]
    reviews = await world.counted(OFFICE, Report.REVIEW)
    assert [reviews[each]["count"] for each in ("due", "confirmed", "overdue", "none")] == [1, 1, 0, 0]


async def test_frep_01_training_is_as_of_today(world: World) -> None:
    _, trained = await world.rows.appointment()
    _, lapsed = await world.rows.appointment()
    await world.rows.appointment()
    for person, until in ((trained, date(2026, 3, 2)), (lapsed, date(2026, 3, 1))):
        await world.core.database.execute(
            "INSERT INTO evidence (evidence_id, person_id, base_code, kind, outcome, on_day, until_day, recorded_at)"
            " VALUES ($1, $2, $3, 'training', 'national', $4, $5, now())",
            *(new_id(), person, QILU, date(2024, 3, 2), until),
        )
    found = await world.counted(OFFICE, Report.TRAINING)
    assert {key: numbers["count"] for key, numbers in found.items()} == {"trained": 1, "lapsed": 1, "none": 1}


async def test_frep_02_frep_03_load_and_coverage_of_a_month(world: World) -> None:
    """FREP-02, FREP-03."""
    _, busy = await world.rows.appointment("王")
    await world.rows.appointment("赵")
    await world.rows.appointment("钱", from_day=date(2026, 4, 1))
    await world.rows.appointment("孙", state="dismissed", ends_on=date(2026, 2, 28))
    for teacher, department, cause in (
        (busy, NEURO, ""),
        (busy, CARDIO, ""),
        (None, NEURO, "dismissed"),
        ("", NEURO, ""),
    ):
        trainee = await world.rows.trainee(department=department)
        if teacher != "":
            await world.rows.cell(trainee, teacher, department, cause)
    load = await world.counted(OFFICE, Report.LOAD)
    assert load == {NEURO: {"teachers": 2, "trainees": 2, "least": 0, "most": 2, "mean": 1.0}}
    coverage = await world.counted(OFFICE, Report.COVERAGE)
    assert coverage[NEURO] == {"cells": 3, "filled": 1, "unfilled": 2, "orphaned": 1, "share": 33.3}
    assert coverage[CARDIO]["share"] == 100
    assert set(await world.counted(DIRECTOR, Report.COVERAGE)) == {NEURO}
    assert await world.counted(OFFICE, Report.COVERAGE, month="2026-07") == {}
    assert (await world.counted(OFFICE, Report.COVERAGE, month="")) == coverage
    with pytest.raises(DomainError, match="BAD_MONTH"):
        await world.counted(OFFICE, Report.LOAD, month="2026-13")


async def test_frep_05_frep_06_tables_are_of_ones_own_masked_and_without_formulas(world: World) -> None:
    """FREP-05, FREP-06."""
    _, person = await world.rows.appointment("=HYPERLINK(1)")
    await world.rows.appointment("远方人", base_code=OTHER)
    trainee = await world.rows.trainee("李学员")
    await world.rows.cell(trainee, person)
    for table, expected in (("faculty", 1), ("appointments", 1), ("trainees", 1), ("plans", 1), ("assignments", 1)):
        rows = await world.workbook(table)
        assert len(rows) == expected + 1, table
        assert "HYPERLINK" not in str(rows)
        assert "李学员" not in str(rows)
    assert "李**" in str(await world.workbook("plans"))
    clear = await world.workbook("appointments", unmasked=True)
    assert "=HYPERLINK(1)" in clear[1]
    made = await world.tables.export(OFFICE, "assignments", "csv", True, REASON, new_id())
    text = made.file.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "导出单位：山东大学齐鲁医院" in text
    assert len(await world.workbook("appointments", PROVINCE_STAFF)) == 3
    assert len(await world.workbook("appointments", OTHER_OFFICE)) == 2


async def test_frep_05_ratings_are_told_together_or_not_at_all(world: World) -> None:
    _, many = await world.rows.appointment("王师资")
    _, few = await world.rows.appointment("赵师资")
    for score in (3, 4, 5):
        await world.rows.rating(many, score, date(2025, 11, 1))
    for score in (1, 1):
        await world.rows.rating(few, score, date(2025, 11, 1))
    # Still coming in: a third one now would tell which it was.
    await world.rows.rating(few, 1, date(2026, 2, 1))
    rows = await world.workbook("ratings")
    assert [row[0] for row in rows[1:]] == [2025]
    assert rows[1][2:] == ["王**", 3, 4]


async def test_frep_06_frep_07_an_export_is_written_down_once_and_says_why(world: World) -> None:
    """FREP-06, FREP-07."""
    await world.rows.appointment()
    for table, unmasked, reason, refusal in (
        ("secrets", False, REASON, "UNKNOWN_TABLE"),
        ("faculty", True, "查", "REASON_REQUIRED"),
        ("faculty", False, "给 13800000000 的资料", "REASON_NUMBERS"),
    ):
        with pytest.raises(DomainError, match=refusal):
            await world.tables.export(OFFICE, table, "csv", unmasked, reason, new_id())
    assert await world.core.database.fetchval("SELECT count(*) FROM audit") == 0
    for _ in range(2):
        made = await world.tables.export(OFFICE, "faculty", "csv", True, REASON, "key-export")
    [row] = await world.core.database.fetch("SELECT * FROM audit")
    assert (row["act"], row["aggregate_id"], row["reason"], row["actor"]) == ("export", QILU, REASON, OFFICE.actor)
    assert made.sha256 in row["detail"]
    assert "王" not in row["detail"]
    with pytest.raises(DomainError, match="IDEMPOTENCY_KEY_REUSED"):
        await world.tables.export(OFFICE, "trainees", "csv", True, REASON, "key-export")


async def test_frep_08_frep_09_a_certificate_is_for_its_teacher_and_the_office_and_checked_by_anybody(
    world: World,
) -> None:
    """FREP-08, FREP-09."""
    press = Press(CERTIFICATE, 1)
    handlers = CertificateHandlers(world.core, press, "https://x.example/")
    appointment, person = await world.rows.appointment("王#panic()", level="senior")
    printed = await handlers.certificate(Caller(person, "faculty"), appointment)
    page = "".join(page.extract_text() for page in PdfReader(io.BytesIO(printed.pdf)).pages)
    assert "王#panic()" in page
    assert "2026年12月31日" in page
    assert printed == await handlers.certificate(OFFICE, appointment)
    checked = await handlers.check(printed.code.lower())
    assert (checked.genuine, checked.holds, checked.hospital) == (True, True, "山东大学齐鲁医院")
    assert (checked.masked_name, checked.until_day) == ("王********", "2026-12-31")
    assert not (await handlers.check("AAAA-BBBB-CCCC")).genuine
    for caller, wanted in ((OTHER_OFFICE, appointment), (Caller(new_id(), "faculty"), appointment), (OFFICE, new_id())):
        with pytest.raises(DomainError, match="APPOINTMENT_NOT_FOUND"):
            await handlers.certificate(caller, wanted)
    await world.core.database.execute("UPDATE appointment SET state = 'dismissed'")
    with pytest.raises(DomainError, match="NO_CERTIFICATE"):
        await handlers.certificate(OFFICE, appointment)
    checked = await handlers.check(printed.code)
    assert (checked.genuine, checked.holds) == (True, False)
    press.close()


async def test_frep_09_a_term_that_was_taken_back_holds_no_more(world: World) -> None:
    appointment, _ = await world.rows.appointment()
    press = Press(CERTIFICATE, 1)
    handlers = CertificateHandlers(world.core, press)
    first = (await handlers.certificate(OFFICE, appointment)).code
    longer = "UPDATE appointment SET until_day = until_day + $1::int"
    await world.core.database.execute(longer, 365)
    renewed = (await handlers.certificate(OFFICE, appointment)).code
    assert [(await handlers.check(code)).holds for code in (first, renewed)] == [True, True]
    await world.core.database.execute(longer, -365)
    assert [(await handlers.check(code)).holds for code in (first, renewed)] == [True, False]
    press.close()


@pytest.mark.parametrize(
    ("days", "ends", "holds"),
    [
        (0, None, True),
        # Through the last day, and in the grace after the term until somebody ends it (C7.13).
        ((LAST - NOON.date()).days, None, True),
        ((LAST - NOON.date()).days + 1, None, True),
        (9, NOON.date() + timedelta(days=9), True),
        (10, NOON.date() + timedelta(days=9), False),
    ],
)
async def test_frep_09_it_holds_as_long_as_the_appointment_counts(
    world: World, days: int, ends: date | None, holds: bool
) -> None:
    appointment, _ = await world.rows.appointment(ends_on=ends)
    press = Press(CERTIFICATE, 1)
    handlers = CertificateHandlers(world.core, press)
    code = (await handlers.certificate(OFFICE, appointment)).code
    world.clock.goes(timedelta(days=days))
    assert (await handlers.check(code)).holds is holds
    press.close()
