"""Plans made, edited, read; disciplines; views, on a real database (ROT-05, ROT-09, ROT-10, ROT-12, ROT-13, ROT-14,
ROT-15, ROT-18, ROT-19)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from residency.faculty.v1 import events_pb2
from services.faculty.domain.trainees import Trainee
from services.faculty.handlers.disciplines import SetDiscipline
from services.faculty.handlers.plans import EditPlan
from services.faculty.handlers.views import DepartmentAsked, Views
from services.kit.domain import Caller, DomainError
from services.kit.ids import new_id
from tests.support.faculty import (
    CARDIO,
    DIRECTOR,
    FAR,
    FAR_PROVINCE,
    NEURO,
    OFFICE,
    OTHER,
    OTHER_DIRECTOR,
    OTHER_OFFICE,
    OTHER_WARD,
    PROVINCE_STAFF,
    QILU,
    SECRETARY,
    UNIT,
    UNIT_WARD,
)
from tests.support.faculty_rotations import TRAINING, USUAL, Application, Rotations, emptied, generate, key, stretches
from tests.support.postgres import PostgresServer

NEXT_MONTH = date(2026, 4, 1)
TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def url(postgres: PostgresServer) -> Iterator[str]:
    made = postgres.database("faculty")
    yield made
    postgres.drop(made)


@pytest.fixture
async def rotations(url: str) -> AsyncIterator[Rotations]:
    async with emptied(url) as made:
        yield made


async def refused(call: Any, reason: str) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await call
    assert caught.value.reason == reason
    return caught.value


def edit(one: Trainee, *stays: tuple[str, str, str], version: int | None = None, reason: str = "调整") -> EditPlan:
    at = one.plan_version if version is None else version
    return EditPlan(one.trainee_id, at, stretches(*stays), reason, key(), b"")


async def test_rot_09_departments_train_in_disciplines_of_the_standards(rotations: Rotations) -> None:
    await rotations.trains("neurology", "electrophysiology", places=8)
    await rotations.trains("neurology", places=9)
    await rotations.trains("cardiology", department=UNIT_WARD)
    found = {each.organisation.code: each.ward for each in await rotations.disciplines.list_departments(OFFICE, "")}
    assert (found[NEURO].disciplines, found[NEURO].places) == (frozenset({"neurology"}), 9)
    assert found[UNIT_WARD].disciplines == {"cardiology"}
    assert (found[CARDIO].disciplines, found[CARDIO].places) == (frozenset(), 0)
    unknown = SetDiscipline(NEURO, ("neurology", "astrology"), 0, key(), b"")
    assert (await refused(rotations.disciplines.set_discipline(OFFICE, unknown), "UNKNOWN_DISCIPLINE")).rule == "ROT-09"
    for code in (OTHER_WARD, QILU, "GONE"):
        order = SetDiscipline(code, ("neurology",), 0, key(), b"")
        await refused(rotations.disciplines.set_discipline(OFFICE, order), "DEPARTMENT_NOT_FOUND")


async def test_rot_09_who_sees_which_departments(rotations: Rotations) -> None:
    teacher = Caller(new_id(), "faculty")
    one = await rotations.trainee()
    await rotations.taught(one, NEXT_MONTH, "某老师")
    [appointed] = await rotations.core.database.fetch("SELECT person_id FROM appointment")
    cases: list[tuple[Caller, str, set[str]]] = [
        (OFFICE, "", {NEURO, CARDIO, UNIT_WARD}),
        (OFFICE, UNIT, {UNIT_WARD}),
        (DIRECTOR, "", {NEURO, CARDIO, UNIT_WARD}),
        (OTHER_OFFICE, "", {OTHER_WARD}),
        (PROVINCE_STAFF, "", {NEURO, CARDIO, UNIT_WARD, OTHER_WARD}),
        (teacher, "", set()),
        (Caller(str(appointed["person_id"]), "faculty"), QILU, {NEURO, CARDIO}),
    ]
    for caller, base, codes in cases:
        found = await rotations.disciplines.list_departments(caller, base)
        assert {each.organisation.code for each in found} == codes, caller
    for caller, base in ((OFFICE, OTHER), (DIRECTOR, OTHER), (PROVINCE_STAFF, FAR), (teacher, QILU), (OFFICE, "GONE")):
        await refused(rotations.disciplines.list_departments(caller, base), "BASE_NOT_FOUND")


async def test_rot_14_what_was_previewed_is_made_once_and_nothing_else(rotations: Rotations) -> None:
    await rotations.trains("neurology", "electrophysiology", "neuroradiology")
    await rotations.trains("cardiology", "neurology", department=CARDIO)
    two = [await rotations.trainee(named=name) for name in ("甲", "乙")]
    preview = await rotations.plans.preview(OFFICE, generate(*two))
    assert [each.trainee.trainee_id for each in preview.plans] == [one.trainee_id for one in two]
    assert await rotations.core.database.fetchval("SELECT count(*) FROM rotation") == 0
    order = generate(*two, fingerprint=preview.fingerprint, named="key-00000001")
    made = [await rotations.plans.generate(OFFICE, order) for _ in range(2)]
    for plans in made:
        assert [each.stretches for each in plans] == [each.stretches for each in preview.plans]
        assert all(each.gaps and not each.refusal for each in plans), "psychiatry and others have no department here"
    assert [told.plan_version for told in await rotations.facts(events_pb2.RotationPlanChanged)] == [1, 1]
    [version] = await rotations.plans.versions(OFFICE, two[0].trainee_id)
    assert (version.plan_version, version.origin, version.made_by) == (1, "generated", OFFICE.person_id)
    again = generate(*two, fingerprint=preview.fingerprint)
    await refused(rotations.plans.generate(OFFICE, again), "PREVIEW_OUTDATED")


async def test_rot_14_another_discipline_or_plan_outdates_a_preview(rotations: Rotations) -> None:
    await rotations.trains("neurology")
    one = await rotations.trainee()
    before = await rotations.plans.preview(OFFICE, generate(one))
    await rotations.trains("neurology", department=CARDIO, places=1)
    await rotations.trains("neurology", places=1)
    other = await rotations.trainee()
    await rotations.plan(other, ("2026-03-02", "2028-08-31", NEURO))
    order = generate(one, fingerprint=before.fingerprint)
    await refused(rotations.plans.generate(OFFICE, order), "PREVIEW_OUTDATED")
    now = await rotations.plans.preview(OFFICE, generate(one))
    assert {each.department_code for each in now.plans[0].stretches} == {CARDIO}
    await rotations.plans.generate(OFFICE, generate(one, fingerprint=now.fingerprint))


async def test_rot_10_what_has_begun_stays_until_its_month_ends(rotations: Rotations) -> None:
    await rotations.trains("neurology")
    await rotations.trains("cardiology", department=CARDIO)
    one = await rotations.trainee()
    await rotations.plan(one, *USUAL)
    [plan] = (await rotations.plans.preview(OFFICE, generate(one))).plans
    assert plan.stretches[0].from_day == TRAINING[0]
    assert plan.stretches[0].until_day >= date(2026, 3, 31)
    [later] = (await rotations.plans.preview(OFFICE, generate(one, start=date(2026, 8, 1)))).plans
    kept = [each for each in later.stretches if each.from_day < date(2026, 8, 1)]
    assert kept[0] == stretches(("2025-09-01", "2026-06-30", NEURO))[0]
    assert kept[1].department_code == CARDIO


async def test_rot_10_who_gets_no_plan_is_told_why(rotations: Rotations) -> None:
    gone, unknown, dayless = Application(), Application(specialty=("9999", "未知")), Application()
    left = await rotations.trainee(gone)
    await rotations.hear(gone.lost(6))
    strange, undated = await rotations.trainee(unknown), await rotations.trainee(dayless)
    await rotations.sql("UPDATE trainee SET from_day = NULL WHERE person_id = $1", undated.person_id)
    over = await rotations.trainee()
    await rotations.sql("UPDATE trainee SET until_day = '2026-03-01' WHERE person_id = $1", over.person_id)
    surgeon = await rotations.trainee(Application(specialty=("1700", "眼科")))
    await rotations.trains("neurology")
    everybody = (left, strange, undated, over, surgeon)
    preview = await rotations.plans.preview(OFFICE, generate(*everybody))
    expected = ["TRAINEE_LEFT", "NO_STANDARD", "TRAINING_DAYS_UNKNOWN", "NOTHING_LEFT", "NO_DEPARTMENTS"]
    assert [each.refusal for each in preview.plans] == expected
    made = await rotations.plans.generate(OFFICE, generate(*everybody, fingerprint=preview.fingerprint))
    assert [each.refusal for each in made] == expected
    assert await rotations.core.database.fetchval("SELECT count(*) FROM rotation_plan") == 0


async def test_rot_05_plans_are_made_for_ones_own_trainees_only(rotations: Rotations) -> None:
    mine, foreign = await rotations.trainee(), await rotations.trainee(Application(base_code=OTHER))
    for trainees in ((mine, foreign), (replace(mine, trainee_id=new_id()),)):
        await refused(rotations.plans.preview(OFFICE, generate(*trainees)), "TRAINEE_NOT_FOUND")
        await refused(rotations.plans.generate(OFFICE, generate(*trainees)), "TRAINEE_NOT_FOUND")
    oneself = Caller(mine.person_id, "teaching_department", QILU)
    await refused(rotations.plans.generate(oneself, generate(mine)), "OWN_CASE")


async def test_rot_12_rot_15_an_edit_is_another_version_and_the_past_stays(rotations: Rotations) -> None:
    """ROT-12, ROT-15."""
    one = await rotations.trainee()
    first = await rotations.plans.edit(OFFICE, edit(one, *USUAL))
    assert first.stretches == stretches(("2025-09-01", "2026-06-30", NEURO), USUAL[2])
    await rotations.taught(one, date(2026, 5, 1), "某老师")
    await rotations.taught(one, date(2026, 3, 1), "某老师")
    changed = (("2025-09-01", "2026-03-31", NEURO), ("2026-04-01", "2026-09-30", CARDIO))
    order = edit(one, *changed, version=1, reason="心内科先行")
    for _ in range(2):
        second = await rotations.plans.edit(OFFICE, order)
        assert (second.plan_version, second.origin, second.reason) == (2, "edited", "心内科先行")
    months = await rotations.core.database.fetch("SELECT month FROM cell WHERE teacher_id IS NOT NULL")
    assert [row["month"] for row in months] == [date(2026, 3, 1)]
    assert [each.plan_version for each in await rotations.plans.versions(OFFICE, one.trainee_id)] == [2, 1]
    old = await rotations.plans.get(OFFICE, one.trainee_id, 1)
    assert (old.plan.stretches, {month.teacher_id for month in old.months}) == (first.stretches, {""})
    await refused(rotations.plans.edit(OFFICE, edit(one, *changed, version=1)), "VERSION_MOVED")
    moved = (("2025-09-01", "2026-02-27", NEURO), ("2026-02-28", "2026-09-30", CARDIO))
    past = await refused(rotations.plans.edit(OFFICE, edit(one, *moved, version=2)), "PAST_STAYS")
    assert (past.rule, past.field) == ("ROT-12", "rotations[0]")
    foreign = (*changed, ("2026-10-01", "2026-10-31", OTHER_WARD))
    wrong = await refused(rotations.plans.edit(OFFICE, edit(one, *foreign, version=2)), "UNKNOWN_DEPARTMENT")
    assert (wrong.rule, wrong.field) == ("ROT-13", "rotations[2]")
    assert (await rotations.of(one.person_id)).plan_version == 2


async def test_rot_05_who_may_edit(rotations: Rotations) -> None:
    application = Application()
    one = await rotations.trainee(application)
    oneself = Caller(one.person_id, "teaching_department", QILU)
    await refused(rotations.plans.edit(OTHER_OFFICE, edit(one, *USUAL)), "TRAINEE_NOT_FOUND")
    await refused(rotations.plans.edit(oneself, edit(one, *USUAL)), "OWN_CASE")
    await rotations.hear(application.lost(6))
    await refused(rotations.plans.edit(OFFICE, edit(one, *USUAL)), "TRAINEE_LEFT")


async def test_rot_19_who_reads_a_plan(rotations: Rotations) -> None:
    """ROT-19, ROT-05."""
    one, other = await rotations.trainee(), await rotations.trainee(Application(base_code=OTHER))
    await rotations.plan(one, *USUAL)
    await rotations.plan(other, ("2025-09-01", "2026-09-30", OTHER_WARD), by=OTHER_OFFICE)
    mine = Caller(one.person_id, "applicant")
    for caller in (mine, OFFICE, DIRECTOR, SECRETARY, OTHER_DIRECTOR, PROVINCE_STAFF):
        shown = await rotations.plans.get(caller, one.trainee_id, 0)
        assert [each.department_code for each in shown.plan.stretches] == [NEURO, CARDIO]
    assert (await rotations.plans.get(mine, "", 1)).trainee == await rotations.of(one.person_id)
    for caller in (OFFICE, DIRECTOR, SECRETARY, OTHER_DIRECTOR, FAR_PROVINCE, mine):
        for trainee_id in (other.trainee_id, new_id()):
            await refused(rotations.plans.get(caller, trainee_id, 0), "TRAINEE_NOT_FOUND")
            if caller is not mine:
                await refused(rotations.plans.versions(caller, trainee_id), "TRAINEE_NOT_FOUND")
    for nobody in (Caller(new_id(), "applicant"), OFFICE):
        await refused(rotations.plans.get(nobody, "", 0), "TRAINEE_NOT_FOUND")
    await refused(rotations.plans.get(OFFICE, one.trainee_id, 7), "PLAN_NOT_FOUND")


async def test_rot_19_whoever_has_no_plan_sees_what_is_missing(rotations: Rotations) -> None:
    one = await rotations.trainee()
    shown = await rotations.plans.get(Caller(one.person_id, "applicant"), "", 0)
    assert (shown.plan.plan_version, shown.plan.stretches, shown.months) == (0, (), [])
    assert sum(gap.months for gap in shown.gaps) == 36


async def test_rot_18_a_plan_shows_months_with_teachers(rotations: Rotations) -> None:
    await rotations.trains("neurology")
    one = await rotations.trainee()
    await rotations.plan(one, ("2026-03-02", "2026-04-15", NEURO), ("2026-04-16", "2026-05-31", CARDIO))
    await rotations.taught(one, NEXT_MONTH, "某老师")
    shown = await rotations.plans.get(OFFICE, one.trainee_id, 0)
    assert [(each.month.month, each.department_code, each.partial, each.teacher_name) for each in shown.months] == [
        (3, NEURO, True, ""),
        (4, CARDIO, True, ""),
        (4, NEURO, True, "某老师"),
        (5, CARDIO, False, ""),
    ]
    missing = {gap.discipline: gap.months for gap in shown.gaps}
    assert (missing["neurology"], missing["elective"]) == (16, 1)


def asked(department: str = NEURO, **changes: Any) -> DepartmentAsked:
    usual: dict[str, Any] = {"department_code": department, "from_month": "2026-03", "until_month": "2026-06"}
    return DepartmentAsked(**(usual | changes))


async def test_rot_18_a_department_sees_who_is_there_in_which_months(rotations: Rotations) -> None:
    """ROT-18, ROT-05."""
    views = Views(rotations.core)
    one, unit = await rotations.trainee(named="甲"), await rotations.trainee(Application(base_code=UNIT), named="乙")
    await rotations.plan(one, *USUAL)
    await rotations.plan(unit, ("2026-05-16", "2026-06-30", NEURO))
    await rotations.taught(one, NEXT_MONTH, "某老师")
    for caller in (OFFICE, DIRECTOR, SECRETARY):
        rows = await views.department(caller, asked())
        found = {
            row.trainee.name: [(each.month.month, each.partial, each.teacher_name) for each in row.months]
            for row in rows
        }
        assert found == {
            "甲": [(3, False, ""), (4, False, "某老师"), (5, False, ""), (6, False, "")],
            "乙": [(5, True, ""), (6, False, "")],
        }
    filters: list[tuple[dict[str, Any], list[str]]] = [
        ({"name": "乙"}, ["乙"]),
        ({"cohort": 2024}, []),
        ({"specialty_code": "0600"}, ["乙", "甲"]),
        ({"kind": "social"}, []),
        ({"from_month": "2026-07", "until_month": "2026-08"}, []),
    ]
    for changes, names in filters:
        rows = await views.department(OFFICE, asked(**changes))
        assert sorted(row.trainee.name for row in rows) == names
    for caller, code in ((DIRECTOR, CARDIO), (OTHER_DIRECTOR, NEURO), (OTHER_OFFICE, NEURO), (OFFICE, "GONE")):
        await refused(views.department(caller, asked(code)), "DEPARTMENT_NOT_FOUND")
    await refused(views.department(OFFICE, asked(until_month="2029-03")), "TOO_MANY_MONTHS")


async def test_rot_18_a_day_shows_who_is_where(rotations: Rotations) -> None:
    """ROT-18, ROT-05."""
    views = Views(rotations.core)
    one, other = await rotations.trainee(named="甲"), await rotations.trainee(Application(base_code=OTHER), named="丙")
    away = await rotations.trainee(Application(base_code=UNIT), named="乙")
    await rotations.plan(one, *USUAL)
    await rotations.plan(away, ("2026-03-02", "2026-03-31", CARDIO))
    await rotations.plan(other, ("2025-09-01", "2026-09-30", OTHER_WARD), by=OTHER_OFFICE)
    await rotations.taught(one, date(2026, 3, 1), "某老师")
    cases: list[tuple[Caller, str, date, dict[str, str]]] = [
        (OFFICE, "", TODAY, {"甲": NEURO, "乙": CARDIO}),
        (OFFICE, NEURO, TODAY, {"甲": NEURO}),
        (DIRECTOR, "", TODAY, {"甲": NEURO}),
        (OTHER_DIRECTOR, "", TODAY, {"乙": CARDIO}),
        (OTHER_OFFICE, "", TODAY, {"丙": OTHER_WARD}),
        (OFFICE, "", date(2026, 7, 1), {"甲": CARDIO}),
        (OFFICE, "", TODAY - timedelta(days=365), {}),
    ]
    for caller, department, day, where in cases:
        rows = await views.day(caller, day, department)
        assert {row.trainee.name: row.at.department_code for row in rows} == where, caller
    [row] = await views.day(DIRECTOR, TODAY)
    assert row.at.teacher_name == "某老师"
    for caller, code in ((DIRECTOR, CARDIO), (OTHER_OFFICE, NEURO), (OFFICE, OTHER_WARD)):
        await refused(views.day(caller, TODAY, code), "DEPARTMENT_NOT_FOUND")
