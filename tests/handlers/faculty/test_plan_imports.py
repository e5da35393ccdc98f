"""Plans from a workbook or CSV (ROT-17), on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from services.faculty.domain.plan_rows import COLUMNS
from services.faculty.domain.trainees import Trainee
from services.faculty.handlers.plan_imports import ImportPlans, PlanImports
from services.kit.domain import Caller, DomainError
from services.kit.sheets import write_csv, write_xlsx
from tests.support.faculty import CARDIO, NEURO, OFFICE, OTHER, OTHER_OFFICE, OTHER_WARD, QILU
from tests.support.faculty_rotations import USUAL, Application, Rotations, emptied, key
from tests.support.postgres import PostgresServer

Row = tuple[str, str, str, str]


@pytest.fixture(scope="module")
def url(postgres: PostgresServer) -> Iterator[str]:
    made = postgres.database("faculty")
    yield made
    postgres.drop(made)


@pytest.fixture
async def rotations(url: str) -> AsyncIterator[Rotations]:
    async with emptied(url) as made:
        yield made


def rows_of(one: Trainee, *stays: tuple[str, str, str]) -> list[Row]:
    return [(one.trainee_id, code, first, last) for first, last, code in stays]


def order(rows: list[Row], *, commit: bool = True, workbook: bool = True, named: str = "") -> ImportPlans:
    file = write_xlsx(COLUMNS, rows) if workbook else write_csv(COLUMNS, rows)
    return ImportPlans(file, commit, "导入轮转表", named or key(), repr((rows, commit)).encode())


async def written(rotations: Rotations) -> int:
    return int(await rotations.core.database.fetchval("SELECT count(*) FROM rotation_plan"))


@pytest.mark.parametrize("workbook", [True, False])
async def test_rot_17_a_file_without_faults_is_taken_over_once(rotations: Rotations, workbook: bool) -> None:
    imports = PlanImports(rotations.core)
    two = [await rotations.trainee(), await rotations.trainee()]
    rows = [row for one in two for row in rows_of(one, *USUAL)]
    looked = await imports.import_plans(OFFICE, order(rows, commit=False, workbook=workbook))
    assert (looked.rows, looked.trainees, looked.faults, looked.committed) == (6, 2, [], False)
    assert await written(rotations) == 0
    wanted = order(rows, workbook=workbook)
    for _ in range(2):
        done = await imports.import_plans(OFFICE, wanted)
        assert (done.rows, done.trainees, done.faults, done.committed) == (6, 2, [], True)
    assert await written(rotations) == 2
    [version] = await rotations.plans.versions(OFFICE, two[0].trainee_id)
    assert (version.origin, version.reason, len(version.stretches)) == ("imported", "导入轮转表", 2)


async def test_rot_17_one_faulty_row_keeps_the_whole_file_out(rotations: Rotations) -> None:
    imports = PlanImports(rotations.core)
    good, foreign = await rotations.trainee(), await rotations.trainee(Application(base_code=OTHER))
    rows = [*rows_of(good, *USUAL), *rows_of(foreign, ("2026-04-01", "2026-05-31", OTHER_WARD))]
    rows += [("nobody", NEURO, "2026-04-01", "2026-05-31"), (good.trainee_id, OTHER_WARD, "2026-10-01", "2026-10-31")]
    for commit in (False, True):
        done = await imports.import_plans(OFFICE, order(rows, commit=commit))
        assert (done.rows, done.trainees, done.committed) == (6, 3, False)
        assert [(each.row, each.column, each.code) for each in done.faults] == [
            (5, "学员编号", "TRAINEE_NOT_FOUND"),
            (6, "学员编号", "TRAINEE_NOT_FOUND"),
            (7, "科室代码", "UNKNOWN_DEPARTMENT"),
        ]
    assert await written(rotations) == 0
    mended = await imports.import_plans(OFFICE, order(rows[:3]))
    assert mended.committed


async def test_rot_17_a_file_keeps_the_past_too(rotations: Rotations) -> None:
    imports = PlanImports(rotations.core)
    one = await rotations.trainee()
    await rotations.plan(one, *USUAL)
    later = rows_of(one, ("2026-04-01", "2026-09-30", CARDIO))
    [fault] = (await imports.import_plans(OFFICE, order(later))).faults
    assert (fault.code, fault.rule, fault.row) == ("PAST_STAYS", "ROT-12", 2)
    whole = [*rows_of(one, ("2025-09-01", "2026-03-31", NEURO)), *later]
    assert (await imports.import_plans(OFFICE, order(whole))).committed
    assert (await rotations.of(one.person_id)).plan_version == 2


async def test_rot_05_nobody_imports_a_plan_of_their_own_or_of_another_base(rotations: Rotations) -> None:
    imports = PlanImports(rotations.core)
    one = await rotations.trainee()
    rows = rows_of(one, *USUAL)
    mine = await imports.import_plans(Caller(one.person_id, "teaching_department", QILU), order(rows))
    theirs = await imports.import_plans(OTHER_OFFICE, order(rows))
    assert {each.code for each in mine.faults} == {"OWN_CASE"}
    assert {each.code for each in theirs.faults} == {"TRAINEE_NOT_FOUND"}
    assert await written(rotations) == 0


async def test_rot_17_what_is_no_sheet_of_plans_is_refused(rotations: Rotations) -> None:
    imports = PlanImports(rotations.core)
    for file, reason in [
        (write_csv(("学员编号", "科室代码"), []), "SHEET_HEADINGS"),
        (b"PK\x03\x04 no workbook", "SHEET_UNREADABLE"),
        (write_csv(COLUMNS, [("=1+1", NEURO, "2026-04-01", "2026-05-31")]).replace(b"'=", b"="), "SHEET_FORMULA"),
    ]:
        with pytest.raises(DomainError) as caught:
            await imports.import_plans(OFFICE, ImportPlans(file, True, "导入", key(), file))
        assert (caught.value.reason, caught.value.field) == (reason, "file")
