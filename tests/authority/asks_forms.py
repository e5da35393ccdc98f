"""Forms, exports, stories."""

from __future__ import annotations

from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.asks_enrollment import _applications, _cycles
from tests.authority.scene import Scene, key
from tests.authority.wire import Someone
from tests.support.people import OTHER_BASE, OTHER_PROVINCE

_FORM, _EXPORT = "enrollment.FormService", "enrollment.ExportService"

asks_nothing(f"{_FORM}.CheckForm", code="A" * 48)
asks_nothing(f"{_EXPORT}.GetDictionary")


@asks(f"{_FORM}.GetForm", "enrollment.StoryService.GetStory")
async def _one(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"application_id": application} for application in _applications(scene, who, relation)]


def _places(scene: Scene, who: Someone, relation: Relation) -> list[Fields]:
    """A cycle, and a base in it that is not the caller's or not there."""
    named: list[Fields] = [{"cycle_id": cycle} for cycle in _cycles(scene, relation)]
    if relation is Relation.ABSENT:
        named.append({"cycle_id": scene.ids["cycle"], "base_code": "NO-SUCH-BASE"})
    if relation is Relation.OTHER and who.role.startswith("base_"):
        named.append({"cycle_id": scene.ids["cycle"], "base_code": OTHER_BASE})
    return named


@asks(f"{_FORM}.PrintForms")
async def _print(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{**place, "idempotency_key": key()} for place in _places(scene, who, relation)]


@asks(f"{_EXPORT}.CreateExport", f"{_EXPORT}.CreateUnmaskedExport")
async def _export(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    order = {"table": "plan", "format": "EXPORT_FORMAT_CSV", "reason": "上报国家平台注册信息"}
    return [{"order": {**order, **place}, "idempotency_key": key()} for place in _places(scene, who, relation)]


@asks(f"{_EXPORT}.ListExports")
async def _list(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"cycle_id": cycle} for cycle in _cycles(scene, relation)]


def _maker(who: Someone, relation: Relation) -> tuple[Someone, str]:
    """Who makes what is asked for, and in which cycle: the caller in ours, or the other province."""
    if relation is Relation.OWN:
        return who, "cycle"
    return Someone("province_administrator", OTHER_PROVINCE, new_id()), "foreign_cycle"


@asks(f"{_FORM}.GetPrintedForms")
async def _printed(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    if relation is Relation.ABSENT:
        return [{"print_id": new_id()}]
    maker, cycle = _maker(who, relation)
    opened = await scene.told(f"{_FORM}.PrintForms", maker, cycle_id=scene.ids[cycle], idempotency_key=key())
    return [{"print_id": opened.print_id}]


@asks(f"{_EXPORT}.GetExport")
async def _file(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    if relation is Relation.ABSENT:
        return [{"export_id": new_id()}]
    maker, cycle = _maker(who, relation)
    order = {"table": "plan", "format": "EXPORT_FORMAT_CSV", "cycle_id": scene.ids[cycle]}
    made = await scene.told(f"{_EXPORT}.CreateExport", maker, order=order, idempotency_key=key())
    return [{"export_id": made.export.export_id}]
