"""Selection: scores, rankings, waiting lists, published lists, objections."""

from __future__ import annotations

from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks
from tests.authority.asks_enrollment import _applications, _cycles
from tests.authority.scene import Scene, key
from tests.authority.wire import Someone
from tests.handlers.enrollment.story import MEDICINE

_SELECTION = "enrollment.SelectionService"


@asks(*(f"{_SELECTION}.List{what}" for what in ("Unpublished", "PublishedLists", "Objections", "OpenLists")))
async def _in_cycle(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"cycle_id": cycle} for cycle in _cycles(scene, relation)]


@asks(f"{_SELECTION}.GetRanking")
async def _ranking(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{**fields, "specialty_code": MEDICINE} for fields in await _in_cycle(scene, method, who, relation)]


@asks(f"{_SELECTION}.SetCutOff", f"{_SELECTION}.SetWaitingList")
async def _for_specialty(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{**fields, "idempotency_key": key()} for fields in await _ranking(scene, method, who, relation)]


@asks(f"{_SELECTION}.PublishList")
async def _publish(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{**fields, "idempotency_key": key()} for fields in await _in_cycle(scene, method, who, relation)]


@asks(f"{_SELECTION}.EnterScores")
async def _scores(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """A cycle that is not the caller's is refused as a whole; another base's row falls by itself."""
    applications = [scene.ids["application"], scene.ids["other_bases_application"]]
    rows = [{"application_id": each, "submission_number": 1, "parts": {"written": "80"}} for each in applications]
    return [{**fields, "rows": rows} for fields in await _publish(scene, method, who, relation)]


@asks(f"{_SELECTION}.ListScores")
async def _read(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"application_id": application} for application in _applications(scene, who, relation)]


@asks(f"{_SELECTION}.FileObjection")
async def _object(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [
        {**fields, "grounds": "与事实不符", "idempotency_key": key()}
        for fields in await _read(scene, method, who, relation)
    ]


@asks(f"{_SELECTION}.GetPublishedList", f"{_SELECTION}.GetListProgress")
async def _list(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"list_id": new_id()}]


@asks(f"{_SELECTION}.ResolveObjection")
async def _resolve(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    named = {"uphold": False, "reason": "已核实", "idempotency_key": key()}
    if relation is Relation.ABSENT:
        return [{**named, "objection_id": new_id()}]
    ours = relation is Relation.OWN
    name, application = ("objection", "application") if ours else ("foreign_objection", "foreign_application")
    if name not in scene.ids:
        scene.ids[name] = await _filed(scene, scene.ids[application])
    return [{**named, "objection_id": scene.ids[name]}]


async def _filed(scene: Scene, application: str) -> str:
    """An open objection to an application."""
    objection = new_id()
    await scene.state.execute(
        "enrollment",
        "INSERT INTO objection (id, application_id, cycle_id, base_code, specialty_code, sealed_with, filed_by,"
        " filed_for, filed_at) SELECT $1, id, cycle_id, base_code, specialty_code, '', '', base_code, now()"
        " FROM application WHERE id = $2",
        *(objection, application),
    )
    return objection
