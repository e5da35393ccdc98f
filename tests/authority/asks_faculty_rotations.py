"""Trainees, standards, rotation plans and their views."""

from __future__ import annotations

from services.kit.sheets import write_csv
from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.scene import Scene, key
from tests.authority.scene_faculty import bases, departments, things
from tests.authority.wire import Someone

_ROTATION = "faculty.RotationService"
_MONTHS = {"from_month": "2026-01", "until_month": "2026-12"}
_DAYS = {"from_day": "2026-09-01", "until_day": "2029-08-31"}

asks_nothing(f"{_ROTATION}.ListStandards", specialty_code="0100")


@asks(f"{_ROTATION}.ListTrainees", f"{_ROTATION}.ListDisciplines")
async def _of_base(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    everything: list[Fields] = [{}] if relation is Relation.OWN else []
    return [*everything, *({"base_code": each} for each in bases(who, relation))]


@asks(f"{_ROTATION}.GetDepartmentView")
async def _department_view(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{**_MONTHS, "department_code": each} for each in departments(who, relation)]


@asks(f"{_ROTATION}.GetDayView")
async def _day_view(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    everything: list[Fields] = [{"on_day": "2026-05-05"}] if relation is Relation.OWN else []
    return [*everything, *({"on_day": "2026-05-05", "department_code": each} for each in departments(who, relation))]


@asks(f"{_ROTATION}.SetDiscipline")
async def _set_discipline(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    more = {"disciplines": ["neurology"], "idempotency_key": key()}
    return [{**more, "department_code": each} for each in departments(who, relation)]


@asks(f"{_ROTATION}.GetPlan", f"{_ROTATION}.ListPlanVersions")
async def _plan(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"trainee_id": each} for each in things(scene, "trainee", who, relation)]


@asks(f"{_ROTATION}.SetTrainee")
async def _set(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    more = {"version": 1, "kind": "social", **_DAYS, "idempotency_key": key()}
    return [{**more, **fields} for fields in await _plan(scene, method, who, relation)]


@asks(f"{_ROTATION}.EditPlan")
async def _edit(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """Nothing planned is a past that never was: the attempt is refused, and the scene stays as it is for others."""
    more = {"plan_version": 1, "rotations": [], "reason": "调整", "idempotency_key": key()}
    return [{**more, **fields} for fields in await _plan(scene, method, who, relation)]


@asks(f"{_ROTATION}.PreviewPlans")
async def _preview(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """Another's among one's own is as bad as another's alone."""
    found: list[Fields] = [{"trainee_ids": [each]} for each in things(scene, "trainee", who, relation)]
    if relation is not Relation.OWN:
        found += [{"trainee_ids": [scene.ids["trainee"], *fields["trainee_ids"]]} for fields in found]
    return found


@asks(f"{_ROTATION}.GeneratePlans")
async def _generate(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    more = {"fingerprint": "none", "idempotency_key": key()}
    return [{**more, **fields} for fields in await _preview(scene, method, who, relation)]


@asks(f"{_ROTATION}.ImportPlans")
async def _import(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """A file may name anybody: rows of others are faults like rows of nobody, and name nothing."""
    if relation is not Relation.OWN:
        return []
    headings = ("学员编号", "科室代码", "起", "止")
    rows = [
        (scene.ids[prefix + "trainee"], "SD-NOWHERE-NK", "2026-09-01", "2026-09-30")
        for prefix in ("", "other_", "foreign_")
    ]
    file = write_csv(headings, rows)
    return [{"file": file, "commit": commit, "reason": "导入", "idempotency_key": key()} for commit in (False, True)]
