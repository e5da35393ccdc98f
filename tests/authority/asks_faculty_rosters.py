"""Lists of secretaries, and what faculty asks of identity for them."""

from __future__ import annotations

from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.scene import Scene, key
from tests.authority.scene_faculty import things
from tests.authority.wire import Someone

_ROSTER = "faculty.RosterService"
_LIST = (
    "操作,姓名,身份证号,执业医师证号,手机号,电子邮箱,带教任职时间\n增加,王芳,110101199003077993,,13800138000,,2024-01\n"
)

asks_nothing("identity.PersonService.FindPerson", document_type="DOCUMENT_TYPE_PASSPORT", document_number="E12345678")
asks_nothing(
    *("identity.RegistrationService.InviteToRegister",),
    mobile="13800138000",
    hospital_name="山东大学齐鲁医院",
    idempotency_key="key-invite",
)
asks_nothing(f"{_ROSTER}.GetRosterTemplate", format="csv")
asks_nothing(f"{_ROSTER}.ListRosters")


@asks(f"{_ROSTER}.CreateRoster")
async def _create(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    fields = {"file": _LIST.encode(), "file_name": "名单.csv", "idempotency_key": key()}
    return [fields] if relation is Relation.OWN else []


@asks(f"{_ROSTER}.GetRoster")
async def _read(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"roster_id": each} for each in things(scene, "roster", who, relation)]


@asks(f"{_ROSTER}.CommitRoster", f"{_ROSTER}.DiscardRoster")
async def _change(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [
        {"roster_id": each, "version": 1, "idempotency_key": key()} for each in things(scene, "roster", who, relation)
    ]
