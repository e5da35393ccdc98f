"""Cells, absences, proposals."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from services.faculty.deeds import DAY_ZONE
from services.faculty.domain.cells import after, first_of
from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.scene import Scene, key
from tests.authority.scene_faculty import departments, things
from tests.authority.wire import Someone
from tests.support.people import DEPARTMENT

_ASSIGNMENT = "faculty.AssignmentService"

asks_nothing(f"{_ASSIGNMENT}.ListOrphans", f"{_ASSIGNMENT}.ListMyMonths")


def _today() -> date:
    return datetime.now(UTC).astimezone(DAY_ZONE).date()


def _months() -> Fields:
    following = after(first_of(_today()))
    return {"from_month": f"{following:%Y-%m}", "until_month": f"{after(following):%Y-%m}"}


@asks(f"{_ASSIGNMENT}.GetGrid")
async def _grid(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{**_months(), "department_code": each} for each in departments(who, relation)]


@asks(f"{_ASSIGNMENT}.EditCells")
async def _edit(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """One's own cell as it was not: refused, and the scene stays as it is. Another's department, trainee, teacher."""
    cell = {"trainee_id": scene.ids["trainee"], "department_code": DEPARTMENT, "month": _months()["from_month"]}
    if relation is Relation.OWN:
        found = [{**cell, "version": 9, "action": "unlock"}]
    else:
        found = [{**cell, "department_code": each, "action": "lock"} for each in departments(who, relation)]
        found += [{**cell, "trainee_id": each, "action": "lock"} for each in things(scene, "trainee", who, relation)]
        found += [
            {**cell, "version": 1, "action": "assign", "teacher_id": each}
            for each in things(scene, "teacher", who, relation)
        ]
    return [{"edits": [each], "idempotency_key": key()} for each in found]


@asks(f"{_ASSIGNMENT}.ProposeAssignment")
async def _propose(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    more = {**_months(), "idempotency_key": key()}
    everything: list[Fields] = [more] if relation is Relation.OWN else []
    return [*everything, *({**more, "department_codes": [each]} for each in departments(who, relation))]


@asks(f"{_ASSIGNMENT}.GetProposal")
async def _proposal(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"proposal_id": each} for each in things(scene, "proposal", who, relation)]


@asks(f"{_ASSIGNMENT}.CommitProposal", f"{_ASSIGNMENT}.DiscardProposal")
async def _decide(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """As it was not: refused, and there is one for the next to decide about."""
    return [
        {**fields, "version": 9, "idempotency_key": key()} for fields in await _proposal(scene, method, who, relation)
    ]


@asks(f"{_ASSIGNMENT}.RecordLeave")
async def _record(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    away = {"from_day": f"{_today() + timedelta(400)}", "until_day": f"{_today() + timedelta(401)}", "kind": "leave"}
    return [{**away, "person_id": each, "idempotency_key": key()} for each in things(scene, "teacher", who, relation)]


@asks(f"{_ASSIGNMENT}.EndLeave")
async def _end(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """On the day on which it ends anyway."""
    until = f"{_today() + timedelta(120)}"
    return [
        {"leave_id": each, "until_day": until, "idempotency_key": key()}
        for each in things(scene, "leave", who, relation)
    ]


@asks(f"{_ASSIGNMENT}.ListLeave")
async def _list(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    everything: list[Fields] = [{}] if relation is Relation.OWN else []
    return [*everything, *({"person_id": each} for each in things(scene, "teacher", who, relation))]
