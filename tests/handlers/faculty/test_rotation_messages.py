"""RotationService as it is asked and answers: a trainee from arrival to the plan they read themselves (ROT-05, ROT-06,
ROT-07, ROT-14, ROT-17, ROT-18, ROT-19)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from residency.faculty.v1 import rotation_service_pb2 as pb
from services.faculty import rotating
from services.faculty.grpc_api.rotations import RotationApi
from services.faculty.handlers.disciplines import Disciplines
from services.faculty.handlers.plan_imports import PlanImports
from services.faculty.handlers.plans import Plans
from services.faculty.handlers.trainees import Trainees
from services.faculty.handlers.views import Views
from services.kit.auth import serving
from services.kit.domain import Caller, DomainError
from services.kit.sheets import write_csv
from tests.support.faculty import CARDIO, DIRECTOR, NEURO, OFFICE, core_of
from tests.support.faculty_rotations import Application, Rotations, emptied, key
from tests.support.postgres import PostgresServer


@pytest.fixture(scope="module")
def url(postgres: PostgresServer) -> Iterator[str]:
    made = postgres.database("faculty")
    yield made
    postgres.drop(made)


@pytest.fixture
async def rotations(url: str) -> AsyncIterator[Rotations]:
    async with emptied(url) as made:
        yield made


class Asking:
    """Calls a method as somebody."""

    def __init__(self, rotations: Rotations) -> None:
        core = rotations.core
        self._api: Any = RotationApi(
            *(Trainees(core), Disciplines(core), Plans(core), PlanImports(core), Views(core)),
        )

    async def __call__(self, caller: Caller, method: str, **fields: Any) -> Any:
        with serving(caller):
            return await getattr(self._api, method)(getattr(pb, f"{method}Request")(**fields), None)


def test_rot_07_every_method_is_served() -> None:
    [served] = rotating.servicers(core_of(None))  # type: ignore[arg-type]
    own = vars(RotationApi)
    assert [method.name for method in served.descriptor.methods if method.name not in own] == []


async def test_rot_07_everybody_reads_the_standards(rotations: Rotations) -> None:
    ask = Asking(rotations)
    every = (await ask(Caller("", ""), "ListStandards")).standards
    [neurology] = (await ask(Caller("", ""), "ListStandards", specialty_code="0600")).standards
    assert neurology in every
    assert (neurology.name, neurology.months, neurology.edition) == ("神经内科", 36, 1)
    assert [(item.name, item.elective) for item in neurology.items if item.elective] == [("选修与机动", True)]


async def test_rot_14_from_arrival_to_a_plan(rotations: Rotations) -> None:
    """ROT-05, ROT-06, ROT-14, ROT-18, ROT-19."""
    ask = Asking(rotations)
    one = await rotations.trainee(Application(), named="甲")
    ids = [one.trainee_id]
    for code, disciplines in ((NEURO, ["neurology"]), (CARDIO, ["cardiology", "icu"])):
        more = {"disciplines": disciplines, "places": 6, "idempotency_key": key()}
        said = await ask(OFFICE, "SetDiscipline", department_code=code, **more)
        assert (said.department.name, list(said.department.disciplines), said.department.places) == (
            {NEURO: "神经内科", CARDIO: "心内科"}[code],
            disciplines,
            6,
        )
    listed = await ask(DIRECTOR, "ListDisciplines")
    assert {each.department_code: list(each.disciplines) for each in listed.departments}[NEURO] == ["neurology"]
    assert {each.code for each in listed.disciplines} >= {"neurology", "elective"}
    days = {"from_day": "2026-03-01", "until_day": "2028-08-31", "version": 1, "kind": "other_unit"}
    after = await ask(OFFICE, "SetTrainee", trainee_id=ids[0], idempotency_key=key(), **days)
    assert (after.trainee.kind, after.trainee.from_day, after.trainee.state) == (
        *("other_unit", "2026-03-01"),
        "in_training",
    )
    preview = await ask(OFFICE, "PreviewPlans", trainee_ids=ids, from_day="2026-04-01")
    wanted = {"trainee_ids": ids, "from_day": "2026-04-01", "fingerprint": preview.fingerprint}
    made = await ask(OFFICE, "GeneratePlans", idempotency_key=key(), **wanted)
    assert list(made.plans) == list(preview.plans)
    [plan] = made.plans
    assert (plan.name, plan.rotations[0].from_day, plan.refusal) == ("甲", "2026-04-01", "")
    assert {gap.discipline: gap.months for gap in plan.gaps}["psychiatry"] == 2
    page = await ask(DIRECTOR, "ListTrainees", kind="other_unit")
    assert ([each.name for each in page.trainees], page.total, page.next_page_token) == (["甲"], 1, "")
    mine = await ask(Caller(one.person_id, "applicant"), "GetPlan")
    assert list(mine.plan.rotations) == list(plan.rotations)
    assert (mine.plan.origin, mine.plan.plan_version, mine.trainee.plan_version) == ("generated", 1, 1)
    assert mine.months[0].month == "2026-04"
    [version] = (await ask(OFFICE, "ListPlanVersions", trainee_id=ids[0])).plans
    assert (version.plan_version, list(version.rotations), version.HasField("made_at")) == (1, [], True)
    first = plan.rotations[0].department_code
    rows = (await ask(OFFICE, "GetDayView", on_day="2026-04-01")).rows
    assert [(row.trainee.name, row.department_code) for row in rows] == [("甲", first)]
    months = {"from_month": "2026-04", "until_month": "2029-03"}
    [row] = (await ask(OFFICE, "GetDepartmentView", department_code=first, **months)).rows
    assert row.months[0].month == "2026-04"


async def test_rot_17_edits_and_files_are_answered_in_words(rotations: Rotations) -> None:
    ask = Asking(rotations)
    one = await rotations.trainee(Application())
    stay = {"department_code": NEURO, "from_day": "2026-04-01", "until_day": "2026-04-30"}
    more: dict[str, Any] = {"trainee_id": one.trainee_id, "reason": "调整", "idempotency_key": key()}
    edited = await ask(OFFICE, "EditPlan", rotations=[stay], **more)
    assert [(each.department_code, each.until_day) for each in edited.plan.rotations] == [(NEURO, "2026-04-30")]
    more |= {"plan_version": 1, "idempotency_key": key()}
    for wrong, field in (
        ({"from_day": "2026-02-30"}, "rotations[0].from_day"),
        ({"until_day": "2026-03-31"}, "rotations[0]"),
    ):
        with pytest.raises(DomainError) as caught:
            await ask(OFFICE, "EditPlan", rotations=[stay | wrong], **more)
        assert (caught.value.field, caught.value.rule) == (field, "ROT-13")
    headings = ("学员编号", "科室代码", "起", "止")
    file = write_csv(headings, [(one.trainee_id, CARDIO, "2026-05-01", "2026-05-31"), ("", CARDIO, "?", "2026-05-31")])
    told = await ask(OFFICE, "ImportPlans", file=file, commit=True, reason="导入", idempotency_key=key())
    assert (told.rows, told.trainees, told.committed) == (2, 2, False)
    assert [(fault.row, fault.column, fault.code, fault.rule) for fault in told.faults] == [
        (3, "学员编号", "CELL_EMPTY", "ROT-17"),
        (3, "起", "DAY_MALFORMED", "ROT-17"),
    ]
    assert all(fault.message for fault in told.faults)


async def test_rot_06_days_that_are_none_are_refused(rotations: Rotations) -> None:
    ask = Asking(rotations)
    one = await rotations.trainee(Application())
    days = {"from_day": "2026-02-30", "until_day": "2028-08-31", "version": 1}
    with pytest.raises(DomainError) as caught:
        await ask(OFFICE, "SetTrainee", trainee_id=one.trainee_id, idempotency_key=key(), **days)
    assert (caught.value.reason, caught.value.field) == ("DAY_MALFORMED", "from_day")
